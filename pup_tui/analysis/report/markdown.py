"""A report as Markdown. What others wrote stands in code, where no reader of Markdown looks for markup.

So it cannot become a link, an element of HTML, a mention of somebody or the number of a ticket. Nothing of it
stands in a table, whose cells end at a bar even in code.
"""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.analysis.report.moments import local_clock, utc
from pup_tui.analysis.report.page import (
    Bullets,
    Dated,
    Gap,
    PagePart,
    Prose,
    ReportBlock,
    ReportPage,
    Verbatim,
)
from pup_tui.analysis.report.words import FileLink, Foreign, Sentence, SentencePiece
from pup_tui.late_pattern import late_pattern
from pup_tui.output.sanitize import safe_text

_TICKS = late_pattern("`+")


def as_markdown(page: ReportPage) -> str:
    """The whole page, with a line feed at its end."""
    blocks = [f"# Post-mortem: {_code(page.title)}"]
    for part in page.parts:
        blocks.append(_heading(part))
        blocks += map(_block, part.blocks)
    return "\n\n".join(blocks) + "\n"


def _heading(part: PagePart) -> str:
    name = f" {_code(part.name)}" if part.name else ""
    return f"{'#' * part.level} {part.heading}{name}"


def _block(block: ReportBlock) -> str:
    match block:
        case Prose(words=words):
            return _line(words)
        case Bullets(items=items):
            return "\n".join(f"- {_line(words)}" for words in items)
        case Dated(items=items):
            return "\n".join(
                f"- **{utc(item.at)}** ({local_clock(item.at)}) {_line(item.words)}"
                for item in items
            )
        case Verbatim():
            return "\n".join(_fenced(block))
        case Gap(asks=asks):
            return f"> **To fill in:** {asks}"


def _line(words: Sentence) -> str:
    return "".join(map(_piece, words))


def _piece(piece: SentencePiece) -> str:
    match piece:
        case Foreign():
            return _code(piece.shown)
        case FileLink(shown=shown, address=""):
            return _code(shown)
        case FileLink(shown=shown, address=address):
            # The brackets of a link bind less than code does.
            return f"[{_code(shown)}](<{address}>)"
        case str():
            return piece


def _code(text: str) -> str:
    """A text of one line as code, whatever is in it."""
    shown = safe_text(text)
    if not shown.strip():
        return "(blank)" if shown else "(nothing)"
    fence = "`" * (_longest(shown) + 1)
    # Blanks at both ends are taken off by whoever reads it, so there have to be some to spare.
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _fenced(block: Verbatim) -> Iterator[str]:
    text = safe_text(block.text, multiline=True).rstrip("\n")
    fence = "`" * max(3, _longest(text) + 1)
    yield f"{block.name}:\n"
    yield f"{fence}text"
    yield text
    yield fence


def _longest(text: str) -> int:
    """The length of the longest row of backticks."""
    return max((len(found) for found in _TICKS.findall(text)), default=0)
