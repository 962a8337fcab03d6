"""Where the journal, the outputs of runs and the locks are: below one folder, the operator's alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pup_tui.journal.errors import JournalError
from pup_tui.place_errors import place_error
from pup_tui.private import NotPrivate, check_private_dir, make_private_dir, refuse_link

OVERRIDE = "PUP_TUI_STATE_DIR"
"""The environment variable that names another state folder."""

_RUN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


def make_state_dir(state: Path) -> None:
    """Make the folder for everything durable, or see that it is private.

    Raises JournalError where it cannot be made, or others may write in it.
    """
    with _as_journal_error():
        make_private_dir(state)


def check_state_dir(state: Path) -> bool:
    """Whether there is such a folder. Raises JournalError where others may write in it."""
    with _as_journal_error():
        try:
            check_private_dir(state)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unusable(error, state, "the folder cannot be looked at") from error
    return True


def journal_path(state: Path) -> Path:
    """The database. Two more files stand beside it (`-wal`, `-shm`) and belong to it."""
    return state / "journal.db"


def locks_dir(state: Path) -> Path:
    """Where the locks of runs are; nothing is created."""
    return state / "locks"


def make_locks_dir(locks: Path) -> None:
    """Make the folder of locks and the state folder around it. Raises JournalError where it cannot be."""
    with _as_journal_error():
        make_private_dir(locks.parent, locks.name)


def run_dir(state: Path, run: str) -> Path:
    """Where a run's output spools are; nothing is created.

    Raises ValueError for what is no run's id, JournalError where a link would lead elsewhere.
    """
    if not _RUN_ID.fullmatch(run):
        raise ValueError(f"not the id of a run: '{run}'")
    outputs = state / "outputs"
    with _as_journal_error():
        refuse_link(outputs)
        refuse_link(outputs / run)
    return outputs / run


def make_run_dir(state: Path, run: str) -> Path:
    """`run_dir`, created. Raises JournalError where it cannot be."""
    wanted = run_dir(state, run)
    with _as_journal_error():
        return make_private_dir(state, wanted.parent.name, wanted.name)


def unusable(error: OSError, path: Path, what: str) -> JournalError:
    """What the system has against something in the state folder, and (`what`) what that prevents."""
    found = place_error(error, path, OVERRIDE)
    return JournalError(f"{what} ({found.message})", path, found.hint)


@contextmanager
def _as_journal_error() -> Iterator[None]:
    try:
        yield
    except NotPrivate as error:
        hint = f"{error.hint} (set {OVERRIDE})" if "choose" in error.hint else error.hint
        raise JournalError(error.message, error.path, hint) from error
