"""Where the journal, the outputs of runs and the locks are: below one folder, the operator's alone."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pup_tui.journal.errors import JournalError
from pup_tui.late_pattern import late_pattern
from pup_tui.place_errors import place_error
from pup_tui.private import NotPrivate, check_private_dir, make_private_dir, refuse_link

OVERRIDE = "PUP_TUI_STATE_DIR"
"""The environment variable that names another state folder."""

OWNER_LOCK = "owner.lock"
"""The file in a run's folder that its owner holds."""

_RUN_ID = late_pattern(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


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
    outputs = outputs_dir(state)
    with _as_journal_error():
        refuse_link(outputs)
        refuse_link(outputs / run)
    return outputs / run


def outputs_dir(state: Path) -> Path:
    """Where the folders of runs are; nothing is created."""
    return state / "outputs"


def with_outputs(state: Path, but: Collection[str] = ()) -> list[str]:
    """The runs, but for some, of which outputs are kept, in their order. Raises JournalError.

    A folder with the lock of its owner alone says nothing: it is made before the run is recorded.
    """
    outputs = outputs_dir(state)
    with _as_journal_error():
        refuse_link(outputs)
    try:
        names = sorted(set(os.listdir(outputs)).difference(but))
        return [name for name in names if set(os.listdir(outputs / name)) - {OWNER_LOCK}]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise unusable(error, outputs, "the outputs of runs cannot be looked at") from error


def counted_runs(number: int) -> str:
    """A number of runs in words."""
    return "1 run" if number == 1 else f"{number} runs"


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
