"""Where the journal and the outputs of runs are kept: folders 0700, files 0600."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from pup_tui.journal.errors import JournalError

OVERRIDE = "PUP_TUI_STATE_DIR"
"""The environment variable that names another state folder."""

_RUN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


def state_dir(environ: Mapping[str, str]) -> Path:
    """The folder for everything durable, created if it is not there.

    Raises JournalError where it cannot be created.
    """
    path = state_path(environ)
    make_private_dir(path)
    return path


def state_path(environ: Mapping[str, str]) -> Path:
    """Where that folder is; nothing is created."""
    named = environ.get(OVERRIDE)
    if named:
        return Path(named).absolute()
    return platformdirs.user_state_path("pup-tui", appauthor=False)


def locks_dir(state: Path) -> Path:
    """Where the locks of runs are, below the state folder; nothing is created."""
    return state / "locks"


def make_private_dir(path: Path) -> None:
    """Create `path` with mode 0700, its missing parents with the usual one.

    A folder that is empty becomes private as well. One with something in it may be shared on purpose and
    keeps its mode: the files put there are private in any case.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        status = path.stat()
        loose = status.st_mode & 0o077
        if loose and status.st_uid == os.geteuid() and not any(path.iterdir()):
            path.chmod(0o700)
    except OSError as error:
        raise JournalError(
            f"the folder cannot be used ({error.strerror})",
            path,
            f"make it writable, or set {OVERRIDE} to a folder that is",
        ) from error


def journal_path(state: Path) -> Path:
    """The database. Two more files stand beside it (`-wal`, `-shm`) and belong to it."""
    return state / "journal.db"


def run_dir(state: Path, run: str) -> Path:
    """Where a run's output spools are; nothing is created. Raises ValueError for what is no run's id."""
    if not _RUN_ID.fullmatch(run):
        raise ValueError(f"not the id of a run: {run!r}")
    return state / "outputs" / run


def make_run_dir(state: Path, run: str) -> Path:
    """`run_dir`, created. Raises JournalError where it cannot be."""
    path = run_dir(state, run)
    make_private_dir(path.parent)
    make_private_dir(path)
    return path
