"""The tree of a YAML file: what the author typed, and where."""

from __future__ import annotations

import math
import re
import threading
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import count, islice
from typing import Any, Literal

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.spelling import spelled

ScalarStyle = Literal["plain", "quoted", "literal", "folded"]

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(_NULL),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
_NUMBER_BEGINS = frozenset("+-.0123456789")
_INTEGER = late_pattern(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_BASED = late_pattern(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = late_pattern(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITE = late_pattern(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_LARGEST = 2**63 - 1
_DIGITS = 22
"""More digits than any 64-bit number has in any base; longer ones are out of range without counting."""


_MOST_DIGITS = 300
"""Of a whole number that is passed on as it was typed: it can still be calculated with as any other."""


class OutOfRange(ValueError):
    """A number that is not finite or does not fit 64 bits."""


class _Spots:
    """Where a fragment stands in a line, found as far as somebody asks: a file may be one line.

    Threads may ask at the same time: they share the tree of a file that many runbooks use.
    """

    def __init__(self, line: str, fragment: str, start: int = 0) -> None:
        self._found: list[int] = []
        self._more = _spots_in(line, fragment, start)
        self._finding = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        for number in count():
            if number == len(self._found) and not self._has_more(number):
                return
            yield self._found[number]

    def before(self, column: int) -> int:
        """How many there are before a column."""
        while not self._found or self._found[-1] < column:
            if not self._has_more(len(self._found)):
                break
        return bisect_left(self._found, column)

    def _has_more(self, known: int) -> bool:
        """Whether there are more than those `known`: the next one is found."""
        with self._finding:
            if len(self._found) == known and (at := next(self._more, None)) is not None:
                self._found.append(at)
            return len(self._found) > known


class SourceText:
    """A file's text, by line."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        # Many findings may stand on one long line.
        self.spots = lru_cache(maxsize=32)(_Spots)


class _Measured(Struct, eq=False, kw_only=True):
    size: int = 1
    height: int = 1


class YamlNode(_Measured, eq=False):
    """Any node; `line` and `column` count from 1, `size` and `height` include what aliases stand for."""

    source: SourceText
    line: int
    column: int

    @property
    def is_null(self) -> bool:
        return False


class Scalar(YamlNode, eq=False):
    """A text, number, truth value or null: `text` is what was typed, without its quotes."""

    text: str
    style: ScalarStyle
    end_line: int

    @property
    def is_null(self) -> bool:
        return self.style == "plain" and self.text in _NULL

    @property
    def value(self) -> str | int | float | bool | None:
        """What YAML 1.2 says the text stands for; raises `OutOfRange`.

        Digits after a leading zero, dates, `22:22`, `1_000`, `NO` and `on` stand for themselves.
        """
        text = self.text
        if self.style != "plain":
            return text
        return _number(text) if text[:1] in _NUMBER_BEGINS else _WORDS.get(text, text)

    @property
    def typed(self) -> str | int | float | bool | None:
        """The value, of a number with its spelling; a whole one may have more bits. Raises `OutOfRange`."""
        is_whole = self.style == "plain" and len(self.text) <= _MOST_DIGITS
        value = int(self.text) if is_whole and _INTEGER.match(self.text) else self.value
        return spelled(value, self.text) if isinstance(value, int | float) else value

    def place(self, line: int | None = None, fragment: str = "", nth: int = 0) -> tuple[int, int]:
        """Line and column in the file of line `line` of this text, or of `fragment` where it is found.

        It is found where it stands first, or behind `nth` others. A block keeps its lines, so that a line of
        the text is a line of the file; elsewhere (folded or quoted over several lines) only a search for what
        was typed can tell.
        """
        lines = self.source.lines
        first, last = self.line, min(max(self.line, self.end_line), len(lines))
        if self.style == "literal" and line is not None:
            first = last = min(self.line + line, len(lines))
        spots = (
            (number, at + 1)
            for number in (range(first, last + 1) if fragment else ())
            for at in self.source.spots(
                lines[number - 1], fragment, self.column - 1 if number == self.line else 0
            )
        )
        found = list(islice(spots, nth + 1))
        if found:
            return found[nth if nth < len(found) else 0]
        if self.style == "literal" and line is not None:
            written = lines[first - 1]
            return first, len(written) - len(written.lstrip(" ")) + 1
        return self.line, self.column

    def nth(self, line: int, column: int, fragment: str, lines: list[str] | None = None) -> int:
        """How many times `fragment` stands before a place of this text, or of the `lines` written for it.

        Counted is what `place` goes through.
        """
        *before, last = (self.text.split("\n") if lines is None else lines)[:line] or [""]
        before = [] if self.style == "literal" else before
        told = sum(self.source.spots(each, fragment).before(len(each)) for each in before)
        return told + self.source.spots(last, fragment).before(column - 1)


class Sequence(YamlNode, eq=False):
    items: list[YamlNode]


class YamlEntry(Struct):
    key: Scalar
    value: YamlNode


class Mapping(YamlNode, eq=False):
    entries: dict[str, YamlEntry]

    def get(self, key: str) -> YamlNode | None:
        """The value of `key`; None where it is absent or null."""
        entry = self.entries.get(key)
        if entry is None or entry.value.is_null:
            return None
        return entry.value

    def text(self, key: str) -> str | None:
        """The text of `key`; None where it is absent, null, a list or a map."""
        value = self.get(key)
        return value.text if isinstance(value, Scalar) else None

    def truth(self, key: str) -> bool | None:
        """The truth value of `key`, however it is spelled; None where it has none."""
        value = self.get(key)
        if not isinstance(value, Scalar) or value.style != "plain":
            return None
        return _WORDS.get(value.text)


class GroupCall(Mapping, eq=False):
    """A step that calls a group from a file: `call` is what that file says beside its steps.

    Where the group is the `action` of an integration that is what the model says of it, as plain data.
    """

    call: Mapping
    action: dict[str, Any] | None = None


class Unusable(YamlNode, eq=False):
    """Stands where something was refused and reported already."""


def plain(at: YamlNode, text: str) -> Scalar:
    """A text, as if it were written without quotes at the place of a node."""
    return Scalar(at.source, at.line, at.column, text, "plain", at.line)


def scalars_of(root: YamlNode) -> Iterator[Scalar]:
    """Every text of the tree, each once, in the order of the file."""
    seen: set[int] = set()
    waiting: list[YamlNode] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(reversed(node.items))
        elif isinstance(node, Mapping):
            for entry in reversed(node.entries.values()):
                waiting += (entry.value, entry.key)


def described(node: YamlNode) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a map"
    if isinstance(node, Sequence):
        return "a list"
    return "empty" if node.is_null else "text"


def shown(text: str, limit: int = 60) -> str:
    """Untrusted text inside a message: in backticks, one line, visible characters, shortened."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "`" + "".join(c if c.isprintable() else _escaped(c) for c in cut) + "`"


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code < 0xE000:  # of an argument that is no UTF-8
        return "\ufffd"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _number(text: str) -> str | int | float:
    if _INTEGER.match(text) or _BASED.match(text):
        if len(text) > _DIGITS:
            raise OutOfRange(text)
        number = int(text, 0 if text[:2] in ("0o", "0x") else 10)
        if not -_LARGEST - 1 <= number <= _LARGEST:
            raise OutOfRange(text)
        return number
    if _INFINITE.match(text):
        raise OutOfRange(text)
    if _FLOAT.match(text):
        value = float(text)
        if not math.isfinite(value):
            raise OutOfRange(text)
        return value
    return text


def _spots_in(line: str, fragment: str, start: int) -> Iterator[int]:
    """In their order: those of a name in tags of templates, then those behind the last tag."""
    if not fragment:
        return
    if not fragment.isidentifier():
        for found in re.compile(re.escape(fragment)).finditer(line, start):
            yield found.start()
        return
    word = rf"(?<!\w){fragment}(?!\w)"
    behind = start
    for found in re.compile(rf"\{{[{{%][^}}]*?({word})").finditer(line, start):
        behind = found.end()
        yield found.start(1)
    for found in re.compile(word).finditer(line, behind):
        yield found.start()
