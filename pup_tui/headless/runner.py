"""A run without the console: watched, answered, and stopped by signals."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from pup_tui.core.actions import Question
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.watcher import Watcher
from pup_tui.headless.answers import Answers
from pup_tui.headless.exits import (
    BY_HANGUP,
    BY_INTERRUPT,
    BY_TERMINATION,
    FAILED,
    HANGUP,
    INTERRUPT,
    SUCCEEDED,
    TERMINATED,
    code_of_stop,
    exit_code,
)


class _Asked(Watcher):
    """Passes a run's questions to whoever answers them; `incomplete`: whether its record lacks something."""

    def __init__(self, run: LocalRun, answers: Answers) -> None:
        self._run = run
        self._answers = answers
        self.incomplete = False

    def question(self, question: Question) -> None:
        self._answers.ask(question, self._run)

    def trouble(self, told: str) -> None:
        self.incomplete = True

    def withdrawn(self, step: str) -> None:
        self._answers.withdraw(step)


async def run_headless(run: LocalRun, face: Watcher, answers: Answers) -> int:
    """Drive a run to its end and return the exit code. Raises JournalError if it cannot be recorded."""
    run.watch(face)
    asked = _Asked(run, answers)
    run.watch(asked)
    with _signals(run) as received:
        state = await run.drive()
    lost = code_of_stop((state.interrupted or "").removeprefix("interrupted: "))
    code = exit_code(state.status, received[0] if received else lost)
    return FAILED if code == SUCCEEDED and asked.incomplete else code


@contextmanager
def _signals(run: LocalRun) -> Iterator[list[int]]:
    """While the run lasts signals stop it in order; the exit codes they ask for, first one first."""
    received: list[int] = []

    def cancelled() -> None:
        received.append(INTERRUPT)
        run.cancel(by=BY_INTERRUPT)

    def terminated() -> None:
        received.append(TERMINATED)
        run.terminate(by=BY_TERMINATION)

    def hung_up() -> None:
        received.append(HANGUP)
        run.interrupt(BY_HANGUP)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, cancelled)
    loop.add_signal_handler(signal.SIGTERM, terminated)
    # Under nohup the hangup is ignored, and the run is meant to outlive the terminal.
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    if not outlives:
        loop.add_signal_handler(signal.SIGHUP, hung_up)
    try:
        yield received
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, *(() if outlives else (signal.SIGHUP,))):
            loop.remove_signal_handler(number)
