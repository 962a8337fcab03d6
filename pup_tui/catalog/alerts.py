"""The runbooks of the catalog that fit an alert, with what it gives to their variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.fill import FilledValues, fill
from pup_tui.analysis.alerts.match import fits
from pup_tui.analysis.alerts.rank import rank
from pup_tui.catalog.catalog import Catalog
from pup_tui.catalog.entries import Entry
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.variables.sources import ProfileValue


class RunbookMatch(Struct, frozen=True, kw_only=True):
    """A runbook that fits an alert, as `rank` found it, and its variables as far as the alert fills them."""

    id: str
    rank: int
    why: tuple[str, ...]
    entry: Entry
    filled: FilledValues


class FittingRunbooks(NamedTuple):
    """The runbooks that fit an alert, best first, and the ids of those that would if they were not broken."""

    matches: tuple[RunbookMatch, ...]
    broken: tuple[str, ...]


def told_broken(runbooks: Sequence[str]) -> str:
    """That these would fit, in a sentence; their names may hold anything."""
    return f"Broken, and would fit: {', '.join(runbooks)}. `pup-tui validate` says what is wrong."


def filled_by(
    alert: Alert,
    runbook: Runbook,
    *,
    profile: str = "",
    profile_values: Mapping[str, ProfileValue] = {},
) -> FilledValues:
    """What an alert gives to a runbook's variables, by the first of its `alerts` that match, and by names."""
    matcher = next((each for each in runbook.alerts if fits(each.patterns, alert)), None)
    return fill(alert, runbook.vars, matcher, profile=profile, profile_values=profile_values)


def matches(
    alert: Alert,
    catalog: Catalog,
    entries: Iterable[Entry] | None = None,
    *,
    profile: str = "",
    profile_values: Mapping[str, ProfileValue] = {},
) -> FittingRunbooks:
    """The runbooks that fit; those that are shadowed or not trusted are none.

    `entries` are those of the catalog where they are known already. Only what fits is read whole.
    """
    known = catalog.first_look() if entries is None else entries
    usable = {each.id: each for each in known if each.trusted and not each.shadowed}
    found: list[RunbookMatch] = []
    broken: list[str] = []
    for hit in rank(alert, list(usable.values())):
        runbook = catalog.load(usable[hit.id].path).runbook
        if runbook is None:
            broken.append(hit.id)
            continue
        filled = filled_by(alert, runbook, profile=profile, profile_values=profile_values)
        entry = usable[hit.id]
        found.append(
            RunbookMatch(id=hit.id, rank=hit.rank, why=hit.why, entry=entry, filled=filled)
        )
    return FittingRunbooks(tuple(found), tuple(broken))
