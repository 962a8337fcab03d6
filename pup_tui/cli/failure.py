"""Errors as the command line tells them: what is wrong, where, what to do."""

from __future__ import annotations

from pup_tui.headless.exits import USAGE


class Failure(Exception):
    """Ends the program with one line on standard error and this exit code."""

    def __init__(self, what: str, where: str = "", todo: str = "", *, code: int = USAGE) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.todo = todo
        self.code = code

    def __str__(self) -> str:
        return ": ".join(part for part in ("pup-tui", self.what, self.where, self.todo) if part)
