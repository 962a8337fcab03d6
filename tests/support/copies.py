"""Consoles that begin as copies of a process that has imported all of the console.

They are real programs on terminals of their own, but for what comes before the first line of `main`: what a
start with an interpreter is like is for other tests.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import multiprocessing
import os
import pkgutil
import termios
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path

from tests.support.forked import PROCESSES, called
from tests.support.screen import SELDOM, Screen

_COPIES = multiprocessing.get_context("fork")


class CopiedScreen(Screen):
    """The same terminal for a copy of the program, which is called with `args`."""

    def _begin(self, args: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> tuple[int, int]:
        self.terminal, its = os.openpty()
        # It looks at once how much room there is.
        self.have_size(self._screen.columns, self._screen.lines)
        pid = _original().begin(args, cwd, environ, os.ttyname(its))
        os.close(its)
        return pid, self.terminal

    def _code(self) -> int | None:
        return _original().code(self.pid)

    def _kill(self) -> None:
        _original().kill(self.pid)


class _Original:
    """The process that others are copies of, and how those have ended."""

    def __init__(self) -> None:
        self._asks, asked = PROCESSES.Pipe()
        self._codes: dict[int, int] = {}
        PROCESSES.Process(target=_copy_when_asked, args=(asked,)).start()
        asked.close()
        # It goes with the last who could ask.
        atexit.register(self._asks.close)

    def begin(
        self, args: Sequence[str], cwd: Path, environ: Mapping[str, str], terminal: str
    ) -> int:
        """Call a copy on a terminal: its process."""
        self._asks.send((args, cwd, dict(environ), terminal))
        while True:
            pid, code = self._asks.recv()
            if code is None:
                self._codes.pop(pid, None)
                return int(pid)
            self._codes[pid] = code

    def code(self, pid: int) -> int | None:
        """With what a copy has ended, -N if signal N ended it; None while it goes on."""
        while pid not in self._codes and self._asks.poll():
            ended, code = self._asks.recv()
            self._codes[ended] = code
        return self._codes.get(pid)

    def kill(self, pid: int) -> None:
        """End a copy that may have ended by itself."""
        self._asks.send(pid)
        while pid not in self._codes:
            ended, code = self._asks.recv()
            self._codes[ended] = code


_original = cache(_Original)


def _copy_when_asked(asked: Connection) -> None:
    """Tell of each copy its process when it begins, with None, and when it has ended, with its exit code."""
    # Textual reads it when it is imported.
    os.environ.clear()
    os.environ.update(SELDOM)
    console = import_module("pup_tui.tui")
    for module in pkgutil.walk_packages(console.__path__, "pup_tui.tui."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
    copies: dict[int, ForkProcess] = {}
    while True:
        wait([asked, *(each.sentinel for each in copies.values())])
        for pid, copy in list(copies.items()):
            if copy.exitcode is not None:
                del copies[pid]
                asked.send((pid, copy.exitcode))
        if not asked.poll():
            continue
        try:
            request = asked.recv()
        except EOFError:
            break
        if isinstance(request, int):
            if request in copies:
                copies[request].kill()
            continue
        copy = _begun(*request)
        assert copy.pid is not None
        copies[copy.pid] = copy
        asked.send((copy.pid, None))
    for copy in copies.values():
        copy.kill()


def _begun(
    args: Sequence[str], cwd: Path, environ: Mapping[str, str], terminal: str
) -> ForkProcess:
    # The test closes its own once it is told of the process.
    opened = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    copy = _COPIES.Process(target=_be_the_console, args=(opened, args, cwd, environ))
    copy.start()
    os.close(opened)
    return copy


def _be_the_console(
    terminal: int, args: Sequence[str], cwd: Path, environ: Mapping[str, str]
) -> None:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(terminal, number)
    os.close(terminal)
    called(args, cwd, environ)
