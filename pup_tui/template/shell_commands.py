"""What shell commands do with their words: which they calculate with, or take as names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ARITHMETIC_TESTS: Final = frozenset({b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"})
"""Operators of tests for whose operands some shells calculate."""

NAME_TESTS: Final = frozenset({b"-v", b"-R"})
"""Operators of tests whose operand names a variable."""

_NAMING: Final = frozenset({b"read", b"mapfile", b"readarray", b"getopts", b"unset"})
_DECLARING: Final = frozenset(
    {b"declare", b"typeset", b"local", b"export", b"readonly", b"integer"}
)
_PREFIXES: Final = frozenset(
    {b"builtin", b"command", b"coproc", b"env", b"exec", b"nohup", b"sudo", b"time"}
)
_QUOTE_CHARACTERS: Final = re.compile(rb"['\"\\]")
_HARMLESS_DECLARATION: Final = re.compile(rb"-[fgprtulx]+|--")
_INTEGER_DECLARATION: Final = re.compile(
    rb"\b(?:declare|typeset|local|readonly|export|integer)\b((?:[ \t]+[^\s;&|]+)+)"
)


def integer_variables(script: bytes) -> frozenset[bytes]:
    """Names that a script declares as integers: assigning to one makes bash calculate."""
    found: set[bytes] = set()
    for match in _INTEGER_DECLARATION.finditer(script):
        words = match[1].split()
        if match[0].startswith(b"integer") or any(
            word.startswith(b"-") and b"i" in word for word in words
        ):
            found.update(word.split(b"=", 1)[0].rstrip(b"+") for word in words)
    return frozenset(found)


def is_harmless_declaration(options: Sequence[bytes]) -> bool:
    """Whether a declaration assigns as it is: ``-i``, ``-n``, ``-a`` and ``-A`` evaluate."""
    return all(_HARMLESS_DECLARATION.fullmatch(option) for option in options)


@dataclass(frozen=True, slots=True)
class WordUse:
    """What a command does with one of its words."""

    is_name: bool = False
    is_calculated: bool = False


class CommandWords:
    """The words of one command, as they are in the script."""

    def __init__(self, words: Sequence[bytes]) -> None:
        self._words = [_QUOTE_CHARACTERS.sub(b"", word) for word in words]
        self._name_index = self._find_name()

    def use(self, position: int) -> WordUse:
        """Tell what the command does with the word at this position (0 is the command itself)."""
        if position == 0:
            return WordUse()
        name = self._words[self._name_index if self._name_index < position else 0]
        before = self._words[position - 1]
        names = (
            name in _DECLARING
            or (name in _NAMING and not before.startswith(b"-"))
            or (name == b"printf" and before == b"-v")
            or (name == b"test" and before in NAME_TESTS)
        )
        beside = {before, *self._words[position + 1 : position + 2]}
        calculated = name == b"let" or (name == b"test" and bool(beside & ARITHMETIC_TESTS))
        return WordUse(names, calculated)

    def _find_name(self) -> int:
        """Where the command's name is, after words like ``sudo`` and ``builtin``."""
        words, index = self._words, 0
        while index < len(words) - 1 and words[index] in _PREFIXES:
            index += 1
            while index < len(words) - 1 and (words[index][:1] == b"-" or b"=" in words[index]):
                index += 1
        return index
