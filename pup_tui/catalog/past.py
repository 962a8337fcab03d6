"""A runbook as it was when a run was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pup_tui.runbook.load import Loaded, load_files

__all__ = ["Loaded", "load_recorded"]


def load_recorded(runbook: str, files: Mapping[str, bytes], path: Path) -> Loaded:
    """Load the runbook `runbook` from the bytes that the journal keeps; nothing on disk is looked at.

    `path` is where the file was, and is only named in problems.
    """
    return load_files(runbook, files, path)
