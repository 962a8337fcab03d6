"""Folders of one user, and the program called by another: what `sudo` leaves behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import forked
from tests.support.places import short_place
from tests.support.program import Program, program_in

NOBODY = 65534


@contextmanager
def shared_place() -> Iterator[Path]:
    """A folder that everybody may look into, wherever the tests have their own."""
    with short_place() as folder:
        folder.chmod(0o755)
        yield folder


def given_to_nobody(folder: Path) -> None:
    """Make everything in a folder, and the folder, that of the account which owns nothing else."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


class NobodysProgram(Program):
    """The program, called by the account that owns nothing."""

    work = staticmethod(forked.nobodys_program)


def nobodys_program_in(folder: Path) -> NobodysProgram:
    """That program with its home, state and configuration below `folder`."""
    made = program_in(folder)
    for name in ("home", "work"):
        (folder / name).mkdir(exist_ok=True)
        given_to_nobody(folder / name)
    return NobodysProgram(made.cwd, made.environ)
