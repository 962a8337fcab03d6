"""Names of packs."""

from __future__ import annotations

from typing import Final

from pup_tui.packs.errors import PackError
from pup_tui.packs.tree import why_no_name
from pup_tui.runbook.nodes import shown
from pup_tui.runbook.pack_file import is_pack_name

RESERVED: Final = frozenset({"workflow"})
"""Beginnings of ids that mean something else."""


def check_pack_name(name: str) -> None:
    """Refuse what cannot be the name of a pack. Raises PackError."""
    if name in RESERVED or not is_pack_name(name) or why_no_name(name):
        told = f"{shown(name)} cannot be the name of a pack" if name else "the pack has no name"
        hint = "choose one of small letters, digits and hyphens, at most 60: --name NAME"
        raise PackError(told, "", hint)
