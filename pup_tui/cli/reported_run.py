"""A recorded run as a report tells it, by what `show` knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pup_tui.analysis.report.facts import (
    ReportedAlike,
    ReportedDecision,
    ReportedFleet,
    ReportedItem,
    ReportedLeg,
    ReportedNote,
    ReportedOutput,
    ReportedRun,
    ReportedStep,
)
from pup_tui.analysis.report.people import People, holder_name
from pup_tui.analysis.report.timeline import TimelineOf, unasked_decisions
from pup_tui.analysis.step_moments import step_moments
from pup_tui.catalog.effects import mutates
from pup_tui.core.events import LockAnswered, Resumed, RunCreated
from pup_tui.core.ids import UNDO
from pup_tui.core.notices import StepAnswered, moment_of
from pup_tui.headless.exits import code_of_stop
from pup_tui.output.passage import Line
from pup_tui.output.sanitize import safe_text
from pup_tui.output.shown import spool_to_show
from pup_tui.output.spool import SpoolReader
from pup_tui.place_errors import told as told_error

if TYPE_CHECKING:
    from pup_tui.cli.fleets import ShownFleet
    from pup_tui.cli.shown import ShownRun

HEAD = TAIL = 20
"""Lines of an output that a report has of its beginning, and of its end."""

MOST_OF_LINE = 1_000
"""Characters of a line that are shown; the whole stands in the file."""

_MOST_READ = 64 * 1024
"""Bytes of a line that are read for it: what it said in the end may stand behind what was overwritten."""


def names_in(shown: ShownRun, told: Mapping[str, Any]) -> Iterator[str]:
    """The people of a run, in the order in which they turn up; `told` is what `show` tells as JSON."""
    yield shown.row.operator
    yield from (leg["operator"] for leg in told["legs"])
    yield from (each["by"] for each in (*told["decisions"], *told["notes"]))
    # Of a signal the record says what it was, where else it says who.
    others = (each.by for each in unasked_decisions(shown.events))
    yield from (by for by in others if code_of_stop(by) is None)
    yield from map(holder_name, holders_in(shown))


def holders_in(shown: ShownRun) -> Iterator[str]:
    """Who held locks that the run took, or was kept from, as the record tells it."""
    for event in shown.events:
        if isinstance(event, LockAnswered) and event.holder:
            yield event.holder.partition("; ")[0]
        lock = event.lock if isinstance(event, RunCreated | Resumed) else None
        if lock is not None and lock.broken:
            yield lock.broken


def reported_run(shown: ShownRun, told: Mapping[str, Any], people: People) -> ReportedRun:
    """All of a run that a report tells; `told` is what `show` tells of it as JSON."""
    row, state = shown.row, shown.state
    decisions, besides = _decisions(shown, told["decisions"])
    legs = tuple(_legs(shown, told["legs"]))
    names = {each["step"]: _name(each) for each in told["steps"]}
    timeline = TimelineOf(row.run, names, people).entries(
        shown.notices, shown.events, besides, legs, state.alert
    )
    return ReportedRun(
        run=row.run,
        runbook=row.runbook,
        name=row.name,
        status=row.status,
        why=row.why,
        began=row.started_at,
        ended=row.ended_wall,
        duration=row.duration,
        waited=state.waited,
        operator=row.operator,
        profile=row.profile,
        scheduled=row.scheduled,
        asked_by=shown.request.told if shown.request else "",
        version=legs[0].version if legs else "",
        path=row.path,
        sha256=row.sha256,
        variables=row.vars,
        changed={name: tuple(each) for name, each in shown.changes().items()},
        alert=state.alert,
        lock=told["lock"] or "",
        read_only=state.read_only,
        legs=legs,
        steps=tuple(_steps(shown, told["steps"])),
        fleets=tuple(map(_fleet, shown.fleets.values())),
        decisions=tuple(decisions),
        notes=tuple(map(_note, told["notes"])),
        timeline=tuple(timeline),
    )


def _name(step: Mapping[str, Any]) -> str:
    """A step's name, with what an item of a foreach is called."""
    return f"{step['name']} [{step['label']}]" if step["label"] else str(step["name"])


def _note(said: Mapping[str, str]) -> ReportedNote:
    return ReportedNote(moment_of(said["ts"]), said["by"], said["note"])


def _decisions(
    shown: ShownRun, said: Sequence[Mapping[str, Any]]
) -> tuple[list[ReportedDecision], list[ReportedDecision]]:
    """All decisions in their order, and those of them that are no answers to a question of the run."""
    answered = {(each.ts, each.step) for each in shown.notices if isinstance(each, StepAnswered)}
    told = [(_decision(each), (each["ts"], each["step"]) in answered) for each in said]
    unasked = list(unasked_decisions(shown.events))
    every = [*(decision for decision, _ in told), *unasked]
    besides = [*(decision for decision, is_answer in told if not is_answer), *unasked]
    return sorted(every, key=lambda each: each.at), besides


