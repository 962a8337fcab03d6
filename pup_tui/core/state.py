"""The state of a run: plain data that round-trips through JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

SCHEMA = 1
"""Version of the stored form of `RunState`; raised when an older reader could misread it."""


class StepPhase(StrEnum):
    """Where a step stands inside the machine."""

    PENDING = "pending"
    LOOKING_UP = "looking-up"
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


class StepState(Struct):
    """What is known of one step. Times are on the run's clock, in seconds."""

    phase: StepPhase = StepPhase.PENDING
    status: StepStatus | None = None
    reason: str = ""
    command: str = ""
    attempts: int = 0
    began: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    captured: list[str] = []
    asked_for: str | None = None
    allowed: bool = False
    deadline: float | None = None
    poll_began: float | None = None
    poll_timeout: float | None = None
    samples: list[Sample] = []
    stopped_because: str | None = None
    failing: str | None = None


class RunState(Struct):
    """Everything a run knows. `captured` and `results` hold secrets in memory only."""

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
    gate_reason: str = ""
    verdict: RunStatus | None = None
    cancelled: bool = field(default=False)
