"""Pages of a long answer: asked for one after the other, and put together as one list.

A part is never given as the whole: a page that fails, or one too many, fails the attempt.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import msgspec
from msgspec.structs import replace

from pup_tui.datadog.transport import origin_of
from pup_tui.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from pup_tui.core.requests import HttpRequest, PagedAnswer
    from pup_tui.datadog.transport import Response

_LINK: Final = late_pattern(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
_NEXT: Final = late_pattern(r'(?i);\s*rel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next\b)')
"""The form of a Link header and of the relation that leads on: RFC 8288, sections 3 and 3.3."""

MOST_PAGES: Final = 100
"""How many pages there may be where the step says nothing."""

_RAW: Final = msgspec.json.Decoder(msgspec.Raw)
_MAP: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_CURSOR: Final = msgspec.json.Decoder(str | int | float | bool | None)
_UNREADABLE: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What reading raises of an answer that is no JSON, or is nested too deep."""


class PagesProblem(Exception):
    """Why there is no whole list, for people; `response` is the answer that has none."""

    def __init__(self, told: str, response: Response | None = None) -> None:
        super().__init__(told)
        self.response = response


async def whole(
    request: HttpRequest,
    pages: PagedAnswer,
    ask: Callable[[HttpRequest], Awaitable[Response]],
    is_expected: Callable[[Response], bool],
    max_bytes: int,
) -> Response:
    """The last answer with the items of all pages as its body; or the first one that is not expected.

    PagesProblem where an answer has no list, or there is too much.
    """
    items: list[msgspec.Raw] = []
    size, most = 0, int(pages.max or MOST_PAGES)
    for number in range(1, most + 1):
        response = await ask(request)
        if not is_expected(response):
            return response
        found = _items(response, pages, number)
        items += found
        size += sum(map(len, found))
        if size > max_bytes:
            raise PagesProblem(f"{number} pages have more than {max_bytes:,} bytes together")
        following = _next(request, pages, response, len(found))
        if following is None:
            body = b"[" + b",".join(map(bytes, items)) + b"]"
            headers = {**response.headers, "content-type": "application/json"}
            return dataclasses.replace(response, headers=headers, body=body)
        if following == request:
            raise PagesProblem(f"page {number} leads to itself")
        request = following
    raise PagesProblem(
        f"there are more than {most} pages: ask for less, or give `pages` a larger `max`"
    )


def _items(response: Response, pages: PagedAnswer, number: int) -> list[msgspec.Raw]:
    where = f"at `{pages.items}`" if pages.items else "as its answer"
    try:
        found = _at(response.body, pages.items)
        return _LIST.decode(b"null" if found is None else found)
    except _UNREADABLE:
        raise PagesProblem(f"page {number} has no list {where}", response) from None


def _at(body: bytes, path: str | None) -> msgspec.Raw | None:
    """What stands in an answer at names with dots between them, as it was spelled."""
    found = _RAW.decode(body)
    for name in path.split(".") if path else ():
        inner = _MAP.decode(found).get(name)
        if inner is None:
            return None
        found = inner
    return found


def _next(
    request: HttpRequest, pages: PagedAnswer, response: Response, found: int
) -> HttpRequest | None:
    """The request for the page behind one on which so many items were found; None where there is none."""
    if pages.by == "cursor":
        cursor = _cursor(response, pages.next or "")
        return _with(request, pages, cursor) if cursor else None
    if not found:
        return None
    match pages.by:
        case "link":
            target = _linked(response.headers)
            return _led(request, target) if target else None
        case "offset":
            return _with(request, pages, str(_given(request, pages, 0) + found))
        case "page":
            return _with(request, pages, str(_given(request, pages, 1) + 1))


def _cursor(response: Response, path: str) -> str:
    """What the next request has to tell, a number as it was spelled; empty where it was the last one."""
    try:
        found = _at(response.body, path)
        said = None if found is None else _CURSOR.decode(found)
    except _UNREADABLE:
        raise PagesProblem(
            f"`{path}` is no cursor, which is a text or a number", response
        ) from None
    if found is None or said is None or isinstance(said, bool):
        return ""
    return said if isinstance(said, str) else bytes(found).decode()


def _given(request: HttpRequest, pages: PagedAnswer, start: int) -> int:
    said = [value for name, value in request.query if name == pages.query]
    return int(said[0]) if said and said[0].isdecimal() else start


def _with(request: HttpRequest, pages: PagedAnswer, value: str) -> HttpRequest:
    others = tuple(pair for pair in request.query if pair[0] != pages.query)
    return replace(request, query=(*others, (pages.query or "", value)))


def _linked(headers: Mapping[str, str]) -> str:
    for target, parameters in _LINK.findall(headers.get("link", "")):
        if _NEXT.search(parameters):
            return str(target)
    return ""


def _led(request: HttpRequest, target: str) -> HttpRequest:
    """The request for a page that an answer names: of the same server, since credentials go along."""
    try:
        url = urljoin(request.url, target)
        leaves = origin_of(url) != origin_of(request.url)
    except ValueError:
        raise PagesProblem("the Link header leads to what is no URL") from None
    if leaves:
        raise PagesProblem("the next page is on another server, to which nothing is sent")
    return replace(request, url=url, query=())
