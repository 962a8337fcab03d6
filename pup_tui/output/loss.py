"""What of a kept output is missing, by how much of it there was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .spool import SpoolReader

if TYPE_CHECKING:
    from pathlib import Path


def loss(path: Path, kept: int) -> str:
    """What is missing of the spool at `path` of which `kept` bytes were there; empty if nothing is.

    0 also stands for an output of which nobody recorded how much was kept: then only a missing file is told.
    """
    try:
        if path.stat().st_size >= kept:
            return ""
        reader = SpoolReader(path)
    except FileNotFoundError:
        return f"what it printed is gone: {path}"
    try:
        missing = kept - reader.kept
    finally:
        reader.close()
    return (
        f"of what it printed {missing:,} of {kept:,} bytes are gone: {path}" if missing > 0 else ""
    )
