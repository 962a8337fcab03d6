"""What has become of the text that a past run was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import tell

if TYPE_CHECKING:
    from pup_tui.core.events import Source

MOST_LINES = 200
"""Lines of a difference that are shown."""


def tell_changes(source: Source, recorded: Mapping[str, bytes]) -> None:
    """Say how the files that a run was made from differ from the `recorded` ones, by their names in it."""
    from pup_tui.runbook.load import load

    current = load(Path(source.path), packs=[Path(pack) for pack in source.packs]).files
    if not current:
        tell(f"  {source.path} cannot be read any more: what runs is the recorded text")
        return
    lines = [
        line for name in sorted({*recorded, *current}) for line in _diff(name, recorded, current)
    ]
    if not lines:
        return
    tell(f"  {source.path} has changed since: what runs is the recorded text, which differs so")
    for line in lines[:MOST_LINES]:
        tell(f"  {line}")
    if len(lines) > MOST_LINES:
        tell(f"  … and {len(lines) - MOST_LINES} lines more")


def _diff(name: str, recorded: Mapping[str, bytes], current: Mapping[str, bytes]) -> Iterator[str]:
    before, now = (files.get(name, b"").decode(errors="replace") for files in (recorded, current))
    return unified_diff(
        before.splitlines(),
        now.splitlines(),
        f"{name} (recorded)",
        f"{name} (now)",
        lineterm="",
    )
