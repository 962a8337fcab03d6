"""Where a run works: in the directory in which it began, from wherever it is resumed."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from pup_tui.core.events import AnyEvent, Resumed, RunCreated, WorkingDirectory
from pup_tui.place_errors import PlaceError, place_error


class DirectoryLost(PlaceError):
    """The directory in which a run worked is not there any more, or another one is in its place."""


def working_directory(path: Path) -> WorkingDirectory | None:
    """A directory as it is recorded; None where it cannot be looked at."""
    try:
        return WorkingDirectory(path=str(path), inode=path.stat().st_ino)
    except OSError:
        return None


def to_go_on_in(events: Sequence[AnyEvent]) -> Path | None:
    """Where the newest leg of a run worked; None where its record does not say it.

    Raises DirectoryLost where it is that directory no more.
    """
    legs = (event for event in reversed(events) if isinstance(event, Resumed | RunCreated))
    known = next((leg.cwd for leg in legs if leg.cwd is not None), None)
    if known is None:
        return None
    path = Path(known.path)
    try:
        there = path.stat()
    except FileNotFoundError as error:
        raise DirectoryLost("the directory in which the run worked is gone", path) from error
    except OSError as error:
        told = place_error(error, path).message
        raise DirectoryLost(f"the run's directory cannot be reached: {told}", path) from error
    if not stat.S_ISDIR(there.st_mode):
        raise DirectoryLost("a file is where the run's directory was", path)
    if there.st_ino != known.inode:
        raise DirectoryLost("another directory is where the run's was", path)
    return path
