"""Whether an answer is only a part of all there is, as far as it says so itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .things import at, subject_of

_CURSORS: Final = ("next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_page")
_FOLLOWING: Final = (
    *(("meta", "page", "after"), ("links", "next"), ("meta", "links", "next")),
    *(("paging", "next"), ("pagination", "next"), ("meta", "pagination", "next")),
)
"""Where that stands by which the next page is asked for, beside `_CURSORS`."""
_FLAGS: Final = ("has_more", "hasMore")
_NEXT: Final = ("next_offset", "nextOffset", "next_number", "nextNumber")
_TOTALS: Final = (
    *("total_filtered_count", "totalFilteredCount", "total_matching"),
    *("total_count", "totalCount", "total"),
)
"""How many there are in all, of what was asked for before what there is."""
_BESIDE: Final = (
    *(("meta", "page"), ("meta", "pagination"), ("meta",)),
    *(("metadata", "page"), ("metadata",), ("data", "attributes"), ()),
)


def more_than(document: Any, asked: int | None = None) -> str:
    """In words that there are more results than an answer holds, or may be; blank where they are all.

    How many were `asked` for decides where the answer tells nothing: a full page may have one behind it.
    """
    answer = subject_of(document)
    if answer.partial:
        return answer.partial
    if not answer.is_list:
        return ""
    count = len(answer.things)
    total = total_of(document)
    if total is not None:
        return f"these are {count} of {total} results" if count < total else ""
    if names_next(document):
        return "there are more results than these"
    if asked and count >= asked:
        return f"these are the {count} results of one page, and there may be more"
    return ""


def total_of(document: Any) -> int | None:
    """How many results there are in all, as far as an answer says so."""
    return next(_totals(document), None)


def next_of(document: Any) -> int | None:
    """The offset, or the number, of the page behind an answer, as far as it says so.

    It may say so of the last page too, behind which there is nothing.
    """
    for place in _BESIDE:
        beside = at(document, *place)
        for name in _NEXT:
            found = at(beside, name)
            if isinstance(found, int) and not isinstance(found, bool):
                return found
    return None


def names_next(document: Any) -> bool:
    """Whether an answer tells by what the page behind it is asked for, or that there is one."""
    beside = [at(document, *place) for place in (*_BESIDE, ("page",), ("paging",), ("pagination",))]
    told = [at(document, *path) for path in _FOLLOWING]
    told += [at(each, name) for each in beside for name in _CURSORS]
    return any(isinstance(each, str) and each for each in told) or any(
        at(each, name) is True for each in beside for name in _FLAGS
    )


def _totals(document: Any) -> Iterator[int]:
    for place in _BESIDE:
        beside = at(document, *place)
        for name in _TOTALS:
            total = at(beside, name)
            if isinstance(total, int) and not isinstance(total, bool):
                yield total
