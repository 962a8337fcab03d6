"""The program on a terminal of its own, and somebody who types."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from typing import TYPE_CHECKING

import pexpect
from pexpect.fdpexpect import fdspawn

from tests.support.forked import PATIENCE, PROCESSES, typed_program
from tests.support.program import PROGRAM, Program

if TYPE_CHECKING:
    _Spawned = fdspawn[str]
else:  # only its stub is generic
    _Spawned = fdspawn


class Typed(_Spawned):
    """The operator's side of the terminal."""

    def __init__(self, terminal: int, process: ForkServerProcess) -> None:
        super().__init__(terminal, encoding="utf-8", codec_errors="replace", timeout=PATIENCE)
        self.process = process

    def sendcontrol(self, letter: str) -> None:
        """Press a letter together with the control key."""
        self.send(chr(ord(letter) - ord("a") + 1))


@contextmanager
def typed(program: Program, *args: str) -> Iterator[Typed]:
    """A call of the program on a terminal; it is ended when the block is left."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = {**program.environ, "TERM": "xterm-256color"}
    taken = PROCESSES.Event()
    process = PROCESSES.Process(
        target=typed_program, args=(args, program.cwd, environ, os.ttyname(its), taken)
    )
    process.start()
    child = Typed(ours, process)
    try:
        assert taken.wait(PATIENCE), "it did not begin"
        os.close(its)
        yield child
    finally:
        child.close()
        process.kill()
        process.join()
        process.close()


def ended(child: Typed | pexpect.spawn[str]) -> int | None:
    """The exit code, once the program has ended by itself."""
    child.expect(pexpect.EOF)
    if isinstance(child, Typed):
        child.process.join(PATIENCE)
        return child.process.exitcode
    child.wait()
    return child.exitstatus


@contextmanager
def typed_anew(program: Program, *args: str) -> Iterator[pexpect.spawn[str]]:
    """The same in an interpreter of its own, with the arguments and streams that a shell gives it."""
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *args],
        cwd=str(program.cwd),
        env={**program.environ, "TERM": "xterm-256color"},
        encoding="utf-8",
        codec_errors="replace",
        timeout=PATIENCE,
        dimensions=(24, 80),
    )
    try:
        yield child
    finally:
        child.close(force=True)
