"""What the operator makes of steps that failed, before their run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, tell
from pup_tui.headless.exits import ABORTED
from pup_tui.spelling import as_typed

if TYPE_CHECKING:
    from pup_tui.cli.shown import ShownRun
    from pup_tui.core.editing import Editable
    from pup_tui.core.events import EditedText
    from pup_tui.core.program import Program
    from pup_tui.core.standing import Standing
    from pup_tui.runbook.parts import Variable


class Decided(NamedTuple):
    """Steps that are left out, each with the reason, variables that get another value, and texts of steps.

    With `only_failed` of a `foreach` only what had failed runs again.
    """

    skipped: dict[str, str]
    changed: dict[str, object]
    edited: dict[str, EditedText]
    only_failed: bool = False


def about_failed(past: ShownRun, program: Program, standing: Standing) -> Decided:
    """Ask of each step that failed. Raises Failure where the operator wants to leave the run as it is."""
    from pup_tui.core.notices import told_items
    from pup_tui.core.shown import editable_step
    from pup_tui.core.standing import is_of_items
    from pup_tui.core.titles import items_again
    from pup_tui.output.sanitize import safe_text

    decided = Decided({}, {}, {})
    items = items_again(program, past.state, standing.failed)
    called = {each.step: each.called for each in items}
    of_all = safe_text(told_items(items))
    for step, why in standing.failed.items():
        tell(f"`{step}` failed: {f'{called[step]}: ' if called.get(step) else ''}{why}")
        editable = editable_step(program, past.state, step, decided.changed)
        of_text = "" if editable is None else " or [e]dited text"
        of_items = is_of_items(step)
        only = f", run [o]nly what failed of all items ({of_all})" if of_items else ""
        prompt = (
            f"[r]un again, also with another [v]alue{of_text}, [s]kip it{only}\n"
            "or [a]bort, which leaves the run as it is?"
        )
        words = ["run again", "value", "skip", "abort"]
        words += ["edit"] if editable is not None else []
        words += ["only what failed"] if of_items else []
        said = asking.choose(prompt, words)
        if said == "only what failed":
            return decided._replace(only_failed=True)
        if said == "skip":
            decided.skipped[step] = asking.prompt("Why is it skipped?")
        elif said == "value":
            _edit(past, program, decided)
        elif said == "edit" and editable is not None:
            if (text := _edited(editable)) is not None:
                decided.edited[step] = text
        elif said == "abort":
            raise Failure("nothing was resumed", code=ABORTED)
    return decided


def _edited(editable: Editable) -> EditedText | None:
    """What the operator's editor makes of a text, once it can be run; None if unchanged."""
    # An editor ends the last line.
    text = editable.text.removesuffix("\n")
    for name, value in editable.refers.items():
        tell(f"  {name} is {value}")
    while True:
        try:
            text = (click.edit(text, extension=editable.suffix) or text).removesuffix("\n")
            return None if text == editable.text.removesuffix("\n") else editable.judge(text)
        except (ValueError, click.ClickException) as error:
            tell(f"  {error}")
            if not asking.confirm("Edit it once more?", default=True):
                raise Failure("nothing was resumed", code=ABORTED) from error


def _edit(past: ShownRun, program: Program, decided: Decided) -> None:
    """Ask for another value of one variable, until it is a valid one; secrets are asked for anyway."""
    from pup_tui.catalog.inputs import check_input

    known = {name: v for name, v in program.runbook.vars.items() if not v.is_secret}
    if not known:
        tell("  the runbook has no variables that could be changed: it runs again as it was")
        return
    name, variable = _chosen(known)
    values = {**past.row.vars, **decided.changed}
    while True:
        typed = asking.prompt(name, default=as_typed(values.get(name, "")))
        try:
            decided.changed[name] = check_input(variable, typed)
        except ValueError as error:
            tell(f"  {error}")
            continue
        return


def _chosen(known: dict[str, Variable]) -> tuple[str, Variable]:
    name = asking.prompt("Which variable", type=click.Choice(list(known)))
    return name, known[name]
