"""What goes wrong with packs."""

from __future__ import annotations


class PackError(Exception):
    """A pack cannot be had, kept or trusted: what is wrong, where, and what to do about it."""

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        super().__init__(message, where, hint)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return ": ".join(part for part in (self.message, self.where, self.hint) if part)
