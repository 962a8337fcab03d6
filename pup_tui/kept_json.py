"""What the program keeps for itself in private files, as JSON: only ever a help, so what cannot be read is as
if it were not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

from pup_tui.private import (
    NotPrivate,
    check_private_dir,
    make_private_dir,
    open_private,
    replace_private,
)
from pup_tui.typed import decode_json

T = TypeVar("T")


@overload
def kept_json(kind: type[T], state: Path, *inside: str) -> T | None: ...
@overload
def kept_json(kind: Any, state: Path, *inside: str) -> Any: ...
def kept_json(kind: Any, state: Path, *inside: str) -> Any:
    """What a file holds in the folder `state`, or one in the other in those that are named before it.

    None where it cannot be read, is none of the kind, or where a folder is not the operator's alone.
    """
    try:
        check_private_dir(state)
        path = state
        for name in inside[:-1]:
            path /= name
            check_private_dir(path, inside=True)
        with open(open_private(path / inside[-1], os.O_RDONLY), "rb") as file:
            return decode_json(file.read(), kind)
    except (OSError, NotPrivate, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def keep_json(value: Any, state: Path, *inside: str) -> None:
    """Keep a value there in place of the one before. Raises OSError and NotPrivate."""
    folder = make_private_dir(state, *inside[:-1])
    replace_private(folder / inside[-1], msgspec.json.encode(value))
