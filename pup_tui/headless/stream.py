"""The standard streams, written to for as long as somebody reads them, and never waited for."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from queue import SimpleQueue
from typing import IO, Any, TextIO

MOST_WAITING = 64 * 1024 * 1024
"""Characters that may wait for a reader who pauses; only beyond them the run waits as well."""

AT_REST = 0.3
"""Seconds without a further line after which a prompt is shown again below the others."""

MOST_ABOVE = 3.0
"""Seconds after which it is shown again whatever comes."""


class Pump:
    """Writes in order from one thread, so that a reader who pauses stops neither timeouts nor signals.

    RuntimeError where no thread can be started.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], object], int]] = SimpleQueue()
        self._asked = 0
        self._written = 0
        """What was asked for and what has been done, in characters: each is counted by one thread only."""
        self._is_full = False
        self._changed = threading.Condition()
        self._held = False
        threading.Thread(target=self._work, name="streams", daemon=True).start()

    def put(self, write: Callable[[], object], size: int) -> None:
        """Have `write` called when its turn comes; `size` is how much it holds in memory until then."""
        if self._has_no_room():
            with self._changed:
                self._is_full = True
                self._changed.wait_for(lambda: not self._has_no_room())
                self._is_full = False
        self._asked += size
        self._waiting.put((write, size))

    def _has_no_room(self) -> bool:
        return self._asked - self._written > MOST_WAITING and not self._held

    def _work(self) -> None:
        while True:
            write, size = self._waiting.get()
            write()
            self._written += size
            if self._is_full:
                with self._changed:
                    self._changed.notify_all()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """What was put before is written, and nothing more until the end; nobody waits meanwhile."""
        await self.drain()
        go_on = threading.Event()
        self._held = True
        self.put(go_on.wait, 0)
        try:
            yield
        finally:
            self._held = False
            go_on.set()

    async def drain(self) -> None:
        """Return when everything is written; signals are still taken while it is not."""
        loop = asyncio.get_running_loop()
        written = asyncio.Event()
        self.put(partial(loop.call_soon_threadsafe, written.set), 0)
        await written.wait()


class Outlet:
    """One stream, with colours or without. When its reader has gone, the run goes on without it.

    So it does where what is printed cannot be written (a full disk): that is a loss, and `lost` says why.
    `edge` is how many columns the terminal has that it goes to, None where it goes to none.
    """

    def __init__(
        self, stream: TextIO, pump: Pump, *, coloured: bool = False, edge: int | None = None
    ) -> None:
        self._stream = stream
        self._pump = pump
        self._closed = False
        self.lost = ""
        self._in_line = False
        self._prompt = ""
        self._again: asyncio.TimerHandle | None = None
        self._again_by = 0.0
        self.coloured = coloured
        self.edge = edge

    def write(self, text: str) -> None:
        if not self._closed:
            self._in_line = not text.endswith("\n")
            self._pump.put(partial(self._write, text), len(text))

    def copy(self, texts: Callable[[], Iterable[str]]) -> None:
        """Write texts of whole lines that are read only when their turn comes, by the thread that writes."""
        if not self._closed:
            self._pump.put(partial(self._copy, texts), 0)

    def _copy(self, texts: Callable[[], Iterable[str]]) -> None:
        for text in texts():
            self._write(text)

    def end_line(self) -> None:
        """Begin a new line where the last one, such as a prompt, has no end."""
        if self._in_line:
            self.write("\n")
        if self._prompt:
            self._show_again()

    def line_ended(self) -> None:
        """Take note that a person ended the line with Enter."""
        self._in_line = False

    @contextmanager
    def prompt(self, text: str) -> Iterator[None]:
        """End with a prompt while it lasts: once what others write has come to rest it stands below that."""
        self._prompt = text
        self.write(text)
        try:
            yield
        finally:
            self._prompt = ""
            if self._again is not None:
                self._again.cancel()
                self._again = None

    def _show_again(self) -> None:
        """Show the prompt again soon."""
        loop = asyncio.get_running_loop()
        if self._again is None:
            self._again_by = loop.time() + MOST_ABOVE
        else:
            self._again.cancel()
        when = min(loop.time() + AT_REST, self._again_by)
        self._again = loop.call_at(when, self._prompt_again)

    def _prompt_again(self) -> None:
        self._again = None
        self.write(self._prompt)

    def _write(self, text: str) -> None:
        if self._closed:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:
            self._closed = True
            if isinstance(error, OSError) and not _has_left(error, self._stream):
                self.lost = error.strerror or type(error).__name__
            silence(self._stream)


def _has_left(error: OSError, stream: TextIO) -> bool:
    """Whether nobody reads the stream any more. A closed terminal gives the same error as a bad disk."""
    if error.errno != errno.EIO:
        return error.errno == errno.EPIPE
    return not stat.S_ISREG(os.fstat(stream.fileno()).st_mode)


def silence(stream: IO[Any]) -> None:
    """Let what is still written to a lost stream go nowhere: the interpreter would complain when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)
