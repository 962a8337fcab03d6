"""What the console works with: handed over by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Sources
    from pup_tui.core.events import Source
    from pup_tui.core.program import Program
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.locks import Breaking
    from pup_tui.tui.handover import ConsoleTerminal


class Launches(Protocol):
    """Begins runs, as `drivers.launcher.Launcher` does; `hidden` are secrets besides variables."""

    @property
    def operator(self) -> str: ...

    @property
    def hidden(self) -> tuple[str, ...]: ...

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
        terminal: ConsoleTerminal | None = None,
    ) -> LocalRun: ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that the console shows and uses.

    `state` is the folder of the journal and of outputs, `sources` makes what values come from, `site` says in
    a word where runs act, `suggestions` are values that forms begin with, `open_at` is the runbook to show
    first, of the catalog or not.
    """

    catalog: Catalog
    launcher: Launches
    state: Path
    environ: Mapping[str, str]
    sources: Callable[[], Sources]
    site: str
    suggestions: Mapping[str, str] = field(default_factory=dict)
    open_at: Entry | None = None

    @property
    def operator(self) -> str:
        """Who sits at the console."""
        return self.launcher.operator
