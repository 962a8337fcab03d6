"""Where a run on a plain terminal prints, and what is said where that was not all printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.lasting import as_it_is

if TYPE_CHECKING:
    from pup_tui.headless.stream import Outlet, Pump
    from pup_tui.settings.settings import TerminalFacts


def outlets(facts: TerminalFacts, pump: Pump) -> tuple[Outlet, Outlet]:
    """Standard output and standard error, coloured where both go to a terminal that is to have colours."""
    from pup_tui.headless.stream import Outlet

    coloured = facts.errors and facts.colour
    out = Outlet(as_it_is(sys.stdout), pump, coloured=coloured and facts.output, edge=facts.columns)
    edge = facts.columns if facts.errors else None
    return out, Outlet(as_it_is(sys.stderr), pump, coloured=coloured, edge=edge)


def told_lost(code: int, out: Outlet, err: Outlet, whole: str) -> int:
    """The exit code of a run of which something could not be printed, once that is said.

    `whole` tells where all of it is found.
    """
    from pup_tui.headless.exits import FAILED, SUCCEEDED

    if out.lost:
        told = f"what the run printed is cut off ({out.lost})"
        tell(str(Failure(told, "standard output", whole)))
    return FAILED if code == SUCCEEDED and (out.lost or err.lost) else code
