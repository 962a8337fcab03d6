"""A run that a service manager ends: it cleans up, but not for ever."""

from __future__ import annotations

from pathlib import Path

from pup_tui.core.notices import AnyNotice, StepFinished, StepStarted
from pup_tui.drivers.clock import FakeClock
from pup_tui.drivers.local import CLEANUP_LIMIT, LocalRun
from pup_tui.drivers.watcher import Watcher
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run

TEXT = """
steps:
  - {name: a, kind: shell, run: sleep 600}
  - {name: quick, kind: shell, when: cleanup, run: echo tidy}
  - {name: hangs, kind: shell, when: cleanup, run: sleep 600}
  - {name: never, kind: shell, when: cleanup, run: echo never}
"""


class Terminates(Watcher):
    """Sends the run its SIGTERM in the first step, and lets time pass in the cleanup that hangs."""

    def __init__(self, run: LocalRun, clock: FakeClock, seconds: float) -> None:
        self._run = run
        self._clock = clock
        self._seconds = seconds

    def notice(self, notice: AnyNotice) -> None:
        if isinstance(notice, StepStarted) and notice.step == "a":
            self._run.terminate("SIGTERM")
        if isinstance(notice, StepStarted) and notice.step == "hangs":
            self._clock.advance(self._seconds)
            if self._seconds < CLEANUP_LIMIT:
                self._run.cancel("Ctrl-C")


async def terminated(folder: Path, seconds: float) -> tuple[LocalRun, Seen]:
    clock = FakeClock()
    run = await local_run(program_of(TEXT), folder, clock=clock)
    seen = Seen(run)
    run.watch(seen)
    run.watch(Terminates(run, clock, seconds))
    await run.drive()
    return run, seen


async def test_a_cleanup_that_hangs_is_stopped_at_the_limit_and_that_is_said(
    tmp_path: Path,
) -> None:
    run, seen = await terminated(tmp_path, CLEANUP_LIMIT)
    why = f"interrupted: the cleanup had not ended {CLEANUP_LIMIT:g} s after SIGTERM"
    assert (run.state.status, run.state.reason) == ("interrupted", why)
    assert seen.texts("quick") == ["tidy"]
    ended = {each.step: each.reason for each in seen.notices if isinstance(each, StepFinished)}
    assert ended["hangs"] == why
    assert seen.texts("never") == []


async def test_before_the_limit_it_goes_on(tmp_path: Path) -> None:
    run, _ = await terminated(tmp_path, CLEANUP_LIMIT - 0.1)
    assert (run.state.status, run.state.reason) == ("cancelled", "cancelled by SIGTERM")
