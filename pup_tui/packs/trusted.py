"""The packs that are trusted as a whole."""

from __future__ import annotations

from pathlib import Path

from pup_tui.packs.errors import PackError
from pup_tui.packs.store import APPROVED, PackStore
from pup_tui.packs.trust import read_trust


def trusted_pack(state: Path, config_dir: Path, name: str) -> Path | None:
    """The folder with the copy of a pack that is trusted as a whole; None where none is."""
    try:
        approvals = read_trust(config_dir)
    except PackError:
        return None
    for each in approvals:
        if each.pack == name and not each.runbook:
            place = PackStore(state).place(APPROVED, name, each.tree)
            return place if place.is_dir() else None
    return None
