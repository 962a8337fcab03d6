"""An application that sends a terminal only what does not stand there already."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any, NamedTuple, TypeAlias

from rich.cells import cell_len
from rich.console import RenderableType
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.app import App, ReturnType
from textual.screen import Screen
from textual.strip import Strip

_Drawn: TypeAlias = list[tuple[int, Strip]]
"""What was drawn in some columns of a line: strips, each with the column that it begins in."""


class _Part(NamedTuple):
    """A strip to be drawn: in which line, and from which column on."""

    line: int
    at: int
    strip: Strip


class DrawnOnce(App[ReturnType]):
    """Leaves out of a partial update what was drawn in that place last.

    What draws itself again and again, as an output that may have changed does, costs a slow line nothing as
    long as it looks the same, and a clock costs the cells that change. A whole picture is always sent: a
    terminal that shows something else has it right again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[int, dict[tuple[int, int], _Drawn]] = {}
        """By line, then by the columns from and up to which it was drawn, none of which overlap."""
        self._cursor_drawn: object = None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is None or self._batch_count or not self._running:
            super()._display(screen, None)
            return
        if isinstance(renderable, ChopsUpdate):
            news = [part for span in renderable.spans for part in self._news(renderable, span)]
            if news:
                renderable = _update_of(news, len(renderable.chops))
            elif self.cursor_position == self._cursor_drawn:
                return
            else:
                # One span at least: what places the cursor goes with it.
                spans = renderable.spans[:1]
                renderable = ChopsUpdate(renderable.chops, spans, renderable.chop_ends)
        else:
            self._drawn.clear()
        self._cursor_drawn = self.cursor_position
        super()._display(screen, renderable)

    def _news(self, update: ChopsUpdate, span: tuple[int, int, int]) -> list[_Part]:
        """What of this part of an update does not stand there yet; from now on it does."""
        line, begin, end = span
        strips = zip(update.chop_ends[line], update.chops[line].items(), strict=False)
        drawn = [
            (at, strip)
            for strip_end, (at, strip) in strips
            if strip is not None and at < end and strip_end > begin
        ]
        known = self._drawn.setdefault(line, {})
        before = known.get((begin, end), [])
        if before == drawn:
            return []
        for other in [other for other in known if other[0] < end and other[1] > begin]:
            del known[other]
        known[begin, end] = drawn
        if [(at, strip.cell_length) for at, strip in before] != [
            (at, strip.cell_length) for at, strip in drawn
        ]:
            before = []
        parts = []
        for number, (at, strip) in enumerate(drawn):
            first, last = 0, strip.cell_length
            if before:
                first, last = _changed(before[number][1], strip)
            first, last = max(first, begin - at), min(last, end - at)
            if first < last:
                parts.append(_Part(line, at + first, strip.crop(first, last)))
        return parts


def _update_of(parts: Iterable[_Part], lines: int) -> ChopsUpdate:
    """An update that draws these parts, in their order."""
    chops: list[dict[int, Strip | None]] = [{} for _ in range(lines)]
    ends: list[list[int]] = [[] for _ in range(lines)]
    spans = []
    for line, at, strip in parts:
        end = at + strip.cell_length
        chops[line][at] = strip
        ends[line].append(end)
        spans.append((line, at, end))
    return ChopsUpdate(chops, spans, ends)


def _changed(before: Strip, now: Strip) -> tuple[int, int]:
    """From and up to which column a strip is another than one of the same width.

    Nothing is left out beside characters of which terminals may think otherwise how wide they are.
    """
    width = now.cell_length
    old, new = list(before), list(now)
    first, last = _alike(old, new), width - _alike(_backwards(old), _backwards(new))
    if last <= first or not _is_plain(before.crop(first, last), now.crop(first, last)):
        return 0, width
    return (first if _is_plain(now.crop(0, first)) else 0), last


def _alike(old: Iterable[Segment], new: Iterable[Segment]) -> int:
    """In how many columns from its beginning a line looks the same."""
    columns = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            if one.style == other.style:
                pairs = zip(one.text, other.text, strict=False)
                columns += sum(1 for _ in takewhile(_is_alike_and_plain, pairs))
            break
        columns += one.cell_length
    return columns


def _backwards(line: list[Segment]) -> Iterable[Segment]:
    return (Segment(text[::-1], style) for text, style, _ in reversed(line))


def _is_alike_and_plain(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1] and cell_len(pair[0]) == 1


def _is_plain(*strips: Strip) -> bool:
    """Whether each character has one column; a wide one and one without any are as many as two such."""
    return all(cell_len(character) == 1 for strip in strips for character in strip.text)
