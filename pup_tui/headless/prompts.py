"""What a plain terminal shows before a value is typed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from pup_tui.catalog.inputs import Choices, check_input, items_in
from pup_tui.output.sanitize import safe_text
from pup_tui.runbook.parts import Variable

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
    if variable.is_list:
        parts.append("one item a line, an empty line ends")
    return f"{' '.join(parts)}: "


class Typing:
    """What is typed for a variable: a line, or for a list lines up to an empty one.

    Once it is `done` the `value` is there, None where nothing was typed in place of what was `offered`.
    """

    def __init__(
        self, name: str, variable: Variable, choices: Choices, offered: str | None = None
    ) -> None:
        self.done = False
        self.value: object = None
        self._variable = variable
        self._choices = choices
        self._offered = offered
        self._first = prompt_for(name, variable, choices, offered)
        self._items: list[str] = []

    @property
    def prompt(self) -> str:
        return "  and: " if self._items else self._first

    @property
    def goes_on(self) -> bool:
        """Whether what is typed next is more of what was asked for: lines that follow may be pasted."""
        return bool(self._items)

    def take(self, line: str) -> None:
        """Take a line; ValueError says in a sentence why it does not count."""
        if line == "" and not self._items:
            if self._offered is None:
                raise ValueError("it needs a value")
            self.done = True
        elif self._variable.is_list:
            self._take_items(line)
        else:
            self._end(line)

    def _take_items(self, line: str) -> None:
        items = [*self._items, *items_in(line)]
        if len(items) > len(self._items):
            unfinished = replace(self._variable, min_length=0)
            check_input(unfinished, items, self._choices)
            self._items = items
        else:
            self._end(items)

    def _end(self, typed: object) -> None:
        self.value = check_input(self._variable, typed, self._choices)
        self.done = True


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
