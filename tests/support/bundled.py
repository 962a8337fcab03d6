"""The runbooks that come with the program, those in theme folders too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pup_tui.catalog.entries import Origin
from pup_tui.catalog.folder_files import files_of
from pup_tui.catalog.places import Folder, bundled_dir
from pup_tui.runbook.load import Loaded, load

BUNDLED = files_of(Folder(bundled_dir(), Origin.BUNDLED))


def load_bundled(path: Path, **more: Any) -> Loaded:
    """Load one of them as the catalog does."""
    in_theme = path.parent != bundled_dir()
    return load(path, packs=[bundled_dir()] if in_theme else [], in_theme=in_theme, **more)


def way_to_schema(file: Path) -> str:
    """The path of the schema, as a file in one of the folders names it."""
    up = len(file.relative_to(bundled_dir()).parts) - 1
    return f"{'../' * up or './'}runbook.schema.json"
