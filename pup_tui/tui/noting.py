"""Notes on runs that have ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pup_tui.aside import aside
from pup_tui.core.notices import RunNoted, rfc3339
from pup_tui.tui.past import read_run

if TYPE_CHECKING:
    from pup_tui.tui.services import Services


async def note_past(services: Services, run: str, text: str) -> RunNoted:
    """Record a note on a run that has ended; return what that tells. Raises JournalError."""
    past = await aside(read_run, services.state, run)
    launcher = await services.launcher()
    noted = await launcher.note(past.record, text)
    return RunNoted(ts=rfc3339(time.time()), run=run, by=services.operator, note=noted)
