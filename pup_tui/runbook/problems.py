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
        where = self.path if self.whole else f"{self.path}:{self.line}:{self.column}"
        told = f"{where}: {self.message}"
        return f"{told}: {self.hint}" if self.hint else told


class InvalidRunbook(Exception):
    """A file that cannot be run; carries every error that was found in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
