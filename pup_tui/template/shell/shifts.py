"""How many of its own words a function may have dropped by ``shift`` where a place in it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.language import LOOPS
from pup_tui.template.shell.tables import tables
from pup_tui.template.shell.words import UNKNOWN, ShellWord, may_be

if TYPE_CHECKING:
    from tree_sitter import Node

ANY_WORD: Final = 1_000
"""More words than any command has."""

_MOVERS: Final = (b"shift", b"set")
_MOVES: Final = late_pattern(rb"\b(?:shift|set)\b")
_ALIASED: Final = late_pattern(rb"\balias\b[^\n]*\b(?:shift|set)\b")
_OWN_WORD: Final = late_pattern(rb"\"?\$\{?[1-9@*]")
_COUNT: Final = late_pattern(rb"[0-9]|[1-9][0-9]")
_FLAGS: Final = late_pattern(rb"[-+](?=[a-zA-Z])[aefuvxEC]*(o?)")
"""Options of ``set`` that leave a function its words in every shell; behind ``o`` stands a name."""


class _Shift(NamedTuple):
    """A ``shift``: from which byte of the script on it counts, how many words it drops, and at most."""

    begin: int
    surely: int
    most: int


class Moving(Protocol):
    """What of a script is looked at, and asked of its `Survey`, for the sake of this."""

    @property
    def script(self) -> bytes: ...

    @property
    def shell(self) -> str: ...

    @property
    def functions(self) -> dict[bytes, list[Node]]: ...

    def text(self, node: Node, /) -> bytes: ...

    def function_around(self, place: Node, /) -> Node | None: ...

    def words(self, command: Node, /) -> list[ShellWord]: ...

    def commands_within(self, node: Node, /) -> list[Node]: ...

    def texts_of_word(self, word: ShellWord, /) -> frozenset[bytes]: ...


class Shifts:
    """What the functions of a script drop of their words."""

    def __init__(self, survey: Moving) -> None:
        self._survey = survey
        self._looked: dict[int, tuple[_Shift, ...] | None] = {}
        self._found: dict[int, tuple[_Shift, ...] | None] = {}
        self._needs: dict[bytes, int] = {}
        self._is_asking = False

    def before(self, place: Node) -> range | None:
        """How many words may be gone at a place of a function, if that was called with what it `needs`.

        None where it may have got other words, and outside of functions.
        """
        around = self._survey.function_around(place)
        shifts = self._of(around) if around is not None else None
        if shifts is None:
            return None
        gone = [shift for shift in shifts if shift.begin <= place.start_byte]
        most = min(sum(shift.most for shift in gone), ANY_WORD)
        return range(min(sum(shift.surely for shift in gone), most), most + 1)

    def may_be_replaced(self, place: Node) -> bool:
        """Whether the function around a place may get words by something else than a ``set`` in it."""
        around = self._survey.function_around(place)
        if around is None or self._of(around) is not None:
            return False
        movers = filter(self._may_move, self._survey.commands_within(around))
        return any(self._survey.words(each)[0].text not in _MOVERS for each in movers)

    def needs(self, function: bytes) -> int:
        """With how many words a function must be called for each ``shift`` to drop what it surely drops.

        One that is to drop more words than are left drops none, or ends the script.
        """
        if function in self._needs:
            return self._needs[function]
        definitions = self._survey.functions.get(function, ())
        needs = max((_needed(self._of(each) or ()) for each in definitions), default=0)
        if not self._is_asking:
            self._needs[function] = needs
        return needs

    def _of(self, function: Node) -> tuple[_Shift, ...] | None:
        """All that moves the words of a function; None where that may be something else than `shift`."""
        if function.id not in self._looked:
            self._looked[function.id] = self._look(function)
        if self._is_asking:
            return self._looked[function.id]
        if function.id not in self._found:
            # What the names of commands may be is asked as if none of these moved words.
            self._is_asking = True
            is_made = any(map(self._may_be_made, self._survey.commands_within(function)))
            self._is_asking = False
            self._found[function.id] = None if is_made else self._looked[function.id]
        return self._found[function.id]

    def _may_be_made(self, command: Node) -> bool:
        """Whether the name of a command is made, and may be one that moves words."""
        name = self._survey.words(command)[0]
        if name.is_literal or _OWN_WORD.match(name.raw):
            return False
        begun = (text.split(None, 1)[:1] for text in self._survey.texts_of_word(name))
        parts = [each.split(UNKNOWN) for each in chain.from_iterable(begun)]
        return any(may_be(mover, each) for mover in _MOVERS for each in parts)

    def _look(self, function: Node) -> tuple[_Shift, ...] | None:
        survey = self._survey
        if (survey.shell == "zsh" and b"argv" in survey.script) or _ALIASED.search(survey.script):
            return None
        found: list[_Shift] = []
        for command in filter(self._may_move, survey.commands_within(function)):
            shift = self._read(command, function)
            if shift is None:
                return None
            found.append(shift)
        return tuple(found)

    def _may_move(self, command: Node) -> bool:
        """Whether a command may change what the words of its function are."""
        if _MOVES.search(self._survey.text(command)) is None:
            return False
        name, *words = self._survey.words(command)
        if name.text == b"set":
            return not only_options(words)
        return name.text == b"shift" or any(
            name.text in table.evaluating or name.text in table.forwarding
            for table in tables(self._survey.shell)
        )

    def _read(self, command: Node, function: Node) -> _Shift | None:
        """What a ``shift`` does, if it is one, and drops words from the first on."""
        name, *words = self._survey.words(command)
        if name.text != b"shift" or any(word.text[:1] in (b"-", b"+") for word in words):
            return None
        counts = [word.text for word in words] or [b"1"]
        is_known = len(counts) == 1 and _COUNT.fullmatch(counts[0]) is not None
        count = int(counts[0]) if is_known else ANY_WORD
        loop = _loop_around(command, function)
        if loop is not None:
            return _Shift(loop.start_byte, 0, ANY_WORD)
        body = function.child_by_field_name("body") or function
        is_sure = is_known and runs_first(command, body)
        return _Shift(command.end_byte, count if is_sure else 0, count)


def only_options(words: Sequence[ShellWord]) -> bool:
    """Whether the words of a ``set`` are options alone, so that it leaves the words of its function."""
    is_name = False
    for word in words:
        match = _FLAGS.fullmatch(word.text)
        if not word.is_literal or not (is_name or match):
            return False
        is_name = not is_name and match is not None and bool(match[1])
    return bool(words) and not is_name


def _needed(shifts: Sequence[_Shift]) -> int:
    largest = max((shift.surely for shift in shifts), default=0)
    if largest <= 1 and all(shift.most in (1, ANY_WORD) for shift in shifts):
        return 0
    most = sum(shift.most for shift in shifts)
    return most if most < ANY_WORD else sum(shift.surely for shift in shifts) + largest - 1


def _loop_around(command: Node, function: Node) -> Node | None:
    """The outermost loop of a function in which a command may run more than once."""
    around, loop = command.parent, None
    while around is not None and around.id != function.id:
        loop = around if around.type in LOOPS else loop
        around = around.parent
    return loop


def runs_first(command: Node, body: Node) -> bool:
    """Whether a command has run whenever what stands behind it in a function runs."""
    whole, around = command, command.parent
    while around is not None and around.type == "list" and around.children[0].id == whole.id:
        whole, around = around, around.parent
    behind = whole.next_sibling
    is_waited_for = behind is None or behind.type not in ("&", "|")
    return is_waited_for and around is not None and around.id == body.id
