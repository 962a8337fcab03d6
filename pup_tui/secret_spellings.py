"""The ways in which programs spell a secret when they print it.

The encodings are those that GitHub's runner masks (base64 at three offsets, JSON, URI, XML), and
what shells, Go's JSON and HTML encoders, Python's ``repr``, CSV, TSV and SQL make of a text, each also
with accents composed and decomposed. Not covered, and said so in the manual: a secret that is wrapped,
reversed, in other case, in a compatibility form (NFKC, NFKD), encrypted, compressed, or split
between two streams.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from pup_tui.late_pattern import late_pattern
from pup_tui.shell_spellings import shell_spellings

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_LINE = 8
"""Lines of a secret with several lines are secrets themselves from this length on; for shorter ones
see ``short_lines``."""

_PERCENT = late_pattern(r"%[0-9A-F]{2}")
_IN_TSV = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
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
        raw = text.encode("utf-8", "surrogatepass")
        found.update((raw.hex(), raw.hex().upper()))
        found.update(_base64(raw))
        found.update(_base64(raw + b"\n"))
    found.update(_lines(secret))
    return found


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
