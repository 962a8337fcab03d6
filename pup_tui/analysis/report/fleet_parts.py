"""Fleets in a report: what became of many hosts or items, who was in trouble, and who printed the same."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.analysis.report.facts import Postmortem, ReportedAlike, ReportedFleet, ReportedItem
from pup_tui.analysis.report.page import Bullets, PagePart, Prose, ReportBlock
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.words import Foreign, Sentence, SentencePiece

MOST_NAMED = 100
"""Items in trouble, and groups, that are told one by one; the record has all of them."""

MOST_OF_GROUP = 10
"""Items of a group that are named."""


def fleet_parts(told: Postmortem, people: People) -> Iterator[PagePart]:
    """A part for all loops over hosts or many items; none where the runs had no such loop."""
    blocks = [
        block
        for run in told.runs
        for fleet in run.fleets
        for block in _fleet(told.lead(run.run), fleet, people)
    ]
    if blocks:
        yield PagePart(heading="Fleets", anchor="fleets", blocks=tuple(blocks))


def _fleet(lead: Sentence, fleet: ReportedFleet, people: People) -> Iterator[ReportBlock]:
    summary = ", ".join((*fleet.told, *fleet.pace))
    yield Prose((*lead, Foreign(fleet.name), " (", Foreign(fleet.step), f"): {summary}."))
    items = [_item(item, people) for item in fleet.trouble[:MOST_NAMED]]
    groups = [_group(group, fleet.noun, people) for group in fleet.alike[:MOST_NAMED]]
    yield from _listed(items, len(fleet.trouble))
    yield from _listed(groups, len(fleet.alike))


def _listed(told: list[Sentence], number: int) -> Iterator[ReportBlock]:
    more: list[Sentence] = [(f"… {number - MOST_NAMED:,} more",)] if number > MOST_NAMED else []
    if told:
        yield Bullets((*told, *more))


def _item(item: ReportedItem, people: People) -> Sentence:
    words: list[SentencePiece] = [Foreign(people.text(item.name)), f": {item.state}"]
    for text in filter(None, (item.reason, item.last)):
        words += [": ", Foreign(people.text(text))]
    return words


def _group(group: ReportedAlike, noun: str, people: People) -> Sentence:
    """`38 hosts alike, succeeded: …`, with the first of them by name."""
    number = len(group.names)
    named = ", ".join(people.text(name) for name in group.names[:MOST_OF_GROUP])
    more = f" and {number - MOST_OF_GROUP:,} more" if number > MOST_OF_GROUP else ""
    words: list[SentencePiece] = []
    if number > 1:
        how = "" if group.note else " alike"
        words += [f"{number:,} {noun}s{how}, {group.state} (", Foreign(named), f"{more})"]
    else:
        words += [Foreign(named), f", {group.state}"]
    if not group.last:
        return [*words, f": {group.note or 'nothing printed'}"]
    lines = f" (lines: {group.lines:,})" if group.lines > 1 else ""
    return [*words, ": ", Foreign(people.text(group.last)), lines]
