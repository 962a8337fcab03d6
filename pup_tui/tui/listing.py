"""The list of runbooks as it is shown: grouped, filtered, marked. Nothing here draws."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.catalog.entries import Origin
from pup_tui.tui.glyphs import Mark, mark_of

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.records import RunRow

GROUPINGS = ("type", "team", "source")
"""What runbooks can be grouped by: a tag, or where they come from."""

UNGROUPED = "other"
OPENED = "opened"
"""The group of a runbook that is in no folder of the catalog."""

WORKFLOWS = "Datadog workflows"
"""The group of the workflows of the account, whatever the others are grouped by."""

_LAST = (UNGROUPED, WORKFLOWS)
"""The groups that stand behind all others, in this order."""

BROKEN = Mark("✖", "broken", "bad")
UNTRUSTED = Mark("!", "untrusted", "care")
CHANGED = Mark("!", "changed", "care")
NOTED = Mark("!", "not as they are now", "care")
SHADOWED = Mark("◌", "shadowed", "calm")
_BAD_ENDS = frozenset({"failed", "aborted", "interrupted"})


class Group(Struct, frozen=True):
    """Runbooks that belong together; `note` is what is to be known of all of them, in a sentence."""

    title: str
    entries: tuple[Entry, ...]
    note: str = ""


class Activity(Struct, frozen=True, kw_only=True):
    """Which runbooks (by id) have a run under way, one that waits, what their last runs were, and what speaks
    for them.
    """

    running: Collection[str] = ()
    waiting: Collection[str] = ()
    last_runs: Mapping[str, RunRow] | None = None
    fresh: Mapping[str, Freshness] = {}


def matches(entry: Entry, wanted: str) -> bool:
    """Whether every word of `wanted` is somewhere in the id, name, description or tags."""
    tags = " ".join(f"{key}:{value}" for key, value in entry.tags.items())
    text = f"{entry.id} {entry.name} {entry.description} {tags}".casefold()
    return all(word in text for word in wanted.casefold().split())


def distance(entry: Entry, wanted: str) -> int:
    """How far a match is from what was meant: that is its id, or each word begins the id, is in it, or is
    only elsewhere.
    """
    runbook = entry.id.casefold()
    words = wanted.casefold().split()
    if words == [runbook]:
        return -1
    return sum(0 if runbook.startswith(word) else 1 if word in runbook else 2 for word in words)


def grouped(
    entries: Sequence[Entry],
    by: str,
    *,
    wanted: str = "",
    outside: Path | None = None,
    about_workflows: str = "",
) -> list[Group]:
    """The entries in groups, the nearest to what is `wanted` first, then by name.

    The file `outside` the catalog has a group of its own before all others; those without the tag come last,
    and behind them the Datadog Workflows, also where there are none and something is to be said `about` that.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (distance(entry, wanted), entry.id.casefold())):
        title = _source(entry) if by == "source" else entry.tags.get(by, "")
        title = OPENED if entry.path == outside else title or UNGROUPED
        title = WORKFLOWS if entry.origin is Origin.DATADOG else title
        groups.setdefault(title, []).append(entry)

    def place(title: str) -> tuple[object, ...]:
        nearest = distance(groups[title][0], wanted) if groups[title] else 0
        last = 1 + _LAST.index(title) if title in _LAST else 0
        return (nearest, title != OPENED, last, title.casefold())

    if about_workflows and not wanted:
        groups.setdefault(WORKFLOWS, [])
    notes = {WORKFLOWS: about_workflows}
    return [Group(t, tuple(groups[t]), notes.get(t, "")) for t in sorted(groups, key=place)]


def _source(entry: Entry) -> str:
    """Where a runbook comes from; of a pack, which one."""
    pack = entry.id.partition("/")[0]
    return f"pack {pack}" if entry.origin is Origin.PACK else str(entry.origin)


def labels_of(entries: Sequence[Entry]) -> dict[Path, str]:
    """What each is called in a list: its id, and a workflow its name where no other one has that."""
    names = Counter(entry.name for entry in entries if entry.origin is Origin.DATADOG)
    return {
        entry.path: entry.name if names[entry.name] == 1 else entry.id.rpartition("/")[2]
        for entry in entries
        if entry.origin is Origin.DATADOG
    }


def marks(entry: Entry, activity: Activity) -> list[Mark]:
    """What is to be known of a runbook at a glance, the most urgent first."""
    found = []
    if not entry.shadowed:
        if entry.id in activity.waiting:
            found.append(mark_of("waiting"))
        elif entry.id in activity.running:
            found.append(mark_of("running"))
    if entry.broken:
        found.append(BROKEN)
    if entry.shadowed:
        found.append(SHADOWED)
    if not entry.trusted:
        found.append(UNTRUSTED)
    if entry.changed:
        found.append(CHANGED)
    last = (activity.last_runs or {}).get(entry.id)
    if not found and last is not None and last.status in _BAD_ENDS:
        found.append(mark_of(last.status))
    return found


def proven(entry: Entry, activity: Activity) -> list[Mark]:
    """When a runbook last succeeded and whether its text is another one since, then that in fewer characters.

    Nothing of one that never did: its other marks say what there is to say.
    """
    from pup_tui.analysis.freshness import short_freshness

    fresh = activity.fresh.get(entry.id)
    if entry.shadowed or fresh is None or fresh.last_success is None:
        return []
    now = time.time()
    told = short_freshness(fresh, now)
    age = told.partition(" ")[0]
    tone = "care" if fresh.is_stale(now) else "calm"
    return [Mark("", told, "care" if fresh.is_changed else tone), Mark("", age, tone)]
