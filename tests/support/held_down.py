"""The program under limits of the system, as a user of its own: root is exempt from that of processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.support.program import PROGRAM

_NEXT = count()

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None or shutil.which("prlimit") is None,
    reason="another user can only be made by root, with setpriv and prlimit",
)


@contextmanager
def held_down(folder: Path, *limits: str) -> Iterator[Sequence[str]]:
    """The words that call the program, of whom `folder` is for now, within `limits` of prlimit.

    All who lead to it must let others pass. The interpreter may lie in root's home: it reads what root may.
    """
    user = 200_000 + os.getpid() % 50_000 * 10 + next(_NEXT) % 10
    every = [folder, *folder.rglob("*")]
    for path in every:
        os.chown(path, user, user)
    reading = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    yield (
        *("setpriv", f"--reuid={user}", "--clear-groups", *reading),
        *("prlimit", *limits, *PROGRAM),
    )
