"""How much a template may do. The numbers are published with the format.

They bound what a hostile or mistaken text can cost; each is checked before the work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from pup_tui.template.errors import TemplateError

MAX_TEXT = 1024 * 1024
"""Characters of a result and of every text on the way to it."""

MAX_EXPRESSION = 16 * 1024
"""Characters of the source of one expression."""

MAX_ROUNDS = 10_000
"""Rounds of all loops of one rendering together."""

MAX_NESTING = 32
"""Open parentheses, brackets and braces of an expression."""

MAX_BLOCKS = 16
"""Blocks (`if`, `for`) within blocks: more than anybody can read."""

MAX_LEVELS = 200
"""Levels of a script's syntax tree: each ``&&``, and each block within a block, takes one or more."""

MAX_EVALUATED = 20
"""Texts within texts that a script evaluates."""

MAX_VARIANTS = 64
"""Ways to take the branches of a script that are read."""

MAX_VARIANT_TEXT = 256 * 1024
"""Characters of all variants of a script that are read."""

MAX_DEPTH = 100
"""Levels of an expression's syntax tree: the generated code stays within Python's own limits."""

MAX_PARTS = 100
"""Parts of an expression that are made out of a secret: each is worked out once more, to be masked."""

MAX_WORK = 16 * MAX_TEXT
"""What all operations of one rendering may cost.

A character costs 1, an item of a list 8, an operation 32 besides; that stands for at most about 60 ns each.
"""

MAX_SHARED_WORK = MAX_WORK // 2
"""The same for what is done together: all values of a runbook, all steps of a plan, the load of a file."""

MAX_JUDGED = 2_200_000
"""Points of a file: to read its texts, to follow values through its scripts, to look for warnings.

A point stands for about half a microsecond of a machine that does nothing else.
"""

_PER_STEP = 30
"""Points of one step by which a script is read, or a value followed."""

_BYTES_PER_STEP = 200
"""Bytes of a script that are read again for the points of a step."""

_ITEM = 8
_OPERATION = 32
_PER_SOURCE_CHARACTER = 8

MAX_INTEGER_BITS = 1024

MAX_ARGUMENT = 131_071
"""Bytes of one argument or environment value: Linux takes no more in one string."""


_Kept = TypeVar("_Kept")


class Budget:
    """What one rendering has left to spend on rounds, text and work; the work may be shared with others."""

    def __init__(self) -> None:
        around = _current.get()
        self._rounds = MAX_ROUNDS
        self._text = MAX_TEXT
        self._work: _Work = _Work(MAX_WORK) if around is None else around._work

    @property
    def is_spent(self) -> bool:
        """Whether more was asked for than there was."""
        return min(self._rounds, self._work.left, self._text) < 0

    def round(self) -> None:
        """Pay for one round of a loop."""
        self._work.pay(_OPERATION)
        self._rounds -= 1
        if self._rounds < 0:
            raise TemplateError(f"the loops go on for more than {MAX_ROUNDS:,} rounds")

    def text(self, length: int) -> None:
        """Pay for a piece of the result with so many characters."""
        self._work.pay(_OPERATION + length)
        self._text -= length
        if self._text < 0:
            raise too_long()

    @contextmanager
    def expression(self, source: str) -> Iterator[None]:
        """Let an expression be worked out at the expense of this budget."""
        self._work.pay(_OPERATION + _PER_SOURCE_CHARACTER * len(source))
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


class TooMuchToJudgeError(Exception):
    """A file costs more to judge than there is."""


