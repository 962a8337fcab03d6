"""Regular expressions of variables, matched in bounded time.

Python's own matcher can need longer than the universe for `(a+)+b`, and a pattern is hostile until its
runbook was approved. This one follows all positions at once, so that no pattern explodes, and gives up after
a fixed number of steps. Lookaround, back references and flags would need the other kind of matcher: they are
refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend

MAX_PATTERN = 500
"""Characters of a pattern."""

MAX_VALUE = 1024
"""Characters of a value that a pattern is matched against."""

MAX_STEPS = 200_000
"""Positions that one match may look at, about a tenth of a second."""

MAX_STEPS_OF_BEGINNING = 500
"""The same for one look at how values may begin, of which a file can want a thousand."""

_PER_STEP, _PER_CHARACTER = 12, 160
"""What one step costs, and reading a character of a pattern, in the measure of `template.limits`."""

_MAX_NESTING = 32
_COUNT = re.compile(r"\{(\d{0,5})(,?)(\d{0,5})\}")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_GROUP = re.compile(r"\((?:\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_ANCHORS = {"^": False, r"\A": False, "$": True, r"\Z": True}

_Positions: TypeAlias = frozenset[int]
_Matcher: TypeAlias = "Callable[[_Subject, _Positions], _Positions]"


class PatternError(ValueError):
    """A pattern is not usable; the text says why."""


class TooCostly(ValueError):
    """A match would take too many steps."""


class Pattern:
    """A compiled pattern; raises `PatternError`."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_PATTERN:
            raise PatternError(f"a pattern is at most {MAX_PATTERN} characters")
        _checked(source)
        parser = _Parser(source)
        self._matcher = parser.alternatives(0)
        if not parser.at_end:
            raise PatternError("unbalanced parenthesis")

    def matches(self, value: str) -> bool:
        """Whether the pattern matches the whole value; raises `TooCostly`."""
        if len(value) > MAX_VALUE:
            raise TooCostly(f"a value with a pattern is at most {MAX_VALUE:,} characters")
        subject = _Subject(value)
        return len(value) in self._matcher(subject, frozenset({0}))

    def may_begin_with(self, character: str) -> bool:
        """Whether some value that begins so could match; True where it would take too long to tell."""
        subject = _Subject(character, MAX_STEPS_OF_BEGINNING)
        try:
            self._matcher(subject, frozenset({0}))
        except TooCostly:
            return True
        return subject.begun


def matches(source: str, value: str) -> bool:
    """Whether a pattern matches the whole value; raises `TooCostly`."""
    _spend(_PER_CHARACTER * len(source))
    return compile_pattern(source).matches(value)


def _spend(cost: int) -> None:
    try:
        spend(cost)
    except TemplateError:
        told = "the patterns of all values together take too long; simplify them"
        raise TooCostly(told) from None


@lru_cache(maxsize=2048)
def compile_pattern(source: str) -> Pattern:
    """The pattern, which is kept. Raises `PatternError`."""
    return Pattern(source)


def _checked(source: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(source)
    except re.error as error:
        raise PatternError(str(error)) from None
    except (OverflowError, RecursionError):
        raise PatternError("the pattern is too large") from None


class _Subject:
    def __init__(self, value: str, steps: int = MAX_STEPS) -> None:
        self.value = value
        self.begun = False
        """Whether any part of the pattern took the first character."""
        self._left = steps

    def pay(self, steps: int) -> None:
        self._left -= steps + 1
        if self._left < 0:
            raise TooCostly("the pattern takes too long on this value; simplify it")
        _spend(_PER_STEP * (steps + 1))


class _Parser:
    """Turns a pattern that `re` accepts into functions from positions to positions."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._source)

    def _next(self) -> str:
        return self._source[self._at : self._at + 1]

    def alternatives(self, depth: int) -> _Matcher:
        if depth > _MAX_NESTING:
            raise PatternError("the pattern is nested too deeply")
        branches = [self._sequence(depth)]
        while self._next() == "|":
            self._at += 1
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else _any_of(branches)

    def _sequence(self, depth: int) -> _Matcher:
        parts: list[_Matcher] = []
        while not self.at_end and self._next() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return _all_of(parts)

    def _atom(self, depth: int) -> _Matcher:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class()
        if character in "^$":
            self._at += 1
            return _anchor(_ANCHORS[character])
        if character == "\\":
            return self._escape()
        self._at += 1
        return _one(re.compile(r"." if character == "." else re.escape(character)))

    def _group(self, depth: int) -> _Matcher:
        opener = _GROUP.match(self._source, self._at)
        if opener is None:
            raise PatternError("lookaround, flags and (?…) groups are not supported in a pattern")
        self._at = opener.end()
        inner = self.alternatives(depth + 1)
        self._at += 1
        return inner

    def _class(self) -> _Matcher:
        end = self._at + 1
        end += self._source[end : end + 1] == "^"
        end += self._source[end : end + 1] == "]"
        while self._source[end] != "]":
            end += 2 if self._source[end] == "\\" else 1
        text = self._source[self._at : end + 1]
        self._at = end + 1
        return _one(_checked(text))

    def _escape(self) -> _Matcher:
        escape = _ESCAPE.match(self._source, self._at)
        assert escape is not None
        text = escape.group()
        self._at = escape.end()
        if text in _ANCHORS:
            return _anchor(_ANCHORS[text])
        if text[1] in "bB123456789":
            raise PatternError(f"{text} is not supported in a pattern")
        return _one(_checked(text))

    def _repeated(self, inner: _Matcher) -> _Matcher:
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
        self._at += self._next() == "?"
        return _repeat(inner, lowest, highest)


def _one(character: re.Pattern[str]) -> _Matcher:
    def match(subject: _Subject, positions: _Positions) -> _Positions:
        subject.pay(len(positions))
        value = subject.value
        passed = frozenset(
            at + 1 for at in positions if at < len(value) and character.fullmatch(value[at])
        )
        subject.begun = subject.begun or 1 in passed
        return passed

    return match


def _anchor(at_end: bool) -> _Matcher:
    def match(subject: _Subject, positions: _Positions) -> _Positions:
        return positions & {len(subject.value) if at_end else 0}

    return match


def _all_of(parts: list[_Matcher]) -> _Matcher:
    def match(subject: _Subject, positions: _Positions) -> _Positions:
        for part in parts:
            if not positions:
                break
            positions = part(subject, positions)
        return positions

    return match


def _any_of(branches: list[_Matcher]) -> _Matcher:
    def match(subject: _Subject, positions: _Positions) -> _Positions:
        return frozenset().union(*(branch(subject, positions) for branch in branches))

    return match


def _repeat(inner: _Matcher, lowest: int, highest: int) -> _Matcher:
    """`highest` -1 has no limit. Positions reached before need not be followed again."""

    def match(subject: _Subject, positions: _Positions) -> _Positions:
        for _ in range(lowest):
            subject.pay(len(positions))
            if not positions:
                return positions
            positions = inner(subject, positions)
        reached = positions
        rounds = 0
        while positions and rounds != highest - lowest:
            subject.pay(len(positions))
            positions = inner(subject, positions) - reached
            reached |= positions
            rounds += 1
        return reached

    return match
