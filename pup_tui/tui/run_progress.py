"""What is known of a run from what it told: the part of the run view that draws nothing."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from pup_tui.core import order
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunStarted,
    StepAnswered,
    StepFinished,
    StepPolled,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.program import Node, Program

KEPT_VALUES = 400
"""Values of a poll that are kept for its sparkline; more could not be told apart in it."""

UNFINISHED = frozenset({"pending", "running", "polling", "waiting"})


@dataclass
class StepProgress:
    """One step as it stands. `status` is one of the words of `glyphs`; `duration` is in seconds."""

    node: Node
    status: str = "pending"
    command: str = ""
    reason: str = ""
    attempts: int = 0
    exit_code: int | None = None
    duration: float | None = None
    answered: str = ""
    last_poll: StepPolled | None = None
    values: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_VALUES))

    @property
    def over(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def polls(self) -> bool:
        """Whether the run itself repeats the step until a condition holds."""
        return order.polls(self.node)

    @property
    def has_run(self) -> bool:
        return self.attempts > 0


def names_exit(reason: str, code: int) -> bool:
    """Whether a reason tells the exit code already."""
    return re.search(rf"\bexit(ed with| code) {code}\b", reason) is not None


class RunProgress:
    """A run as it stands, kept up to date by `apply`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps = {node.id: StepProgress(node) for node in program.nodes}
        self.status = "running"
        self.reason = ""
        self.started: RunStarted | None = None
        self.duration: float | None = None
        self.warnings = 0
        self.current: str | None = None
        """The step that runs or waits, or else the one that did so last."""

    def __iter__(self) -> Iterator[StepProgress]:
        return iter(self.steps.values())

    @property
    def over(self) -> bool:
        return self.duration is not None

    @property
    def done(self) -> int:
        """How many steps have ended."""
        return sum(step.over for step in self)

    def apply(self, notice: AnyNotice) -> None:
        """Take in one notice; what is about a step that the program does not have changes nothing."""
        match notice:
            case RunStarted():
                self.started = notice
            case RunFinished():
                self.status, self.reason = notice.status, notice.reason
                self.duration, self.warnings = notice.duration, notice.warnings
            case _:
                step = self.steps.get(notice.step)
                if step is not None:
                    self._apply_to(step, notice)

    def _apply_to(self, step: StepProgress, notice: AnyNotice) -> None:
        match notice:
            case StepStarted():
                step.status = "polling" if step.polls else "running"
                step.last_poll = None
                step.values.clear()
                step.command, step.attempts = notice.command, notice.attempt
                self.current = notice.step
            case StepPolled():
                step.last_poll = notice
                if notice.value is not None:
                    step.values.append(notice.value)
            case StepWaiting():
                step.status, step.reason = "waiting", notice.message
                self.current = notice.step
            case StepAnswered():
                step.answered = f"{notice.answer} by {notice.by}"
                if step.status == "waiting":
                    step.status, step.reason = "running", ""
            case StepFinished():
                step.status, step.reason = notice.status, notice.reason
                step.exit_code, step.attempts = notice.exit_code, notice.attempts
                step.duration = notice.duration
