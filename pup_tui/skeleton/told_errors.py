"""What is wrong with a runbook, at the top of its file while it is edited once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pup_tui.runbook.problems import Problem

_MARK = "# wrong: "
_MOST = 20
"""More errors than these nobody reads at once."""


def with_errors(text: str, errors: Sequence[Problem], clean: Callable[[str], str]) -> str:
    """The text with a comment for each error, whose line is that in the text as it is then.

    `clean` makes a text safe to show.
    """
    told = errors[:_MOST]
    lines = []
    for error in told:
        words = f"line {error.line + len(told)}: {error.message}"
        hint = f": {error.hint}" if error.hint else ""
        lines.append(_MARK + " ".join(clean(words + hint).split()))
    return "\n".join([*lines, text])


def without_errors(text: str) -> str:
    """The text without these comments, where they stand at its top."""
    lines = text.split("\n")
    while lines and lines[0].startswith(_MARK):
        del lines[0]
    return "\n".join(lines)
