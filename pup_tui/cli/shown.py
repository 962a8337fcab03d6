"""One recorded run, as `pup-tui show` tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pup_tui.core.ids import UNDO, item_numbers
from pup_tui.core.legs import Leg, legs_of
from pup_tui.core.notices import rfc3339
from pup_tui.core.questions import NOBODY
from pup_tui.core.state import RunStatus
from pup_tui.core.steps_left import StepsLeft
from pup_tui.core.told_alert import told_alert
from pup_tui.local_time import local_time, local_time_of
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.template.duration import format_duration

if TYPE_CHECKING:
    from pup_tui.cli.fleets import ShownFleet
    from pup_tui.core.events import AnyEvent, RunRequest, Source
    from pup_tui.core.notices import RunResumed
    from pup_tui.core.program import Program
    from pup_tui.core.state import RunState
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow

INDENT = "  "


def run_json(row: RunRow) -> dict[str, Any]:
    """A run as it stands in JSON, without its legs."""
    return {
        "run": row.run,
        "runbook": row.runbook,
        "status": row.status,
        "started_at": rfc3339(row.started_at),
        "duration": row.duration,
        "operator": row.operator,
        "profile": row.profile,
        "unchecked": row.unchecked,
        "look": row.look,
        "scheduled": row.scheduled or None,
        "warnings": row.warnings,
    }


def legs_json(events: Sequence[AnyEvent]) -> list[dict[str, Any]]:
    """The legs of a run as they stand in the history's JSON, by the events that they begin with."""
    return [_leg_json(leg) for leg in legs_of(events)]


def _leg_json(leg: Leg) -> dict[str, Any]:
    return {
        "leg": leg.number,
        "operator": leg.operator,
        "host": leg.host,
        "version": leg.version,
        "started_at": rfc3339(leg.wall),
        "skipped": leg.skipped,
        "source": None if leg.source is None else _source_json(leg.source),
    }


def _source_json(source: Source) -> dict[str, str]:
    return {"path": source.path, "sha256": source.sha256}


def _waited(seconds: float) -> str:
    return f" · waited {format_duration(seconds)} for an answer" if round(seconds) else ""


