"""How the body of an answer is shown, as `pup` shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from pup_tui.datadog.transport import Response

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16"})
"""Names from the answer that a codec is looked up by; not every codec of Python is harmless."""

_TEXTS = ("text/", "application/xml", "application/yaml", "application/x-yaml", "application/csv")


class Printed(NamedTuple):
    """A body as UTF-8. `problem` says what it is instead, if it cannot be shown."""

    text: bytes = b""
    problem: str = ""


def printed(response: Response) -> Printed:
    """JSON is indented, with its numbers and the order of its keys as they came; text is itself."""
    if response.status == 204 or not response.body:
        return Printed()
    kind = response.content_type
    if kind == "application/json" or kind.endswith("+json"):
        return Printed(_indented(response.body))
    if kind.startswith(_TEXTS) or kind.endswith("+xml"):
        return Printed(_as_utf8(response))
    try:
        text = response.body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return Printed(problem=f"{len(response.body):,} bytes of {kind or 'no known type'}")
    return Printed(response.body)


def _indented(body: bytes) -> bytes:
    try:
        return msgspec.json.format(body, indent=2) + b"\n"
    except (msgspec.DecodeError, RecursionError):
        return body


def _as_utf8(response: Response) -> bytes:
    found = _CHARSET.search(response.headers.get("content-type", ""))
    charset = found[1].lower() if found else "utf-8"
    if charset not in _CHARSETS:
        return response.body
    return response.body.decode(charset, "replace").encode("utf-8", "replace")
