"""The ways in which programs spell a secret when they print it.

The encodings are those that GitHub's runner masks (base64 at three offsets, JSON, URI, XML), and
what shells, Go's JSON and HTML encoders, Python's ``repr``, CSV, TSV and SQL (that of MySQL, PostgreSQL
and SQLite) make of a text, each also with accents composed and decomposed; of a secret that is a URL also
what programs name of it, and of one that is a path what is left of it without needless slashes. Not
covered, and said so in the manual: a secret that is wrapped, reversed, in other case, in a compatibility
form (NFKC, NFKD), encrypted, compressed, or split between two streams.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pup_tui.late_pattern import late_pattern
from pup_tui.shell_spellings import echoed, shell_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_PART = 6
"""Pieces of the path and query of a URL are parts of it from this length on."""

MIN_LINE = 8
"""Lines of a secret with several lines are secrets themselves from this length on; for shorter ones
see ``short_lines``."""

LEAST_PATH = 16
"""From this length on the path of a URL is searched for in output without the rest of the URL."""

_IN_URL = late_pattern(r"[:@/,?#&;=]")
_IN_AUTHORITY = late_pattern(r"[:@,]")
_AUTHORITY_END = late_pattern(r"[/?#]")
_PERCENT = late_pattern(r"%[0-9A-F]{2}")
_IN_TSV = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_CONTROLS: list[dict[int, str]] = [
    {},
    str.maketrans({"\n": r"\n"}),
    str.maketrans({"\n": r"\n", "\r": r"\r"}),
    str.maketrans({"\n": r"\n", "\r": r"\r", "\t": r"\t"}),
    str.maketrans({"\n": r"\n", "\r": r"\r", "\0": r"\0", "\x1a": r"\Z"}),
    str.maketrans(
        {
            "\n": r"\n",
            "\r": r"\r",
            "\t": r"\t",
            "\b": r"\b",
            "\f": r"\f",
            "\0": r"\0",
            "\x1a": r"\Z",
        }
    ),
]
"""What databases and their drivers write of controls behind a backslash."""
_IN_MYSQL_ROWS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\0": r"\0"})
_IN_UNISTR = {code: f"\\u{code:04x}" for code in range(0x20)}
_UNICODE_ESCAPE = late_pattern(r"\\u[0-9a-f]{4}")


def spellings(secret: str) -> set[str]:
    """Return every text that stands for ``secret``, itself among them."""
    found: set[str] = set()
    for text in _as_texts(secret):
        found.add(text)
        found.update(_url(text))
        found.update(_json(text))
        found.update(_markup(text))
        found.update(shell_spellings(text))
        found.update(_tables(text))
        found.update(_databases(text))
        found.update(_shortened_url(text))
        found.update(said for said in echoed(text) if len(said) >= MIN_LINE)
        if "/" in text:
            found.add(str(PurePosixPath(text)))
        raw = text.encode("utf-8", "surrogatepass")
        found.update((raw.hex(), raw.hex().upper()))
        found.update(_base64(raw))
        found.update(_base64(raw + b"\n"))
    for text in (secret, *echoed(secret)):
        found.add(" ".join(text.split()))
        found.update(_lines(text))
    return found


def url_parts(text: str) -> set[str]:
    """Return what a message may name of a URL; nothing where the text is none."""
    try:
        parts = urlsplit(text.strip())
        host, user, password = parts.hostname, parts.username, parts.password
    except ValueError:
        return set()
    if not parts.scheme or "://" not in text:
        return set()
    pieces = [parts.path, *parts.path.split("/"), parts.query, *parts.query.split("&")]
    pieces += [piece.partition("=")[2] for piece in parts.query.split("&")] + [parts.fragment]
    long = {piece for piece in pieces if len(piece) >= MIN_PART}
    named = {host or "", user or "", password or "", parts.path.strip("/"), *long}
    named |= set(_pieces_as_written(text.strip()))
    named |= {unquote(each) for each in named}
    return {each for each in named if each.strip("/")}


def _pieces_as_written(url: str) -> Iterator[str]:
    """What a program names of a URL that it takes apart in a way of its own.

    libpq ends the user at the first ``@``, knows lists of hosts, and names what it takes for a host, a
    port or a database where that is none.
    """
    written = url.partition("://")[2]
    authority = _AUTHORITY_END.split(written, maxsplit=1)[0]
    yield from (piece for piece in _IN_URL.split(written) if len(piece) >= MIN_PART)
    for mark in _IN_AUTHORITY.finditer(authority):
        tail = authority[mark.end() :]
        if len(tail) >= MIN_PART:
            yield tail


def normal_forms(secret: str) -> set[str]:
    """Return the secret as it is, and with its accents composed (NFC) and decomposed (NFD)."""
    if secret.isascii():
        return {secret}
    return {secret, unicodedata.normalize("NFC", secret), unicodedata.normalize("NFD", secret)}


def _as_texts(secret: str) -> set[str]:
    """Return the secret with either line end, and as trimmed by whoever reads it from a file."""
    texts: set[str] = set()
    for text in normal_forms(secret):
        unix = text.replace("\r\n", "\n")
        texts |= {text, unix, unix.replace("\n", "\r\n")}
    return texts | {text.strip() for text in texts}


def _lines(secret: str) -> Iterator[str]:
    for text in normal_forms(secret):
        lines = text.splitlines()
        if len(lines) > 1:
            yield from (line for line in map(str.strip, lines) if len(line) >= MIN_LINE)


def _url(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogatepass")
    for form in (quote(data, safe=""), quote(data), quote(data, safe="!'()*"), quote_plus(data)):
        yield form
        yield _PERCENT.sub(lambda found: found.group().lower(), form)
        if "%" in form:  # else it is the secret in other case, possibly an ordinary word
            yield form.lower()


def _json(text: str) -> Iterator[str]:
    for ascii_only in (True, False):
        form = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        go = form.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
        for escaped in (form, go):
            for slashed in (escaped, escaped.replace("/", r"\/")):
                yield slashed
                yield _UNICODE_ESCAPE.sub(lambda m: "\\u" + m.group()[2:].upper(), slashed)
                # JSON inside JSON, as in a log line that holds a request's body.
                yield json.dumps(slashed)[1:-1]
    yield repr(text)[1:-1]


def _markup(text: str) -> Iterator[str]:
    # Late: it brings a table of all entities, and most runs have no secret to spell.
    import html

    base = html.escape(text, quote=False)
    yield base
    for quotes in ("&quot;", "&#34;", "&#x22;"):
        double = base.replace('"', quotes)
        yield double
        for apostrophe in ("&apos;", "&#39;", "&#x27;"):
            yield double.replace("'", apostrophe)


def _tables(text: str) -> Iterator[str]:
    """A field in quotes of CSV, a text of SQL, and a field of TSV (that of PostgreSQL's `copy` too)."""
    yield text.replace('"', '""')
    yield text.replace("'", "''")
    yield text.translate(_IN_TSV)


def _databases(text: str) -> Iterator[str]:
    """A text of MySQL or PostgreSQL (`E'…'`) with backslashes, and one that SQLite's shell calculates.

    Which quotes and controls are escaped is up to who writes it: every mixture counts.
    """
    doubled = text.replace("\\", "\\\\")
    for single in ("'", "''", r"\'"):
        for double in ('"', r"\""):
            quoted = doubled.replace("'", single).replace('"', double)
            for controls in _CONTROLS:
                yield quoted.translate(controls)
    yield text.translate(_IN_MYSQL_ROWS)
    of_sqlite = text.replace("'", "''")
    for feed, carriage in ((r"\n", r"\r"), (r"\012", r"\015")):
        ended = of_sqlite.replace("\n", feed)
        yield ended
        yield ended.replace("\r", carriage)
    yield of_sqlite.replace("\\", "\\\\").translate(_IN_UNISTR)


def _shortened_url(text: str) -> Iterator[str]:
    """A URL without its fragment, query, and user, with its host as it is looked up; and its path."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return
    if not parts.netloc or not parts.path.strip("/"):
        return
    written = text.strip().partition(":")[0]
    for netloc in {parts.netloc, parts.netloc.lower()}:
        for named in {netloc, netloc.rpartition("@")[2]}:
            for query in {parts.query, ""}:
                url = parts._replace(netloc=named, query=query, fragment="").geturl()
                yield url
                yield written + url[len(written) :]
    for target in {parts.path, f"{parts.path}?{parts.query}"}:
        if len(target) >= LEAST_PATH:
            yield target
            yield unquote(target)


def _base64(raw: bytes) -> Iterator[str]:
    """Return what base64 makes of ``raw`` at each of the three offsets in a longer text.

    The first characters of offset 1 and 2 depend on the bytes before and are left out; the last
    ones depend on the bytes after, so a form is given both without them and as the text's end.
    """
    for offset in range(3):
        first = (0, 2, 3)[offset]
        ended = base64.b64encode(b"\0" * offset + raw).decode()
        inner = ended[first : (offset + len(raw)) * 8 // 6]
        for form in (inner, ended[first:], ended[first:].rstrip("=")):
            yield form
            yield form.replace("+", "-").replace("/", "_")
