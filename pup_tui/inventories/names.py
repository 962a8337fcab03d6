"""Names that there are, for messages about one that there is not."""

from __future__ import annotations

from collections.abc import Iterable

from pup_tui.quoted import quoted

MOST_TOLD = 20
"""Names that a message lists."""


def among(names: Iterable[str], what: str) -> str:
    """Which names there are, in a sentence; `what` they are the names of."""
    known = list(names)
    if not known:
        return f"it has no {what}"
    told = ", ".join(map(quoted, known[:MOST_TOLD]))
    left = len(known) - MOST_TOLD
    return f"it has {told}" + (f" and {left} more" if left > 0 else "")
