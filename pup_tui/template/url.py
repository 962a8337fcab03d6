"""URLs: values are percent-encoded, and a value never decides who gets credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

from pup_tui.late_pattern import late_pattern
from pup_tui.template.blocks import Literal
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import check_length
from pup_tui.template.secrets import secrets_in
from pup_tui.template.sql.engines import need_engine
from pup_tui.template.text import Text, Value, all_blocks

_UNFIT: Final = late_pattern(r"[\x00-\x20\x7f\\]")
_CONTROL: Final = late_pattern(r"[\x00-\x1f\x7f]")
_SCHEME: Final = late_pattern(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST: Final = late_pattern(r"[^\x00-\x20\x7f%/?#@\\:\[\]\"'<>{}|^`]+|\[[0-9A-Fa-f:.]+\]")
_SCHEMES: Final = ("http://", "https://")
_SEGMENT: Final = late_pattern(r"[^/]+")


class Url(Struct, frozen=True):
    """A rendered and checked URL.

    ``is_datadog`` says that it is a path of the Datadog API, to which its credentials go; then
    ``host`` is empty.
    """

    text: str
    host: str
    is_datadog: bool


def is_datadog_path(source: str) -> bool:
    """Whether a URL goes to the Datadog API with its credentials: its own text begins with ``/``.

    Decided from the template, so that no value ever turns a foreign URL into such a call.
    """
    return source.startswith("/")


def check_url_text(source: str, text: Text) -> None:
    """Judge at load what is literal in a URL: its scheme, its first slashes, control characters."""
    for literal in text.literals:
        if _CONTROL.search(literal):
            raise TemplateError("a URL cannot hold control characters")
    if is_datadog_path(source):
        _check_path_start(source)
        return
    beginning = text.blocks[0].text if isinstance(text.blocks[0], Literal) else None
    if beginning is None:
        return
    open_end = text.literal is None and any(s.startswith(beginning.lower()) for s in _SCHEMES)
    if not open_end and not beginning.lower().startswith(_SCHEMES):
        raise TemplateError(
            "a URL begins with http:// or https://, or with / for the Datadog API",
            expression=source,
        )
    if text.literal is not None:
        _host_of(text.literal)


_USER_INFO: Final = late_pattern(r"[^:/?#]*://([^/?#]*)@")
_PASSWORD_OPTION: Final = late_pattern(r"[?&](?:ssl)?password=([^&]*)", re.IGNORECASE)


def check_database_url(source: str, text: Text) -> None:
    """Judge at load what is literal in a database's URL: its scheme, and that no password is."""
    marked = "".join(block.text if isinstance(block, Literal) else "\0" for block in text.blocks)
    if _CONTROL.search(marked.replace("\0", "")):
        raise TemplateError("a URL cannot hold control characters")
    if not marked.startswith("\0"):
        need_engine(source)
    user_info = _USER_INFO.match(marked)
    password = user_info[1].partition(":")[2] if user_info else ""
    options = _PASSWORD_OPTION.findall(marked)
    if any(each.replace("\0", "") for each in (password, *options)):
        raise TemplateError(
            "a password stands in the file",
            hint="write {{ NAME }} of a secret variable instead, or use `service`",
        )


def _check_path_start(text: str) -> None:
    if text.startswith(("//", "/\\")):
        raise TemplateError("a path of the Datadog API begins with a single /", expression=text)


def query_of(text: Text) -> Text:
    """What stands behind the first ``?`` of a URL; a branch or loop that may hold it counts as behind it."""
    for number, block in enumerate(text.blocks):
        if any(isinstance(b, Literal) and "?" in b.text for b in all_blocks([block])):
            return Text(text.blocks[number:])
    return Text(())


def render_url(text: Text, scope: Mapping[str, Any]) -> str:
    """Render a URL: values are percent-encoded, except one that is its beginning.

    Refuses values that make a path segment ``.`` or ``..``, which would leave the path that the
    author wrote, and a secret behind a ``?`` that another value brought. What it gives is still to be
    checked with `parse_url`.
    """
    hides = secrets_in(scope).hides
    written: list[str] = []
    values: list[tuple[int, int, Value]] = []
    position = 0
    for index, piece in enumerate(text.pieces(scope)):
        if isinstance(piece, str):
            part = piece
        elif piece.is_secret and not hides and any("?" in each for each in written):
            raise piece.error(
                "a secret may not stand in the query of a URL: others can read it there",
                hint="give it to the headers or the body",
            )
        elif index == 0 or piece.is_raw or piece.is_url:
            part = _whole(piece)
        else:
            part = _encoded(piece)
            values.append((position, position + len(part), piece))
        written.append(part)
        position += len(part)
    check_length(position)
    url = "".join(written)
    _check_segments(url, values)
    return url


def parse_url(source: str, rendered: str) -> Url:
    """Check a rendered URL against the template text that it came from.

    A relative URL is accepted only where the text itself begins with ``/``.
    """
    if _CONTROL.search(rendered):
        raise TemplateError("the URL holds control characters")
    if is_datadog_path(source):
        _check_path_start(rendered)
        return Url(rendered, "", True)
    return Url(rendered, _host_of(rendered), False)


def _host_of(url: str) -> str:
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in ("http", "https"):
        raise TemplateError(
            "the URL does not begin with http:// or https://",
            hint="a URL that begins with a value never goes to the Datadog API",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TemplateError("the URL has no valid host and port") from None
    authority = url.split("://", 1)[1] if "://" in url else ""
    if _UNFIT.search(re.split(r"[/?#]", authority, maxsplit=1)[0]) or port == 0:
        raise TemplateError("the URL has no valid host and port")
    if not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise TemplateError("the URL has no valid host")
    return host


def _whole(piece: Value) -> str:
    if _CONTROL.search(piece.text):
        raise piece.error("the value holds control characters, which a URL cannot hold")
    return piece.text


def _encoded(piece: Value) -> str:
    try:
        return quote(piece.text, safe="")
    except UnicodeEncodeError:
        raise piece.error("the value is not valid Unicode") from None


def _check_segments(url: str, values: list[tuple[int, int, Value]]) -> None:
    """Refuse path segments ``.`` and ``..`` that hold a value: clients resolve them."""
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    for segment in _SEGMENT.finditer(path):
        if segment[0] not in (".", ".."):
            continue
        for start, end, piece in values:
            if start < segment.end() and end > segment.start():
                raise piece.error("the value would leave the path of the URL")
