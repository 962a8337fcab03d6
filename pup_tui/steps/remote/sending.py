"""What goes to a process on its standard input, as fast as it takes it, beside everything else."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import Final

_CHUNK: Final = 64 * 1024


class Sending:
    """Writes to a descriptor, which it takes over.

    That nobody reads any more is no error here: whoever did tells why.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[memoryview] = deque()
        self._is_last = False
        self._is_open = True

    def add(self, data: bytes, *, last: bool = False) -> None:
        """Send data behind what is still on its way; behind the `last` the reader sees an end."""
        if not self._is_open:
            return
        self._is_last = last
        if not self._waiting:
            self._loop.add_writer(self._descriptor, self._write)
        self._waiting.append(memoryview(data))

    def close(self) -> None:
        """Send no more."""
        if not self._is_open:
            return
        self._is_open = False
        if self._waiting:
            self._loop.remove_writer(self._descriptor)
        os.close(self._descriptor)

    def _write(self) -> None:
        try:
            sent = os.write(self._descriptor, self._waiting[0][:_CHUNK])
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        self._waiting[0] = self._waiting[0][sent:]
        if self._waiting[0]:
            return
        self._waiting.popleft()
        if not self._waiting:
            self._loop.remove_writer(self._descriptor)
            if self._is_last:
                self.close()
