"""Regular expressions that are matched in bounded time.

Python's own matcher can need longer than the universe for `(a+)+b`, and a pattern is hostile until its
runbook was approved. This one follows all ways at once, in the order in which Python's would try them, so
that it finds what Python's finds, no pattern explodes, and it gives up after a fixed number of steps.
Lookaround, back references and flags would need the other kind of matcher: they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import kept_while_judging, spend
from pup_tui.template.regex_program import (
    PLAIN,
    Character,
    Found,
    Instruction,
    Parser,
    PatternError,
    RegexOptions,
    RegexPlace,
    Save,
    Split,
    checked,
)

__all__ = ["Match", "PatternError", "Regex", "RegexOptions", "TooCostly", "compile_regex"]

MAX_PATTERN: Final = 500
"""Characters of a pattern."""

MAX_STEPS: Final = 200_000
"""Places of a pattern that one match may look at, about a fifth of a second."""

_MAX_ANALYSED: Final = 1_000
"""Instructions of a pattern of which it is told what its texts may hold."""

_PER_STEP, _PER_CHARACTER = 12, 160
"""What one step costs, and reading a character of a pattern, in the measure of `template.limits`."""


_PAID_AT_ONCE = 256
"""Steps after which those taken are paid for, so that of what is too much little is done."""


class TooCostly(ValueError):
    """A match would take too many steps."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: ``spans`` of the whole and of its groups, -1 where one took no part."""

    text: str
    spans: tuple[int, ...]
    names: dict[str, int]

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.spans[0]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.spans[1]

    def group(self, which: int | str = 0) -> str:
        """The text of a group, by its number or name; empty where it took no part. Raises KeyError."""
        number = self.names[which] if isinstance(which, str) else which
        if not 0 <= number < len(self.spans) // 2:
            raise KeyError(which)
        start, end = self.spans[2 * number : 2 * number + 2]
        return self.text[start:end] if start >= 0 else ""

    @property
    def groups(self) -> list[str]:
        """The texts of all groups."""
        return [self.group(number) for number in range(1, len(self.spans) // 2)]


class Steps:
    """What is left to spend on steps."""

    def __init__(self, left: int = MAX_STEPS) -> None:
        self._left = left

    def pay(self, steps: int) -> None:
        """Pay for steps; raises `TooCostly` where there are not so many left."""
        self._left -= steps
        if self._left < 0:
            raise TooCostly("the pattern takes too long on this value; simplify it")
        _spend(_PER_STEP * steps)


def _spend(cost: int) -> None:
    try:
        spend(cost)
    except TemplateError:
        told = "the patterns of all values together take too long; simplify them"
        raise TooCostly(told) from None


_Way = tuple[int, tuple[int, ...]]
"""The instruction that a way has come to, and the spans of its groups so far."""


class Regex:
    """A compiled pattern; raises `PatternError`, and `TooCostly` where there is no more to spend on it."""

    def __init__(self, source: str, options: RegexOptions = PLAIN) -> None:
        if len(source) > MAX_PATTERN:
            raise PatternError(f"a pattern is at most {MAX_PATTERN} characters")
        _spend(_PER_CHARACTER * len(source))
        known = checked(source)
        self.names = dict(known.groupindex)
        self.groups = known.groups
        parser = Parser(source, options)
        self._tree = parser.alternatives(0)
        if not parser.at_end:
            raise PatternError("unbalanced parenthesis")

    @cached_property
    def _program(self) -> list[Instruction]:
        _spend(_PER_STEP * self._tree.size)
        program: list[Instruction] = []
        self._tree.write(program)
        return [*program, Found()]

    def match(self, text: str, *, whole: bool = False) -> Match | None:
        """What a text begins with; with `whole` it has to go on to the end. Raises `TooCostly`."""
        return self._run(text, Steps(), 0, whole=whole, anywhere=False)

    def all(self, text: str) -> Iterator[Match]:
        """Every match in a text, none of which overlaps another. Raises `TooCostly`."""
        position, steps = 0, Steps()
        while position <= len(text):
            found = self._run(text, steps, position, whole=False, anywhere=True)
            if found is None:
                return
            yield found
            position = found.end + (found.end == found.start)

    def may_begin_with(self, character: str) -> bool:
        """Whether some text that begins so could match."""
        return any(form.fullmatch(character) for form in self._tree.first)

    def may_hold(self, characters: str, behind: str = "") -> bool:
        """Whether a text with one of the characters, right behind one of others if given, could match.

        What holds at a place (`^`, `\\b`) is taken to hold anywhere, and a large pattern to hold anything.
        """
        if self._tree.size > _MAX_ANALYSED:
            return True
        about = (self, characters, behind)
        return kept_while_judging(about, lambda: self._holds(characters, behind))

    def _holds(self, characters: str, behind: str) -> bool:
        taking = [
            at
            for at, instruction in enumerate(self._program)
            if isinstance(instruction, Character) and instruction.form.search(behind or characters)
        ]
        return self._may_follow(taking, characters) if behind else bool(taking)

    def _may_follow(self, places: list[int], characters: str) -> bool:
        """Whether one of the characters may be taken right behind one of the places."""
        seen: set[int] = set()
        waiting = [at + 1 for at in places]
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            match self._program[at]:
                case Split(first, second):
                    waiting += [first, second]
                case Character(form):
                    if form.search(characters):
                        return True
                case Save() | RegexPlace():
                    waiting.append(at + 1)
                case Found():
                    pass
        return False

    def _run(
        self, text: str, steps: Steps, start: int, *, whole: bool, anywhere: bool
    ) -> Match | None:
        steps.pay(0)  # Where nothing is left no work is begun.
        nothing = (-1,) * (2 * self.groups + 2)
        found: tuple[int, ...] | None = None
        ways: list[_Way] = []
        seen: set[int] = set()
        position = start
        while position <= len(text):
            if found is None and (anywhere or position == start):
                if not ways:
                    seen = set()
                    position = self._next_start(text, position, steps) if anywhere else position
                begun = (position, *nothing[1:])
                ways += self._reached(0, begun, text, position, seen, steps)
            if not ways:
                if found is not None or not anywhere:
                    break
                position += 1
                continue
            steps.pay(1 + len(ways))
            ways, seen, ended = self._step(ways, text, position, steps, whole=whole)
            found = ended or found
            position += 1
        return None if found is None else Match(text, found, self.names)

    def _step(
        self,
        ways: list[_Way],
        text: str,
        position: int,
        steps: Steps,
        *,
        whole: bool,
    ) -> tuple[list[_Way], set[int], tuple[int, ...] | None]:
        """Take one character: the ways that go on, and the spans of one that has ended here."""
        after: list[_Way] = []
        seen: set[int] = set()
        for at, spans in ways:
            instruction = self._program[at]
            if isinstance(instruction, Character):
                if position < len(text) and instruction.form.fullmatch(text[position]):
                    after += self._reached(at + 1, spans, text, position + 1, seen, steps)
            elif not whole or position == len(text):
                # What comes behind it would only be taken if this failed.
                return after, seen, (spans[0], position, *spans[2:])
        return after, seen, None

    def _reached(
        self,
        at: int,
        spans: tuple[int, ...],
        text: str,
        position: int,
        seen: set[int],
        steps: Steps,
    ) -> list[_Way]:
        """Where characters are taken next, in the order in which the ways are tried."""
        reached: list[_Way] = []
        paid = len(seen)
        waiting = [(at, spans)]
        while waiting:
            at, spans = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            if len(seen) - paid == _PAID_AT_ONCE:
                steps.pay(_PAID_AT_ONCE)
                paid = len(seen)
            match self._program[at]:
                case Split(first, second):
                    waiting += [(second, spans), (first, spans)]
                case Save(slot):
                    waiting.append((at + 1, (*spans[:slot], position, *spans[slot + 1 :])))
                case RegexPlace(holds):
                    if holds(text, position):
                        waiting.append((at + 1, spans))
                case _:
                    reached.append((at, spans))
        steps.pay(len(seen) - paid)
        return reached

    @cached_property
    def _first(self) -> re.Pattern[str] | None:
        """What every match begins with; None where that may be nothing."""
        first = self._tree.first
        if self._tree.may_be_empty or not first:
            return None
        forms = dict.fromkeys(form.pattern for form in first)
        return re.compile("|".join(f"(?:{form})" for form in forms), first[0].flags)

    def _next_start(self, text: str, position: int, steps: Steps) -> int:
        """The first place at or behind another at which a match may begin."""
        if self._first is None:
            return position
        found = self._first.search(text, position)
        at = found.start() if found is not None else len(text)
        steps.pay((at - position) // 64)
        return at


@lru_cache(maxsize=2048)
def compile_regex(source: str, options: RegexOptions = PLAIN) -> Regex:
    """The pattern, which is kept. Raises `PatternError`."""
    return Regex(source, options)
