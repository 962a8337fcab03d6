"""The packs that are trusted as a whole."""

from __future__ import annotations

from pathlib import Path

from pup_tui.packs.errors import PackError
from pup_tui.packs.store import APPROVED, PackStore
from pup_tui.packs.trust import read_trust


def trusted_packs(state: Path, config_dir: Path) -> dict[str, Path]:
    """The folders with the copies of packs that are trusted as a whole, by name."""
    try:
        approvals = read_trust(config_dir)
    except PackError:
        # Then nothing is trusted, which the catalog tells.
        return {}
    places = {
        each.pack: PackStore(state).place(APPROVED, each.pack, each.tree)
        for each in approvals
        if each.pack and not each.runbook
    }
    return {name: place for name, place in places.items() if place.is_dir()}


def trusted_pack(state: Path, config_dir: Path, name: str) -> Path | None:
    """The folder of one of them; None where it is not trusted as a whole."""
    return trusted_packs(state, config_dir).get(name)
