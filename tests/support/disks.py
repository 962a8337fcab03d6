"""Disks of a few kilobytes, for tests of what becomes of a run whose record has no room any more."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, kilobytes: int = 256) -> Iterator[Path]:
    """A file system of its own at `folder`; the test is skipped where nobody may mount one."""
    folder.mkdir(mode=0o700)
    options = f"size={kilobytes}k,mode=700"
    mounting = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        yield folder
    finally:
        # Lazily: a process that just ended may still be closing its files.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
