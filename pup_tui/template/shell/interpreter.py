"""What runs a script: one of the shells, or a program that is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

SHELLS: Final = frozenset({"sh", "bash", "dash", "ksh", "zsh"})
"""The shells whose quoting is known."""

_NEEDS_A_NAME: Final = frozenset({"node", "nodejs"})
"""Programs that look for a script by its name, which a nameless file has not."""


class Interpreter(Struct, frozen=True):
    """The program and its words; the file with the script comes behind them."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.words[0].rsplit("/", 1)[-1]

    @property
    def is_shell(self) -> bool:
        """Whether values can be put into the script."""
        return self.name in SHELLS

    @property
    def reads_stdin(self) -> bool:
        """Whether the script is its standard input in place of a file."""
        if self.is_shell:
            return False
        return "-" in self.words[1:] or self.needs_stdin

    @property
    def needs_stdin(self) -> bool:
        """Whether the script can be nothing but its standard input."""
        is_alone = all(word.startswith("-") for word in self.words[1:])
        return is_alone and self.name in _NEEDS_A_NAME


DEFAULT = Interpreter(("sh",))


def interpreter_of(shell: str | Sequence[str]) -> Interpreter:
    """What `shell` names: a program, or a program and its words."""
    return Interpreter((shell,) if isinstance(shell, str) else tuple(shell))


def interpreter_line(script: str) -> str | None:
    """The first line of a script, where it names what runs it."""
    return script.partition("\n")[0].rstrip("\r") if script.startswith("#!") else None


def named_in(line: str) -> Interpreter | None:
    """What a line `#!…` names, without `env` and `env -S`; None where it names nothing.

    A shell is looked for on PATH, wherever the line has it. Raises `ValueError` for a quote without end.
    """
    import shlex

    words = shlex.split(line.removeprefix("#!"))
    if words and words[0].rsplit("/", 1)[-1] == "env":
        words = words[2 if words[1:2] == ["-S"] else 1 :]
    if not words:
        return None
    found = Interpreter(tuple(words))
    if not found.is_shell:
        return found
    return Interpreter((found.name, *(word for word in words[1:] if word != "-")))
