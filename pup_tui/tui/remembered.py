"""What the operator chose of the console's looks, kept from one console to the next in the state folder."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pup_tui.private import (
    NotPrivate,
    check_private_dir,
    make_private_dir,
    open_private,
    replace_private,
)
from pup_tui.typed import decode_json

FILE = "console.json"


class Remembered(Struct, frozen=True, kw_only=True):
    """The choices; an empty one was never made. `sidebar` says whether it stays beside every page.

    Sizes are steps from the usual one: -1 smaller, 1 larger.
    """

    theme: str = ""
    grouping: str = ""
    sidebar: bool = True
    sidebar_size: int = 0
    steps_size: int = 0


def remembered(state: Path) -> Remembered:
    """What is kept in this folder; what cannot be read is as if nothing had been chosen."""
    try:
        check_private_dir(state)
        with open(open_private(state / FILE, os.O_RDONLY), "rb") as file:
            return decode_json(file.read(), Remembered)
    except (OSError, NotPrivate, msgspec.DecodeError):
        return Remembered()


def remember(state: Path, **choices: str | int) -> None:
    """Keep these choices beside the others. Where that cannot be, they hold for this console only."""
    with suppress(OSError, NotPrivate):
        make_private_dir(state)
        kept = replace(remembered(state), **choices)
        replace_private(state / FILE, msgspec.json.encode(kept))
