"""The sentence for what goes wrong in the program itself."""

from __future__ import annotations


def told_fault(error: Exception) -> str:
    """What is said of an exception that is a fault of the program's own; its text may hold anything."""
    return f"a fault in pup-tui ({type(error).__name__}): please report it"
