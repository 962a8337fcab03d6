"""The instructions that a regular expression comes to, made by a parser of its own.

It takes what Python's `re` takes, without lookaround, back references and flags.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pup_tui.late_pattern import late_pattern

MAX_PROGRAM: Final = 20_000
"""Instructions that a pattern may come to when its repeats are written out."""

_MAX_NESTING: Final = 32
_COUNT: Final = late_pattern(r"\{(\d{0,5})(,?)(\d{0,5})\}")
_ESCAPE: Final = late_pattern(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_GROUP: Final = late_pattern(r"\((?:\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_WORD: Final = late_pattern(r"\w")


class PatternError(ValueError):
    """A pattern is not usable; the text says why."""


@dataclass(frozen=True, slots=True)
class RegexOptions:
    """How a pattern is read: whether case matters not, and whether `^` and `$` are those of lines."""

    ignorecase: bool = False
    multiline: bool = False


PLAIN: Final = RegexOptions()

HoldsAt = Callable[[str, int], bool]
"""Says of a place in a text whether something holds there."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character that matches ``form``."""

    form: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RegexPlace:
    """No character, where something holds."""

    holds: HoldsAt


@dataclass(frozen=True, slots=True)
class Save:
    """Notes the place as one end of a group."""

    slot: int


@dataclass(frozen=True, slots=True)
class Split:
    """Goes on at both places, the first of which comes first."""

    first: int
    second: int


class Found:
    """The pattern has matched."""


Instruction = Character | RegexPlace | Save | Split | Found


@dataclass(frozen=True, slots=True)
class RegexNode:
    """A part of a pattern: how many instructions it comes to, and what writes them.

    ``first`` are the characters that it may begin with, unless it takes none.
    """

    size: int
    write: Callable[[list[Instruction]], None]
    first: tuple[re.Pattern[str], ...]
    may_be_empty: bool


@lru_cache(maxsize=512)
def checked(source: str, flags: int = 0) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(source, flags)
    except re.error as error:
        raise PatternError(str(error)) from None
    except (OverflowError, RecursionError):
        raise PatternError("the pattern is too large") from None


class Parser:
    """Turns a pattern that `re` accepts into a tree of what writes its instructions."""

    def __init__(self, source: str, options: RegexOptions) -> None:
        self._source = source
        self._at = 0
        self._groups = 0
        self._flags = re.IGNORECASE if options.ignorecase else 0
        self._places: dict[str, HoldsAt] = {
            "^": _line_start if options.multiline else _text_start,
            "$": _line_end if options.multiline else _last_line_end,
            r"\A": _text_start,
            r"\Z": lambda text, at: at == len(text),
            r"\b": _word_end,
            r"\B": lambda text, at: not _word_end(text, at),
        }

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._source)

    def _next(self) -> str:
        return self._source[self._at : self._at + 1]

    def alternatives(self, depth: int) -> RegexNode:
        if depth > _MAX_NESTING:
            raise PatternError("the pattern is nested too deeply")
        found = self._sequence(depth)
        while self._next() == "|":
            self._at += 1
            found = _either(found, self._sequence(depth))
        return found

    def _sequence(self, depth: int) -> RegexNode:
        parts: list[RegexNode] = []
        while not self.at_end and self._next() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return _all_of(parts)

    def _atom(self, depth: int) -> RegexNode:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        self._at += 1
        if character in self._places:
            return _one(RegexPlace(self._places[character]))
        return self._character("." if character == "." else re.escape(character))

    def _character(self, source: str) -> RegexNode:
        return _one(Character(checked(source, self._flags)))

    def _group(self, depth: int) -> RegexNode:
        opener = _GROUP.match(self._source, self._at)
        if opener is None:
            raise PatternError("lookaround, flags and (?…) groups are not supported in a pattern")
        self._at = opener.end()
        number = 0
        if opener[0] != "(?:":
            self._groups += 1
            number = self._groups
        inner = self.alternatives(depth + 1)
        self._at += 1
        if not number:
            return inner
        return _all_of([_one(Save(2 * number)), inner, _one(Save(2 * number + 1))])

    def _class(self) -> RegexNode:
        end = self._at + 1
        end += self._source[end : end + 1] == "^"
        end += self._source[end : end + 1] == "]"
        while self._source[end] != "]":
            end += 2 if self._source[end] == "\\" else 1
        text = self._source[self._at : end + 1]
        self._at = end + 1
        return self._character(text)

    def _escape(self) -> RegexNode:
        escape = _ESCAPE.match(self._source, self._at)
        assert escape is not None
        text = escape.group()
        self._at = escape.end()
        if text in self._places:
            return _one(RegexPlace(self._places[text]))
        if text[1] in "123456789":
            raise PatternError(f"{text} is not supported in a pattern")
        return self._character(text)

    def _repeated(self, inner: RegexNode) -> RegexNode:
        lowest, highest = 1, 1
        character = self._next()
        count = _COUNT.match(self._source, self._at)
        if character and character in "*+?":
            self._at += 1
            lowest, highest = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[character]
        elif count and count.group() not in ("{}",):
            self._at = count.end()
            lowest = int(count[1] or 0)
            highest = int(count[3]) if count[3] else (-1 if count[2] else lowest)
        else:
            return inner
        if self._next() == "+":
            raise PatternError("possessive repeats are not supported in a pattern")
        is_lazy = self._next() == "?"
        self._at += is_lazy
        return _repeat(inner, lowest, highest, is_lazy=is_lazy)


