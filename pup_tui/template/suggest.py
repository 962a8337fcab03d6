"""Finds the name that an author probably meant."""

from __future__ import annotations

from collections.abc import Collection

from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import spend

MAX_LENGTH = 100
"""Characters of a name for which others are looked at."""

MAX_COST = 2_000_000
"""What one look may cost, in the measure of `limits`."""

_PER_NAME, _PER_PAIR_OF_CHARACTERS = 400, 4


def closest(name: str, known: Collection[str]) -> str | None:
    """Give the known name that is most alike; None where none is, or where it costs too much to tell."""
    characters = sum(map(len, known))
    cost = _PER_NAME * len(known) + _PER_PAIR_OF_CHARACTERS * len(name) * characters
    if len(name) > MAX_LENGTH or cost > MAX_COST:
        return None
    from difflib import get_close_matches

    try:
        spend(cost)
    except TemplateError:
        return None
    close = get_close_matches(name, sorted(known), n=1)
    return close[0] if close else None


def did_you_mean(name: str, known: Collection[str]) -> str | None:
    """Give a hint with the known name closest to this one, if any is close."""
    close = closest(name, known)
    return None if close is None else f"did you mean `{close}`?"
