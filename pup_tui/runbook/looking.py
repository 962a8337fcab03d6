"""Steps that only look: what speaks against a `read_only: true`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pup_tui.runbook.model import AnyStep, Step
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.pup_words import PupTable, spelled
from pup_tui.runbook.report import Report, a_step
from pup_tui.runbook.roles import CHANGING_METHODS, COMMANDS, INPUTS, Role
from pup_tui.runbook.shapes import KeyPath, PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.runbook.texts import texts_of
from pup_tui.typed import convert


def why_it_changes(step: Step, pup: PupTable) -> str:
    """Why a step surely changes something, or one of those inside it; empty where that is not known."""
    if step.danger and not step.is_question:
        return "`danger` says that it changes something"
    if step.action is not None and step.says_it_changes:
        return f"the `effect` of what it calls is `{step.action.effect}`"
    for inside in step.inside:
        if why := why_it_changes(inside, pup):
            return f"in its step {shown(inside.id)}, {why}"
    if step.mutates:
        return f"{a_step(step.kind)} changes something"
    for text in texts_of(step):
        if text.role is Role.METHOD and text.source.upper() in CHANGING_METHODS:
            return f"{text.source.upper()} changes what it is sent to"
        if text.role is Role.WRITTEN_FILE:
            return f"`{text.path[0]}` writes a file"
        if text.role is Role.SUBCOMMAND and pup.changes(spelled(text.source)):
            return f"{shown(f'pup {text.source}')} changes something"
    return ""


def check_looking(
    steps: Sequence[StepDraft],
    made: Mapping[KeyPath, Mapping[str, Any]],
    texts: Iterable[PlacedText],
    pup: PupTable,
    report: Report,
) -> None:
    """Report the steps that say they only look, and are known to change or destroy something.

    `made` are the steps as data, and `texts` are theirs. What `read_only` excludes as a key is one of the
    `rules`.
    """
    looking = [step for step in steps if step.node.truth("read_only")]
    if not looking:
        return
    told = COMMANDS | INPUTS | {Role.STATEMENTS}
    scripts = [placed for placed in texts if placed.role in told]
    for step in looking:
        if step.node.truth("danger"):
            continue
        built = _built(made.get(step.path))
        why = "" if built is None else why_it_changes(built, pup)
        why = why or next(_destroyed(step, steps, scripts), "")
        if why:
            message = f"{a_step(step.node.text('kind'))} that is `read_only` only looks, and {why}"
            hint = "leave `read_only` out, or the change"
            report.error(step.node.entries["read_only"].key, message, hint)


def destroying_steps(steps: Sequence[StepDraft], texts: Sequence[PlacedText]) -> dict[KeyPath, str]:
    """Which steps of a file may destroy something by a script or statement, and how, by their paths."""
    told = COMMANDS | INPUTS | {Role.STATEMENTS}
    scripts = [placed for placed in texts if placed.role in told]
    found: dict[KeyPath, str] = {}
    for step in steps:
        own = [placed for placed in scripts if placed.step == step.path]
        if own and (why := next(_destroyed(step, [step], own), "")):
            found[step.path] = why
    return found


def _built(made: Mapping[str, Any] | None) -> Step | None:
    """A step by itself; None where it has errors, which are reported elsewhere."""
    try:
        return None if made is None else convert(made, AnyStep)
    except msgspec.ValidationError:
        return None


def _destroyed(
    step: StepDraft, steps: Iterable[StepDraft], texts: Sequence[PlacedText]
) -> Iterator[str]:
    """What the scripts and statements of a step, and of those inside it, may destroy or surely change."""
    from pup_tui.runbook.lint.destructive import changes_in, destroyers_in, statements_that_destroy
    from pup_tui.runbook.lint.statements import read_scripts
    from pup_tui.runbook.lint.tidying import pid_files_of

    held = {each.path: each for each in steps if step in each.lineage()}
    stdin = {placed.step: placed.node for placed in texts if placed.role in INPUTS}
    commands = [(held[placed.step], placed) for placed in texts if placed.step in held]
    pid_files = pid_files_of(placed.node.text for placed in texts if placed.role is Role.SCRIPT)
    for script in read_scripts(commands):
        for found in destroyers_in(script, stdin.get(script.step.path), pid_files):
            yield f"{found.message} (line {found.place[0]})"
        yield from changes_in(script)
    for inner, placed in commands:
        for found in statements_that_destroy(inner, placed):
            yield f"{found.message} (line {found.place[0]})"
