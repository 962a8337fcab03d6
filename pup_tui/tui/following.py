"""A run of another process on this computer, shown in the console as it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pup_tui.aside import aside
from pup_tui.core.notices import AnyNotice
from pup_tui.drivers.children import never_begun
from pup_tui.drivers.following import FollowedRun, driver_of
from pup_tui.journal.errors import JournalError
from pup_tui.journal.places import run_dir
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import OWNER_GONE
from pup_tui.tui.past import PastRun, breaking_off


@dataclass(frozen=True)
class Followed:
    """A run that goes on elsewhere. `note` says who drives it."""

    run: FollowedRun
    note: str
    journal: JournalReader

    @classmethod
    async def open(cls, past: PastRun, state: Path) -> Followed:
        """Follow a run from its beginning on; `state` is the folder of the journal. Raises JournalError."""
        row = past.row
        journal = await aside(JournalReader.open, state)
        coming = journal.follow(row.run)
        run = FollowedRun(state, row, past.record.programs, coming, lines=False)
        who = driver_of(row, past.events)
        note = f"Only shown here, driven by {who}. What it asks is answered there."
        return cls(run, note, journal)

    async def follow(self) -> tuple[Sequence[AnyNotice], str]:
        """Follow it to its end; what it could not tell any more, and what is to be said of that."""
        try:
            if await self.run.follow():
                return (), ""
            left = breaking_off(self.run, OWNER_GONE, await aside(self._never_begun))
            return left, "The program that drove it is gone."
        except (JournalError, OSError) as error:
            return (), f"The run cannot be followed any more: {error}"
        finally:
            self.journal.close()

    def _never_begun(self) -> list[str]:
        return never_begun(run_dir(self.journal.state, self.run.run), self.run.state)
