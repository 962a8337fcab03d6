"""Why a text cannot be converted."""

from __future__ import annotations


class ConversionError(Exception):
    """What is wrong with the source, where in it, and what to do."""

    def __init__(self, what: str, where: str = "", todo: str = "") -> None:
        super().__init__(": ".join(part for part in (what, where, todo) if part))
        self.what = what
        self.where = where
        self.todo = todo


class Inexpressible(Exception):
    """What a step does cannot be said in a runbook; its text is the reason."""
