"""Reads pasted alerts for the console, aside, and finds the runbooks that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pup_tui.aside import aside

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import AlertReading
    from pup_tui.catalog.alerts import RunbookMatch
    from pup_tui.catalog.entries import Entry
    from pup_tui.tui.services import Services


class RankedAlert(Struct, frozen=True, kw_only=True):
    """What a pasted text says, and the runbooks that fit; with a `problem` (a sentence) it says nothing.

    `broken` are the ids of those that would fit.
    """

    reading: AlertReading | None = None
    matches: tuple[RunbookMatch, ...] = ()
    broken: tuple[str, ...] = ()
    problem: str = ""


class AboutAlert(Struct, frozen=True, kw_only=True):
    """What a run is about that is to begin: the alert as a run carries it, and what it gives to variables.

    `places` says where each value stood, `withheld` why only the operator may give one.
    """

    alert: Mapping[str, Any]
    title: str
    values: Mapping[str, str]
    places: Mapping[str, str]
    withheld: Mapping[str, Any]


async def read_pasted(text: str, services: Services, entries: Iterable[Entry]) -> RankedAlert:
    """Read and rank, in a thread."""
    return await aside(_ranked, text, services, tuple(entries))


def _ranked(text: str, services: Services, entries: tuple[Entry, ...]) -> RankedAlert:
    from pup_tui.analysis.alerts.paste import NoAlert
    from pup_tui.analysis.alerts.read import read_alerts

    try:
        reading = read_alerts(text)
    except NoAlert as error:
        return RankedAlert(problem=f"{error}: {error.hint}")
    return ranked_reading(reading, services, entries)


def ranked_reading(
    reading: AlertReading, services: Services, entries: tuple[Entry, ...]
) -> RankedAlert:
    """What was read, with the runbooks that fit its first alert."""
    from pup_tui.catalog.alerts import matches

    found = matches(
        reading.first,
        services.catalog,
        entries,
        profile=services.profile.name,
        profile_values=services.sources().profile_values,
    )
    return RankedAlert(reading=reading, matches=found.matches, broken=found.broken)


def about(reading: AlertReading, match: RunbookMatch) -> AboutAlert:
    """A run of a runbook that fits, about the first of the alerts."""
    filled = match.filled
    return AboutAlert(
        alert=reading.first.for_run(),
        title=reading.first.title,
        values=filled.taken,
        places=filled.places,
        withheld={name: each for name, each in filled.values.items() if name in filled.withheld},
    )


def is_like_an_alert(pasted: str) -> bool:
    """Whether what was pasted into a line is more than a word to look for."""
    text = pasted.strip()
    return "\n" in text or len(text) > 80 or text.startswith(("{", "[", "http://", "https://"))
