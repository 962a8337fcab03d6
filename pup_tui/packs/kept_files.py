"""The files of the configuration in which packs are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from pup_tui.packs.errors import PackError
from pup_tui.place_errors import place_error
from pup_tui.private import replace_private

LOCK_FILE: Final = "packs.lock"
TRUST_FILE: Final = "trust.json"


def read_kept(path: Path) -> bytes | None:
    """The bytes of a file of the configuration; None where there is none. Raises PackError."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _refused(error, path) from None


def write_kept(path: Path, value: Struct) -> None:
    """Write a file of the configuration as a whole or not at all. Raises PackError."""
    data = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A link leads to where its owner keeps the file: that one is replaced.
        replace_private(path.resolve() if path.is_symlink() else path, data)
    except (OSError, RuntimeError) as error:
        raise _refused(error, path) from None


def _refused(error: Exception, path: Path) -> PackError:
    if not isinstance(error, OSError):
        return PackError("a link leads to itself", str(path), "remove it")
    found = place_error(error, path)
    return PackError(found.message, str(path), found.hint)
