"""What the sandbox knows, as plain records. Times are unix seconds of the wall clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pup_tui.datadog.sandbox.timeline import Curve


@dataclass
class Service:
    """A service with its traffic; rates are per second over all environments.

    `shares` says how much of the traffic each environment carries. With `drains_when_watched` the
    service is being taken out of service, and `watched` says that this has begun.
    """

    name: str
    team: str
    usual_hits: float
    usual_errors: float
    usual_seconds: float
    shares: dict[str, float] = field(default_factory=lambda: {"production": 0.9, "staging": 0.1})
    drains_when_watched: bool = False
    watched: bool = False

    def __post_init__(self) -> None:
        self.hits = Curve(self.usual_hits, tau=2.5)
        self.errors = Curve(self.usual_errors)
        self.seconds = Curve(self.usual_seconds)


@dataclass
class Fault:
    """Why a service fails, and which remedies heal it: `deploy`, `flag KEY`.

    While none of `remedies` is in `applied`, errors and latency head for the fault's values.
    """

    service: str
    errors: float
    seconds: float
    remedies: frozenset[str]
    applied: set[str] = field(default_factory=set)

    @property
    def healed(self) -> bool:
        return bool(self.applied & self.remedies)


@dataclass
class Monitor:
    """A monitor whose state follows what it measures (`error_ratio`, `errors`, `duration`)."""

    id: int
    name: str
    type: str
    query: str
    service: str
    measure: str
    critical: float
    warning: float
    tags: list[str]
    message: str = ""
    env: str = "production"
    priority: int | None = None
    created: float = 0.0
    state: str = "OK"
    changed: float | None = None


@dataclass
class Slo:
    """A metric SLO with its status over the primary timeframe, in percent."""

    id: str
    name: str
    service: str
    tags: list[str]
    description: str
    target: float
    warning: float
    sli: float
    budget: float
    created: float
    timeframe: str = "7d"

    @property
    def state(self) -> str:
        if self.sli < self.target:
            return "breached"
        return "warning" if self.sli < self.warning else "ok"


@dataclass
class Incident:
    """An incident; `fields` holds the values of its property fields by name."""

    id: str
    public_id: int
    title: str
    fields: dict[str, Any]
    created: float
    modified: float
    customer_impact: str | None = None
    commanded: bool = False
    resolved: float | None = None


@dataclass
class Downtime:
    """A one-time downtime."""

    id: str
    scope: str
    monitor_identifier: dict[str, Any]
    start: float
    end: float | None
    created: float
    modified: float
    message: str | None = None
    display_timezone: str | None = "UTC"
    mute_first_recovery_notification: bool = False
    notify_end_types: list[str] = field(default_factory=lambda: ["expired"])
    notify_end_states: list[str] = field(default_factory=lambda: ["warn", "no data", "alert"])
    canceled: float | None = None

    def status(self, wall: float) -> str:
        if self.canceled is not None:
            return "canceled"
        if self.end is not None and self.end <= wall:
            return "ended"
        return "scheduled" if self.start > wall else "active"


@dataclass
class FlagEnvironment:
    """An environment of feature flags, as one flag sees it."""

    id: str
    name: str
    production: bool
    enabled: bool
    needs_approval: bool = False
    pending_suggestion: str | None = None


@dataclass
class FeatureFlag:
    """A boolean feature flag."""

    id: str
    key: str
    name: str
    description: str
    environments: list[FlagEnvironment]
    created: float
    updated: float
    tags: list[str] = field(default_factory=list)
    archived: float | None = None

    def environment(self, name: str) -> FlagEnvironment | None:
        return next((each for each in self.environments if each.name == name), None)


@dataclass
class Workflow:
    """A workflow that takes `seconds` and then succeeds, or `fails`; `inputs` are parameters of the API."""

    id: str
    name: str
    description: str
    steps: list[str]
    inputs: list[dict[str, Any]]
    created: float
    seconds: float = 4.0
    fails: bool = False
    published: bool = True
    tags: list[str] = field(default_factory=list)


@dataclass
class Instance:
    """One run of a workflow. `ends` is the scenario second at which it is over by itself."""

    id: str
    workflow: Workflow
    inputs: dict[str, Any]
    began: float
    ends: float
    started: float
    state: str = "IN_PROGRESS"
    ended: float | None = None
    outputs: dict[str, Any] = field(default_factory=dict)

    def progress(self, moment: float) -> float:
        """How much of it is done, 0 to 1, at a scenario second."""
        return min(1.0, max(0.0, (moment - self.began) / (self.ends - self.began)))


@dataclass
class Deployment:
    """A deployment as DORA metrics know it."""

    id: str
    service: str
    env: str
    team: str
    version: str
    started: float
    finished: float
    commit: str
    repository: str = "github.com/example/shop"
