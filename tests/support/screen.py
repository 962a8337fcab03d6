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
from collections.abc import Callable, Mapping, Sequence
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
    "ctrl+z": "\x1a",
}

MOVING = {"tab", "shift+tab", "up", "down", "right", "left"}
"""Keys that move the focus; texts change by themselves meanwhile, as a clock does."""

SELDOM = {"TEXTUAL_FPS": "10"}
"""Has the console draw several changes as one: every one of them costs the emulated terminal much time."""

_AT_ONCE = 64
"""Readings of the terminal after which the screen is looked at though there is more to come."""

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
        environ = {**SELDOM, **environ, "TERM": "xterm-256color"}
        self.pid, self.terminal = self._begin(args, cwd, environ)
        self.have_size(columns, rows)
        self._status: int | None = None
        self._hung_up = False
        self._text: str | None = None

    def _begin(self, args: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> tuple[int, int]:
        """Begin the program: its process, and its terminal."""
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.chdir(cwd)
                os.execvpe(args[0], list(args), environ)
            finally:
                os._exit(127)
        return pid, terminal

    def _code(self) -> int | None:
        """With what the process has ended, -N if signal N ended it; None while it goes on."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def _kill(self) -> None:
        """End the process, which may have ended by itself, and wait for that."""
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def have_size(self, columns: int, rows: int) -> None:
        """Give the terminal another size, whatever the program makes of it."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, and wait until the program has painted all of it."""
        self._screen.reset()
        self._screen.resize(rows, columns)
        self._text = None
        self.have_size(columns, rows)
        self._until(lambda: bool(self._screen.display[-1].strip()), "nothing was painted anew")

    def forget(self) -> None:
        """Have nothing on the terminal: what is there from now on, the program has drawn."""
        self._screen.reset()

    def press(self, *keys: str) -> None:
        """Send keys by name, or a character as it is, each when the one before has had its effect.

        Each of them must change what is seen. Wait for the footer to name a key before it is pressed: what is
        named there is taken.
        """
        for key in keys:
            look = self._colours if key in MOVING else self._look
            before = look()
            self._send(KEYS.get(key, key))
            self._until(lambda: look() != before, f"{key} changed nothing")  # noqa: B023

    def press_until(self, key: str, pattern: str) -> re.Match[str]:
        """Press a key until the screen shows that it was taken; once more does no harm."""
        self._again_until(key, lambda: re.search(pattern, self.text) is not None)
        return self.wait_for(pattern)

    def answer(self, key: str, question: str, choice: str = r"\bNo {2,}n\b") -> None:
        """Press a key until the dialog that asks a question, and offers a choice, is gone.

        It takes none before a person can have read it. The question itself may stay, as a part of the record.
        What is dangerous takes another key.
        """
        self.wait_for(question)
        self.wait_for(choice)
        if key == "y" and "dangerous step" in self.text:
            self.press_until(key, "dangerous step  enter")
            key = "enter"
        self._again_until(key, lambda: re.search(choice, self.text) is None)

    def type_text(self, text: str) -> None:
        """Type into a field that has the focus, and wait until it stands there, with room on both sides."""
        field = rf"(?m)(?:^|\W{{2,}}){re.escape(text)}(?:\W*$| {{3}})"
        before = len(re.findall(field, self.text))
        self._send(text)
        self._until(lambda: len(re.findall(field, self.text)) > before, f"{text} is not shown")

    def click(self, pattern: str) -> None:
        """Click with the mouse in the middle of the first text that matches, once it is there."""
        row, found = self._place(pattern)
        column = (found.start() + found.end()) // 2 + 1
        for ended in "Mm":
            self._send(f"\x1b[<0;{column};{row}{ended}")

    def _place(self, pattern: str) -> tuple[int, re.Match[str]]:
        """The row, from 1, of the first line that matches, and what matches in it, once it is there."""
        self.wait_for(pattern)
        lines = enumerate(self.text.splitlines(), start=1)
        return next((row, found) for row, line in lines if (found := re.search(pattern, line)))

    def scroll_to(self, pattern: str, over: str) -> None:
        """Turn the wheel of the mouse down over a text until another one can be seen."""
        row, found = self._place(over)
        wheel = f"\x1b[<65;{found.start() + 1};{row}M"
        end = time.monotonic() + PATIENCE
        while re.search(pattern, self.text) is None and time.monotonic() < end:
            self._send(wheel)
            self.read(0.1)
        self.wait_for(pattern, timeout=0.0)

    def click_until(self, pattern: str, seen: str) -> None:
        """Click on a text until something shows: nothing takes a click before a person can have read it."""
        self.wait_for(pattern)
        end = time.monotonic() + PATIENCE
        while re.search(seen, self.text) is None and time.monotonic() < end:
            if re.search(pattern, self.text):
                self.click(pattern)
            again = time.monotonic() + 5.0
            while re.search(seen, self.text) is None and time.monotonic() < again:
                self.read(0.1)
        self.wait_for(seen, timeout=0.0)

    def answer_question(self, text: str) -> None:
        """Send what a terminal answers a program by itself."""
        self._send(text)

    def wait_for_bytes(self, *wanted: bytes) -> None:
        """Return as soon as the program has sent all of these, from the moment it began."""
        self._until(lambda: all(each in self.raw for each in wanted), f"{wanted} was not sent")

    def send_line(self, text: str) -> None:
        """Answer a program that reads a line from the terminal."""
        self._send(f"{text}\r")

    def _send(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def _again_until(self, key: str, holds: Callable[[], bool]) -> None:
        """Press a key again whenever it had no effect for long, so that one that was taken comes once."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{key} was not taken:\n{self.text}")
            self._send(KEYS.get(key, key))
            again = time.monotonic() + 3.0
            while not holds() and time.monotonic() < again and self.read(0.1):
                pass

    def _until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Take in what arrives until something holds, or the program has ended."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{otherwise}:\n{self.text}")
            if not self.read(0.1):
                return

    def _look(self) -> list[object]:
        return [self.text, *self._colours()]

    def _colours(self) -> list[object]:
        """The colours behind the texts, which tell the focus, and where the cursor is."""
        rows, columns = range(self._screen.lines), range(self._screen.columns)
        return [[self._screen.buffer[row][column].bg for column in columns] for row in rows]

    def read(self, seconds: float) -> bool:
        """Take in what arrives within `seconds`; False once the program has closed the terminal."""
        if self._hung_up:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return True
        # A terminal gives 4 KiB at a time, and a screen is looked at when all of it has come.
        for _ in range(_AT_ONCE):
            try:
                data = os.read(self.terminal, 1 << 16)
            except OSError:
                return False
            self.raw += data
            self._stream.feed(data)
            self._text = None
            if not data or not select.select([self.terminal], [], [], 0)[0]:
                break
        return bool(data)

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self._screen.display)
        return self._text

    def wait_for(self, pattern: str, *, timeout: float = PATIENCE) -> re.Match[str]:
        """The first match of `pattern` on the screen; AssertionError with the screen if it does not come."""
        until = time.monotonic() + timeout
        goes_on = True
        while not (found := re.search(pattern, self.text)):
            # What came with the end is looked at as well.
            if not goes_on or time.monotonic() >= until:
                break
            goes_on = self.read(0.1)
        if found:
            return found
        raise AssertionError(f"{pattern!r} did not appear:\n{self.text}")

    def wait_until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Take in what arrives until something holds that the screen does not show."""
        self._until(holds, otherwise)
        assert holds(), f"{otherwise}:\n{self.text}"

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
            self._status = self._code()
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
            self._kill()
        if not self._hung_up:
            os.close(self.terminal)