def _decision(said: Mapping[str, Any]) -> ReportedDecision:
    known = {name: said[name] for name in ("step", "answer", "by", "question", "note", "values")}
    return ReportedDecision(at=moment_of(said["ts"]), **known)


def _legs(shown: ShownRun, legs: Sequence[Mapping[str, Any]]) -> Iterator[ReportedLeg]:
    """The legs; one that another followed ended with the last that was recorded before that."""
    moments = [event.at.wall for event in shown.events]
    resumed = [at for at, event in enumerate(shown.events) if isinstance(event, Resumed)]
    stopped = [*(moments[at - 1] for at in resumed), None]
    for leg, end in zip(legs, stopped, strict=False):
        yield ReportedLeg(
            number=leg["leg"],
            operator=leg["operator"],
            host=leg["host"],
            version=leg["version"],
            began=moment_of(leg["started_at"]),
            stopped=end,
            status=leg["status"],
            reason=leg["reason"],
        )


def _fleet(fleet: ShownFleet) -> ReportedFleet:
    standing = fleet.summary.standing
    return ReportedFleet(
        step=fleet.summary.step,
        name=fleet.name,
        noun=fleet.summary.noun,
        told=tuple(standing.told(over=fleet.over)),
        pace=tuple(standing.pace),
        counts=standing.counts,
        trouble=tuple(
            ReportedItem(item.name, item.host, item.state, item.reason, each.last)
            for each in fleet.trouble
            for item in (each.item,)
        ),
        alike=tuple(
            ReportedAlike(
                group.state,
                tuple(fleet.names[item] for item in group.items),
                group.printed.lines,
                group.printed.last,
                group.printed.note,
            )
            for group in fleet.groups
        ),
    )


def _steps(shown: ShownRun, steps: Iterable[Mapping[str, Any]]) -> Iterator[ReportedStep]:
    began, ended = step_moments(shown.notices)
    for said in steps:
        id_ = said["step"]
        node = shown.steps.node(id_)
        output, trouble = _output(shown, id_) if said["output"] else (None, "")
        yield ReportedStep(
            id=id_,
            name=_name(said),
            kind=said["kind"],
            status=said["status"],
            reason=said["reason"],
            attempts=said["attempts"],
            exit_code=said["exit_code"],
            signal=said["signal"] or "",
            began=began.get(id_),
            ended=ended.get(id_),
            duration=said["duration"],
            waited=said["waited"],
            command=said["command"],
            sent=tuple(shown.steps.known[id_].sent.lines()),
            is_block=node.is_block,
            is_question=node.step.is_question,
            # What was recorded was judged when it began.
            changes=mutates(node.step, is_believed=True),
            can_be_undone=node.can_be_undone,
            is_undo=UNDO in id_,
            output=output,
            lost=said["output_lost"] or trouble,
            left_running=tuple(said["left_running"]),
            unreachable=said["unreachable"],
        )


def _output(shown: ShownRun, id_: str) -> tuple[ReportedOutput | None, str]:
    """What a step printed, and why that cannot be read, if it cannot."""
    try:
        return _read_output(shown, id_), ""
    except OSError as error:
        return None, f"what it printed cannot be read: {told_error(error)}"


def _read_output(shown: ShownRun, id_: str) -> ReportedOutput:
    """The beginning and the end of what a step printed, as people are shown it. Raises OSError."""
    path = shown.output(id_)
    to_show = spool_to_show(path, shown.steps.node(id_).step.shows, shown.status(id_))
    if to_show is None:
        return ReportedOutput(path=str(path), lines=0, hidden=True)
    reader = SpoolReader(to_show)
    try:
        number = reader.line_count
        head = min(number, HEAD) if number > HEAD + TAIL else number
        tail = max(head, number - TAIL)
        return ReportedOutput(
            path=str(path),
            lines=number,
            head=tuple(map(_line, reader.lines(0, head, _MOST_READ))),
            tail=tuple(map(_line, reader.lines(tail, number, _MOST_READ))),
            left_out=tail - head,
        )
    finally:
        reader.close()


def _line(line: Line) -> str:
    text = safe_text(click.unstyle(line.text), multiline=True)
    more = max(0, len(text) - MOST_OF_LINE) + line.unread
    return f"{text[:MOST_OF_LINE]} [… {more:,} more]" if more else text
