"""Calling for an operator who looks elsewhere: the bell, the terminal's title, a desktop notification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

Channel: TypeAlias = Literal["osc9", "osc777", "osc99"]
"""The sequence by which a terminal is asked for a desktop notification."""

NotifyChoice: TypeAlias = Literal["auto", "osc9", "osc777", "osc99", "bell", "never"]
"""How to call; `auto` goes by the terminal, and rings only where it is not known what that understands."""

MOST = 120
"""Characters of what is told."""

_BY_KIND: Mapping[str, Channel] = {
    "xterm-kitty": "osc99",
    "foot": "osc777",
    "foot-extra": "osc777",
    "rxvt-unicode": "osc777",
    "rxvt-unicode-256color": "osc777",
    "xterm-ghostty": "osc777",
    "wezterm": "osc9",
}
"""By `TERM`, which ssh passes on."""

_BY_PROGRAM: Mapping[str, Channel] = {
    "iTerm.app": "osc9",
    "WezTerm": "osc9",
    "ghostty": "osc777",
}
"""By `TERM_PROGRAM`, which is there on the operator's own computer only."""

_PUSH_TITLE, _POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
_END = "\x1b\\"


def channel_of(environ: Mapping[str, str]) -> Channel | None:
    """What the terminal understands; None where that is not known, as inside of tmux."""
    if environ.get("TMUX") or environ.get("STY"):
        return None
    by_kind = _BY_KIND.get(environ.get("TERM", ""))
    return by_kind or _BY_PROGRAM.get(environ.get("TERM_PROGRAM", ""))


class Attention:
    """Calls by `write` until somebody looks; `environ` is that of the terminal."""

    def __init__(
        self, choice: NotifyChoice, environ: Mapping[str, str], write: Callable[[str], None]
    ) -> None:
        self._rings = choice != "never"
        self._channel: Channel | None = None
        match choice:
            case "auto":
                self._channel = channel_of(environ)
            case "osc9" | "osc777" | "osc99":
                self._channel = choice
            case "bell" | "never":
                pass
        self._titled = False
        self._write = write

    def call(self, told: str) -> None:
        """Ring, show what is told, and let the title tell it until `seen`; `told` is safe to show."""
        if not self._rings:
            return
        shown = told[:MOST]
        titled = "" if self._titled else _PUSH_TITLE
        self._titled = True
        self._write(f"\x07{titled}\x1b]2;{shown}{_END}{self._notification(shown)}")

    def seen(self) -> None:
        """Give the terminal its title back."""
        if self._titled:
            self._titled = False
            self._write(_POP_TITLE)

    def _notification(self, shown: str) -> str:
        match self._channel:
            case "osc9":
                return f"\x1b]9;{shown}{_END}"
            case "osc777":
                # What stands behind another semicolon would be a part of its own.
                return f"\x1b]777;notify;pup-tui;{shown.replace(';', ',')}{_END}"
            case "osc99":
                return f"\x1b]99;;{shown}{_END}"
            case None:
                return ""
