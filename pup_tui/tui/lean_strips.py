"""Lines to draw whose caches are made when they are first asked for.

Textual gives seven to each line that it makes, and most lines ask for one or none: making them is a
twentieth of what drawing costs, and the collector has to look at all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip

CACHES: Final = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
"""What each holds at most, as with Textual."""

REST: Final = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}


def _begin(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = None
    strip._link_ids = None
    strip._cell_count = None


def _cache(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    """Called for what has no value yet."""
    size = CACHES.get(name)
    if size is None:
        raise AttributeError(f"'Strip' object has no attribute {name!r}")
    made: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, made)
    return made


# One of another version, which may hold something else, stays as it is.
if {*Strip.__slots__} == CACHES.keys() | REST:
    Strip.__init__ = _begin  # type: ignore[method-assign, assignment]
    Strip.__getattr__ = _cache  # type: ignore[attr-defined]
