"""What is wrong with a runbook file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct


class Problem(Struct, frozen=True, kw_only=True):
    """One error or warning; `line` and `column` count from 1, `code` names a lint rule.

    A warning that a comment silences is `silenced`, for the `reason` that it gives. What is wrong with the
    `whole` file, as that it is not there, is told without a place in it.
    """

    path: str
    message: str
    line: int = 1
    column: int = 1
    hint: str = ""
    severity: Literal["error", "warning", "silenced"] = "error"
    code: str = ""
    reason: str = ""
    whole: bool = False

    def __str__(self) -> str:
        told = f"{self.place_in(self.path)}: {self.message}"
        return f"{told}: {self.hint}" if self.hint else told

    def place_in(self, file: str) -> str:
        """Where it is in the file, called so; the file alone where it is about all of that."""
        return file if self.whole else f"{file}:{self.line}:{self.column}"


class InvalidRunbook(Exception):
    """A file that cannot be run; carries every error that was found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
