"""The program on a terminal of its own, and somebody who types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pexpect

from tests.support.program import PROGRAM, Program


@contextmanager
def typed(program: Program, *args: str) -> Iterator[pexpect.spawn[str]]:
    """A call of the program on a terminal; it is ended when the block is left."""
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *args],
        cwd=str(program.cwd),
        env={**program.environ, "TERM": "xterm-256color"},
        encoding="utf-8",
        codec_errors="replace",
        timeout=200,
        dimensions=(24, 80),
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> int | None:
    """The exit code, once the program has ended by itself."""
    child.expect(pexpect.EOF)
    child.wait()
    return child.exitstatus
