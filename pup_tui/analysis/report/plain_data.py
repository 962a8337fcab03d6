"""A report as plain data, for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from pup_tui.analysis.report.facts import (
    Postmortem,
    ReportedFleet,
    ReportedRun,
    ReportedStep,
    TimelineEntry,
)
from pup_tui.analysis.report.gaps import GAPS
from pup_tui.analysis.report.moments import local
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.words import plain
from pup_tui.core.notices import rfc3339, rfc3339_or_none


def as_data(told: Postmortem, people: People) -> dict[str, Any]:
    """All that the page tells; `gaps` are the questions that the record cannot answer."""
    return {
        "title": people.text(told.title),
        "made_at": rfc3339(told.made),
        "version": told.version,
        "names": people.by_name,
        "losses": told.losses,
        "runs": [_run(run, people) for run in told.runs],
        "timeline": [_entry(entry) for entry in told.timeline],
        "gaps": [{"name": name, "asks": gap.asks, "answer": None} for name, gap in GAPS.items()],
    }


def _run(run: ReportedRun, people: People) -> dict[str, Any]:
    return {
        "run": run.run,
        "runbook": run.runbook,
        "name": run.name,
        "status": run.status,
        "reason": people.text(run.why),
        "started_at": rfc3339(run.began),
        "ended_at": rfc3339_or_none(run.ended),
        "duration": run.duration,
        "waited": run.waited,
        "operator": people.person(run.operator),
        "profile": run.profile,
        "scheduled": run.scheduled or None,
        "asked_by": run.asked_by or None,
        "read_only": run.read_only,
        "version": run.version,
        "sha256": run.sha256,
        "lock": people.text(run.lock) or None,
        "alert": people.value(run.alert),
        "vars": people.value(run.variables),
        "vars_changed": {name: people.value(list(told)) for name, told in run.changed.items()},
        "decisions": [
            {
                "at": rfc3339(each.at),
                "step": each.step,
                "question": people.text(each.question),
                "answer": people.text(each.answer),
                "by": people.person(each.by),
                "note": people.text(each.note),
                "values": people.value(each.values),
            }
            for each in run.decisions
        ],
        "notes": [
            {"at": rfc3339(each.at), "by": people.person(each.by), "note": people.text(each.note)}
            for each in run.notes
        ],
        "steps": [_step(step, people) for step in run.steps],
        "fleets": [_fleet(fleet, people) for fleet in run.fleets],
    }


def _step(step: ReportedStep, people: People) -> dict[str, Any]:
    return {
        "step": step.id,
        "name": step.name,
        "kind": step.kind,
        "status": step.status,
        "reason": people.text(step.reason),
        "attempts": step.attempts,
        "exit_code": step.exit_code,
        "started_at": rfc3339_or_none(step.began),
        "ended_at": rfc3339_or_none(step.ended),
        "duration": step.duration,
        "waited": step.waited,
        "command": step.command,
        "sent": list(step.sent),
        "changes": step.changes,
        "is_undo": step.is_undo,
        "can_be_undone": step.can_be_undone,
        "left_running": list(step.left_running),
        "output": None if step.output is None else msgspec.to_builtins(step.output),
        "output_lost": step.lost,
    }


def _fleet(fleet: ReportedFleet, people: People) -> dict[str, Any]:
    return {
        "step": fleet.step,
        "name": fleet.name,
        "counts": fleet.counts,
        "pace": list(fleet.pace),
        "trouble": [
            {
                "name": people.text(item.name),
                "host": item.host,
                "status": item.state,
                "reason": people.text(item.reason),
                "last": people.text(item.last),
            }
            for item in fleet.trouble
        ],
        "alike": [
            {
                "status": group.state,
                "names": [people.text(name) for name in group.names],
                "lines": group.lines,
                "last": people.text(group.last),
                "note": group.note,
            }
            for group in fleet.alike
        ],
    }


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "at": rfc3339(entry.at),
        "local": local(entry.at),
        "run": entry.run,
        "kind": entry.kind,
        "step": entry.step or None,
        "text": plain(entry.words),
    }
