"""Where a path leads when every link on it is followed."""

from __future__ import annotations

import os
from pathlib import Path


def real_path(path: Path, *, strict: bool = False) -> Path:
    """The path without links. With `strict` it has to lead to something: raises OSError, also for a link that
    leads to itself, where `Path.resolve` raises RuntimeError up to Python 3.12.
    """
    return Path(os.path.realpath(path, strict=strict))
