"""The state of a run: plain data that round-trips through JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

SCHEMA = 1
"""Version of the stored form of `RunState`; raised when an older reader could misread it."""


class StepPhase(StrEnum):
    """Where a step stands inside the machine."""

    PENDING = "pending"
    LOOKING_UP = "looking-up"
    READY = "ready"
    ASKING = "asking"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILURE = "failure"
    ENDED = "ended"


class StepStatus(StrEnum):
    """How a step ended, as everyone sees it."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WARNED = "warned"
    IGNORED = "ignored"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RunPhase(StrEnum):
    NEW = "new"
    RUNNING = "running"
    CLEANUP = "cleanup"
    ENDED = "ended"


class RunStatus(StrEnum):
    """How a run ended, or that it has not."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class GateClosed(StrEnum):
    """Why no step behind a gate may run."""

    ANSWER = "answer"
    FAILURE = "failure"


class Sample(Struct):
    """What one judged attempt of a poll saw."""

    attempt: int
    elapsed: float
    value: float | None = None
    status: str | None = None
    met: bool = False
    error: str | None = None


class PollState(Struct):
    """A poll under way: since when, its limits in seconds and attempts, and what it saw.

    `first` is the number of the attempt that it began with; `over` tells that it was given up or accepted
    while an attempt was still running.
    """

    began: float
    timeout: float
    interval: float
    max_attempts: int | None
    first: int
    samples: list[Sample] = []
    next_at: float | None = None
    over: bool = False
    accepted: str | None = None


class StepState(Struct):
    """What is known of one step. Times are on the run's clock, in seconds.

    `allowed` tells that the question before a dangerous step was answered yes, `timers` which timers are set,
    `stopped_because` why its attempt was asked to end, `failing` what its operator is asked about.
    """

    phase: StepPhase = StepPhase.PENDING
    status: StepStatus | None = None
    reason: str = ""
    command: str = ""
    attempts: int = 0
    began: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    captured: list[str] = []
    allowed: bool = False
    timers: list[str] = []
    poll: PollState | None = None
    stopped_because: str | None = None
    failing: str | None = None


class RunState(Struct):
    """Everything a run knows. `captured` and `results` hold secrets in memory only.

    `failure` is the first step that failed, `gate` why no step behind a gate may run, `verdict` what decided
    the result first. `left_out` names variables without a value, `secrets` names whose value is secret
    (variables and captures by name, results as `steps.ID.FIELD`).
    """

    schema: int = SCHEMA
    run: str = ""
    runbook: str = ""
    operator: str = ""
    created: float = 0.0
    phase: RunPhase = RunPhase.NEW
    status: RunStatus = RunStatus.RUNNING
    reason: str = ""
    values: dict[str, Any] = {}
    left_out: list[str] = []
    secrets: list[str] = []
    captured: dict[str, Any] = {}
    results: dict[str, dict[str, Any]] = {}
    steps: dict[str, StepState] = {}
    current: str | None = None
    failure: str | None = None
    gate: GateClosed | None = None
    verdict: RunStatus | None = None
    verdict_reason: str = ""
    cancelled: str | None = None
    cleanup_cancelled: bool = False
    interrupted: str | None = None
