"""Finds the name that an author probably meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


def did_you_mean(name: str, known: Collection[str]) -> str | None:
    """Give a hint with the known name closest to this one, if any is close."""
    close = get_close_matches(name[:200], sorted(known), n=1)
    return f"did you mean `{close[0]}`?" if close else None
