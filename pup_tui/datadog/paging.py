"""Every page of a list: it ends where the answers say so, not where a page is shorter than was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pup_tui.answers.pages import names_next, next_of, total_of
from pup_tui.datadog.errors import DatadogError

if TYPE_CHECKING:
    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.transport import Response

MAX_PAGES = 50
_EMPTY_PAGES = 5
"""Pages in a row with nothing on them, behind which no other is looked for, whatever they say."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How the pages of a list are asked for: by a `place`, how many are on one by a `size_name`.

    A place is the offset of its first thing, or with `by_number` the number of the page, from 0.
    """

    place: str
    size_name: str
    size: int
    by_number: bool = False

    def query(self, place: int) -> dict[str, int]:
        return {self.place: place, self.size_name: self.size}


@dataclass(slots=True)
class ReadPages:
    """What the pages held, as they came, and why more may belong to it; blank where that is all."""

    things: list[Any] = field(default_factory=list)
    documents: list[Any] = field(default_factory=list)
    lacking: str = ""


async def all_pages(
    client: DatadogClient,
    path: str,
    query: Mapping[str, Any],
    paging: Paging,
    things_of: Callable[[Response], list[Any]],
) -> ReadPages:
    """Everything, page by page; `things_of` gives what is on one.

    Raises DatadogError, also where there are more than `MAX_PAGES`.
    """
    found = ReadPages()
    place = empty = 0
    for before in range(MAX_PAGES):
        try:
            response = await client.request("GET", path, query={**query, **paging.query(place)})
            things = things_of(response)
        except DatadogError as error:
            if before == 0:
                raise
            raise _of_later_page(error, before, len(found.things)) from None
        document = response.json
        found.things += things
        found.documents.append(document)
        empty = 0 if things else empty + 1
        said = next_of(document)
        goes_on = said is not None and said > place
        if said is None or not goes_on:
            said = place + (1 if paging.by_number else len(things))
        is_full = len(things) >= paging.size
        total = total_of(document)
        if total is None:
            is_named = goes_on or names_next(document)
            has_more = is_full or is_named
            found.lacking = "there are more results than these" if is_named and empty else ""
        else:
            read = len(found.things)
            seen = read if paging.by_number else max(said, read)
            has_more = seen < total or (is_full and read > total)
            found.lacking = f"these are {read} of {total} results" if read < total else ""
        if not has_more or not (things or goes_on) or empty == _EMPTY_PAGES:
            return found
        place = said
    told = f"{len(found.things)} results on {MAX_PAGES} pages"
    raise DatadogError(f"GET {path}: there are more than {told}: narrow it down")


def _of_later_page(error: DatadogError, number: int, read: int) -> DatadogError:
    pages = "1 page" if number == 1 else f"{number} pages"
    told = f"{pages} before it ({read} results) were read, and are not shown"
    return DatadogError(
        f"{error}: this was page {number + 1}; {told}", error.status, error.body, error.again_in
    )
