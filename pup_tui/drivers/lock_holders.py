"""Which runs hold locks, or have left something running that does."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pup_tui.drivers.locks import Holder
from pup_tui.typed import decode_json


def lock_holders(folder: Path) -> set[str]:
    """The runs that the locks in `folder` name, also those of which nobody knows whether they are over."""
    found = set()
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            found.add(decode_json(path.read_bytes(), Holder).run)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return found
