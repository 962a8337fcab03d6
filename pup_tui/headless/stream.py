"""A standard stream that a run may write to for as long as somebody reads it."""

from __future__ import annotations

import os
from typing import TextIO


class Outlet:
    """Writes to a stream and flushes at once; when its reader has gone, the run goes on without it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._closed = False

    @property
    def is_terminal(self) -> bool:
        return not self._closed and self._stream.isatty()

    def write(self, text: str) -> None:
        if self._closed:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._closed = True
            self._silence()

    def _silence(self) -> None:
        """Keep the interpreter from complaining about the lost pipe when it ends."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, self._stream.fileno())
        except (OSError, ValueError):
            pass
        finally:
            os.close(nowhere)
