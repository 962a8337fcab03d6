"""Which commands there are on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def is_command(word: str, environ: Mapping[str, str], cwd: Path, shell: str = "sh") -> bool:
    """Whether `shell` started in `cwd` with this environment would find `word`."""
    from pup_tui.template.shell.tables import is_builtin

    return is_builtin(shell, word) or command_path(word, environ, cwd) is not None


def command_path(word: str, environ: Mapping[str, str], cwd: Path) -> str | None:
    """The program that a shell started in `cwd` with this environment would run for `word`."""
    if "/" in word:
        return shutil.which(str(cwd / word))
    return shutil.which(word, path=environ.get("PATH", ""))
