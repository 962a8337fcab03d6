"""Regular expressions that are matched in bounded time.

Python's own matcher can need longer than the universe for `(a+)+b`, and a pattern is hostile until its
runbook was approved. This one follows all ways at once, in the order in which Python's would try them, so
that it finds what Python's finds, no pattern explodes, and it gives up after a fixed number of steps.
Lookaround, back references and flags would need the other kind of matcher: they are refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend

MAX_PATTERN: Final = 500
"""Characters of a pattern."""

MAX_PROGRAM: Final = 20_000
"""Instructions that a pattern may come to when its repeats are written out."""

MAX_STEPS: Final = 200_000
"""Places of a pattern that one match may look at, about a fifth of a second."""

_PER_STEP, _PER_CHARACTER = 12, 160
"""What one step costs, and reading a character of a pattern, in the measure of `template.limits`."""

_MAX_NESTING: Final = 32
_COUNT: Final = re.compile(r"\{(\d{0,5})(,?)(\d{0,5})\}")
_ESCAPE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_GROUP: Final = re.compile(r"\((?:\?:|\?P<[A-Za-z_]\w*>|(?!\?))")
_WORD: Final = re.compile(r"\w")


class PatternError(ValueError):
    """A pattern is not usable; the text says why."""


class TooCostly(ValueError):
    """A match would take too many steps."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a pattern is read: whether case matters not, and whether `^` and `$` are those of lines."""

    ignorecase: bool = False
    multiline: bool = False


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


Holds = Callable[[str, int], bool]
"""Says of a place in a text whether something holds there."""


@dataclass(frozen=True, slots=True)
class _Character:
    """One character that matches ``form``."""

    form: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """No character, where something holds."""

    holds: Holds


@dataclass(frozen=True, slots=True)
class _Save:
    """Notes the place as one end of a group."""

    slot: int


@dataclass(frozen=True, slots=True)
class _Split:
    """Goes on at both places, the first of which comes first."""

    first: int
    second: int


class _Found:
    """The pattern has matched."""


_Instruction = _Character | _Place | _Save | _Split | _Found


_Way = tuple[int, tuple[int, ...]]
"""The instruction that a way has come to, and the spans of its groups so far."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A part of a pattern: how many instructions it comes to, and what writes them.

    ``first`` are the characters that it may begin with, unless it takes none.
    """

    size: int
    write: Callable[[list[_Instruction]], None]
    first: tuple[re.Pattern[str], ...]
    may_be_empty: bool


class Regex:
    """A compiled pattern; raises `PatternError`."""

    def __init__(self, source: str, options: Options = Options()) -> None:
        if len(source) > MAX_PATTERN:
            raise PatternError(f"a pattern is at most {MAX_PATTERN} characters")
        checked = _checked(source)
        self._length = len(source)
        self.names = dict(checked.groupindex)
        self.groups = checked.groups
        parser = _Parser(source, options)
        self._tree = parser.alternatives(0)
        if not parser.at_end:
            raise PatternError("unbalanced parenthesis")

    @cached_property
    def _program(self) -> list[_Instruction]:
        program: list[_Instruction] = []
        self._tree.write(program)
        return [*program, _Found()]

    def match(self, text: str, *, whole: bool = False) -> Match | None:
        """What a text begins with; with `whole` it has to go on to the end. Raises `TooCostly`."""
        _spend(_PER_CHARACTER * self._length)
        return self._run(text, Steps(), 0, whole=whole, anywhere=False)

    def all(self, text: str) -> Iterator[Match]:
        """Every match in a text, none of which overlaps another. Raises `TooCostly`."""
        _spend(_PER_CHARACTER * self._length)
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

    def _run(
        self, text: str, steps: Steps, start: int, *, whole: bool, anywhere: bool
    ) -> Match | None:
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
            if isinstance(instruction, _Character):
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
        known = len(seen)
        waiting = [(at, spans)]
        while waiting:
            at, spans = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            match self._program[at]:
                case _Split(first, second):
                    waiting += [(second, spans), (first, spans)]
                case _Save(slot):
                    waiting.append((at + 1, (*spans[:slot], position, *spans[slot + 1 :])))
                case _Place(holds):
                    if holds(text, position):
                        waiting.append((at + 1, spans))
                case _:
                    reached.append((at, spans))
        steps.pay(len(seen) - known)
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
def compile_regex(source: str, options: Options = Options()) -> Regex:
    """The pattern, which is kept. Raises `PatternError`."""
    return Regex(source, options)


