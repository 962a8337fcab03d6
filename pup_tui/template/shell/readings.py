"""Places at which a script reads a variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.places import UnsafePlaceError
from pup_tui.template.shell.survey import MOST_NUMBERED, Survey
from pup_tui.template.shell.tables import Use

if TYPE_CHECKING:
    from tree_sitter import Node

_POSITIONAL: Final = late_pattern(rb"[1-9][0-9]*|[@*]")
_EXPANDED: Final = late_pattern(rb"\$\{?[!#]?([A-Za-z_]\w*|[0-9]+|[@*])")
TAKES_PART: Final = late_pattern(rb"(?:\[[^]]*\])?(?:[#%/^,]|:(?![-=?+])|@E)")
"""What follows a name in an expansion that gives a part of its text, or one made of it."""


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

    def read_in(self, text: bytes, node: Node) -> Iterator[bytes]:
        """The variables that the expansions in a text may read, which stands at a node."""
        for name in _EXPANDED.findall(text):
            yield from self.names(name, node)

    def names(self, name: bytes, node: Node) -> tuple[bytes, ...]:
        """The variables that an expansion may read: a function's own words by their number."""
        if name == b"argv" and self._survey.shell == "zsh":
            name = b"@"
        if not _POSITIONAL.fullmatch(name):
            return (name,)
        scope = self._survey.scope_of(node)
        if name in (b"@", b"*"):
            return tuple(b"%s %d" % (scope, number) for number in range(MOST_NUMBERED + 1))
        gone = self._survey.shifts.before(node) or range(MOST_NUMBERED + 1)
        number = int(name)
        numbers = range(number + gone[0], min(number + gone[-1], MOST_NUMBERED) + 1)
        return (b"%s 0" % scope, *(b"%s %d" % (scope, each) for each in numbers))
