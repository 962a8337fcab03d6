"""Whether an answer is all that there is, or one page of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_BESIDE = frozenset({"included", "errors", "warnings"})
"""Lists of an answer that are not its results."""

_TOTALS = ("total_filtered_count", "totalFilteredCount", "total", "total_count", "totalCount")
"""How many results there are, by the names that Datadog has for it; what a filter left comes first."""


def lacking(document: Any, asked: int | None) -> str:
    """In words that an answer is only a part of all there is; empty where nothing speaks for that.

    It tells of more by a cursor or by a total. Where it does neither, as many results as were `asked` for
    may be all of them or the first of them.
    """
    cursors = (under(document, "meta", "page", "after"), under(document, "links", "next"))
    if any(isinstance(each, str) and each for each in cursors):
        return "there are more results than these"
    count = _count(document)
    if count is None:
        return ""
    total = next(_totals(document), None)
    if total is not None:
        return f"these are {count} of {total} results" if count < total else ""
    if asked and count >= asked:
        return f"these are the {count} results of one page, and there may be more"
    return ""


def under(document: Any, *keys: str) -> Any:
    """What stands below these keys; None where there is no such thing."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _count(document: Any) -> int | None:
    """The number of results; None where the answer is no list of them."""
    if isinstance(document, list):
        return len(document)
    for place in (document, under(document, "data"), under(document, "data", "attributes")):
        for name, value in place.items() if isinstance(place, dict) else ():
            if isinstance(value, list) and name not in _BESIDE:
                return len(value)
    return None


def _totals(document: Any) -> Iterator[int]:
    for about in ("meta", "metadata"):
        for place in ("page", "pagination", ""):
            told = under(document, about, place) if place else under(document, about)
            for name in _TOTALS:
                total = under(told, name)
                if isinstance(total, int) and not isinstance(total, bool):
                    yield total
