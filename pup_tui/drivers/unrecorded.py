"""The end of a run that can no longer be recorded: told to those who watch it, though no record has it."""

from __future__ import annotations

from pup_tui.core.counting import counts_of
from pup_tui.core.events import AttemptFinished
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    StepFinished,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
    rfc3339,
)
from pup_tui.core.state import RunState, RunStatus, StepStatus

NO_END = "it had begun when the run could no longer be recorded"


class Unrecorded:
    """What a run has told so far, and which attempts ended without a record of it."""

    def __init__(self) -> None:
        self._begun: dict[str, StepStarted] = {}
        self._ends: dict[str, AttemptFinished] = {}

    def told(self, notice: AnyNotice) -> None:
        """Take note of what those who watch know."""
        match notice:
            case StepStarted():
                self._begun[notice.step] = notice
            case StepFinished():
                self._begun.pop(notice.step, None)
            case StepPolled() | StepRetrying() | StepWaiting():
                pass
            case _:
                return
        # Whatever is told of a step after an attempt of it rests on its end, which is recorded by then.
        self._ends.pop(notice.step, None)

    def ended(self, step: str, event: AttemptFinished) -> None:
        """Take note of how an attempt of `step` ended, which is not recorded yet; its texts are masked."""
        self._ends[step] = event

    def notices(
        self, state: RunState, why: str, wall: float, took: float, waited: float
    ) -> list[AnyNotice]:
        """That what had begun is unknown, as it is for the record, and how it ended; then the run's end.

        `state` is as it was recorded, `wall` when, in seconds since 1970, `took` how many seconds the run
        had worked, `waited` how many it had only waited.
        """
        ts = rfc3339(wall)
        steps = [self._step(begun, ts) for begun in self._begun.values()]
        end = RunFinished(
            ts=ts,
            run=state.run,
            status=RunStatus.INTERRUPTED,
            warnings=0,
            duration=took,
            waited=waited,
            counts=counts_of(state, unknown=self._begun),
            reason=why,
        )
        return [*steps, end]

    def _step(self, begun: StepStarted, ts: str) -> StepFinished:
        end = self._ends.get(begun.step)
        return StepFinished(
            ts=ts,
            run=begun.run,
            step=begun.step,
            status=StepStatus.UNKNOWN,
            exit_code=None if end is None else end.exit_code,
            signal=None if end is None else end.signal or None,
            ran_by=None if end is None else end.ran_by or None,
            unreachable=end is not None and end.unreachable,
            duration=0.0 if end is None else end.duration,
            attempts=begun.attempt,
            reason=NO_END if end is None else _told(end),
            captured=(),
        )


def _told(end: AttemptFinished) -> str:
    how = end.reason or ("it succeeded" if end.ok else "it failed")
    code = "" if end.exit_code is None else f" (exit code {end.exit_code})"
    return f"{how}{code}, which could not be recorded"
