"""Which commands there are on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def is_command(word: str, environ: Mapping[str, str], cwd: Path, shell: str = "sh") -> bool:
    """Whether `shell` started in `cwd` with this environment would find `word`."""
    from pup_tui.template.shell.tables import is_builtin

    if is_builtin(shell, word):
        return True
    if "/" in word:
        return shutil.which(str(cwd / word)) is not None
    return shutil.which(word, path=environ.get("PATH", "")) is not None
