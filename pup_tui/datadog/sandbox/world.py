"""The state of the sandbox, and the few rules by which it moves.

Nothing runs in the background: before each request `settle` brings the world to the present, and
whatever fell due in between takes effect at the moment when it was due.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pup_tui.datadog.sandbox.records import (
    Deployment,
    Downtime,
    Fault,
    FeatureFlag,
    FlagEnvironment,
    Incident,
    Instance,
    Monitor,
    Service,
    Slo,
    Workflow,
)
from pup_tui.datadog.sandbox.timeline import Timeline, noise

WOBBLE = 0.04
"""How far a reading may stray from its level, as a part of it."""

DRAINED = 0.0
"""Requests per second of a service that a downtime covers."""

_SERVICE_TAG = re.compile(r"\bservice:([\w.-]+)")

Effect = Callable[["World", Instance], dict[str, Any]]
"""Changes a world as a finished instance does, and gives the instance's outputs."""


class World:
    """Everything that a scenario sets up and that callers can change."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.services: dict[str, Service] = {}
        self.fault: Fault | None = None
        self.monitors: list[Monitor] = []
        self.slos: list[Slo] = []
        self.incidents: list[Incident] = []
        self.downtimes: list[Downtime] = []
        self.flags: list[FeatureFlag] = []
        self.workflows: list[Workflow] = []
        self.effects: dict[str, Effect] = {}
        """What the success of a workflow does, by the workflow's id."""
        self.instances: list[Instance] = []
        self.deployments: list[Deployment] = []
        self.refused_keys: set[str] = set()
        """API keys, application keys and tokens that are answered with 401 or 403."""
        self.rate_limit = 1000
        """Requests that are answered in each period of `limits.PERIOD` seconds."""
        self._created = 0

    def new_id(self, kind: str) -> str:
        """A UUID that is the same in every run of the same scenario."""
        self._created += 1
        return str(uuid5(NAMESPACE_URL, f"sandbox/{kind}/{self._created}"))

    # ------------------------------------------------------------------ the passing of time

    def settle(self) -> None:
        """Bring the world to the present."""
        moment = self.timeline.elapsed()
        due = [one for one in self.instances if one.state == "IN_PROGRESS" and one.ends <= moment]
        for instance in sorted(due, key=lambda one: one.ends):
            self._finish(instance)
        for service in self.services.values():
            self._direct_traffic(service, moment)
        for monitor in self.monitors:
            self._judge(monitor, moment)

    def _direct_traffic(self, service: Service, moment: float) -> None:
        wall = self.timeline.wall()
        covered = any(
            downtime.status(wall) == "active" and self.covers(downtime, service.name)
            for downtime in self.downtimes
        )
        if covered:
            service.watched = False
        drained = covered or service.watched
        service.hits.aim(moment, DRAINED if drained else service.usual_hits)

    def _judge(self, monitor: Monitor, moment: float) -> None:
        level = self.level(monitor.measure, monitor.service, monitor.env, moment)
        state = "OK"
        if level > monitor.critical:
            state = "Alert"
        elif level > monitor.warning:
            state = "Warn"
        if state != monitor.state:
            monitor.state, monitor.changed = state, self.timeline.wall()

    # ------------------------------------------------------------------ measurements

    def level(self, measure: str, service: str, env: str, moment: float) -> float:
        """What a measure stands at, without its wobble.

        Raises:
            KeyError: a service, environment or measure that there is not.
        """
        known = self.services[service]
        share = known.shares[env]
        hits = known.hits.at(moment) * share
        # Errors come with requests: a service that drains has none left to answer wrongly.
        errors = known.errors.at(moment) * hits / known.usual_hits
        return {
            "hits": hits,
            "errors": errors,
            "error_ratio": errors / hits if hits else 0.0,
            "duration": known.seconds.at(moment),
        }[measure]

    def reading(self, measure: str, service: str, env: str, moment: float) -> float:
        """A measure as it would be sampled: it wobbles, the less the faster it moves."""
        known = self.services[service]
        curve = {"hits": known.hits, "errors": known.errors, "duration": known.seconds}[measure]
        wobble = WOBBLE * curve.calm(moment) * noise(f"{measure}/{service}/{env}", moment)
        return self.level(measure, service, env, moment) * (1 + wobble)

    def watch_requests(self, service: str) -> None:
        """Somebody looks at a service's request count.

        Where a scenario says that a service is being taken out of service, it drains from the
        first look on, so that a runbook which creates no downtime sees it drain as well. Once
        there was a downtime, only downtimes count.
        """
        known = self.services.get(service)
        if known is None or not known.drains_when_watched:
            return
        if not any(self.covers(downtime, service) for downtime in self.downtimes):
            known.watched = True
            known.hits.aim(self.timeline.elapsed(), DRAINED)

    # ------------------------------------------------------------------ what callers change

    def covers(self, downtime: Downtime, service: str) -> bool:
        """Whether a downtime is about a service: by its scope, monitor tags or monitor."""
        identifier = downtime.monitor_identifier
        named = set(_SERVICE_TAG.findall(downtime.scope))
        for tag in identifier.get("monitor_tags", []):
            named.update(_SERVICE_TAG.findall(tag))
        watched = {one.service for one in self.monitors if one.id == identifier.get("monitor_id")}
        return service in (named or watched)

    def set_flag(self, flag: FeatureFlag, environment: FlagEnvironment, *, enabled: bool) -> bool:
        """Switch a flag in one environment; False when that waits for an approval.

        A fault that a flag causes is healed while the flag is off anywhere it could be on: this
        is a sandbox, and a runbook that is tried on staging first should see its effect.
        """
        if environment.needs_approval:
            environment.pending_suggestion = self.new_id("suggestion")
            return False
        environment.enabled = enabled
        flag.updated = self.timeline.wall()
        off = not all(each.enabled for each in flag.environments)
        self.remedy(f"flag {flag.key}", self.timeline.elapsed(), applied=off)
        return True

    def remedy(self, name: str, moment: float, *, applied: bool) -> None:
        """Apply or take back a remedy at a scenario second."""
        if self.fault is None:
            return
        (self.fault.applied.add if applied else self.fault.applied.discard)(name)
        self.direct_fault(moment)

    def direct_fault(self, moment: float) -> None:
        """Let the failing service head for where its fault, or the end of it, leads."""
        if self.fault is None:
            return
        service = self.services[self.fault.service]
        healed = self.fault.healed
        service.errors.aim(moment, service.usual_errors if healed else self.fault.errors)
        service.seconds.aim(moment, service.usual_seconds if healed else self.fault.seconds)

    def start(self, workflow: Workflow, inputs: dict[str, Any]) -> Instance:
        """Start a workflow."""
        began = self.timeline.elapsed()
        instance = Instance(
            id=self.new_id("instance"),
            workflow=workflow,
            inputs=inputs,
            began=began,
            ends=began + workflow.seconds,
            started=self.timeline.wall(),
        )
        self.instances.append(instance)
        return instance

    def cancel(self, instance: Instance) -> None:
        """Cancel an instance; one that is over stays as it ended."""
        if instance.state == "IN_PROGRESS":
            instance.state, instance.ended = "CANCELED", self.timeline.wall()

    def _finish(self, instance: Instance) -> None:
        instance.ended = instance.started + instance.workflow.seconds / self.timeline.speed
        if instance.workflow.fails:
            instance.state = "FAILED"
            return
        instance.state = "SUCCEEDED"
        effect = self.effects.get(instance.workflow.id)
        instance.outputs = effect(self, instance) if effect else {}

    def deploy(self, service: str, version: str, env: str, started: float, finished: float) -> None:
        """Record a deployment; the newest comes first."""
        known = self.services.get(service)
        name = f"{service}/{version}/{env}/{len(self.deployments)}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        self.deployments.insert(
            0,
            Deployment(
                id=digest[40:56],
                service=service,
                env=env,
                team=known.team if known else "unknown",
                version=version,
                started=started,
                finished=finished,
                commit=digest[:40],
            ),
        )
