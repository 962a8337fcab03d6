"""The places in a shell script at which a value can stand."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from msgspec import Struct

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


class Heredoc(Struct, frozen=True):
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
    PIECE = auto()
    """It stands without quotes within a word, where several would be code: nothing to split or expand."""
    BEGINNING = auto()
    """The same where the word begins: with neither ``-`` nor ``+``."""
    WORD = auto()
    """The same where it is the whole word: not empty either."""
    STARTUP = auto()
    """An interactive shell expands it and reads that file: a name without directories, nothing to expand."""
    OPERAND = auto()
    """It begins with neither ``-`` nor ``+``."""
    OPERANDS = auto()
    """A word, line or part of it stands where it must not begin with those: it holds none of them."""


class Reached(Struct, frozen=True):
    """What is asked of a value for the sake of a variable that it reaches."""

    variable: str
    line: int
    need: Need


def startup(line: int) -> Reached:
    """What is asked of a value that ``ENV`` gets on a line."""
    return Reached("ENV", line, Need.STARTUP)


class Place(Struct, frozen=True):
    """What surrounds a marker.

    ``integer``: the shell calculates with what stands here. ``arithmetic``: it does so in an
    arithmetic expression, where a sign needs a space before it. ``base`` is the text before the value
    that gives its base, as in ``10#``: the number is written without. ``command`` is the literal name of
    the command that evaluates the value again, if it is one of those. ``is_operand``: what begins with
    ``-`` or ``+`` would be an option. ``targets`` are the variables that get the value, with ``is_split`` in
    parts or, with ``is_cut``, in words or lines; ``reached`` says all that is asked of the value for the
    sake of one of them, or of ``ENV``. ``has_literal``: any text can be written here within quotes.
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
    is_cut: bool = False
    reached: tuple[Reached, ...] = ()
    has_literal: bool = True


class UnsafePlaceError(Exception):
    """A marker stands where no value can be put safely."""

    def __init__(self, message: str, hint: str = ENV_HINT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotTextError(UnsafePlaceError):
    """It would name a variable or function, or be taken apart into the elements of an array."""


class TextOrigin(Enum):
    """Where a text comes from with which the shell calculates unchecked."""

    COMMAND = auto()
    """A command has printed it, or it was read."""
    PART = auto()
    """It is a part of a value."""
    COMPOSED = auto()
    """It is put together when the script runs, so that it may name any variable."""
    ENVIRONMENT = auto()
    """The script gives it none, so the environment does, or a file that it sources."""
    UNREAD = auto()
    """The line is no shell that is known, so it is not told what becomes of the variable."""


class Unchecked(Struct, frozen=True):
    """Arithmetic on a variable of which nothing says that it is a number."""

    variable: str
    line: int
    origin: TextOrigin = TextOrigin.COMMAND
    inherited: str = ""
    """The variable of the environment from which it gets its text."""
