"""What a question of a run is judged by: the output of a step that looked at something."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, takewhile
from pathlib import Path

from pup_tui.core.actions import Question
from pup_tui.core.fleet import FAILED
from pup_tui.runbook.model import Step
from pup_tui.tui.lines.last_lines import line_count
from pup_tui.tui.run_progress import RunProgress

OutputPath = Callable[[str], Path]


def evidence_for(progress: RunProgress, question: Question, output: OutputPath) -> str:
    """The id of the step whose output is to be seen with a question.

    Of what failed, or is not known to have happened, that is itself. Of a foreach that has begun it is all of
    it where that is shown as one thing, else the first of its items in trouble, or the last that printed
    something; else the last step before it that only looked and printed something, the last that printed at
    all, or the one that asks.
    """
    asked = question.step
    if question.kind in ("failure", "unknown"):
        return progress.culprit(asked)
    if question.kind == "undo" and progress.trouble is not None:
        return progress.trouble.id
    if (tried := _tried_by(progress, asked, output)) is not None:
        return tried
    before = list(takewhile(lambda each: each.id != asked, progress))[::-1]
    printed = [each for each in before if each.has_printed]
    looked = (each for each in printed if only_looks(each.node.step))
    for each in (*looked, *printed):
        if line_count(output(each.id)):
            return each.id
    return asked


def _tried_by(progress: RunProgress, asked: str, output: OutputPath) -> str | None:
    """What tells most of the items of a loop that asks; None where none of them has printed anything yet."""
    loop = progress.steps.get(asked)
    if loop is None or not loop.node.is_loop:
        return None
    begun = [each for each in loop.inside() if each.has_printed]
    if not begun or loop.is_fleet:
        return asked if begun else None
    lost = (each for each in begun if each.status in FAILED)
    said = (each for each in reversed(begun) if line_count(output(each.id)))
    return next((each.id for each in chain(lost, said)), begun[-1].id)


def next_with_output(progress: RunProgress, shown: str, output: OutputPath) -> str:
    """The id of the next step that printed something, round and round; `shown` if there is no other."""
    steps = [step.id for step in progress]
    at = steps.index(shown) if shown in steps else -1
    around = (*steps[at + 1 :], *steps[: at + 1])
    return next((step for step in around if line_count(output(step))), shown)


def only_looks(step: Step) -> bool:
    """Whether a step changes nothing, as far as it says itself."""
    from pup_tui.catalog.effects import mutates

    return mutates(step, is_believed=True) is False
