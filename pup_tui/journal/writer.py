"""The journal as asyncio code uses it, and a stand-in in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from pup_tui.aside import END_SOME, NO_THREAD
from pup_tui.core.events import AnyEvent, Scheduled, durable
from pup_tui.journal.database import PATIENCE
from pup_tui.journal.errors import JournalError, RunGoesOn
from pup_tui.journal.places import journal_path
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal

_T = TypeVar("_T")

BUSY_AFTER = 1.0
"""Seconds after which those who wait for the journal are told so."""


class Recorder(Protocol):
    """Where a driver records a run. Everything raises JournalError if it could not be recorded."""

    async def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        """Begin a run; `files` are the texts it was made from, by name.

        AlreadyFired where it is `scheduled` for a moment that has its run.
        """

    async def reopen_run(
        self, run: str, events: int, *, host: str, pid: int, files: Mapping[str, bytes]
    ) -> None:
        """Own a past run again, and keep `files` with it.

        RunGoesOn if another process owns it, or if it has more than these `events`.
        """

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        """Record events, all or none, and with `summary` how the run ended.

        Returns the place of the last one in the run, from 1.
        """

    async def add_to_past(self, run: str, event: AnyEvent) -> None:
        """Record an event of a run that nobody drives; RunGoesOn if somebody does."""

    async def let_go(self, run: str) -> None:
        """Own a run no longer, whether or not it was recorded to its end."""
        return

    async def close(self) -> None:
        """Finish what was asked for and close; nothing else may be asked then. A second time does nothing."""

    def tell_busy(self, tell: Callable[[str], None]) -> None:
        """Have `tell` called, on the loop, with what is waited for each time when something takes long."""
        return


class JournalWriter(Recorder):
    """Writes to a Journal from one thread of its own, in the order of the calls.

    A thread, because a commit blocks: for the disk, or for a lock of another program. What was asked for is
    written even if the task that waits for it is cancelled. After an error every later call fails too.
    """

    def __init__(self, journal: Journal, thread: ThreadPoolExecutor) -> None:
        self._journal = journal
        self._thread = thread
        self._closed = False
        self._tell_busy: Callable[[str], None] | None = None

    @classmethod
    async def open(cls, state: Path, *, patience: float = PATIENCE) -> JournalWriter:
        """As `Journal.open`, without blocking the loop; JournalError also where no thread can be had."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        begin = partial(Journal.open, state, patience=patience)
        try:
            journal = await asyncio.get_running_loop().run_in_executor(thread, begin)
        except RuntimeError as error:
            raise JournalError(
                f"the journal cannot be written: {NO_THREAD}", journal_path(state), END_SOME
            ) from error
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(journal, thread)

    async def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        await self._do(lambda: self._journal.create_run(record, files, scheduled))

    async def reopen_run(
        self, run: str, events: int, *, host: str, pid: int, files: Mapping[str, bytes]
    ) -> None:
        call = partial(self._journal.reopen_run, run, events, host=host, pid=pid, files=files)
        await self._do(call)

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        return await self._do(lambda: self._journal.append(run, *events, summary=summary))

    async def add_to_past(self, run: str, event: AnyEvent) -> None:
        await self._do(lambda: self._journal.add_to_past(run, event))

    async def let_go(self, run: str) -> None:
        if not self._closed:
            await self._do(lambda: self._journal.let_go(run))

    async def close(self) -> None:
        if self._closed:
            return
        try:
            await self._do(self._journal.close)
        finally:
            self._closed = True
            self._thread.shutdown(wait=False)

    def tell_busy(self, tell: Callable[[str], None]) -> None:
        self._tell_busy = tell

    async def _do(self, call: Callable[[], _T]) -> _T:
        if self._closed:
            raise JournalError("the journal is closed", self._journal.path)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._thread, call)
        # Whoever waits may be cancelled; the journal itself remembers an error that nobody saw.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        patience = loop.call_later(BUSY_AFTER, self._busy)
        try:
            return await asyncio.shield(future)
        finally:
            patience.cancel()

    def _busy(self) -> None:
        if self._tell_busy is not None:
            self._tell_busy(
                f"the journal is busy: {self._journal.path}: another program holds it, or its disk is slow; "
                f"it is waited for, {PATIENCE:g} seconds at most"
            )


class MemoryJournal(Recorder):
    """Stands in for JournalWriter where nothing is to be kept: `--no-journal`, and tests."""

    def __init__(self) -> None:
        self.records: dict[str, RunRecord] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.events: dict[str, list[AnyEvent]] = {}
        self.summaries: dict[str, RunSummary] = {}

    async def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        if record.run in self.records:
            raise JournalError(f"there is a run {record.run} already", _NOWHERE)
        self.records[record.run] = record
        self.files[record.run] = dict(files)
        self.events[record.run] = []

    async def reopen_run(
        self, run: str, events: int, *, host: str, pid: int, files: Mapping[str, bytes]
    ) -> None:
        if run not in self.records:
            raise JournalError(f"there is no run {run}", _NOWHERE)
        if len(self.events[run]) != events:
            raise RunGoesOn(run, _NOWHERE)
        self.files[run].update(files)
        self.summaries.pop(run, None)

    async def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        if run not in self.records:
            raise JournalError(f"there is no run {run}", _NOWHERE)
        self.events[run] += map(durable, events)
        if summary is not None:
            self.summaries[run] = summary
        return len(self.events[run])

    async def add_to_past(self, run: str, event: AnyEvent) -> None:
        await self.append(run, event)

    async def close(self) -> None:
        """Do nothing: what is in memory has nothing to close."""


_NOWHERE = Path("(memory)")
