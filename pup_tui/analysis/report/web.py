"""A report as one file of HTML: no script, no address outside, for any screen, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from pup_tui.analysis.report.moments import local_clock, utc
from pup_tui.analysis.report.page import (
    Bullets,
    Dated,
    DatedItem,
    Gap,
    PagePart,
    Prose,
    ReportBlock,
    ReportPage,
    Verbatim,
)
from pup_tui.analysis.report.words import FileLink, Foreign, Sentence, SentencePiece
from pup_tui.output.sanitize import safe_text
from pup_tui.own_files import own_text

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Whatever stood in the page: a browser would load, run and send nothing."""


def as_html(page: ReportPage) -> str:
    """The whole page. What others wrote is text in it, wherever it stands."""
    title = f"Post-mortem: {_safe(page.title)}"
    style = own_text(__package__ or "", "report.css")
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{title}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{title}</h1>",
            *_contents(page),
            *(line for part in page.parts for line in _part(part)),
            "</main>",
            "</body>",
            "</html>",
            "",
        )
    )


def _contents(page: ReportPage) -> Iterator[str]:
    yield '<nav aria-label="Contents">'
    yield "<ul>"
    for part in page.parts:
        if part.level == 2:
            yield f'<li><a href="#{part.anchor}">{_title(part)}</a></li>'
    yield "</ul>"
    yield "</nav>"


def _title(part: PagePart) -> str:
    name = f" <code>{_safe(part.name)}</code>" if part.name else ""
    return f"{escape(part.heading)}{name}"


def _part(part: PagePart) -> Iterator[str]:
    yield f'<h{part.level} id="{part.anchor}">{_title(part)}</h{part.level}>'
    for block in part.blocks:
        yield from _block(block)


def _block(block: ReportBlock) -> Iterator[str]:
    match block:
        case Prose(words=words):
            yield f"<p>{_line(words)}</p>"
        case Bullets(items=items):
            yield "<ul>"
            yield from (f"<li>{_line(words)}</li>" for words in items)
            yield "</ul>"
        case Dated(items=items):
            if items:
                yield '<ol class="dated">'
                yield from map(_dated, items)
                yield "</ol>"
        case Verbatim(name=name, text=text):
            shown = escape(safe_text(text, multiline=True).rstrip("\n"))
            yield f'<p class="named">{escape(name)}</p>'
            # A line feed right behind the tag is none of the text's: browsers leave it out.
            yield f"<pre>\n{shown}</pre>"
        case Gap(asks=asks):
            yield f'<p class="gap"><strong>To fill in:</strong> {escape(asks)}</p>'


def _dated(item: DatedItem) -> str:
    kind = f' class="{item.kind}"' if item.kind else ""
    when = f'<span class="when">{utc(item.at)} <span class="local">{local_clock(item.at)}</span></span>'
    return f"<li{kind}>{when} {_line(item.words)}</li>"


def _line(words: Sentence) -> str:
    return "".join(map(_piece, words))


def _piece(piece: SentencePiece) -> str:
    match piece:
        case Foreign(text=""):
            return "<em>nothing</em>"
        case Foreign():
            return f"<code>{_safe(piece.shown)}</code>"
        case FileLink(shown=shown, address=""):
            return f"<code>{_safe(shown)}</code>"
        case FileLink(shown=shown, address=address):
            return f'<a href="{escape(address)}"><code>{_safe(shown)}</code></a>'
        case str():
            return escape(piece)


def _safe(text: str) -> str:
    return escape(safe_text(text))
