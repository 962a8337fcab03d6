"""The runs of this console that are under way: driven to their ends, and stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from pup_tui.drivers.watcher import Watcher

if TYPE_CHECKING:
    from pup_tui.drivers.local import LocalRun

PATIENCE = 6.0
"""Seconds that runs get to stop in when the program has to end: the grace of their processes and one more."""

LAST_CHANCE = 1.0


class Runs(Watcher):
    """Drives runs in tasks of their own, so that they end in order even where the screen does not.

    `incomplete` tells whether the record of one of them lacks something.
    """

    def __init__(self) -> None:
        self.incomplete = False
        self.left: list[LocalRun] = []
        """Those that were asked to stop where they are."""
        self._tasks: dict[LocalRun, asyncio.Task[None]] = {}

    @property
    def under_way(self) -> list[LocalRun]:
        return [live for live, task in self._tasks.items() if not task.done()]

    def begin(self, live: LocalRun, failed: Callable[[str], None]) -> None:
        """Drive a run; `failed` is told where it can go no further for another reason than its own end."""
        live.watch(self)
        task = asyncio.create_task(self._drive(live, failed), name=f"run {live.run}")
        self._tasks[live] = task
        task.add_done_callback(lambda _: self._tasks.pop(live, None))

    async def _drive(self, live: LocalRun, failed: Callable[[str], None]) -> None:
        from pup_tui.journal.errors import JournalError

        try:
            await live.drive()
        except JournalError as error:
            self.incomplete = True
            failed(f"The run was stopped: it can no longer be recorded. {error}")
        except Exception as error:  # a fault of ours must not leave a run that seems to go on
            failed(f"The run was stopped by a fault in pup-tui ({type(error).__name__}).")

    def trouble(self, told: str) -> None:
        self.incomplete = True

    def cancel(self, by: str, reason: str = "") -> None:
        """Ask all runs to stop and clean up; asked again, they leave the cleanup."""
        for live in self.under_way:
            live.cancel(by, reason)

    def terminate(self, by: str) -> None:
        """Ask all runs to stop and clean up within their limit for that."""
        for live in self.under_way:
            live.terminate(by)

    def interrupt(self, reason: str) -> None:
        """Ask all runs to stop where they are."""
        for live in self.under_way:
            self.left.append(live)
            live.interrupt(reason)

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until all runs have ended, at most so long; whether they have."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return not self.under_way

    async def end(self, reason: str, patience: float = PATIENCE) -> None:
        """Leave nothing running: what has not stopped after `patience` seconds is interrupted."""
        if await self.wait(patience):
            return
        self.interrupt(reason)
        if await self.wait(LAST_CHANCE):
            return
        for task in list(self._tasks.values()):
            task.cancel()
        await self.wait(LAST_CHANCE)
