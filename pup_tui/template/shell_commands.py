"""Commands that take their words for code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_PREFIXES: Final = frozenset(
    {b"builtin", b"command", b"coproc", b"env", b"exec", b"nohup", b"sudo", b"time"}
)
_EVALUATING: Final = frozenset(
    {
        *(b"eval", b"ssh", b"trap", b"alias", b"watch", b"source", b"."),
        *(b"awk", b"gawk", b"mawk", b"sed", b"jq"),
    }
)
_READING_CODE: Final = frozenset({b"ssh", b"psql", b"mysql", b"sqlite3"})
_INTERPRETER: Final = re.compile(
    rb"(?:[^\s]*/)?(?:su|sh|bash|dash|ksh|zsh|python[0-9.]*|perl|ruby|node|php)"
)
_CODE_OPTION: Final = re.compile(rb"-[a-z]*[cer]")
_QUOTE_CHARACTERS: Final = re.compile(rb"['\"\\]")


@dataclass(frozen=True, slots=True)
class WordUse:
    """What a command does with one of its words.

    ``command`` is the name of a command that takes the word for code.
    """

    command: str | None = None


class CommandWords:
    """The words of one command, as they are in the script."""

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = [_QUOTE_CHARACTERS.sub(b"", word) for word in words]
        self._name_index = self._find_name()
        self._code_index, self._interpreter = self._find_code()

    def use(self, position: int) -> WordUse:
        """Tell what the command does with the word at this position (0 is the command itself)."""
        if position == 0:
            return WordUse()
        name = self._words[self._name_index if self._name_index < position else 0]
        return WordUse(self._evaluating(name, position))

    @property
    def reader(self) -> str | None:
        """The name of the command if it takes its standard input for code."""
        name = self._words[self._name_index].rsplit(b"/", 1)[-1]
        if name in _READING_CODE:
            return name.decode(errors="replace")
        for index, word in enumerate(self._words):
            if _INTERPRETER.fullmatch(word):
                options = all(option[:1] == b"-" for option in self._words[index + 1 :])
                return word.decode(errors="replace") if options else None
        return None

    def _find_name(self) -> int:
        """Where the command's name is, after words like ``sudo`` and ``builtin``."""
        words, index = self._words, 0
        while index < len(words) - 1 and words[index] in _PREFIXES:
            index += 1
            while index < len(words) - 1 and (words[index][:1] == b"-" or b"=" in words[index]):
                index += 1
        return index

    def _find_code(self) -> tuple[int, str]:
        """From which word on an interpreter takes words for code, and its name."""
        interpreter: bytes | None = None
        for index, word in enumerate(self._words):
            if interpreter is not None and _CODE_OPTION.fullmatch(word):
                return index + 1, interpreter.decode(errors="replace")
            if interpreter is None and _INTERPRETER.fullmatch(word):
                interpreter = word
        return len(self._words), ""

    def _evaluating(self, name: bytes, position: int) -> str | None:
        if name.rsplit(b"/", 1)[-1] in _EVALUATING:
            return name.decode(errors="replace")
        return self._interpreter if position >= self._code_index else None
