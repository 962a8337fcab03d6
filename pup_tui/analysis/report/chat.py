"""A report in a few lines, for a chat.

What others wrote stands in code, in which chats look for no formatting; the signs by which they still find
mentions, links and the end of code are written as signs that look like them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.analysis.report.facts import Postmortem, ReportedDecision, ReportedRun
from pup_tui.analysis.report.moments import local_clock, utc
from pup_tui.analysis.report.people import People
from pup_tui.core.questions import NOBODY
from pup_tui.core.told_alert import told_alert
from pup_tui.output.sanitize import safe_text
from pup_tui.template.duration import format_duration

MOST_TEXT = 160
"""Characters of a text by others that are shown."""

MOST_LINES = 8
"""Lines of each kind; how many more there are is told."""

_LOOKS_LIKE = str.maketrans({"`": "ˋ", "<": "‹", ">": "›", "@": "＠"})


def as_chat(told: Postmortem, people: People) -> str:
    """A text of a few lines, with a line feed at its end."""
    lines = [line for run in told.runs for line in _of_run(run, people)]
    if told.losses:
        lines.append(f"Not all of the record is there: {in_code(told.losses)}")
    ids = " ".join(run.run for run in told.runs)
    return "\n".join([*lines, f"All of it: {in_code(f'pup-tui report {ids}')}"]) + "\n"


def _of_run(run: ReportedRun, people: People) -> Iterator[str]:
    why = f": {in_code(people.text(run.why))}" if run.why else ""
    status = run.status.upper() if run.is_over else "UNDER WAY"
    yield f"{status}: {in_code(run.title)}{why}"
    yield f"{_span(run)}, by {in_code(people.person(run.operator))}, run {in_code(run.run)}"
    if run.alert:
        yield f"Alert: {in_code(people.text(told_alert(run.alert)))}"
    for heading, items in (
        ("Decisions", [_decision(each, people) for each in run.decisions]),
        ("Fleets", _fleets(run)),
        ("Failed", _ended_as("failed", run)),
        ("Changed", _changed(run)),
        ("Taken back", _taken_back(run)),
        ("Unknown", _ended_as("unknown", run)),
    ):
        yield from _listed(heading, items)


def _span(run: ReportedRun) -> str:
    ended = "" if run.ended is None else f" to {utc(run.ended)}"
    took = "" if run.duration is None else f", {format_duration(run.duration)}"
    return f"{utc(run.began)} ({local_clock(run.began)}){ended}{took}"


def _listed(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"{heading}:"
    yield from (f"• {item}" for item in items[:MOST_LINES])
    if len(items) > MOST_LINES:
        yield f"• and {len(items) - MOST_LINES} more"


def _decision(decision: ReportedDecision, people: People) -> str:
    of_step = f"{in_code(decision.about)}: " if decision.about else ""
    by = "nobody was asked" if decision.by == NOBODY else in_code(people.person(decision.by))
    note = f" ({in_code(people.text(decision.note))})" if decision.note else ""
    return f"{of_step}{in_code(people.text(decision.answer))}, {by}{note}"


def _ended_as(status: str, run: ReportedRun) -> list[str]:
    return [in_code(step.shown_name) for step in run.steps if step.status == status]


def _fleets(run: ReportedRun) -> list[str]:
    return [f"{in_code(fleet.name or fleet.step)}: {', '.join(fleet.told)}" for fleet in run.fleets]


def _changed(run: ReportedRun) -> list[str]:
    return [
        f"{in_code(step.shown_name)}{'' if step.changes else ' (perhaps)'}"
        for step in run.steps
        if step.may_have_changed and not step.is_undo
    ]


def _taken_back(run: ReportedRun) -> list[str]:
    return [
        f"{in_code(step.shown_name)}: {step.told_end}"
        for step in run.steps
        if step.is_undo and step.attempts
    ]


def in_code(text: str) -> str:
    """The beginning of a text as code of one line, without any sign that a chat acts on."""
    shown = safe_text(text)
    cut = shown if len(shown) <= MOST_TEXT else f"{shown[: MOST_TEXT - 1]}…"
    return f"`{cut.translate(_LOOKS_LIKE).strip() or '(nothing)'}`"
