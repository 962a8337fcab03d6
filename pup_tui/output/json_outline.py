"""JSON as lines that can be folded: which lines belong together, and what a folded part says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .log_event import LogEvent, column_widths, log_event
from .shown import pretty_json
from .style import strip_style

MOST = 2 * 1024 * 1024
"""Characters of JSON that are laid out."""

_BEGINS = re.compile(r"\s*([\[{])")
_decoder = json.JSONDecoder()


class TooLargeJson(Exception):
    """JSON that would be laid out, were there not so much of it."""


def begins_json(text: str) -> bool:
    """Whether a text may be objects or lists of JSON, by its beginning."""
    return _BEGINS.match(text) is not None


class JsonOutline(NamedTuple):
    """The `values` of a text of JSON, and its lines laid out, in colours.

    `ends` has for each line that opens an object or a list the one that closes it; `events` has for each line
    that opens what tells an event of a log that event, and `columns` are how wide their parts are.
    """

    values: list[Any]
    lines: list[str]
    ends: dict[int, int]
    events: Mapping[int, LogEvent]
    columns: Sequence[int]

    def folded(self, line: int) -> str:
        """What stands in the place of all the lines that a line opens."""
        opening = self.lines[line]
        indent = opening[: len(opening) - len(opening.lstrip())]
        if (event := self.events.get(line)) is not None:
            return f"{indent}{event.told(self.columns)}"
        value = self._value(line)
        if (event := log_event(value)) is not None:
            return f"{indent}{event.told()}"
        word = "key" if isinstance(value, dict) else "item"
        closing = strip_style(self.lines[self.ends[line]]).strip()
        return f"{opening} … {len(value):,} {word}{'' if len(value) == 1 else 's'} {closing}"

    def _value(self, line: int) -> Any:
        return _value_of(self.lines[line : self.ends[line] + 1])


def json_outline(text: str) -> JsonOutline | None:
    """The outline of a text that is one object or list of JSON after the other; None where it is not.

    Raises TooLargeJson; of a text that is too long only its beginning is looked at.
    """
    if len(text) > MOST:
        if begins_json(text):
            raise TooLargeJson
        return None
    lines: list[str] = []
    values = []
    try:
        for document, value in _documents(text):
            made = pretty_json(document)
            if made is None:
                raise TooLargeJson
            values.append(value)
            lines += made.removesuffix("\n").split("\n")
    except (ValueError, RecursionError):
        return None
    if not lines:
        return None
    ends = _ends(lines)
    # One object alone is an answer, whatever its keys are called, and no log.
    first = int(len(values) == 1)
    events = dict(_events(lines, ends, first))
    return JsonOutline(values, lines, ends, events, column_widths(events.values()))


def _documents(text: str) -> Iterator[tuple[str, Any]]:
    """Each document with its value. Raises ValueError where there is anything else."""
    at = 0
    while begun := _BEGINS.match(text, at):
        value, end = _decoder.raw_decode(text, begun.start(1))
        yield text[begun.start(1) : end], value
        at = end
    if text[at:].strip():
        raise ValueError("neither an object nor a list")


def _ends(lines: list[str]) -> dict[int, int]:
    ends: dict[int, int] = {}
    opened: list[int] = []
    for number, line in enumerate(lines):
        plain = line.strip()
        if plain[:1] in ("}", "]") and opened:
            ends[opened.pop()] = number
        if plain[-1:] in ("{", "["):
            opened.append(number)
    return ends


def _events(lines: list[str], ends: dict[int, int], first: int) -> Iterator[tuple[int, LogEvent]]:
    """The objects from a line on that tell an event, in a list or by themselves; not those inside them."""
    number = first
    while number < len(lines):
        end = ends.get(number)
        if end is not None and lines[number].strip() == "{":
            event = log_event(_value_of(lines[number : end + 1]))
            if event is not None:
                yield number, event
                number = end
        number += 1


def _value_of(lines: list[str]) -> Any:
    """The value that some lines of laid out JSON have, without the key before it."""
    opening = strip_style(lines[0]).strip()[-1]
    rest = strip_style("\n".join(lines[1:])).rstrip(",")
    return json.loads(f"{opening}{rest}")
