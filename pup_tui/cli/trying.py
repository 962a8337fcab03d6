"""One action of an integration, run without a record: to prove credentials, and to try what only looks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import replace

from pup_tui.drivers.watcher import Watcher

if TYPE_CHECKING:
    from pup_tui.core.events import AnyEvent
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.local import LocalRun
    from pup_tui.integrations.credentials import Ended
    from pup_tui.output.passage import Passage
    from pup_tui.runbook.load import Loaded
    from pup_tui.steps.leftovers import Leftovers

MAX_PRINTED = 64 * 1024
"""Characters of the output of an action that is tried that are kept."""


OpenLauncher: TypeAlias = "Callable[[Path, Leftovers], AbstractAsyncContextManager[Launcher]]"
"""Opens a launcher of runs of which nothing is kept: `Parts.launcher` without a journal."""


async def call_action(open_launcher: OpenLauncher, loaded: Loaded) -> Ended:
    """Run what `integrations.calling` has made, where nothing may be changed; nobody is asked anything.

    The action is one that the operator trusts, whose word for what only looks counts.
    """
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.source import source_of
    from pup_tui.journal.writer import MemoryJournal
    from pup_tui.steps.leftovers import Leftovers

    program = compile_program(loaded.id, loaded.require())
    with tempfile.TemporaryDirectory(prefix="pup-tui-") as folder, Leftovers() as leftovers:
        async with open_launcher(Path(folder), leftovers) as usual:
            launcher = replace(usual, read_only=True)
            assert isinstance(launcher.log, MemoryJournal)
            run = await launcher.launch(
                program,
                source=source_of(loaded),
                files=loaded.files,
                values={},
                is_believed=True,
            )
            printed = _Printed()
            run.watch(printed)
            await run.drive()
            return _ended(run, launcher.log.events[run.run], printed.text)


class _Printed(Watcher):
    """The first that the steps print, masked and safe to show."""

    def __init__(self) -> None:
        self.text = ""

    def output(self, step: str, passage: Passage) -> None:
        self.text += passage.text[: MAX_PRINTED - len(self.text)]


def _ended(run: LocalRun, events: list[AnyEvent], printed: str) -> Ended:
    from pup_tui.core.events import AttemptFinished
    from pup_tui.core.state import RunStatus
    from pup_tui.integrations.calling import STEP
    from pup_tui.integrations.credentials import Ended

    attempts = [event for event in events if isinstance(event, AttemptFinished)]
    last = attempts[-1] if attempts else None
    step = run.state.steps[STEP]
    return Ended(
        ok=run.state.status is RunStatus.SUCCEEDED,
        reason="" if run.state.status is RunStatus.SUCCEEDED else step.reason,
        status_code=last.status_code if last else None,
        outputs=_outputs(run, step.captured),
        printed=printed,
    )


def _outputs(run: LocalRun, names: Iterable[str]) -> dict[str, Any]:
    """What the action gave back, without what is secret."""
    frame = run.state.frames[""]
    return {name: frame.captured.get(name) for name in names if name not in frame.secrets}
