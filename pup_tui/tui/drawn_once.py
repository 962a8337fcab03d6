"""An application that sends a terminal only what does not stand there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import RenderableType
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.app import App, ReturnType
from textual.screen import Screen
from textual.strip import Strip


class _Part(NamedTuple):
    """A strip that is drawn: in which line, and from which column on."""

    line: int
    at: int
    strip: Strip

    @property
    def end(self) -> int:
        return self.at + self.strip.cell_length


class DrawnOnce(App[ReturnType]):
    """Leaves out of a partial update what was drawn in that place last.

    What draws itself again and again, as an output that may have changed does, costs a slow line nothing as
    long as it looks the same, and a clock costs the cells that change. A whole picture is always sent: a
    terminal that shows something else has it right again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[int, list[_Part]] = {}
        """What stands in each line, in the order of its columns, as far as that is known."""
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
        drawn = []
        for strip_end, (at, strip) in strips:
            first, last = max(at, begin), min(strip_end, end)
            if strip is not None and first < last:
                drawn.append(_Part(line, first, strip.crop(first - at, last - at)))
        stands = self._drawn.get(line, [])
        news = []
        for part in drawn:
            before = _standing(stands, part)
            if before is None:
                news.append(part)
            elif before != part.strip:
                first, last = _changed(before, part.strip)
                if first < last:
                    news.append(_Part(line, part.at + first, part.strip.crop(first, last)))
        kept = [rest for part in stands for rest in _beside(part, begin, end)]
        self._drawn[line] = sorted(kept + drawn, key=attrgetter("at"))
        return news


def _standing(stands: Sequence[_Part], wanted: _Part) -> Strip | None:
    """What stands in the place of a part; None where all of it is not known."""
    strips, at = [], wanted.at
    for part in stands:
        if part.at == wanted.at and part.end == wanted.end:
            return part.strip
        if part.at <= at < part.end and at < wanted.end:
            strips.append(part.strip.crop(at - part.at, wanted.end - part.at))
            at = min(part.end, wanted.end)
    return Strip.join(strips) if at == wanted.end else None


def _beside(part: _Part, begin: int, end: int) -> Iterator[_Part]:
    """What is left of a part when these columns are drawn over.

    Of one with a wide character nobody knows what a terminal leaves.
    """
    if part.end <= begin or part.at >= end:
        yield part
    elif _is_plain(part.strip):
        if part.at < begin:
            yield part._replace(strip=part.strip.crop(0, begin - part.at))
        if part.end > end:
            yield part._replace(at=end, strip=part.strip.crop(end - part.at))


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
    old, new = list(before.simplify()), list(now.simplify())
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
