"""How the console is to look, as it is handed over by whoever starts it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Depth(StrEnum):
    """How many colours a terminal has."""

    TRUE = "truecolor"
    INDEXED = "256"
    BASIC = "16"
    NONE = "none"

    @property
    def is_plain(self) -> bool:
        """Whether grounds are the terminal's own, and lines and attributes tell them apart."""
        return self in (Depth.BASIC, Depth.NONE)


class Appearance(Struct, frozen=True, kw_only=True):
    """How the console is to look, and what the terminal is asked about that.

    `theme` is `auto`, `dark`, `light`, `contrast` or a theme's name; `dark` whether the terminal's ground is
    thought to be; `asks_depth` whether it may say that it has all colours. `terminal` is its kind (`TERM`).
    """

    theme: str = "auto"
    dark: bool = True
    depth: Depth = Depth.TRUE
    asks_depth: bool = False
    terminal: str = ""


USUAL = Appearance()
