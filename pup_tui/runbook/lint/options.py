"""A warning about values that a program may take for an option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pup_tui.runbook.lint.ranges import NamedRange, is_list, is_number, range_of
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.runbook.roles import Language, Role
from pup_tui.runbook.shapes import PlacedText
from pup_tui.runbook.steps import StepDraft
from pup_tui.template.errors import TemplateError
from pup_tui.template.options import OptionPlace, options_in_arguments, options_in_script
from pup_tui.template.text import compile_text

_PATTERN: Final = "[^-].*"
"""Allows names, paths and `host:port`; that the value is data needs no pattern."""
_PATTERN_OF_PARTS: Final = r"([^-\s]\S*\s*)+"


def option_injection(subject: Subject) -> Iterator[Finding]:
    """A value such as `-rf` at the beginning of a word is an option, not what the author meant.

    What cannot begin with `-` by its type, choices or pattern is safe. Of captures all but `pup` subcommands
    are judged: the positionals of the Datadog client are ids. A name is told of once, where it is used first.
    """
    told: list[tuple[Finding, OptionPlace, NamedRange]] = []
    for step, placed in subject.commands:
        with_captures = placed.role is not Role.SUBCOMMAND
        for place in _places(step, placed):
            told += _found(step, placed.node, place, with_captures=with_captures)
    # What is advised once for all places of a name has to fit each of them.
    without_dashes = {found.group for found, place, _ in told if not place.takes_dashes}
    for found, _, known in told:
        found.hint = _cure(known, takes_dashes=found.group not in without_dashes)
        yield found


def _places(step: StepDraft, placed: PlacedText) -> Sequence[OptionPlace]:
    source = placed.node.text
    if "{{" not in source or placed.role is Role.PROGRAM:
        return ()
    try:
        if placed.role is Role.ARGUMENT:
            outputs = compile_text(source).outputs if source.startswith("{{") else ()
            return [OptionPlace(output, takes_dashes=False) for output in outputs]
        if placed.role.language is Language.ARGUMENTS:
            return options_in_arguments(source)
        return options_in_script(source, step.interpreter.name)
    except TemplateError:
        return ()


def _found(
    step: StepDraft, node: Scalar, place: OptionPlace, *, with_captures: bool
) -> Iterator[tuple[Finding, OptionPlace, NamedRange]]:
    expression = place.output.expression
    if is_number(expression) or "shell_quote" in expression.filters:
        return
    for name in sorted(expression.all_names):
        if expression.source == name and is_list(step, name):
            continue  # its JSON, which begins with a bracket
        known = range_of(step, name, expression)
        is_ours = known.variable or (with_captures and _is_made(step, name))
        if is_ours and known.values.may_begin_with_dash():
            told = f"a value of {shown(name)} that begins with - would be an option"
            group = f"{id(step.frame)} {expression.source if name == 'steps' else name}"
            at = place.output
            nth = node.nth(at.line, at.column, name)
            yield Finding(node, told, "", at.line, name, nth, group), place, known


def _is_made(step: StepDraft, name: str) -> bool:
    return name == "steps" or name in step.frame.made or name in step.items


def _cure(known: NamedRange, *, takes_dashes: bool) -> str:
    cures = ["write -- before it"] if takes_dashes else []
    variable = known.variable[:60]
    if variable:
        pattern = _PATTERN_OF_PARTS if known.is_split else _PATTERN
        cures.append(f"give {variable} a pattern such as {pattern}")
    elif not cures:
        cures.append("let it stand behind other text of its word, or `assert` where it is made")
    return ", or ".join(cures)
