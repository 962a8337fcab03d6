"""One line of output as text that can be drawn: colours kept, everything else made visible."""

from __future__ import annotations

import re

from rich.ansi import AnsiDecoder
from rich.text import Text

from pup_tui.output.overwritten import states
from pup_tui.output.passage import Line
from pup_tui.output.sanitize import safe_text
from pup_tui.output.style import SGR, cut_before, strip_style

CLIP = 1_000
"""Columns of a line that are drawn; the rest is one key away."""

_RAW_CLIP = 16 * CLIP
_COLOURED = re.compile(f"({SGR.pattern})")


def plain_line(line: str) -> str:
    """The line without colours, safe to show or to copy."""
    return safe_text(strip_style(line), multiline=True)


def folded(line: Line) -> Line:
    """The line as it was in the end, without what it said before it was overwritten."""
    return line._replace(text=states(line.text)[-1])


def line_text(shown: Line) -> Text:
    """The line with its colours, clipped, with how much is left out at its end.

    Spooled lines hold no control sequence but colours; should one come from elsewhere, it is shown as an
    escape.
    """
    line = shown.text
    if _is_ordinary(line):
        text, left_out = Text(line[:CLIP], no_wrap=True), line[CLIP:]
    else:
        text, left_out = _decoded(line)
    if shown.unread:
        rest = len(left_out.encode()) + shown.unread
        text.append(f" … {rest:,} more bytes", style="reverse")
    elif left_out:
        text.append(f" … {len(left_out):,} more characters", style="reverse")
    return text


def _decoded(line: str) -> tuple[Text, str]:
    """The line with its colours, clipped, and the plain text of what is left out."""
    cut = cut_before(line, _RAW_CLIP) if len(line) > _RAW_CLIP else len(line)
    text = AnsiDecoder().decode_line(_only_colours(line[:cut]))
    text.no_wrap = True
    text.expand_tabs(8)
    plain = text.plain
    text.truncate(CLIP)
    return text, plain[len(text) :] + strip_style(line[cut:])


def _is_ordinary(text: str) -> bool:
    """Whether each character is drawn as it is, in one column."""
    return text.isascii() and text.isprintable()


def _only_colours(line: str) -> str:
    if _is_ordinary(line):
        return line
    parts = _COLOURED.split(line)
    return "".join(
        part if at % 2 else safe_text(part, multiline=True) for at, part in enumerate(parts)
    )
