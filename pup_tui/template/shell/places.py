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


class Need(Enum):
    """What is asked of a text that gets to a variable."""

    NUMBER = auto()
    """The shell calculates with it: a whole number."""
    PLAIN = auto()
    """The shell calculates with a part of it: nothing by which arithmetic could run a command."""
    OPERAND = auto()
    """It begins with neither ``-`` nor ``+``."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What is asked of a value for the sake of a variable that it reaches."""

    variable: str
    line: int
    need: Need


@dataclass(frozen=True, slots=True)
class Place:
    """What surrounds a marker.

    ``integer``: the shell calculates with what stands here. ``arithmetic``: it does so in an
    arithmetic expression, where a sign needs a space before it. ``base`` is the text before the value
    that gives its base, as in ``10#``: the number is written without. ``command`` is the literal name of
    the command that evaluates the value again, if it is one of those. ``is_operand``: what begins with
    ``-`` or ``+`` would be an option. ``targets`` are the variables that get the value, with ``is_split`` in
    parts; ``reached`` says what is asked of the value for the sake of one of them. ``has_literal``: any text
    can be written here within quotes.
    """

    quoting: Quoting
    integer: bool = False
    arithmetic: bool = False
    base: bytes = b""
    heredoc: Heredoc | None = None
    command: str | None = None
    is_operand: bool = False
    targets: frozenset[bytes] = frozenset()
    is_split: bool = False
    reached: Reached | None = None
    has_literal: bool = True


class UnsafePlaceError(Exception):
    """A marker stands where no value can be put safely."""

    def __init__(self, message: str, hint: str = ENV_HINT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
