"""Where the files of tests can be kept in memory: no journal waits for a disk there."""

from __future__ import annotations

import os
from pathlib import Path

ENOUGH = 2 << 30
"""Bytes that have to be free: the files of three runs stay, and some tests write a lot."""


def in_memory(folder: Path = Path("/dev/shm"), enough: int = ENOUGH) -> Path | None:
    """A folder that is kept in memory, if there is one with room in which programs may be started."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return None
    if told.f_flag & (os.ST_NOEXEC | os.ST_RDONLY) or told.f_bavail * told.f_frsize < enough:
        return None
    return folder if os.access(folder, os.W_OK) else None
