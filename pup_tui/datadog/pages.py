"""Whether an answer is one page of several, as far as it says so itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pup_tui.answers.things import at, subject_of

_FOLLOWING: Final = (("meta", "page", "after"), ("links", "next"))
_TOTALS: Final = (
    *("total_filtered_count", "totalFilteredCount", "total_matching"),
    *("total_count", "totalCount", "total"),
)
"""How many there are in all, of what was asked for before what there is."""
_BESIDE: Final = (
    *(("meta", "page"), ("meta", "pagination"), ("meta",)),
    *(("metadata", "page"), ("metadata",), ("data", "attributes"), ()),
)


def more_than(document: Any, asked: int | None) -> str:
    """In words that there are more results than an answer holds, or may be; blank where they are all.

    How many were `asked` for decides where the answer tells nothing: a full page may have one behind it.
    """
    answer = subject_of(document)
    if not answer.is_list:
        return ""
    count = len(answer.things)
    total = next(_totals(document), None)
    if total is not None:
        return f"these are {count} of {total} results" if count < total else ""
    if any(isinstance(each, str) and each for each in (at(document, *p) for p in _FOLLOWING)):
        return "there are more results than these"
    if asked and count >= asked:
        return f"these are the {count} results of one page, and there may be more"
    return ""


def _totals(document: Any) -> Iterator[int]:
    for place in _BESIDE:
        beside = at(document, *place)
        for name in _TOTALS:
            total = at(beside, name)
            if isinstance(total, int) and not isinstance(total, bool):
                yield total
