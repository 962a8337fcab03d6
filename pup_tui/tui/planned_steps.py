"""The steps of a plan as people read them: what each is, what it would do, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content

from pup_tui.core.ids import holder_id, is_inside, is_item, item_numbers
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import effect_content, mark_of
from pup_tui.tui.texts import BETWEEN, counted, indented
from pup_tui.tui.texts import beside as in_columns

if TYPE_CHECKING:
    from pup_tui.core.plan import PlannedStep
    from pup_tui.core.program import Node, Program

COMMAND_LINES = 12
"""Lines of a command that the plan shows."""

COMMAND_CHARACTERS = 4_000
MOST_STEPS = 300
MOST_ITEMS = 10
"""Steps, and items of one foreach, that the plan shows: what follows a long list is to be seen as well."""

INDENT = 2
DEEPEST = 12
"""Columns that a nested step is indented by, and levels of nesting after which it no longer is."""

HEADS_SHARE = 45
"""What the column with the names takes at most in a wide window, in per cent."""


class _Told(NamedTuple):
    """What is told of a step: its `number`, and in its block what it is, then what it does and why."""

    number: str
    indent: int
    head: Content
    facts: Sequence[Content] = ()


def told_steps(
    program: Program, planned: Sequence[PlannedStep], width: int, *, beside: bool = False
) -> Content:
    """Every step with what it would do, in so many columns; `beside` what it is, or below that."""
    digits = len(str(len(program.nodes)))
    shown = list(abridged(planned))
    told = [
        _left_out(step, digits) if left_out else _step(step, program.node(step.id), digits)
        for step, left_out in shown[:MOST_STEPS]
    ]
    if beside:
        widest = max((each.indent + each.head.cell_length for each in told), default=0)
        column = min(widest, width * HEADS_SHARE // 100)
        steps = [_in_columns(each, column, width) for each in told]
    else:
        steps = [_below(each, width) for each in told]
    if len(shown) > MOST_STEPS:
        rest = len(shown) - MOST_STEPS
        steps.append(Content(f"… {rest:,} more: `pup-tui plan` shows all of them"))
    return Content("\n\n").join(steps)


def _below(told: _Told, width: int) -> Content:
    """What a step does, below what it is."""
    first = Content.styled(told.number.ljust(told.indent), "$text-muted") + told.head
    facts = (indented(fact, told.indent, width) for fact in told.facts)
    return Content("\n").join([first, *facts])


def _in_columns(told: _Told, column: int, width: int) -> Content:
    """What a step does, beside what it is, which has so many columns."""
    first, *others = told.head.wrap(column - told.indent) or [Content()]
    number = Content.styled(told.number.ljust(told.indent), "$text-muted")
    heads = [number + first, *(Content(" " * told.indent) + line for line in others)]
    facts = [line for fact in told.facts for line in fact.wrap(width - column - BETWEEN)]
    return in_columns(heads, facts, column)


def abridged(steps: Iterable[PlannedStep]) -> Iterator[tuple[PlannedStep, bool]]:
    """The steps without most of the items of a long foreach; true marks the first one left out of each."""
    left_out = ""
    for step in steps:
        loop = left_out and holder_id(left_out)
        if loop and is_inside(step.id, loop):
            continue
        left_out = ""
        if is_item(step.id) and item_numbers(step.id)[-1] >= MOST_ITEMS:
            left_out = step.id
        yield step, bool(left_out)


def _left_out(step: PlannedStep, digits: int) -> _Told:
    return _Told(
        "",
        _indent(step, digits),
        Content.styled("… and the items after these", "$text-muted"),
    )


def _indent(step: PlannedStep, digits: int) -> int:
    return digits + 2 + INDENT * min(step.depth, DEEPEST)


def _step(step: PlannedStep, node: Node, digits: int) -> _Told:
    when = "" if step.when == "on_success" else f" · {step.when.replace('_', ' ')}"
    number = "" if node.is_item else str(node.index + 1)
    item = f" [{item_numbers(step.id)[-1]}]" if node.is_item else ""
    kind = safe_text(f"{node.step.listed_kind} {step.where}".strip())
    head = Content.assemble(
        (safe_text(step.name) + item, "bold"),
        (f"  {kind}{when} · ", "$text-muted"),
        effect_content(node.step, step.mutates),
    )
    facts = [Content(line) for line in _command(step.shown.text)]
    facts += [Content.styled(safe_text(told), "$text-muted") for told in step.rules]
    if step.reason:
        mark = "↷ " if step.known else "… not known yet: "
        if step.looked not in (None, "skipped"):
            mark = f"{mark_of(str(step.looked)).glyph} "
        facts.append(Content.styled(f"{mark}{safe_text(step.reason)}", "$text-muted"))
    return _Told(f"{number:>{digits}}", _indent(step, digits), head, facts)


def _command(command: str) -> Iterable[str]:
    shown = safe_text(command[:COMMAND_CHARACTERS].strip(), multiline=True).split("\n")
    yield from shown[:COMMAND_LINES]
    rest = len(command.strip().split("\n")) - min(len(shown), COMMAND_LINES)
    if rest > 0:
        yield f"… {counted(rest, 'more line')}"
    elif len(command) > COMMAND_CHARACTERS:
        yield "…"
