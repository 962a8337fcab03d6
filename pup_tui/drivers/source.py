"""Which text a run is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.core.events import Source

if TYPE_CHECKING:
    from pup_tui.runbook.load import Loaded


def source_of(loaded: Loaded) -> Source:
    """The source of a runbook that was loaded, by its whole path."""
    return Source(path=str(loaded.path.absolute()), sha256=loaded.sha256, packs=loaded.packs)
