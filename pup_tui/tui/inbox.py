"""Watches the inbox for the console: alerts as they come, from whoever listens for them."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from pup_tui.aside import aside
from pup_tui.file_stamp import Stamp, stamp_of
from pup_tui.tui.alerts import RankedAlert, ranked_reading, read_pasted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pup_tui.analysis.alerts.groups import GroupedAlerts
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.inbox import InboxRow
    from pup_tui.tui.services import Services


def now() -> float:
    """The time of day (UTC, seconds since 1970), by which alerts are too old to be shown."""
    return time.time()


class InboxWatch:
    """What has come, read again when that has changed: a run writes to the journal all the time."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._stamps: tuple[Stamp, ...] = ()
        self._version: tuple[object, ...] | None = None
        self.alerts: GroupedAlerts[InboxRow] | None = None
        """What was read last, the same as long as nothing changes; None before anything was."""

    async def look(self) -> None:
        """Read what has come, where that has changed. What cannot be read is as it was."""
        from pup_tui.journal.errors import JournalError

        with suppress(JournalError):
            await aside(self._look)

    def _look(self) -> None:
        from pup_tui.analysis.alerts.groups import grouped
        from pup_tui.analysis.alerts.kept import alert_from
        from pup_tui.journal.in_place import files_of
        from pup_tui.journal.inbox import inbox_version, kept_alerts
        from pup_tui.journal.places import journal_path
        from pup_tui.journal.reader import read_journal

        path, log, _ = files_of(journal_path(self._state))
        stamps = stamp_of(path), stamp_of(log)
        if stamps == self._stamps and self.alerts is not None:
            return
        with read_journal(self._state) as journal:
            version = None if journal is None else inbox_version(journal, now())
            if version == self._version and self.alerts is not None:
                self._stamps = stamps
                return
            rows = [] if journal is None else kept_alerts(journal, now())
        self._stamps, self._version = stamps, version
        known = ((row, alert_from(row.alert)) for row in rows)
        found = grouped([(row, alert) for row, alert in known if alert is not None])
        if found != self.alerts:
            self.alerts = found

    async def put_aside(self, number: int) -> None:
        """Ask nobody any more for an alert. Raises JournalError."""
        await aside(self._put_aside, number)

    def _put_aside(self, number: int) -> None:
        from pup_tui.journal.inbox import put_aside
        from pup_tui.journal.store import Journal

        with closing(Journal.open(self._state)) as journal:
            put_aside(journal, number, now())


async def read_kept(
    text: str, row: InboxRow, services: Services, entries: Iterable[Entry]
) -> RankedAlert:
    """Rank a kept alert as it was read when it came; another text, which was pasted over it, is read."""
    from pup_tui.inbox.receiving import reading_of

    reading = reading_of(row) if text == row.text else None
    if reading is None:
        return await read_pasted(text, services, entries)
    return await aside(ranked_reading, reading, services, tuple(entries))
