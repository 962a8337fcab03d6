"""What somebody means who is given a few words to choose from."""

from __future__ import annotations

from collections.abc import Mapping

YES_OR_NO = {"yes": "yes", "no": "no"}
NOT_THERE = "That is none of them."


def chosen(typed: str, choices: Mapping[str, str]) -> str | None:
    """What the word stands for that was typed, or its beginning; None where it is none, or could be two."""
    given = typed.strip().lower()
    found = [meant for word, meant in choices.items() if given and word.startswith(given)]
    return found[0] if len(found) == 1 else None
