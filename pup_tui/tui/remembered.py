"""What the operator chose of the console's looks, kept from one console to the next in the state folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.kept_json import keep_json, kept_json
from pup_tui.private import NotPrivate

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
    return kept_json(Remembered, state, FILE) or Remembered()


def remember(state: Path, **choices: str | int) -> None:
    """Keep these choices beside the others. Where that cannot be, they hold for this console only."""
    with suppress(OSError, NotPrivate):
        keep_json(replace(remembered(state), **choices), state, FILE)
