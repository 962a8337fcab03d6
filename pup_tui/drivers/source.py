"""Which text a run is made from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pup_tui.core.events import Source


class LoadedText(Protocol):
    """A runbook that was loaded: `runbook.load.Loaded`, as far as it matters here."""

    @property
    def path(self) -> Path: ...

    @property
    def sha256(self) -> str: ...

    @property
    def packs(self) -> tuple[str, ...]: ...


def source_of(loaded: LoadedText) -> Source:
    """The source of a runbook, by its whole path."""
    return Source(path=str(loaded.path.absolute()), sha256=loaded.sha256, packs=loaded.packs)
