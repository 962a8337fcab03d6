"""A launcher that is put together when the first run begins, so that the console shows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pup_tui.drivers.operator import operator_name

if TYPE_CHECKING:
    from pup_tui.core.events import Source
    from pup_tui.core.program import Program
    from pup_tui.datadog.configuration import Configuration
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.locks import Breaking
    from pup_tui.steps.executor import Terminal


class LateLauncher:
    """What the console needs of a launcher; `close` ends what was opened for it."""

    def __init__(
        self, environ: Mapping[str, str], state: Path, configuration: Configuration
    ) -> None:
        self.operator = operator_name(environ)
        self.hidden = tuple(configuration.secrets())
        self._environ = environ
        self._state = state
        self._opened = AsyncExitStack()
        self._launcher: Launcher | None = None

    async def launch(
        self,
        program: Program,
        *,
        source: Source,
        files: Mapping[str, bytes],
        values: Mapping[str, Any],
        left_out: Iterable[str] = (),
        secrets: Iterable[str] = (),
        breaking: Breaking | None = None,
        terminal: Terminal | None = None,
    ) -> LocalRun:
        """See `Launcher.launch`. Raises JournalError too where the journal cannot be opened."""
        if self._launcher is None:
            from pup_tui.cli.wiring import open_launcher

            opening = open_launcher(self._environ, self._state)
            self._launcher = await self._opened.enter_async_context(opening)
        return await self._launcher.launch(
            program,
            source=source,
            files=files,
            values=values,
            left_out=left_out,
            secrets=secrets,
            breaking=breaking,
            terminal=terminal,
        )

    async def close(self) -> None:
        await self._opened.aclose()