class ShownRun:
    """One recorded run, replayed from its events over the exact files that it was made from."""

    def __init__(self, journal: JournalReader, row: RunRow) -> None:
        from pup_tui.drivers.replay import LegEnd
        from pup_tui.journal.places import run_dir
        from pup_tui.recorded_text import read_replayed

        self.row = row
        self._state_dir = journal.state
        self.folder = run_dir(journal.state, row.run)
        self.record, replayed = read_replayed(journal, row)
        self.program: Program = self.record.program
        self.events: Sequence[AnyEvent] = self.record.events
        self.legs = legs_of(self.events)
        self.state: RunState = replayed.state
        self.notices: Sequence[Any] = replayed.notices
        # How the newest leg ended stands in the row.
        self._ends = [*replayed.ends, LegEnd(row.status, row.why)]
        self.steps = StepsLeft(
            self.record.programs, self.state, is_over=row.status is not RunStatus.RUNNING
        )

    def as_json(self) -> dict[str, Any]:
        return {
            **run_json(self.row),
            "legs": self._legs(),
            "reason": self.row.reason,
            "vars": self.row.vars,
            "alert": self.state.alert,
            "request": self._request(),
            "waited": self.state.waited,
            "lock": None if self.state.lock is None else self.state.lock.value,
            "steps": [self._step(step) for step in self.steps.ids],
            "fleets": self._fleets(),
            "decisions": self._decisions(),
            "notes": self._notes(),
        }

    def _legs(self) -> list[dict[str, Any]]:
        """Each leg with how it ended, and what was known and decided when it began."""
        from pup_tui.core.notices import RunResumed

        resumed = [notice for notice in self.notices if isinstance(notice, RunResumed)]
        legs = []
        for leg, ended, notice in zip(self.legs, self._ends, [None, *resumed], strict=False):
            legs.append(
                {
                    **_leg_json(leg),
                    "status": ended.status,
                    "reason": ended.why,
                    "finished": 0 if notice is None else notice.finished,
                    "unknown": [] if notice is None else list(notice.unknown),
                    "again": list(leg.again),
                    "changed": leg.changed,
                    "edited": {step: edited.text for step, edited in leg.edited.items()},
                    "edited_values": {s: e.values for s, e in leg.edited.items() if e.values},
                    "given": {step: list(names) for step, names in leg.given.items()},
                }
            )
        return legs

    @cached_property
    def fleets(self) -> dict[str, ShownFleet]:
        """The loops over hosts, or over many items, by their steps."""
        from pup_tui.cli.fleets import shown_fleets

        return {fleet.summary.step: fleet for fleet in shown_fleets(self)}

    def _fleets(self) -> list[dict[str, Any]]:
        from pup_tui.cli.fleets import fleet_json

        return [fleet_json(fleet) for fleet in self.fleets.values()]

    def _step(self, id_: str) -> dict[str, Any]:
        node, step, left = self.steps.node(id_), self.steps.known[id_], self.steps.left_as(id_)
        path = self.output(id_)
        return {
            "step": id_,
            "name": node.step.name,
            "kind": node.step.kind,
            "label": step.label or None,
            "host": step.host,
            "status": self.status(id_),
            "outcome": step.status,
            "attempts": step.attempts,
            "exit_code": step.exit_code,
            "signal": step.signal or None,
            "ran_by": step.ran_by or None,
            "unreachable": step.unreachable,
            "duration": None if step.began is None or step.ended is None else step.took(step.ended),
            "waited": step.waited,
            "command": step.command,
            **step.sent.as_fields(),
            "reason": step.reason or (left[1] if left else ""),
            "left_running": self._left_running.get(id_, []),
            "output": str(path) if path.exists() else None,
            "output_lost": self._loss(id_),
        }

    def status(self, id_: str) -> str:
        """How a step ended, or how the end of the program left it; `pending` if it had not begun."""
        step = self.steps.known[id_]
        if step.status is not None:
            return step.status
        if self.row.status is RunStatus.RUNNING:
            return step.phase
        left = self.steps.left_as(id_)
        return left[0] if left else "pending"

    @cached_property
    def _left_running(self) -> dict[str, list[str]]:
        """By the step, the processes that an interrupted run has left and that can be found here."""
        from pup_tui.drivers.left_behind import can_be_seen, still_running

        unknown = [step for step in self.state.steps if self.status(step) == "unknown"]
        if self.row.status is not RunStatus.INTERRUPTED or not can_be_seen(self.row):
            return {}
        found = still_running(self._state_dir, self.row.run, unknown)
        return {each.step: [str(process) for process in living] for each, living in found.items()}

    def _loss(self, id_: str) -> str:
        """What is missing of a step's output, in words; an empty one is kept once an attempt has ended."""
        from pup_tui.output.loss import loss

        kept = self.steps.known[id_].kept
        return "" if kept is None else loss(self.output(id_), kept)

    def output(self, id_: str) -> Path:
        from pup_tui.output.spool import spool_name

        return self.folder / spool_name(self.program.place(id_), id_)

    def outputs(self) -> dict[str, Path]:
        """By the step, the file that its output is in, if it has any."""
        return {id_: self.output(id_) for id_ in self.steps.ids}

    def _decisions(self) -> list[dict[str, Any]]:
        """What was decided, in its order: each answer with the question that was put.

        So is what was decided before the run went on, since nobody was asked while it lasted.
        """
        from pup_tui.core.notices import RunResumed, StepAnswered, StepWaiting

        decisions = [*self._approved(), *self._unchecked(), *self._broken_locks()]
        asked: dict[str, str] = {}
        for notice in self.notices:
            if isinstance(notice, StepWaiting):
                asked[notice.step] = notice.question
            elif isinstance(notice, StepAnswered):
                decisions.append(
                    _decision(
                        notice.step,
                        notice.answer,
                        by=notice.by,
                        ts=notice.ts,
                        question=asked.pop(notice.step, ""),
                        note=notice.note,
                        values=notice.values,
                    )
                )
            elif isinstance(notice, RunResumed):
                decisions += _decided_before(notice)
        return decisions

    def _notes(self) -> list[dict[str, str]]:
        """What was remarked about the run, in its order."""
        from pup_tui.core.notices import RunNoted

        told = (notice for notice in self.notices if isinstance(notice, RunNoted))
        return [{"by": note.by, "note": note.note, "ts": note.ts} for note in told]

    def _approved(self) -> list[dict[str, Any]]:
        """The decision to begin what a client had asked for, with its reason for that."""
        return [
            _decision(
                "",
                f"approved the request of {leg.request.told}",
                by=leg.operator,
                ts=rfc3339(leg.wall),
                question=leg.request.reason,
                note=leg.request.note,
            )
            for leg in self.legs
            if leg.request is not None
        ]

    @property
    def request(self) -> RunRequest | None:
        """Who asked for the run, where that was not its operator."""
        return next((leg.request for leg in self.legs), None)

    def _request(self) -> dict[str, Any] | None:
        if (request := self.request) is None:
            return None
        return {
            "client": request.client,
            "version": request.version,
            "reason": request.reason,
            "digest": request.digest,
            "asked_at": rfc3339(request.asked),
            "approved_by": self.row.operator,
        }

    def _unchecked(self) -> list[dict[str, Any]]:
        """The decision to begin though something was not in order, with what that was."""
        return [
            _decision(
                "",
                "began unchecked",
                by=leg.operator,
                ts=rfc3339(leg.wall),
                question="\n".join(leg.unchecked.failed),
                note=leg.unchecked.reason,
            )
            for leg in self.legs
            if leg.unchecked is not None
        ]

    def _broken_locks(self) -> list[dict[str, Any]]:
        """The decisions to take the lock from another run; no step made them."""
        return [
            _decision(
                "",
                f"broke the lock {leg.lock.value} of {leg.lock.broken}",
                by=leg.operator,
                ts=rfc3339(leg.wall),
                note=leg.lock.reason,
            )
            for leg in self.legs
            if leg.lock is not None and leg.lock.broken
        ]

    def print(self, edge: int | None = None) -> None:
        """Tell it; tables end before the terminal's `edge`."""
        row = self.row
        reason = f": {safe_text(row.why)}" if row.why else ""
        click.echo(f"{safe_text(row.runbook)} · run {row.run} · {row.status}{reason}")
        took = "" if row.duration is None else f" · {format_duration(row.duration)}"
        took += _waited(self.state.waited)
        with_it = f" with the profile {safe_text(row.profile)}" if row.profile else ""
        planned = f" for the schedule {safe_text(row.scheduled)}" if row.scheduled else ""
        who = f"{safe_text(row.operator)}{with_it}{planned}"
        click.echo(f"started {local_time(row.started_at)} by {who}{took}")
        if self.state.alert:
            click.echo(f"alert: {safe_text(told_alert(self.state.alert))}")
        if request := self.request:
            click.echo(f"asked for by {safe_text(request.told)} {local_time(request.asked)}")
        self._print_legs()
        changes = self.changes()
        for name, value in row.vars.items():
            told = "; ".join([safe_text(as_typed(value)), *changes.pop(name, ())])
            click.echo(f"  {name} = {told}")
        for name, later in changes.items():
            click.echo(f"  {name} = {'; '.join(later)}")
        for id_ in self.steps.ids:
            self._print_step(id_, edge)
        self._print_decisions()
        notes = self._notes()
        if notes:
            click.echo("\nNotes")
        for note in notes:
            when = local_time_of(note["ts"])
            click.echo(f"  {when} {safe_text(note['by'])}: {safe_text(note['note'])}")

    def _print_decisions(self) -> None:
        decisions = self._decisions()
        if decisions:
            click.echo("\nDecisions")
        for decision in decisions:
            note = f" ({safe_text(decision['note'])})" if decision["note"] else ""
            step = "undo" if decision["step"] == UNDO else decision["step"]
            of_step = f"{step}: " if step else ""
            answer = safe_text(decision["answer"])
            by = "since nobody was asked" if decision["by"] == NOBODY else f"by {decision['by']}"
            told = f"{of_step}{answer} {safe_text(by)}{note}"
            when = local_time_of(decision["ts"])
            click.echo(f"  {when} {told}")
            for line in decision["question"].splitlines():
                click.echo(f"    {safe_text(line)}")
            for name, value in decision["values"].items():
                click.echo(f"    {name} = {safe_text(as_typed(value))}")

    def changes(self) -> dict[str, list[str]]:
        """By the variable, what it was changed to later, each time with the leg and by whom."""
        changes: dict[str, list[str]] = {}
        for leg in self.legs:
            for name, value in leg.changed.items():
                told = f"from leg {leg.number} on {as_typed(value)}, by {leg.operator}"
                changes.setdefault(name, []).append(safe_text(told))
        return changes

    def _print_legs(self) -> None:
        """Say of each leg what was decided as it began, and of each but the first how the run came to it."""
        stood = ""
        for leg in self._legs():
            if stood:
                when = local_time_of(leg["started_at"])
                who = f"{safe_text(leg['operator'])} on {safe_text(leg['host'])}"
                click.echo(
                    f"leg {leg['leg']}: resumed {when} by {who} · it was {stood}, "
                    f"steps done: {leg['finished']}"
                )
            stood = ": ".join(filter(None, (leg["status"], safe_text(leg["reason"]))))
            self._print_decided(leg)

    def _print_decided(self, leg: dict[str, Any]) -> None:
        if leg["leg"] > 1 and leg["source"]:
            path, sha256 = safe_text(leg["source"]["path"]), leg["source"]["sha256"]
            click.echo(f"  went on with the file as it was then: {path} ({sha256[:12]})")
        for told, steps in (
            ("began and did not finish", leg["unknown"]),
            ("ran again for want of a secret", leg["again"]),
            ("what it captured was given", leg["given"]),
        ):
            for step in steps:
                click.echo(f"  {safe_text(step)}: {told}")
        for step, why in leg["skipped"].items():
            click.echo(f"  {safe_text(step)}: skipped: {safe_text(why)}")
        for name, value in leg["changed"].items():
            click.echo(f"  {name} was changed to {safe_text(as_typed(value))}")
        for step, text in leg["edited"].items():
            click.echo(f"  {safe_text(step)}: its text was changed:")
            for line in text.splitlines():
                click.echo(f"    {safe_text(line)}")
            for name, value in leg["edited_values"].get(step, {}).items():
                click.echo(f"    where {name} is {safe_text(value)}")

    def _print_step(self, id_: str, edge: int | None) -> None:
        node, step = self.steps.node(id_), self._step(id_)
        indent = INDENT * (node.depth + len(item_numbers(id_)))
        place = "undo: " if UNDO in id_ else "" if node.is_item else f"{node.index + 1}. "
        item = f" [{item_numbers(id_)[-1]}]" if node.is_item else ""
        item += f" {safe_text(step['label'], multiline=False)}" if step["label"] else ""
        reason = f": {safe_text(step['reason'])}" if step["reason"] else ""
        took = "" if step["duration"] is None else f" · {format_duration(step['duration'])}"
        took += _waited(step["waited"])
        took += f" · run by {safe_text(step['ran_by'])}" if step["ran_by"] else ""
        name = f"{safe_text(node.step.name)}{item}"
        click.echo(f"\n{indent}{place}{name} · {step['status']}{reason}{took}")
        for line in step["command"].splitlines():
            click.echo(f"{indent}   $ {safe_text(line)}")
        for line in self.steps.known[id_].sent.lines():
            click.echo(f"{indent}   {safe_text(line)}")
        for process in step["left_running"]:
            click.echo(f"{indent}   still running: {safe_text(process)}")
        self._print_fleet(id_, f"{indent}   ")
        self._print_output(id_, f"{indent}   ", edge, step["output_lost"])

    def _print_fleet(self, id_: str, indent: str) -> None:
        from pup_tui.cli.fleets import fleet_lines

        if (fleet := self.fleets.get(id_)) is not None:
            for line in fleet_lines(fleet):
                click.echo(f"{indent}{line}")

    def _print_output(self, id_: str, indent: str, edge: int | None, lost: str) -> None:
        from pup_tui.output.shown import spool_to_show
        from pup_tui.output.spool import SpoolReader
        from pup_tui.output.table_fit import TableFit

        path = self.output(id_)
        if lost:
            click.echo(f"{indent}{safe_text(lost)}")
        if not path.exists():
            return
        step = self.steps.node(id_).step
        shown = spool_to_show(path, step.shows, self.status(id_))
        if shown is None:
            click.echo(f"{indent}its output is not shown: {safe_text(str(path))}")
            return
        fit = TableFit(edge - len(indent) if edge is not None and step.shows_tables else None)
        reader = SpoolReader(shown)
        try:
            reader.refresh()
            for start in range(0, reader.line_count, 1000):
                lines = reader.lines(start, min(start + 1000, reader.line_count))
                text = "".join(f"{click.unstyle(line.text)}\n" for line in lines)
                _echo(fit.feed(text), indent)
            _echo(fit.rest(), indent)
        finally:
            reader.close()


def _echo(text: str, indent: str) -> None:
    for line in text.split("\n")[:-1]:
        click.echo(f"{indent}{line}")


def _decided_before(leg: RunResumed) -> list[dict[str, Any]]:
    """What its operator decided of steps before a leg of the run began."""
    decision = partial(_decision, by=leg.operator, ts=leg.ts)
    return [
        *(decision(step, "retry", question=f"failed: {why}") for step, why in leg.retried.items()),
        *(decision(step, "skip", note=why) for step, why in leg.skipped.items()),
        *(decision(step, "done") for step in leg.done),
        *(decision(step, "taken-back") for step in leg.taken_back),
    ]


def _decision(
    step: str,
    answer: str,
    *,
    by: str,
    ts: str,
    question: str = "",
    note: str = "",
    values: Mapping[str, Any] = {},
) -> dict[str, Any]:
    return {
        "step": step,
        "question": question,
        "answer": answer,
        "by": by,
        "note": note,
        "values": dict(values),
        "ts": ts,
    }
