"""Which commands there are on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

SHELL_BUILTINS = frozenset(
    [
        ".",
        ":",
        "[",
        "alias",
        "bg",
        "break",
        "case",
        "cd",
        "command",
        "continue",
        "echo",
        "eval",
        "exec",
        "exit",
        "export",
        "false",
        "fc",
        "fg",
        "for",
        "getopts",
        "hash",
        "if",
        "jobs",
        "kill",
        "local",
        "printf",
        "pwd",
        "read",
        "readonly",
        "return",
        "set",
        "shift",
        "test",
        "times",
        "trap",
        "true",
        "type",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "until",
        "wait",
        "while",
        "{",
    ]
)
"""Words that every shell knows without a program (POSIX, and `local`)."""


def is_command(word: str, environ: Mapping[str, str], cwd: Path) -> bool:
    """Whether a shell started in `cwd` with this environment would find `word`."""
    if word in SHELL_BUILTINS:
        return True
    if "/" in word:
        return shutil.which(str(cwd / word)) is not None
    return shutil.which(word, path=environ.get("PATH", "")) is not None
