"""What is looked at before the first step of a run, and what is said of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

import click

from pup_tui.aside import run_loop
from pup_tui.cli.failure import Failure, tell

if TYPE_CHECKING:
    from pup_tui.cli.wiring import Parts
    from pup_tui.core.events import BegunUnchecked
    from pup_tui.core.program import Program
    from pup_tui.preflight.check import ReadyCheck

BesideRun = Callable[[Callable[[str], None]], Awaitable[None]]
"""What goes on beside a run and tells sentences by the way."""

UNCHECKED = "--unchecked"
unchecked_option = click.option(
    UNCHECKED,
    metavar="REASON",
    help="Begin though what it needs is not in order; the reason is recorded.",
)


def look_before(
    parts: Parts, program: Program, but: Collection[str], unchecked: str | None
) -> BegunUnchecked | None:
    """Look whether a run can begin or go on, without the steps in `but`; what it is begun past, if anything.

    With the reason `unchecked` nothing of that keeps it from beginning, and no program is asked for its
    version. Otherwise raises Failure for what does. What else is not in order is told.
    """
    from pup_tui.core.events import BegunUnchecked
    from pup_tui.preflight.check import stopping

    if unchecked is not None and not unchecked.strip():
        raise Failure(f"{UNCHECKED} needs a reason, which is recorded", "", "say why")
    preflight = parts.preflight
    found = preflight.at_once(program, but)
    if unchecked is None and preflight.wants_versions(program):
        found += run_loop(preflight.versions(program, found))
    # Where nothing can be recorded the journal refuses the run itself, and tells the ways out of that.
    wrong = [each for each in stopping(found) if each.what != "record"]
    for each in found:
        if not (each.ok or each.stops):
            tell(f"pup-tui: {each}")
    if unchecked is not None:
        return BegunUnchecked(unchecked.strip(), tuple(str(each) for each in wrong))
    _refuse(wrong)
    return None


def _refuse(wrong: Collection[ReadyCheck]) -> None:
    past = f"{UNCHECKED} REASON goes past it"
    if len(wrong) == 1:
        (only,) = wrong
        told = f"{only.subject} {only.detail}"
        raise Failure(told, "", f"{only.hint}; {past}" if only.hint else past)
    if wrong:
        lines = [str(each) for each in wrong]
        for line in lines:
            tell(f"  {line}")
        told = f"nothing was run: {len(wrong)} things that it needs are not in order"
        todo = f"see the lines above; {UNCHECKED} REASON goes past them"
        raise Failure(told, "", todo, above=lines)


def look_beside(parts: Parts, program: Program, but: Collection[str]) -> BesideRun | None:
    """What looks at credentials and hosts while the run goes on; None where it needs none."""
    places = parts.preflight.elsewhere(program, but, beside=True)
    if not places:
        return None

    async def beside(tell: Callable[[str], None]) -> None:
        def told(check: ReadyCheck) -> None:
            if not check.ok:
                tell(str(check))

        try:
            await parts.preflight.look_elsewhere(places, told)
        except Failure as failure:
            tell(str(failure).removeprefix("pup-tui: "))

    return beside
