"""Steps in a report: what they ran and printed, what they changed, what was taken back, what nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pup_tui.analysis.report.facts import Postmortem, ReportedRun, ReportedStep
from pup_tui.analysis.report.moments import local_clock, utc
from pup_tui.analysis.report.page import Bullets, PagePart, Prose, ReportBlock, Verbatim
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.words import FileLink, Foreign, Sentence, SentencePiece
from pup_tui.template.duration import format_duration

MOST_STEPS = 300
"""Steps of a run that are told one by one; of more, those that only went well are left out."""

MOST_COMMAND = 300
"""Characters of a command in a list; all of it stands with its step."""


def _step_name(step: ReportedStep) -> Sentence:
    return (Foreign(step.name), " (", Foreign(step.id), ")") if step.name else (Foreign(step.id),)


def _bullets(items: list[Sentence], otherwise: str) -> tuple[ReportBlock, ...]:
    return (Bullets(tuple(items)),) if items else (Prose((otherwise,)),)


def _first_line(command: str) -> str:
    first, *more = command.strip().split("\n", 1)
    cut = first if len(first) <= MOST_COMMAND else f"{first[:MOST_COMMAND]}…"
    return f"{cut} …" if more else cut


def changes(told: Postmortem, people: People) -> tuple[ReportBlock, ...]:
    """Steps that acted and changed something, or may have: nobody can tell that from their text."""
    items: list[Sentence] = []
    for run in told.runs:
        undone = {step.id.removesuffix(":undo") for step in run.steps if _took_back(step)}
        for step in run.steps:
            if step.is_undo or not step.may_have_changed:
                continue
            words: list[SentencePiece] = [*told.lead(run.run), *_step_name(step)]
            words.append(": changed something" if step.changes else ": may have changed something")
            if step.status != "succeeded":
                words.append(f", and {step.told_end}")
            if step.began is not None:
                words.append(f", {utc(step.began)}")
            if step.id in undone:
                words.append(", and was taken back")
            if step.command:
                words += [": ", Foreign(_first_line(step.command))]
            items.append(words)
    return _bullets(items, "No step acted of which it is not known that it only looks.")


def _took_back(step: ReportedStep) -> bool:
    return step.is_undo and step.status == "succeeded"


def taken_back(told: Postmortem, people: People) -> tuple[ReportBlock, ...]:
    """Undo steps with how they ended, and what could have been taken back and was not."""
    items: list[Sentence] = []
    for run in told.runs:
        undos = [step for step in run.steps if step.is_undo]
        for step in undos:
            reason = (": ", Foreign(people.text(step.reason))) if step.reason else ()
            end = f": {step.told_end}" if step.attempts else f": not begun, {step.status}"
            items.append((*told.lead(run.run), *_step_name(step), end, *reason))
        known = {step.id.removesuffix(":undo") for step in undos if step.attempts}
        items += (
            (*told.lead(run.run), *_step_name(step), ": stays as it was done")
            for step in run.steps
            if step.can_be_undone and step.status == "succeeded" and step.id not in known
        )
    return _bullets(items, "Nothing was taken back, and no step that was done can be.")


def unknowns(told: Postmortem, people: People) -> tuple[ReportBlock, ...]:
    """What the record says that it does not know."""
    items = [words for run in told.runs for words in _unknown_of(run, told, people)]
    return _bullets(items, "Nothing that the record speaks of.")


def _unknown_of(run: ReportedRun, told: Postmortem, people: People) -> Iterator[Sentence]:
    lead = told.lead(run.run)
    for earlier, later in zip(run.legs, run.legs[1:], strict=False):
        if earlier.stopped is not None:
            span = f"from {utc(earlier.stopped)} to {utc(later.began)}"
            yield (*lead, f"what happened {span}: nobody drove the run, between two legs of it")
    if run.status == "interrupted":
        yield (*lead, "when the run ended exactly: its program was gone")
    if not run.is_over:
        yield (*lead, "how the run ends: it was under way when this was written")
    for step in run.steps:
        name = _step_name(step)
        reason = (": ", Foreign(people.text(step.reason))) if step.reason else ()
        if step.status == "unknown" and not step.is_block:
            yield (*lead, *name, ": whether it was done", *reason)
        elif step.may_have_changed and step.status in _MAY_HAVE:
            yield (*lead, *name, f": what it did before it {_MAY_HAVE[step.status]}")
        if step.lost:
            yield (*lead, *name, ": ", Foreign(people.text(step.lost)))
        for process in step.left_running:
            yield (*lead, *name, ": whether this still runs: ", Foreign(process))


_MAY_HAVE = {
    "failed": "failed",
    "warned": "failed",
    "ignored": "failed",
    "cancelled": "was stopped",
}
"""Statuses of a step that may have done a part of what it does."""


def step_parts(
    run: ReportedRun, told: Postmortem, people: People, file_named: Callable[[str], FileLink]
) -> Iterator[PagePart]:
    """The steps of a run, each with its command and what it printed."""
    several = len(told.runs) > 1
    number = told.runs.index(run) + 1
    steps = [
        step for step in run.steps if step.attempts or step.is_undo or step.status != "pending"
    ]
    left_out = 0
    if len(steps) > MOST_STEPS:
        kept = [step for step in steps if step.status != "succeeded" or step.changes]
        left_out, steps = len(steps) - len(kept), kept
    blocks: list[ReportBlock] = []
    if left_out:
        blocks.append(Prose((f"Of those that only went well {left_out:,} are left out.",)))
    if not steps:
        blocks.append(Prose(("No step began.",)))
    yield PagePart(
        heading="Steps of the run" if several else "Steps",
        name=run.run if several else "",
        anchor=f"steps-{number}",
        blocks=tuple(blocks),
    )
    for place, step in enumerate(steps, 1):
        yield PagePart(
            heading=f"Step {place}",
            name=step.shown_name,
            anchor=f"step-{number}-{place}",
            level=3,
            blocks=tuple(_told_step(step, people, file_named)),
        )


def _told_step(
    step: ReportedStep, people: People, file_named: Callable[[str], FileLink]
) -> Iterator[ReportBlock]:
    words: list[SentencePiece] = [Foreign(step.id), f", {step.kind}: {step.told_end}"]
    if step.reason:
        words += [": ", Foreign(people.text(step.reason))]
    yield Prose(words)
    yield Prose((_times(step),))
    if step.command:
        yield Verbatim("Command", step.command)
    if step.sent:
        yield Verbatim("What went into it", "\n".join(step.sent))
    if step.lost:
        yield Prose((Foreign(people.text(step.lost)),))
    yield from _output(step, file_named)


def _times(step: ReportedStep) -> str:
    told = [] if step.began is None else [f"began {utc(step.began)} ({local_clock(step.began)})"]
    if step.duration is not None:
        told.append(f"took {format_duration(step.duration)}")
    if round(step.waited):
        told.append(f"waited {format_duration(step.waited)} for an answer")
    if step.attempts > 1:
        told.append(f"attempts: {step.attempts}")
    line = ", ".join(told)
    return f"{line[0].upper()}{line[1:]}." if line else "It did not begin."


def _output(step: ReportedStep, file_named: Callable[[str], FileLink]) -> Iterator[ReportBlock]:
    output = step.output
    if output is None:
        return
    file = file_named(output.path)
    if output.hidden:
        yield Prose(("Its runbook does not show what it printed: ", file))
        return
    if not output.lines:
        yield Prose(("It printed nothing.",))
        return
    yield Prose((f"All that it printed (lines: {output.lines:,}): ", file))
    lines = list(output.head)
    if output.left_out:
        lines.append(f"[… {output.left_out:,} lines are left out here …]")
    yield Verbatim("Output", "\n".join([*lines, *output.tail]))
