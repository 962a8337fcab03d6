"""The places in a shell script at which a value can stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

ENV_HINT: Final = (
    'pass it through the step\'s `env:` (`env: {NAME: "{{ … }}"}`) and write "$NAME" in the script'
)


class Quoting(Enum):
    """The innermost quoting around a place."""

    BARE = auto()
    DOUBLE = auto()
    SINGLE = auto()
    ANSI = auto()
    HEREDOC = auto()
    LITERAL_HEREDOC = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document whose body is literal: byte ranges of its delimiter's two places."""

    start: tuple[int, int]
    end: tuple[int, int]
    strips_tabs: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What surrounds a marker.

    ``integer``: the shell calculates with what stands here. ``arithmetic``: it does so in an
    arithmetic expression, where a sign needs a space before it.
    """

    quoting: Quoting
    integer: bool = False
    arithmetic: bool = False
    heredoc: Heredoc | None = None


class UnsafePlaceError(Exception):
    """A marker stands where no value can be put safely."""

    def __init__(self, message: str, hint: str = ENV_HINT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
