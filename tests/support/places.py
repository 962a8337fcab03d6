"""Folders with short names, wherever the tests have theirs: that of a socket has at most 107 bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def short_place() -> Iterator[Path]:
    """A folder below one that every user may look into, removed with all that is in it."""
    with TemporaryDirectory(prefix="pup-tui-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)
