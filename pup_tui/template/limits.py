"""How much a template may do. The numbers are published with the format.

They bound what a hostile or mistaken text can cost; each is checked before the work is done.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

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

MAX_DEPTH = 100
"""Levels of an expression's syntax tree: the generated code stays within Python's own limits."""

MAX_PARTS = 100
"""Parts of an expression that are made out of a secret: each is worked out once more, to be masked."""

MAX_WORK = 16 * MAX_TEXT
"""Characters that all operations of one rendering may look at; a list's item counts for 8."""

_ITEM = 8
"""What a list's item costs, in characters."""

MAX_INTEGER_BITS = 1024

MAX_ARGUMENT = 131_071
"""Bytes of one argument or environment value: Linux takes no more in one string."""


class Budget:
    """What one rendering has left to spend on rounds, text and work."""

    def __init__(self) -> None:
        self._rounds = MAX_ROUNDS
        self._work = MAX_WORK
        self._text = MAX_TEXT

    @property
    def is_spent(self) -> bool:
        """Whether more was asked for than there was."""
        return min(self._rounds, self._work, self._text) < 0

    def round(self) -> None:
        """Pay for one round of a loop."""
        self._rounds -= 1
        if self._rounds < 0:
            raise TemplateError(f"the loops go on for more than {MAX_ROUNDS:,} rounds")

    def work(self, *values: Any) -> None:
        """Pay for an operation that looks at these values."""
        self._work -= sum(map(_size, values))
        if self._work < 0:
            raise TemplateError("the template does too much work on long texts or lists")

    def text(self, length: int) -> None:
        """Pay for so many characters of the result."""
        self._text -= length
        if self._text < 0:
            raise too_long()


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
