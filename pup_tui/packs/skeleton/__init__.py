"""The files of a new pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pup_tui.own_files import own_text

_FILES: Final[Mapping[str, str]] = {
    "pack.yaml": "pack.yaml",
    "disk-space.yaml": "disk-space.yaml",
    "_tests/disk-space.yaml": "rehearsals.yaml",
    "README.md": "README.md",
    ".github/workflows/runbooks.yaml": "workflow.yaml",
}
"""Where each lies in a pack, and its name here."""


def pack_skeleton(name: str) -> dict[str, str]:
    """The text of each file of a pack of this name, by its path."""
    texts = {path: own_text(__package__, own) for path, own in _FILES.items()}
    texts["pack.yaml"] = texts["pack.yaml"].replace("name: NAME", f"name: {name}")
    return texts