def _checked(source: str, flags: int = 0) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(source, flags)
    except re.error as error:
        raise PatternError(str(error)) from None
    except (OverflowError, RecursionError):
        raise PatternError("the pattern is too large") from None


class _Parser:
    """Turns a pattern that `re` accepts into a tree of what writes its instructions."""

    def __init__(self, source: str, options: Options) -> None:
        self._source = source
        self._at = 0
        self._groups = 0
        self._flags = re.IGNORECASE if options.ignorecase else 0
        self._places: dict[str, Holds] = {
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

    def alternatives(self, depth: int) -> _Node:
        if depth > _MAX_NESTING:
            raise PatternError("the pattern is nested too deeply")
        found = self._sequence(depth)
        while self._next() == "|":
            self._at += 1
            found = _either(found, self._sequence(depth))
        return found

    def _sequence(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while not self.at_end and self._next() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return _all_of(parts)

    def _atom(self, depth: int) -> _Node:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        self._at += 1
        if character in self._places:
            return _one(_Place(self._places[character]))
        return self._character("." if character == "." else re.escape(character))

    def _character(self, source: str) -> _Node:
        return _one(_Character(_checked(source, self._flags)))

    def _group(self, depth: int) -> _Node:
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
        return _all_of([_one(_Save(2 * number)), inner, _one(_Save(2 * number + 1))])

    def _class(self) -> _Node:
        end = self._at + 1
        end += self._source[end : end + 1] == "^"
        end += self._source[end : end + 1] == "]"
        while self._source[end] != "]":
            end += 2 if self._source[end] == "\\" else 1
        text = self._source[self._at : end + 1]
        self._at = end + 1
        return self._character(text)

    def _escape(self) -> _Node:
        escape = _ESCAPE.match(self._source, self._at)
        assert escape is not None
        text = escape.group()
        self._at = escape.end()
        if text in self._places:
            return _one(_Place(self._places[text]))
        if text[1] in "123456789":
            raise PatternError(f"{text} is not supported in a pattern")
        return self._character(text)

    def _repeated(self, inner: _Node) -> _Node:
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


def _sized(node: _Node) -> _Node:
    if node.size > MAX_PROGRAM:
        raise PatternError("the pattern repeats too much")
    return node


def _one(instruction: _Instruction) -> _Node:
    form = (instruction.form,) if isinstance(instruction, _Character) else ()
    return _Node(1, lambda program: program.append(instruction), form, not form)


def _all_of(parts: list[_Node]) -> _Node:
    def write(program: list[_Instruction]) -> None:
        for part in parts:
            part.write(program)

    first: list[re.Pattern[str]] = []
    for part in parts:
        first += part.first
        if not part.may_be_empty:
            break
    may_be_empty = all(part.may_be_empty for part in parts)
    return _sized(_Node(sum(part.size for part in parts), write, tuple(first), may_be_empty))


def _either(one: _Node, other: _Node) -> _Node:
    def write(program: list[_Instruction]) -> None:
        start = len(program)
        program.append(_Split(start + 1, start + 2 + one.size))
        one.write(program)
        end = start + 2 + one.size + other.size
        program.append(_Split(end, end))
        other.write(program)

    may_be_empty = one.may_be_empty or other.may_be_empty
    return _sized(_Node(one.size + other.size + 2, write, (*one.first, *other.first), may_be_empty))


def _repeat(inner: _Node, lowest: int, highest: int, *, is_lazy: bool) -> _Node:
    """So many times at least and at most; `highest` -1 has no limit."""

    def split(into: int, past: int) -> _Split:
        return _Split(past, into) if is_lazy else _Split(into, past)

    def write(program: list[_Instruction]) -> None:
        for _ in range(lowest):
            inner.write(program)
        start = len(program)
        if highest < 0:
            program.append(split(start + 1, start + inner.size + 2))
            inner.write(program)
            program.append(_Split(start, start))
        end = start + (highest - lowest) * (inner.size + 1)
        for _ in range(highest - lowest):
            program.append(split(len(program) + 1, end))
            inner.write(program)

    more = inner.size + 2 if highest < 0 else (highest - lowest) * (inner.size + 1)
    first = inner.first if highest else ()
    may_be_empty = inner.may_be_empty or not lowest
    return _sized(_Node(lowest * inner.size + more, write, first, may_be_empty))


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
