"""What was typed at a shell."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command as it was typed, perhaps in several lines.

    `at` is when, in seconds from any moment, where that is known. `place` is who and where typed it, as a
    prompt tells it (`alice@web-1`). `took` is how many seconds passed before the next prompt. `exit_code` is
    known where the shell marks it; `is_unknown` tells that
    the shell knew no such command. `times` is how often it was typed, one right behind the other.
    """

    text: str
    at: float | None = None
    place: str = ""
    exit_code: int | None = None
    is_unknown: bool = False
    times: int = 1
    took: float | None = None


@dataclass(frozen=True, slots=True)
class ShellSession:
    """Commands in the order in which they were typed, and what told of them, in words."""

    source: str
    commands: tuple[TypedCommand, ...]

    def with_commands(self, commands: list[TypedCommand]) -> ShellSession:
        """The same session with other commands."""
        return replace(self, commands=tuple(commands))
