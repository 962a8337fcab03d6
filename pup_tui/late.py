"""Time limits that let what has happened be told before them.

Where the program stood still when a limit was due (it was stopped by a signal, or had no processor), what it
waited for may have come in the meantime: its loop then knows of both at once. A limit that comes `LATE`
therefore waits for `CATCH_UP` more, in which an exit, an answer or an output that is there is taken in.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

LATE = 0.1
"""Seconds after its time from which a call counts as late."""

CATCH_UP = 0.25
"""Seconds that a late call is put off."""


class Deadline:
    """A call of `callback` in `seconds`, on the running loop."""

    def __init__(self, seconds: float, callback: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._callback = callback
        self._due = self._loop.time() + seconds
        self._handle = self._loop.call_at(self._due, self._come)

    def cancel(self) -> None:
        self._handle.cancel()

    def _come(self) -> None:
        if self._loop.time() - self._due > LATE:
            self._handle = self._loop.call_later(CATCH_UP, self._callback)
        else:
            self._callback()


@asynccontextmanager
async def timeout(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """As `asyncio.timeout`, which would not wait for what is there already."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        call = Deadline(seconds, lambda: limit.reschedule(loop.time()))
        try:
            yield limit
        finally:
            call.cancel()
