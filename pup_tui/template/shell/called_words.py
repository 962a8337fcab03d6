"""The words that a script or its functions are called with, and what commands make of them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.redirections import text
from pup_tui.template.shell.words import ALL_OR_REST, ONE_VARIABLE

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.command_use import CommandUse
    from pup_tui.template.shell.script_parts import ScriptParts
    from pup_tui.template.shell.survey import Survey

_MOST_HANDED_ON: Final = 40
"""Words of a call that are told apart where a function is called by another one."""

DEEPEST: Final = 8
"""Scripts in the words of scripts, and functions that call each other; what is deeper counts as code."""

_MOST_DROPPED: Final = 9


@dataclass(frozen=True, slots=True)
class WordCall:
    """A function, or else the script, is run with these words, of which one is asked of.

    Of the first ones, as many as are ``certain``, each is one word. ``depth``: through how many functions.
    """

    function: Node | None
    words: tuple[bytes, ...]
    position: int
    certain: int
    depth: int = 0


class CalledWords:
    """The words of calls within one script."""

    def __init__(self, survey: Survey, parts: ScriptParts) -> None:
        self._survey = survey
        self._parts = parts

    def handed_on(
        self, call: WordCall, use: CommandUse, position: int, certain: int
    ) -> WordCall | None:
        """The call of a function by a command that another call runs, with one of its words."""
        at = use.name_before(position)
        function = self._parts.functions.get(use.words[at])
        is_told = at < position <= at + _MOST_HANDED_ON and call.depth < DEEPEST
        if function is None or not is_told:
            return None
        words = tuple(use.words[at + 1 :][:_MOST_HANDED_ON])
        return WordCall(function, words, position - at - 1, max(certain - at, 0), call.depth + 1)

    def certain_behind(self, command: Node, own: int) -> int:
        """How many words behind a command's first one are one word each, with ``own`` ones in ``"$@"``."""
        words = self._survey.words(command)
        if len(words) != len(self._parts.use(command).words):
            return 0
        for at, word in enumerate(words):
            if word.spreads:
                rest = ALL_OR_REST.fullmatch(word.raw)
                return at - 1 + (max(own - int(rest[1] or 1) + 1, 0) if rest is not None else 0)
        return len(words) - 1

    def own_variables(self, function: Node | None, command: Node) -> dict[int, int]:
        """The words of a command that are variables with an own word of its function: which one, from 0."""
        words = self._survey.words(command)
        found: dict[int, int] = {}
        if function is None or len(words) != len(self._parts.use(command).words):
            return found
        for at, word in enumerate(words):
            variable = ONE_VARIABLE.fullmatch(word.raw)
            number = (
                self._survey.kept_words.number(variable[1], command)
                if variable is not None
                else None
            )
            if number is not None and not word.spreads:
                found[at] = number - 1
        return found

    def dropped(self, call: WordCall, command: Node, named: Container[int]) -> range:
        """How many own words may be gone at a command, of which the one that is asked of is none.

        Where that is not known, and there is a `shift`, it may be all before that one.
        """
        gone = self._survey.shifts.before(command)
        if gone is None:
            shifts = b"shift" in text(call.function or self._survey.root)
            return range(min(call.position, _MOST_DROPPED) + 1 if shifts else 1)
        # A variable may have got one of them before.
        is_sure = call.certain >= gone[0] and all(
            at in named or not ONE_VARIABLE.fullmatch(each.raw)
            for at, each in enumerate(self._survey.words(command))
        )
        first = gone[0] if is_sure else 0
        return range(first, min(call.position, first + _MOST_DROPPED, gone[-1]) + 1)