class _Work:
    """The work that is left to one rendering, or to several together."""

    def __init__(self, left: int) -> None:
        self.left = left

    def pay(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise TemplateError("the template does too much work on long texts or lists")


@contextmanager
def one_judgement(points: int = MAX_JUDGED) -> Iterator[None]:
    """All that is judged inside may together cost so many points."""
    token = _judging.set(_Work(points))
    kept = _kept.set({})
    try:
        yield
    finally:
        _judging.reset(token)
        _kept.reset(kept)


def kept_while_judging(key: Hashable, make: Callable[[], _Kept]) -> _Kept:
    """What is made once in a judgement, however often it is asked for; a key stands for one kind of thing."""
    kept = _kept.get()
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    return kept[key]  # type: ignore[no-any-return]


def spend_on_judging(steps: int) -> None:
    """Pay for steps by which a script is read or a value is followed. Raises `TooMuchToJudgeError`."""
    spend_points(_PER_STEP * steps)


def spend_on_reading(size: int) -> None:
    """Pay for so many bytes of a script that are read once more. Raises `TooMuchToJudgeError`."""
    if size >= _BYTES_PER_STEP:
        spend_on_judging(size // _BYTES_PER_STEP)


def spend_points(points: int) -> None:
    """Pay for what else is judged. Raises `TooMuchToJudgeError`."""
    work = _judging.get()
    if work is not None:
        work.left -= points
        if work.left < 0:
            raise TooMuchToJudgeError


def points_left() -> int:
    """What a judgement may still cost."""
    work = _judging.get()
    return MAX_JUDGED if work is None else max(work.left, 0)


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)
_judging: ContextVar[_Work | None] = ContextVar("judging", default=None)
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def one_budget() -> Iterator[None]:
    """All renderings and matches inside may together do so much work."""
    budget = Budget()
    budget._work = _Work(MAX_SHARED_WORK)
    token = _current.set(budget)
    try:
        yield
    finally:
        _current.reset(token)


def spend(cost: int) -> None:
    """Pay for work on so many characters, at the expense of whatever is rendered."""
    budget = _current.get()
    if budget is not None:
        budget._work.pay(cost)


def is_spent() -> bool:
    """Whether more work was asked for than there was: nothing more can be done."""
    budget = _current.get()
    return budget is not None and budget.is_spent


def spend_on(*values: Any) -> None:
    """Pay for an operation that looks at these values, but not into what is inside of them."""
    spend(_OPERATION + sum(map(_size, values)))


def spend_on_comparing(left: Any, right: Any) -> None:
    """Pay for a comparison of two values, which looks at all that is inside of them."""
    if isinstance(left, str) and isinstance(right, str):
        spend(_ITEM + min(len(left), len(right)))
    elif _is_container(left) and _is_container(right):
        spend_on_all(min(left, right, key=len))
    else:
        spend(_ITEM)


def spend_on_finding(value: Any, container: Any) -> None:
    """Pay for looking for a value in a text, a list or a map."""
    if isinstance(container, str | Mapping) or not isinstance(container, Sequence):
        spend_on(value, container)
    elif _is_container(value) or (isinstance(value, str) and len(value) > _SHORT):
        spend(_ITEM * len(container))
        for item in container:
            spend_on_comparing(value, item)
    else:
        spend((_ITEM + _SHORT) * len(container))


_SHORT = 16


def spend_on_all(value: Any, times: int = 1) -> None:
    """Pay so many times for a look at all that is inside of a value; what is there twice counts twice."""
    waiting = [[value]]
    while waiting:
        items = waiting.pop()
        spend(times * (_ITEM * len(items) + sum(len(i) for i in items if isinstance(i, str))))
        for item in items:
            if isinstance(item, list | tuple):
                waiting.append(list(item))
            elif isinstance(item, Mapping):
                waiting += [list(item), list(item.values())]


def _is_container(value: Any) -> bool:
    return isinstance(value, list | tuple | Mapping)


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value) + 1
    return 1 + _ITEM * len(value) if isinstance(value, Sized) else 1


def too_long() -> TemplateError:
    """Refuse a text over ``MAX_TEXT``."""
    return TemplateError(f"the text would be longer than {MAX_TEXT:,} characters")


def check_length(length: int) -> None:
    """Refuse to make a text or list of so many characters or items."""
    if length > MAX_TEXT:
        raise too_long()
