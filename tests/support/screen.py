"""A terminal for the real program: a pty, keys to it, and the screen as a person would see it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "space": " ",
    "backspace": "\x7f",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+u": "\x15",
}


PATIENCE = 120.0
"""Seconds after which a test gives up waiting for what should have happened long before."""


class Screen:
    """Runs a program on a pty; `raw` is every byte that it has sent to the terminal."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
    ) -> None:
        columns, rows = size
        self.raw = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                os.execvpe(args[0], list(args), {**environ, "TERM": "xterm-256color"})
            finally:
                os._exit(127)
        self._set_size(columns, rows)
        self._status: int | None = None
        self._hung_up = False

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def press(self, *keys: str) -> None:
        """Send keys by name, or a character as it is, each when the one before has had its effect."""
        for key in keys:
            os.write(self.terminal, KEYS.get(key, key).encode())
            self.settle()

    def press_until(self, key: str, pattern: str) -> re.Match[str]:
        """Press a key until the screen shows that it was taken.

        A page takes none before it is ready, and a dialog none before a person can have read it.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.press(key)
            found = re.search(pattern, self.text)
            if found:
                return found
        raise AssertionError(f"{key} did not lead to {pattern!r}:\n{self.text}")

    def type_text(self, text: str) -> None:
        os.write(self.terminal, text.encode())
        self.settle()

    def settle(self) -> None:
        """Take in what arrives until the program has nothing more to show for a moment."""
        until = time.monotonic() + 10.0
        while time.monotonic() < until:
            before = len(self.raw)
            if not self.read(0.15) or len(self.raw) == before:
                return

    def read(self, seconds: float) -> bool:
        """Take in what arrives within `seconds`; False once the program has closed the terminal."""
        if self._hung_up:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, pattern: str, *, timeout: float = PATIENCE) -> re.Match[str]:
        """The first match of `pattern` on the screen; AssertionError with the screen if it does not come."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = re.search(pattern, self.text)
            if found:
                return found
            if not self.read(0.1):
                break
        raise AssertionError(f"{pattern!r} did not appear:\n{self.text}")

    def wait_until_gone(self, pattern: str, *, timeout: float = PATIENCE) -> None:
        until = time.monotonic() + timeout
        while time.monotonic() < until and re.search(pattern, self.text):
            self.read(0.1)
        assert not re.search(pattern, self.text), self.text

    def wait_for_exit(self, *, timeout: float = PATIENCE) -> int:
        """The program's exit code; -N if signal N ended it."""
        until = time.monotonic() + timeout
        while self._status is None and time.monotonic() < until:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        assert self._status is not None, f"the program goes on:\n{self.text}"
        return self._status

    def hang_up(self) -> None:
        """Take the terminal away, as a lost connection does."""
        os.close(self.terminal)
        self._hung_up = True

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        if not self._hung_up:
            os.close(self.terminal)
