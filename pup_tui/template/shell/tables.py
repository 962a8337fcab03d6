"""What each shell does with the words of its builtins and with its own variables.

The tables are the files in ``shells/``, one for each shell. They list every builtin and reserved
word that runs a command; a name that is in none of them is a program, whose arguments are data.

A builtin's line holds its options and then its operands. ``-abc`` are options without an argument,
``-a=KIND`` is one with an argument (``-a=`` alone: data). Of the operands the last may end with
``*``: so are all further ones. With operands alone the builtin has no options that matter. The
kinds of words are those of `Use` in small letters; besides

- ``assign``: ``NAME`` or ``NAME=VALUE``,
- ``set``: a positional parameter,
- ``format`` and ``argument``: those of ``printf``,
- ``command``: from here on, the words of another command.

``test`` alone is a test, ``keyword`` a reserved word that the grammar of the tree does not know.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from pup_tui.own_files import own_data


class Use(IntEnum):
    """What the shell does with a word; of several possible uses the greatest counts.

    ``OPERAND``: it is data unless it begins with ``-`` or ``+``. ``PIECE``: it is data while it makes no
    more words of the one that it is a piece of; ``BEGINNING``: the same of a piece that begins one;
    ``WORD``: it is data while it is one word. ``STARTUP``: an interactive shell expands it and reads that
    file. ``INT``: it is calculated with. ``NAME``: it names a variable or function. ``CODE``: it is
    evaluated, or nobody knows.
    """

    DATA = 0
    OPERAND = 1
    PIECE = 2
    BEGINNING = 3
    WORD = 4
    STARTUP = 5
    INT = 6
    NAME = 7
    CODE = 8


_TABLES: Final = {
    "sh": ("dash", "bash", "ash"),
    "bash": ("bash",),
    "dash": ("dash",),
    "ksh": ("ksh",),
    "zsh": ("zsh",),
}
"""Which tables hold for a script; ``sh`` may be any of three shells."""

_CALCULATING_TESTS: Final = frozenset({"ksh", "zsh"})
"""Shells whose ``[`` and ``printf %d`` calculate; others take digits only."""

_EVALUATING_ARITHMETIC: Final = frozenset({"bash", "ksh", "zsh"})


class Builtin(Struct, frozen=True):
    """What a builtin does with its words."""

    form: str
    """``test``, ``keyword``, or nothing."""
    options: dict[str, str]
    """The kind of each option's argument; empty for an option without one."""
    operands: tuple[str, ...]
    repeats: bool

    @property
    def has_options(self) -> bool:
        """Whether an option changes what the words after it are."""
        return any(kind not in ("", "data") for kind in self.options.values())

    def operand(self, index: int) -> str:
        """The kind of an operand; one too many is not known."""
        if index < len(self.operands):
            return self.operands[index]
        return self.operands[-1] if self.repeats else "code"


class ShellTable(Struct, frozen=True):
    """One shell: its builtins by name, and the variables that are more than text to it."""

    shell: str
    builtins: dict[bytes, Builtin]
    parameters: dict[bytes, Use]
    calculating: tuple[bytes, ...]
    """The builtins that may take one of their words for arithmetic."""
    declaring: tuple[bytes, ...]
    """The builtins that assign by their words."""
    evaluating: tuple[bytes, ...]
    """The builtins that may take one of their words for code, or for what the grammar does not know."""
    forwarding: tuple[bytes, ...]
    """The builtins that run a command which stands in their words."""

    @property
    def calculates_in_tests(self) -> bool:
        """Whether ``[ a -eq b ]`` and ``printf %d`` evaluate their operands."""
        return self.shell in _CALCULATING_TESTS

    @property
    def runs_what_it_calculates_with(self) -> bool:
        """Whether arithmetic on a text evaluates it: what is no number is an error otherwise."""
        return self.shell in _EVALUATING_ARITHMETIC


@lru_cache(maxsize=8)
def tables(shell: str) -> tuple[ShellTable, ...]:
    """The tables that hold for a script of this shell."""
    return tuple(_table(name) for name in _TABLES[shell])


def parameter_use(shell: str, name: bytes) -> Use:
    """What the shell does with a text that is assigned to a variable of this name."""
    return max(table.parameters.get(name, Use.DATA) for table in tables(shell))


def is_builtin(shell: str, name: str) -> bool:
    """Whether a command of this name is a part of the shell, so that no program is needed."""
    return shell in _TABLES and all(name.encode() in t.builtins for t in tables(shell))


@lru_cache(maxsize=8)
def _table(shell: str) -> ShellTable:
    data = own_data("pup_tui.template.shell", f"shells/{shell}.yaml")
    builtins = {name.encode(): _builtin(line) for name, line in data["builtins"].items()}
    parameters = {name.encode(): Use[kind.upper()] for name, kind in data["parameters"].items()}
    calculating = tuple(name for name, builtin in builtins.items() if _may_calculate(builtin))
    declaring = tuple(name for name, builtin in builtins.items() if "assign" in builtin.operands)
    evaluating = tuple(name for name, builtin in builtins.items() if _may_evaluate(builtin))
    forwarding = tuple(name for name, builtin in builtins.items() if "command" in builtin.operands)
    return ShellTable(shell, builtins, parameters, calculating, declaring, evaluating, forwarding)


def _may_calculate(builtin: Builtin) -> bool:
    kinds = {*builtin.options.values(), *builtin.operands}
    return builtin.form == "test" or not kinds.isdisjoint(("int", "argument"))


def _may_evaluate(builtin: Builtin) -> bool:
    return builtin.form == "keyword" or "code" in (*builtin.operands, *builtin.options.values())


def _builtin(line: str) -> Builtin:
    form, options, operands, repeats = "", {}, [], False
    for token in line.split():
        if token in ("test", "keyword"):
            form = token
        elif token.startswith("-"):
            letters, equals, kind = token[1:].partition("=")
            options.update(dict.fromkeys(letters, (kind or "data") if equals else ""))
        else:
            operands.append(token.removesuffix("*"))
            repeats = token.endswith("*")
    return Builtin(form, options, tuple(operands), repeats)
