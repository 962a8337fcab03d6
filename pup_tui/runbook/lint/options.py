"""A warning about values that a program may take for an option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pup_tui.runbook.lint.ranges import NamedRange, is_number, range_of
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


@dataclass(frozen=True, slots=True)
class _Use:
    """A value in the place of an option."""

    step: StepDraft
    node: Scalar
    place: OptionPlace
    name: str
    known: NamedRange


def option_injection(subject: Subject) -> Iterator[Finding]:
    """A value such as `-rf` at the beginning of a word is an option, not what the author meant.

    What cannot begin with `-` by its type, choices or pattern is safe. Of captures all but `pup` subcommands
    are judged: the positionals of the Datadog client are ids. A name is told of once, where it is used first.
    """
    found: dict[tuple[int, str], list[_Use]] = {}
    for step, placed in subject.commands:
        with_captures = placed.role is not Role.SUBCOMMAND
        for place in _places(step, placed):
            for use in _uses(step, placed.node, place, with_captures=with_captures):
                found.setdefault((id(step.frame), use.name), []).append(use)
    return map(_finding, found.values())


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


def _uses(
    step: StepDraft, node: Scalar, place: OptionPlace, *, with_captures: bool
) -> Iterator[_Use]:
    expression = place.output.expression
    if is_number(expression) or "shell_quote" in expression.filters:
        return
    for name in sorted(expression.names | expression.optional_names):
        known = range_of(step, name)
        is_ours = known.variable or (with_captures and _is_made(step, name))
        if is_ours and known.values.may_begin_with_dash():
            yield _Use(step, node, place, name, known)


def _is_made(step: StepDraft, name: str) -> bool:
    return name == "steps" or name in step.frame.made or name in step.items


def _finding(uses: Sequence[_Use]) -> Finding:
    use = uses[0]
    told = f"a value of {shown(use.name)} that begins with - would be an option"
    if len(uses) > 1:
        told += f", here and in {len(uses) - 1} other place{'s' * (len(uses) > 2)}"
    cures = []
    if all(each.place.takes_dashes for each in uses):
        cures.append("write -- before it")
    variable = use.known.variable[:60]
    if variable and use.known.is_split:
        cures.append(f"give {variable} a pattern such as {_PATTERN_OF_PARTS}")
    elif variable:
        cures.append(f"give {variable} a pattern such as {_PATTERN}")
    elif not cures:
        cures.append("let it stand behind other text of its word, or `assert` where it is made")
    return Finding(use.node, told, ", or ".join(cures), use.place.output.line, use.name)
