"""One line of output as text that can be drawn: colours kept, everything else made visible."""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.ansi import AnsiDecoder
from rich.text import Text

from pup_tui.output.overwritten import states
from pup_tui.output.passage import Line
from pup_tui.output.sanitize import safe_text
from pup_tui.output.style import SGR, cut_before, strip_style

CLIP = 1_000
"""Columns of a line that are drawn at a time; the rest is one key away."""

_RAW_CLIP = 16 * CLIP
_NOTE = "reverse"
_COLOURED = re.compile(f"({SGR.pattern})")


def plain_line(line: str) -> str:
    """The line without colours, safe to show or to copy."""
    return safe_text(strip_style(line), multiline=True)


def folded(line: Line) -> Line:
    """The line as it was in the end, without what it said before it was overwritten."""
    return line._replace(text=states(line.text)[-1])


class ClippedText(NamedTuple):
    """What is drawn of a line: the characters of `text` from `begin` to `end` are the line's own."""

    text: Text
    begin: int
    end: int

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first place of a pattern in what is the line's own."""
        return pattern.search(self.text.plain, self.begin, self.end)


def line_text(shown: Line, begin: int = 0) -> ClippedText:
    """The line with its colours from its character `begin` on, as `plain_line` counts them.

    It is clipped, with how much is left out before and after. Spooled lines hold no control sequence but
    colours; should one come from elsewhere, it is shown as an escape.
    """
    line = shown.text if begin == 0 else _from(shown.text, begin)
    if _is_ordinary(line):
        text, left_out = Text(line[:CLIP], no_wrap=True), line[CLIP:]
    else:
        text, left_out = _decoded(line)
    own = len(text)
    if shown.unread:
        rest = len(left_out.encode()) + shown.unread
        text.append(f" … {rest:,} more bytes", style=_NOTE)
    elif left_out:
        text.append(f" … {len(left_out):,} more characters", style=_NOTE)
    if begin == 0:
        return ClippedText(text, 0, own)
    note = Text(f"{begin:,} characters … ", style="", no_wrap=True)
    note.stylize(_NOTE)
    return ClippedText(note + text, len(note), len(note) + own)


def _from(line: str, begin: int) -> str:
    """The line without its first characters, in the colours that it has there."""
    parts, left = _COLOURED.split(_only_colours(line)), begin
    for at in range(0, len(parts), 2):
        if len(parts[at]) >= left:
            return "".join([*parts[1:at:2], parts[at][left:], *parts[at + 1 :]])
        left -= len(parts[at])
    return ""


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
