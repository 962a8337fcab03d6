"""The page that a report is: what the record knows, and marked gaps for what it cannot know."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pup_tui.analysis.report import gaps
from pup_tui.analysis.report.facts import EntryKind, Postmortem, ReportedRun, TimelineEntry
from pup_tui.analysis.report.fleet_parts import fleet_parts
from pup_tui.analysis.report.moments import local_clock, stamp, utc
from pup_tui.analysis.report.page import (
    Bullets,
    Dated,
    DatedItem,
    PagePart,
    Prose,
    ReportBlock,
    ReportPage,
)
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.step_parts import changes, step_parts, taken_back, unknowns
from pup_tui.analysis.report.timeline import told_by
from pup_tui.analysis.report.words import FileLink, Foreign, Sentence, SentencePiece
from pup_tui.core.counting import counted_as
from pup_tui.spelling import as_typed
from pup_tui.template.duration import format_duration

FileNamed = Callable[[str], FileLink]
"""How a file is told, and what leads to it from where the report will be."""

MOST_ENTRIES = 1_000
"""Entries of a timeline beyond which what is routine in it is left out."""

_SEEN_AGAIN = frozenset({EntryKind.QUESTION, EntryKind.STEP})
MOST_SEEN_AGAIN = 30
"""Moments of a timeline that are linked to the replay of their run."""

NOTHING = Prose(("Nothing.",))


def page_of(told: Postmortem, people: People, file_named: FileNamed) -> ReportPage:
    """The whole report."""
    parts = [
        PagePart(heading="Summary", anchor="summary", blocks=tuple(_summary(told, people))),
        PagePart(heading="Impact", anchor="impact", blocks=(gaps.IMPACT,)),
        PagePart(heading="Detection", anchor="detection", blocks=tuple(_detection(told, people))),
        PagePart(heading="Timeline", anchor="timeline", blocks=tuple(_timeline(told))),
        PagePart(heading="Variables", anchor="variables", blocks=tuple(_variables(told, people))),
        PagePart(heading="Decisions", anchor="decisions", blocks=tuple(_decisions(told, people))),
        *fleet_parts(told, people),
        PagePart(heading="Changes made", anchor="changes", blocks=changes(told, people)),
        PagePart(heading="What was taken back", anchor="undone", blocks=taken_back(told, people)),
        PagePart(heading="What is unknown", anchor="unknown", blocks=unknowns(told, people)),
        PagePart(heading="Causes", anchor="causes", blocks=(gaps.TRIGGER, gaps.CAUSES)),
        PagePart(heading="Resolution", anchor="resolution", blocks=(gaps.RESOLUTION,)),
        PagePart(heading="Lessons", anchor="lessons", blocks=_LESSONS),
        PagePart(heading="Actions", anchor="actions", blocks=(gaps.ACTIONS,)),
        *(part for run in told.runs for part in step_parts(run, told, people, file_named)),
        PagePart(heading="Record", anchor="record", blocks=tuple(_record(told, people))),
    ]
    return ReportPage(title=people.text(told.title), parts=tuple(parts))


_LESSONS: tuple[ReportBlock, ...] = (
    *(gaps.WELL, gaps.WRONG, gaps.LUCK),
    *(gaps.FOUND, gaps.RIGHT, gaps.FOLLOWED),
)


def _summary(told: Postmortem, people: People) -> Iterator[ReportBlock]:
    number = "one run" if len(told.runs) == 1 else f"{len(told.runs)} runs"
    made = f"from the record of {number}, on {utc(told.made)} ({local_clock(told.made)})"
    marked = "What the record cannot know is marked “To fill in”."
    yield Prose((f"A draft made by pup-tui {told.version} {made}. {marked}",))
    if told.losses:
        yield Prose(("Not all of the record is there: ", Foreign(told.losses)))
    if not people.by_name:
        as_recorded = "Commands and outputs are as they were recorded: names may stand in them."
        yield Prose((f"People stand in it by their role. {as_recorded}",))
    yield gaps.AUTHORS
    yield Bullets(tuple(_told_run(run, people) for run in told.runs))
    yield gaps.SUMMARY


def _told_run(run: ReportedRun, people: People) -> Sentence:
    words: list[SentencePiece] = [Foreign(run.title), " (runbook ", Foreign(run.runbook), ", run "]
    words += [
        Foreign(run.run),
        f") began {utc(run.began)}, by ",
        Foreign(people.person(run.operator)),
    ]
    if run.profile:
        words += [", with the profile ", Foreign(run.profile)]
    if run.asked_by:
        words += [", asked for by ", Foreign(run.asked_by)]
    if run.scheduled:
        words += [", for the schedule ", Foreign(run.scheduled)]
    if run.read_only:
        words.append(", as a read-only run")
    words.append(f", and {_end(run)}")
    if run.why:
        words += [": ", Foreign(people.text(run.why))]
    counts = _counts(run)
    return [*words, f". Steps: {counts}." if counts else "."]


def _end(run: ReportedRun) -> str:
    """How a run ended, when, and how long it took."""
    if not run.is_over:
        return "was still under way when this was written"
    ended = "" if run.ended is None else f" {utc(run.ended)}"
    took = "" if run.duration is None else f", after {format_duration(run.duration)}"
    if round(run.waited):
        took += f" and {format_duration(run.waited)} of waiting for people"
    was = "" if run.status in ("succeeded", "failed") else "was "
    return f"{was}{run.status}{ended}{took}"


def _counts(run: ReportedRun) -> str:
    counts: dict[str, int] = {}
    for step in run.steps:
        if not step.is_block:
            counted = counted_as(step.status, unreachable=step.unreachable)
            counts[counted] = counts.get(counted, 0) + 1
    return ", ".join(f"{number} {status}" for status, number in counts.items())


def _detection(told: Postmortem, people: People) -> Iterator[ReportBlock]:
    alerts = [(run, run.alert) for run in told.runs if run.alert]
    if not alerts:
        yield Prose(("No alert was given to a run.",))
    for run, alert in alerts:
        flat = {name: value for name, value in alert.items() if not isinstance(value, dict | list)}
        extra, labels = alert.get("extra"), alert.get("labels")
        flat |= extra if isinstance(extra, dict) else {}
        flat |= {f"label {n}": v for n, v in labels.items()} if isinstance(labels, dict) else {}
        guesses = alert.get("guesses") or ()
        yield Bullets(
            tuple(
                (
                    *told.lead(run.run),
                    *(Foreign(people.text(name.replace("_", " "))), ": "),
                    Foreign(people.text(as_typed(value))),
                    " (a guess)" if name in guesses else "",
                )
                for name, value in flat.items()
            )
        )
    yield gaps.DETECTION


def _timeline(told: Postmortem) -> Iterator[ReportBlock]:
    entries = told.timeline
    kept = [entry for entry in entries if not entry.routine]
    if len(entries) > MOST_ENTRIES:
        left_out = len(entries) - len(kept)
        yield Prose((f"Of what went as usual {left_out:,} entries are left out.",))
        entries = kept
    yield Dated(tuple(_dated(entry, told) for entry in entries))
    seen = [entry for entry in kept if entry.kind in _SEEN_AGAIN][:MOST_SEEN_AGAIN]
    if seen:
        yield Prose(("Where it was recorded, these moments can be seen again:",))
        yield Bullets(
            tuple(
                (Foreign(f"pup-tui replay {e.run} --at {stamp(e.at)}"), " ", *e.words) for e in seen
            )
        )


def _dated(entry: TimelineEntry, told: Postmortem) -> DatedItem:
    return DatedItem(entry.at, (*told.lead(entry.run), *entry.words), entry.kind)


def _variables(told: Postmortem, people: People) -> Iterator[ReportBlock]:
    items: list[Sentence] = []
    for run in told.runs:
        changed = dict(run.changed)
        for name, value in run.variables.items():
            later = "".join(f"; {each}" for each in changed.pop(name, ()))
            shown = people.text(as_typed(value) + later)
            items.append((*told.lead(run.run), Foreign(name), " = ", Foreign(shown)))
        for name, values in changed.items():
            shown = people.text("; ".join(values))
            items.append((*told.lead(run.run), Foreign(name), " = ", Foreign(shown)))
    yield Bullets(tuple(items)) if items else Prose(("The runs had none.",))


def _decisions(told: Postmortem, people: People) -> Iterator[ReportBlock]:
    decided = [(run, each) for run in told.runs for each in run.decisions]
    if not decided:
        yield Prose(("Nobody had to decide anything.",))
        return
    items: list[DatedItem] = []
    for run, decision in sorted(decided, key=lambda each: each[1].at):
        words: list[SentencePiece] = [*told.lead(run.run)]
        if decision.about:
            words += [Foreign(decision.about), ": "]
        words += [Foreign(people.text(decision.answer)), *told_by(decision.by, people)]
        if decision.note:
            words += [". Why: ", Foreign(people.text(decision.note))]
        if decision.question:
            words += [". Asked: ", Foreign(people.text(decision.question))]
        for name, value in decision.values.items():
            shown = people.text(as_typed(value))
            words += [". ", Foreign(name), " = ", Foreign(shown)]
        items.append(DatedItem(decision.at, words, "decision"))
    yield Dated(tuple(items))


def _record(told: Postmortem, people: People) -> Iterator[ReportBlock]:
    items: list[Sentence] = []
    for run in told.runs:
        path = run.path if people.by_name else run.path.rpartition("/")[2]
        items.append(
            (
                *told.lead(run.run),
                *("made from ", Foreign(people.text(path)), ", SHA-256 ", Foreign(run.sha256)),
                *(("; recorded by pup-tui ", Foreign(run.version)) if run.version else ()),
            )
        )
        for leg in run.legs:
            host = (" on ", Foreign(leg.host)) if people.by_name else ()
            who = Foreign(people.person(leg.operator))
            items.append(
                (*told.lead(run.run), f"leg {leg.number} began {utc(leg.began)}, by ", who, *host)
            )
        if run.lock:
            items.append((*told.lead(run.run), "held the lock ", Foreign(people.text(run.lock))))
        items.append((*told.lead(run.run), "all of it: ", Foreign(f"pup-tui show {run.run}")))
    yield Bullets(tuple(items))
    notes = [(run, note) for run in told.runs for note in run.notes]
    if notes:
        yield Prose(("Notes:",))
        yield Dated(
            tuple(
                DatedItem(
                    note.at,
                    (
                        *told.lead(run.run),
                        *(Foreign(people.person(note.by)), ": ", Foreign(people.text(note.note))),
                    ),
                    "note",
                )
                for run, note in notes
            )
        )
