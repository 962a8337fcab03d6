"""How long things of a run have taken and may still take, by the run's own clock."""

from __future__ import annotations

from datetime import datetime

from pup_tui.core.actions import Question
from pup_tui.core.state import StepState
from pup_tui.drivers.following import FollowedRun
from pup_tui.drivers.local import LocalRun
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress


class RunTimes:
    """Reads the clock and the state of a run under way; of a past run nothing goes on. All in seconds."""

    def __init__(self, live: LocalRun | FollowedRun | None, progress: RunProgress) -> None:
        self._live = live
        self._progress = progress

    def now(self) -> float:
        """The time on the run's clock; 0 for a past run."""
        return 0.0 if self._live is None else self._live.clock.now().clock

    def wall(self) -> float | None:
        """The time of day on the run's clock, in seconds since 1970; None for a past run."""
        return None if self._live is None else self._live.clock.now().wall

    def elapsed(self) -> float | None:
        """How long the run has worked; None where that is not known."""
        if self._progress.end_unseen:
            return None
        if self._progress.duration is not None or self._live is None:
            return self._progress.duration
        return self._live.state.took(self.now())

    def waited(self) -> float:
        """How long the run has only waited for somebody, which `elapsed` does not count."""
        if self._progress.over or self._live is None:
            return self._progress.waited
        return self._live.state.waited_by(self.now())

    def state_of(self, step: str) -> StepState | None:
        return None if self._live is None else self._live.state.steps.get(step)

    def began_at(self, step: str) -> float | None:
        """When the first attempt of a step began, in seconds since 1970; None where that is not known."""
        state = self.state_of(step)
        if self._live is None or state is None or state.began is None:
            return None
        return self._live.state.created + state.began

    def running_for(self, step: StepProgress) -> float | None:
        """For how long a step has been under way; None where it is not, or that is not known.

        Of one that waits for somebody, how long it has done that.
        """
        state = self.state_of(step.id)
        if self._live is None or state is None or not step.under_way:
            return None
        if step.status == "waiting":
            return state.waited + max(0.0, self.now() - self._live.state.clock)
        return None if state.began is None else self._live.state.step_took(step.id, self.now())

    def waiting_for(self, step: StepProgress) -> float:
        """For how long a step that asks or waits has done so; it does so anew in each leg of the run."""
        state = self.state_of(step.id)
        if state is None or state.since is None or step.over:
            return 0.0
        return max(0.0, self.now() - state.since)

    def retry_in(self, step: StepProgress) -> float | None:
        """How long until the next attempt of a step; None where none is waited for."""
        told = step.retrying
        return None if told is None else self._left(told.ts, told.delay)

    def paused_for(self, step: StepProgress) -> float | None:
        """How long an attempt of a step still only waits; None where it does not."""
        told = step.paused
        if told is None or not step.under_way:
            return None
        return self._left(told.ts, told.seconds) or None

    def _left(self, ts: str, seconds: float) -> float | None:
        """How much is left of so many seconds that began at `ts`; None where no time passes."""
        if self._live is None:
            return None
        ends = datetime.fromisoformat(ts).timestamp() + seconds
        return max(0.0, ends - self._live.clock.now().wall)

    def question_left(self, question: Question) -> float | None:
        """How long a question is still open."""
        step = self._progress.steps.get(question.step)
        if question.timeout is None or step is None:
            return None
        return max(0.0, question.timeout - self.waiting_for(step))
