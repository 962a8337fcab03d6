"""A run without the console: watched, answered, and stopped by signals."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pup_tui.core.actions import Question
from pup_tui.core.notices import AnyNotice, StepAnswered, StepStarted
from pup_tui.core.state import RunState, RunStatus
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.watcher import Watcher
from pup_tui.headless.answers import Answers
from pup_tui.headless.exits import (
    BY_HANGUP,
    BY_INTERRUPT,
    BY_TERMINATION,
    FAILED,
    SUCCEEDED,
    code_of_stop,
    exit_code,
)


class _Asked(Watcher):
    """Passes a run's questions to whoever answers them; `incomplete`: whether its record lacks something."""

    def __init__(self, run: LocalRun, answers: Answers) -> None:
        self._run = run
        self._answers = answers
        self._settling: set[str] = set()
        self._began = False
        self.incomplete = False

    @property
    def only_settles(self) -> bool:
        """Whether a run has begun nothing since it goes on, and asks what became of what it had begun."""
        return bool(self._settling) and not self._began

    def notice(self, notice: AnyNotice) -> None:
        if isinstance(notice, StepStarted):
            self._began = True
        elif isinstance(notice, StepAnswered):
            self._settling.discard(notice.step)

    def question(self, question: Question) -> None:
        if question.kind in ("unknown", "half-undone"):
            self._settling.add(question.step)
        self._answers.ask(question, self._run)

    def trouble(self, told: str) -> None:
        self.incomplete = True

    def withdrawn(self, step: str) -> None:
        self._answers.withdraw(step)


async def run_headless(
    run: LocalRun,
    face: Watcher,
    answers: Answers,
    judge: Callable[[RunState], RunStatus] | None = None,
    stands_for: str = "",
) -> int:
    """Drive a run to its end and return the exit code, by its status, or what `judge` makes of that.

    Where it failed, that is the exit code of the step that it `stands_for`, if that has one.

    Raises JournalError if it cannot be recorded.
    """
    run.watch(face)
    asked = _Asked(run, answers)
    run.watch(asked)
    with _signals(run, asked):
        state = await run.drive()
    status = state.status if judge is None else judge(state)
    code = exit_code(status, code_of_stop(run.stopped_by))
    if code == FAILED and stands_for:
        code = state.steps[stands_for].exit_code or FAILED
    return FAILED if code == SUCCEEDED and asked.incomplete else code


@contextmanager
def _signals(run: LocalRun, asked: _Asked) -> Iterator[None]:
    """While the run lasts signals stop it in order; while it only asks how it stands Ctrl-C leaves it so."""

    def interrupt() -> None:
        stop = run.interrupt if asked.only_settles else run.cancel
        stop(BY_INTERRUPT)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    loop.add_signal_handler(signal.SIGTERM, run.terminate, BY_TERMINATION)
    # Under nohup the hangup is ignored, and the run is meant to outlive the terminal.
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    if not outlives:
        loop.add_signal_handler(signal.SIGHUP, run.interrupt, BY_HANGUP)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, *(() if outlives else (signal.SIGHUP,))):
            loop.remove_signal_handler(number)
