"""The operator's terminal, for steps that need it for themselves: the console steps aside until they end."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from textual.app import App, SuspendNotSupported

from pup_tui.tui.typing import types

_TERMINAL = "/dev/tty"
_LOOK_AGAIN = 0.1
_NOT_HERE = "the console has none here: run this in a terminal, or take `tty: true`"


class ConsoleTerminal:
    """The terminal of one run, as `steps.executor.Terminal` says; `turn` is that of all runs."""

    def __init__(
        self, app: App[Any], turn: asyncio.Lock, bring_forward: Callable[[str], None]
    ) -> None:
        """`bring_forward` shows a run by its id: the operator sees what the terminal is taken for."""
        self.run = ""
        self._app = app
        self._turn = turn
        self._bring_forward = bring_forward

    @asynccontextmanager
    async def handed_over(self) -> AsyncIterator[int]:
        async with self._turn:
            await self._until_free()
            self._bring_forward(self.run)
            with _set_aside(self._app):
                descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_CLOEXEC)
                try:
                    yield descriptor
                finally:
                    os.close(descriptor)

    async def _until_free(self) -> None:
        """Take nothing from under the operator's fingers: what is typed now is meant for something else."""
        if self._busy():
            told = "A step needs the terminal: it gets it when you have finished here."
            self._app.notify(told, severity="warning", markup=False)
        while self._busy():  # noqa: ASYNC110  # nobody tells when the operator is done with a field
            await asyncio.sleep(_LOOK_AGAIN)

    def _busy(self) -> bool:
        in_dialog = len(self._app.screen_stack) > 1
        return in_dialog or types(self._app)


@contextmanager
def _set_aside(app: App[Any]) -> Iterator[None]:
    """Neither draw nor read while the block lasts, and begin again however it ends."""
    suspension = app.suspend()
    try:
        suspension.__enter__()
    except SuspendNotSupported:
        raise OSError(errno.ENOTSUP, _NOT_HERE) from None
    try:
        with app.batch_update():
            yield
    finally:
        # Textual's own does not begin again after an exception.
        suspension.__exit__(None, None, None)
        app.refresh(layout=True)
