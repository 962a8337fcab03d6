"""How the body of an answer is shown, as `pup` shows it."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pup_tui.datadog.transport import Response

_PIECE = 64 * 1024
_LONGEST_INDENTED = 4 * 1024 * 1024
"""Bytes of JSON, as it came and as it would be shown: depth multiplies, so that 60 kB may become 50 MB."""
_DEEPEST_INDENTED = 32
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_UTF8 = frozenset({"utf-8", "utf8"})
_CHARSETS = _UTF8 | {"us-ascii", "iso-8859-1", "windows-1252", "utf-16"}
"""Names from the answer that a codec is looked up by; not every codec of Python is harmless."""

_TEXTS = ("text/", "application/xml", "application/yaml", "application/x-yaml", "application/csv")


class Printed(NamedTuple):
    """A body as UTF-8. `problem` says what it is instead, if it cannot be shown."""

    text: bytes = b""
    problem: str = ""


def printed(response: Response) -> Printed:
    """JSON of a usual size is indented, with its numbers and the order of its keys as they came; text is
    itself.
    """
    if response.status == 204 or not response.body:
        return Printed()
    kind = response.content_type
    if kind == "application/json" or kind.endswith("+json"):
        return Printed(_indented(response.body))
    if kind.startswith(_TEXTS) or kind.endswith("+xml"):
        return Printed(_as_utf8(response))
    if b"\0" in response.body or not _is_utf8(response.body):
        return Printed(problem=f"{len(response.body):,} bytes of {kind or 'no known type'}")
    return Printed(response.body)


def _pieces(body: bytes) -> Iterator[bytes]:
    """A body a piece at a time: what is made of it needs no second memory of its size."""
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]


def _is_utf8(body: bytes) -> bool:
    try:
        for _ in codecs.iterdecode(_pieces(body), "utf-8"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _may_be_long_indented(body: bytes) -> bool:
    """Whether JSON may be too long once indented: by its marks, each as deep as the deepest."""
    if len(body) > _LONGEST_INDENTED:
        return True
    structure = _STRING.sub(b"", body)
    brackets = structure.translate(None, _NO_BRACKET)
    lines, depth = structure.count(b",") + len(brackets), 0
    while brackets and depth <= _DEEPEST_INDENTED:
        inmost = brackets.replace(b"[]", b"").replace(b"{}", b"")
        depth += 1
        if len(inmost) == len(brackets):
            break  # it is no JSON
        brackets = inmost
    longest = len(body) + 2 * lines * (depth + 1)
    return depth > _DEEPEST_INDENTED or longest > _LONGEST_INDENTED


def _indented(body: bytes) -> bytes:
    if _may_be_long_indented(body):
        return body
    try:
        return msgspec.json.format(body, indent=2) + b"\n"
    except (msgspec.DecodeError, RecursionError):
        return body


def _as_utf8(response: Response) -> bytes:
    found = _CHARSET.search(response.headers.get("content-type", ""))
    charset = found[1].lower() if found else "utf-8"
    if charset not in _CHARSETS:
        return response.body
    if charset in _UTF8:  # what is none of it, whoever shows the output replaces
        return response.body
    text = io.BytesIO()
    for piece in codecs.iterdecode(_pieces(response.body), charset, "replace"):
        text.write(piece.encode("utf-8", "replace"))
    return text.getvalue()
