"""Text as the console lays it out: paragraphs, aligned columns, moments and lengths of time, places."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from pup_tui.late_pattern import late_pattern
from pup_tui.output.sanitize import safe_text
from pup_tui.template.duration import format_duration

MOST_SHOWN = 8_000
"""Characters of a description that are shown."""

ID_END = 6
"""Characters of a run's id that tell it from others."""

MIN_WRAP = 10
"""Columns that indented text has in any case."""

_HEADING = late_pattern(r"#{1,6}\s+(\S.*)")
_STRONG = late_pattern(r"\*\*(\S(?:[^*]*\S)?)\*\*")
_KEPT_APART = late_pattern(r"\s{4,}|\t|\s*([-*+>#|]|\d+[.)]|```)")


def paragraphs(text: str) -> str:
    """A description with the line breaks inside its paragraphs taken out, so that it fills its width.

    Lists, quotes, headings, tables and indented lines keep their lines.
    """
    shown = safe_text(text[:MOST_SHOWN].strip(), multiline=True)
    lines: list[str] = []
    for line in shown.split("\n"):
        stripped = line.rstrip()
        joins = not _KEPT_APART.match(line) and not (lines and _HEADING.match(lines[-1]))
        if lines and lines[-1] and stripped and joins:
            lines[-1] += f" {stripped.lstrip()}"
        else:
            lines.append(stripped)
    rest = len(text) - MOST_SHOWN
    return "\n".join(lines) if rest <= 0 else "\n".join([*lines, f"… {rest:,} more characters"])


def description(text: str) -> Content:
    """A description with its headings and its strong words standing out; no other markup is looked at."""
    lines = []
    for line in paragraphs(text).split("\n"):
        heading = _HEADING.match(line)
        lines.append(Content.styled(heading[1], "bold") if heading else _strong(line))
    return Content("\n").join(lines)


def _strong(line: str) -> Content:
    parts = _STRONG.split(line)
    return Content.assemble(*((part, "bold" if at % 2 else "") for at, part in enumerate(parts)))


def indented(text: Content, indent: int, width: int) -> Content:
    """Text that is wrapped to `width` columns and keeps its indent on every line."""
    room = max(MIN_WRAP, width - indent)
    return Content("\n").join(Content(" " * indent) + line for line in text.wrap(room))


def cut_rows(text: Content, width: int, most: int) -> Content:
    """Text that is wrapped to `width` columns, with a sign behind what there is room for in `most` lines."""
    lines = text.wrap(width)
    if len(lines) <= most:
        return text
    kept = lines[: max(1, most)]
    kept[-1] = kept[-1].rstrip().truncate(width - 2) + Content.styled(" …", "dim")
    return Content("\n").join(kept)


BETWEEN = 3
"""Columns between what stands side by side."""


def beside(left: Sequence[Content], right: Sequence[Content], width: int) -> Content:
    """Lines beside others, which begin behind so many columns and what is between."""
    lines = []
    for one, other in zip_longest(left, right, fillvalue=Content()):
        # Nothing is behind what stands alone: it would be copied with it.
        room = width + BETWEEN - one.cell_length if other else 0
        lines.append(one.pad_right(room) + other)
    return Content("\n").join(lines)


def columns(rows: Sequence[Sequence[Content]], *, limits: Sequence[int], gap: int = 2) -> Content:
    """Rows with their cells aligned; a column is as wide as its widest cell, up to its limit, and what is
    longer is cut in the middle.

    The last column is as long as it is: whoever shows it cuts or wraps it.
    """
    widths = [
        min(limit, max((cell_len(row[at].plain) for row in rows), default=0))
        for at, limit in enumerate(limits)
    ]
    lines = []
    for row in rows:
        cells = [_fit(cell, width) for cell, width in zip(row, widths, strict=False)]
        lines.append(Content(" " * gap).join([*cells, *row[len(widths) :]]))
    return Content("\n").join(lines)


def _fit(cell: Content, width: int) -> Content:
    size = cell_len(cell.plain)
    if size > width:
        front, back = _kept(cell.plain, width)
        return cell[: len(front)] + Content("…") + cell[len(cell) - len(back) :]
    return cell.pad_right(width - size)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` columns, with an ellipsis where it is cut."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip() + "…", width)
    return " " * (width - size) + text if right else text + " " * (width - size)


def fit_middle(text: str, width: int) -> str:
    """The text in exactly `width` columns, cut in the middle where it is too long."""
    return fit(cut_middle(text, width), width)


def cut_middle(text: str, width: int) -> str:
    """The text in at most `width` columns, cut in the middle: ids that begin alike differ in their ends."""
    if cell_len(text) <= width:
        return text
    return "…".join(_kept(text, width))


def _kept(text: str, width: int) -> tuple[str, str]:
    """What is left of a text that is cut in the middle, before the cut and behind it."""
    room = max(0, width - 1) // 2
    front, back = text[:room], text
    while cell_len(front) > room:
        front = front[:-1]
    while cell_len(back) > max(0, width - 1 - room):
        back = back[1:]
    return front.rstrip(), back


def end_of_id(run: str) -> str:
    """A run's id, short and safe: ids begin with the time, so runs of one day differ in their ends only."""
    return f"…{safe_text(run)[-ID_END:]}"


def moment(wall: float, now: float | None = None) -> str:
    """A moment (seconds since 1970) in local time, short: `today 03:12`, `Tue 14:05`, `2026-01-31 09:00`."""
    then = datetime.fromtimestamp(wall).astimezone()
    today = datetime.fromtimestamp(time.time() if now is None else now).astimezone()
    days = (today.date() - then.date()).days
    if days == 0:
        return then.strftime("today %H:%M")
    if days == 1:
        return then.strftime("yesterday %H:%M")
    if 0 < days < 7:
        return then.strftime("%a %H:%M")
    return then.strftime("%Y-%m-%d %H:%M")


def moment_of_run(wall: float) -> str:
    """As `moment` in no more columns, to the second in the last days: runs of one minute are told apart."""
    then = datetime.fromtimestamp(wall).astimezone()
    days = (datetime.fromtimestamp(time.time()).astimezone().date() - then.date()).days
    if 0 <= days < 7:
        return then.strftime("%a %H:%M:%S" if days else "today %H:%M:%S")
    return moment(wall)


def time_of_day(wall: float) -> str:
    """A moment (seconds since 1970) in local time, to the second: `02:43:07`."""
    return datetime.fromtimestamp(wall).astimezone().strftime("%H:%M:%S")


def local_clock(ts: str) -> str:
    """A moment (RFC 3339) as hours and minutes in local time."""
    return datetime.fromisoformat(ts).astimezone().strftime("%H:%M")


def short_duration(seconds: float) -> str:
    """Seconds in at most seven characters: `0.4 s`, `12 s`, `2m 05s`, `1h 02m`, `3d 04h`."""
    return format_duration(seconds, compact=True)


def clock(seconds: float) -> str:
    """Seconds as a running clock: `00:02:41`."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"


def place(path: Path, home: Path) -> str:
    """A file's path, with `~` for the operator's home."""
    try:
        return str(Path("~") / path.relative_to(home))
    except ValueError:
        return str(path)


def counted(number: int, word: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
