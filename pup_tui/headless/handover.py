"""The operator's terminal, where it is not the console that draws on it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pup_tui.headless.stream import Pump

_TERMINAL = "/dev/tty"


class PlainTerminal:
    """The terminal that controls this process, for one step or one question at a time.

    While a step has it our own output waits. Whoever asks something there takes `turn` for it, so that
    what is typed reaches the one it is meant for.
    """

    def __init__(self, pump: Pump) -> None:
        self.turn = asyncio.Lock()
        self._pump = pump

    @asynccontextmanager
    async def handed_over(self) -> AsyncIterator[int]:
        """The terminal for a step, as `steps.executor.Terminal` says."""
        async with self.turn:
            descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_CLOEXEC)
            try:
                async with self._pump.held():
                    yield descriptor
            finally:
                os.close(descriptor)