def _sized(node: RegexNode) -> RegexNode:
    if node.size > MAX_PROGRAM:
        raise PatternError("the pattern repeats too much")
    return node


def _one(instruction: Instruction) -> RegexNode:
    form = (instruction.form,) if isinstance(instruction, Character) else ()
    return RegexNode(1, lambda program: program.append(instruction), form, not form)


def _all_of(parts: list[RegexNode]) -> RegexNode:
    def write(program: list[Instruction]) -> None:
        for part in parts:
            part.write(program)

    first: list[re.Pattern[str]] = []
    for part in parts:
        first += part.first
        if not part.may_be_empty:
            break
    may_be_empty = all(part.may_be_empty for part in parts)
    return _sized(RegexNode(sum(part.size for part in parts), write, tuple(first), may_be_empty))


def _either(one: RegexNode, other: RegexNode) -> RegexNode:
    def write(program: list[Instruction]) -> None:
        start = len(program)
        program.append(Split(start + 1, start + 2 + one.size))
        one.write(program)
        end = start + 2 + one.size + other.size
        program.append(Split(end, end))
        other.write(program)

    may_be_empty = one.may_be_empty or other.may_be_empty
    return _sized(
        RegexNode(one.size + other.size + 2, write, (*one.first, *other.first), may_be_empty)
    )


def _repeat(inner: RegexNode, lowest: int, highest: int, *, is_lazy: bool) -> RegexNode:
    """So many times at least and at most; `highest` -1 has no limit."""

    def split(into: int, past: int) -> Split:
        return Split(past, into) if is_lazy else Split(into, past)

    def write(program: list[Instruction]) -> None:
        for _ in range(lowest):
            inner.write(program)
        start = len(program)
        if highest < 0:
            program.append(split(start + 1, start + inner.size + 2))
            inner.write(program)
            program.append(Split(start, start))
        end = start + (highest - lowest) * (inner.size + 1)
        for _ in range(highest - lowest):
            program.append(split(len(program) + 1, end))
            inner.write(program)

    more = inner.size + 2 if highest < 0 else (highest - lowest) * (inner.size + 1)
    first = inner.first if highest else ()
    may_be_empty = inner.may_be_empty or not lowest
    return _sized(RegexNode(lowest * inner.size + more, write, first, may_be_empty))


def _text_start(_text: str, at: int) -> bool:
    return at == 0


def _line_start(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _line_end(text: str, at: int) -> bool:
    return at == len(text) or text[at] == "\n"


def _last_line_end(text: str, at: int) -> bool:
    return at == len(text) or (at == len(text) - 1 and text[at] == "\n")


def _word_end(text: str, at: int) -> bool:
    before = at > 0 and _WORD.match(text[at - 1]) is not None
    return before != (at < len(text) and _WORD.match(text[at]) is not None)
