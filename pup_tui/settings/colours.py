"""How many colours a terminal has, and whether its ground is dark, by what the environment tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, cast, get_args

from pup_tui.datadog.configuration import ConfigurationError
from pup_tui.quoted import quoted

ThemeChoice: TypeAlias = Literal["auto", "dark", "light", "contrast"]
DepthName: TypeAlias = Literal["truecolor", "256", "16", "none"]
ColourChoice: TypeAlias = Literal["auto", "truecolor", "256", "16", "none"]

_ALL = ("truecolor", "24bit")
"""What COLORTERM says where there are all colours."""


def theme_choice(text: str) -> ThemeChoice:
    """The choice that a text names. Raises ConfigurationError."""
    return cast("ThemeChoice", _one_of(text, get_args(ThemeChoice), "theme"))


def colour_choice(text: str) -> ColourChoice:
    """The choice that a text names. Raises ConfigurationError."""
    return cast("ColourChoice", _one_of(text, get_args(ColourChoice), "colors"))


def _one_of(text: str, choices: tuple[str, ...], name: str) -> str:
    if text not in choices:
        told = f"`{name}` cannot be {quoted(text)}: use one of {', '.join(choices)}"
        raise ConfigurationError(told)
    return text


def depth_of(environ: Mapping[str, str]) -> tuple[DepthName | Literal[""], str]:
    """How many colours there are, and the variable that tells it; empty where none does.

    The number is empty where `TERM` tells it, which `depth_of_kind` looks up. GNU screen passes on what
    COLORTERM said outside of it, and has 256 colours itself.
    """
    terminal = environ.get("TERM", "")
    in_screen = terminal.startswith("screen") and not environ.get("TMUX")
    if environ.get("COLORTERM") in _ALL and not in_screen:
        return "truecolor", "COLORTERM"
    return ("", "TERM") if terminal else ("none", "")


def depth_of_kind(terminal: str) -> DepthName:
    """The colours of a kind of terminal (`TERM`): by its name, else by its description where there is one."""
    if "256color" in terminal:
        return "256"
    import curses

    try:
        curses.setupterm(terminal, 1)
        colours = curses.tigetnum("colors")
    except curses.error:
        colours = 16
    if colours > 256:
        return "truecolor"
    return "256" if colours == 256 else "16" if colours >= 8 else "none"


def is_dark(environ: Mapping[str, str]) -> bool:
    """Whether the ground is dark, which it is thought to be unless COLORFGBG tells otherwise."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground not in ("7", *map(str, range(9, 16)))
