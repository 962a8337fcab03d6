"""The folder in which a demo keeps what it would otherwise leave behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

PREFIX = "pup-tui-demo-"
LOCK = "lock"
"""A file that is locked for as long as the demo lives; it is there from when it is."""

_ENDS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A new folder, gone at the end; those of demos that were killed are removed first."""
    _remove_left(Path(tempfile.gettempdir()))
    with _ending_in_order(), tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        with (folder / f"{LOCK}.new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (folder / f"{LOCK}.new").rename(folder / LOCK)
            yield folder


def _remove_left(place: Path) -> None:
    """Remove the folders of this account whose demo is no longer there to hold its lock."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
                descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
                finally:
                    os.close(descriptor)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let a signal that ends the program end it as an exit does, until something else deals with it."""
    before = {end: signal.getsignal(end) for end in _ENDS}
    for end, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(end, _exit)
    try:
        yield
    finally:
        for end in _ENDS:
            if signal.getsignal(end) is _exit:
                signal.signal(end, before[end])


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
