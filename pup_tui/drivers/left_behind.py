"""What a past run has left running, for whoever is about to resume it."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pup_tui.aside import aside
from pup_tui.drivers.children import traces
from pup_tui.journal.errors import RunGoesOn
from pup_tui.journal.lock import owner_is_gone
from pup_tui.journal.places import journal_path, run_dir
from pup_tui.journal.records import RunRow
from pup_tui.steps.left_running import LOOK_AGAIN, Traces, end, left_running
from pup_tui.steps.survivors import Survivor, listed

GRACE = 5.0
"""Seconds that processes get to end when they are told to."""


@dataclass(frozen=True)
class LeftBehind:
    """An attempt of a past run whose processes live; `processes` names them."""

    traces: Traces
    processes: str

    @property
    def step(self) -> str:
        return self.traces.step

    async def lives(self) -> bool:
        return bool(await aside(self.traces.living))

    async def wait(self) -> None:
        """Wait until none of them lives."""
        while await self.lives():  # noqa: ASYNC110 -- there is nothing to wait on
            await asyncio.sleep(LOOK_AGAIN)

    async def end(self) -> str:
        """End them; names those that live all the same, empty if none does."""
        return listed(await aside(end, self.traces, GRACE))


def can_be_seen(row: RunRow) -> bool:
    """Whether what the run may have left behind would be found here."""
    return row.host == socket.gethostname() and sys.platform.startswith("linux")


async def left_behind(state: Path, row: RunRow, steps: Iterable[str]) -> list[LeftBehind]:
    """Those of the steps of a past run that still run; `state` is the folder of the journal.

    Raises RunGoesOn if the run is under way again, for then they are another process's.
    """
    found = await aside(still_running, state, row.run, list(steps))
    if found and not owner_is_gone(state, row.run, host=row.host, pid=row.pid):
        raise RunGoesOn(row.run, journal_path(state))
    return [LeftBehind(each, listed(living)) for each, living in found.items()]


def still_running(state: Path, run: str, steps: Iterable[str]) -> dict[Traces, list[Survivor]]:
    """The live processes of steps of a past run, as far as they can be found. Blocks. Linux only."""
    return left_running(traces(run_dir(state, run), run, steps))
