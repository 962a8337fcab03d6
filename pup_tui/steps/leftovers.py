"""Streams that processes of ended steps still hold open."""

from __future__ import annotations

import asyncio
import os
from typing import Self

MOST = 256
"""Streams that are read side by side. What comes beyond is closed, so that descriptors do not run out."""

_CHUNK = 64 * 1024
_PAUSE = 0.05
"""Seconds between two reads of a stream: what writes without end waits for us, and not we for it."""


class Leftovers:
    """Reads what background processes write after their step has ended, so that they do not die of it.

    It is thrown away: what an attempt printed is judged, captured and recorded when it ends. Whoever makes
    one closes it when the program ends; from then on nothing is taken, and who writes is on its own.
    """

    def __init__(self) -> None:
        self._open: dict[int, asyncio.TimerHandle | None] = {}
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        for descriptor in list(self._open):
            self._drop(descriptor)

    def take(self, descriptor: int) -> None:
        """Read a descriptor that does not block, to its end; it is closed here."""
        if self._closed or len(self._open) >= MOST:
            os.close(descriptor)
        else:
            self._listen(descriptor)

    def _listen(self, descriptor: int) -> None:
        self._open[descriptor] = None
        asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    def _read(self, descriptor: int) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(descriptor)
        try:
            ended = not os.read(descriptor, _CHUNK)
        except BlockingIOError:
            ended = False
        except OSError:  # so the end of a pseudo-terminal is told, where a pipe gives nothing
            ended = True
        if ended:
            self._drop(descriptor)
        else:
            self._open[descriptor] = loop.call_later(_PAUSE, self._listen, descriptor)

    def _drop(self, descriptor: int) -> None:
        pause = self._open.pop(descriptor)
        if pause is not None:
            pause.cancel()
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
