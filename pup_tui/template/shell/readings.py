"""Places at which a script reads a variable."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.places import UnsafePlaceError
from pup_tui.template.shell.survey import FUNCTION, Survey
from pup_tui.template.shell.tables import Use

if TYPE_CHECKING:
    from tree_sitter import Node

_POSITIONAL: Final = late_pattern(rb"[1-9][0-9]*|[@*]")
TAKES_PART: Final = late_pattern(rb"(?:\[[^]]*\])?(?:[#%/^,]|:(?![-=?+])|@E)")
"""What follows a name in an expansion that gives a part of its text, or one made of it."""
_LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})


class Reading(Struct, frozen=True):
    """A place at which a variable's text is used, where it goes on to, and what is wrong with that."""

    names: tuple[bytes, ...]
    shown: str
    line: int
    use: Use
    targets: frozenset[bytes]
    problem: UnsafePlaceError | None = None
    command: str | None = None
    is_part: bool = False
    """What is used is a part of the text, as in ``${NAME%.*}``."""
    is_cut: bool = False
    """It may begin anywhere in the text: it is a part, a word or a line of it."""
    at: int = -1
    """The byte at which it stands in the script; -1 where it is in a text."""


class OwnWords:
    """The words that a function was called with, as variables: ``FUNCTION NUMBER``, 0 for any of them."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    def names(self, name: bytes, node: Node) -> tuple[bytes, ...]:
        """The variables that an expansion may read: a function's own words by their number."""
        if name == b"argv" and self._survey.shell == "zsh":
            name = b"@"
        if not _POSITIONAL.fullmatch(name):
            return (name,)
        scope = self._survey.scope_of(node)
        if name in (b"@", b"*"):
            return tuple(b"%s %d" % (scope, number) for number in range(33))
        number = int(name)
        last = 32 if self._is_shifted(node) else number
        return (b"%s 0" % scope, *(b"%s %d" % (scope, n) for n in range(number, last + 1)))

    def _is_shifted(self, node: Node) -> bool:
        """Whether a ``shift`` may have moved the words of the function before a place is reached."""
        around = node.parent
        loop: Node | None = None
        if not self._shifts:
            return False
        while around is not None and around.type != FUNCTION:
            if around.type in _LOOPS:
                loop = around
            around = around.parent
        begin = around.start_byte if around is not None else 0
        end = loop.end_byte if loop is not None else node.start_byte
        return bisect_left(self._shifts, begin) < bisect_left(self._shifts, end)

    @cached_property
    def _shifts(self) -> list[int]:
        """Where each ``shift`` begins, also one that is evaluated."""
        evaluated = (
            command
            for command, _ in self._survey.named(b"eval", b"trap")
            if b"shift" in self._survey.text(command)
        )
        shifts = (command for command, _ in self._survey.named(b"shift"))
        return sorted(command.start_byte for command in (*shifts, *evaluated))
