"""What a plain terminal shows before a value is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pup_tui.output.sanitize import safe_text
from pup_tui.runbook.parts import Variable

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Choices

MOST_LISTED = 50
"""Choices that are listed; of more the number is told."""

_INLINE = 60
"""Characters of choices that fit into the prompt itself."""


def prompt_for(name: str, variable: Variable, choices: Choices, offered: str | None = None) -> str:
    """The words before the place where a value is typed; `offered` is what Enter alone stands for."""
    parts = [name]
    if variable.description:
        parts.append(f"({safe_text(variable.description)})")
    short = _short(choices)
    if short:
        parts.append(f"[{short}]")
    if offered is not None:
        parts.append(f"{{{safe_text(offered)}}}")
    return f"{' '.join(parts)}: "


def choices_told(choices: Choices) -> Iterator[str]:
    """Lines that come before the prompt: the choices that do not fit into it, and what is wrong with them."""
    if choices.problem:
        told = "; these are of an earlier time" if choices.stale else ""
        yield f"  {safe_text(choices.problem)}{told}"
    if _short(choices):
        return
    for option in choices.options[:MOST_LISTED]:
        label = f"  {safe_text(option.label)}" if option.label else ""
        yield f"  - {safe_text(option.value)}{label}"
    if len(choices.options) > MOST_LISTED:
        yield f"  and {len(choices.options) - MOST_LISTED:,} more"


def _short(choices: Choices) -> str:
    """The choices in one short line, if they can be told so."""
    if choices.stale or any(option.label for option in choices.options):
        return ""
    line = ", ".join(safe_text(option.value) for option in choices.options)
    return line if len(line) <= _INLINE else ""
