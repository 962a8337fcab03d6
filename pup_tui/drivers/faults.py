"""The sentence for what goes wrong in the program itself, or because the system gives it no more."""

from __future__ import annotations

from pup_tui.aside import told_limit


def told_fault(error: Exception) -> str:
    """What is said of an exception that no step accounts for; its text may hold anything."""
    if (limit := told_limit(error)) is not None:
        return "; ".join(limit)
    return f"a fault in pup-tui ({type(error).__name__}): please report it"
