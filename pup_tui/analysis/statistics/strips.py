"""Runs one by one in few characters: a glyph for how each ended, a bar for how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pup_tui.core.state import RunStatus

GLYPHS = {
    RunStatus.SUCCEEDED: "✔",
    RunStatus.FAILED: "✖",
    RunStatus.ABORTED: "⊘",
    RunStatus.CANCELLED: "■",
    RunStatus.INTERRUPTED: "…",
}
"""How a run ended: shapes that are told apart without colour."""

BLOCKS = "▁▂▃▄▅▆▇█"


def strip(statuses: Iterable[str]) -> str:
    """A glyph for each status, in their order."""
    return "".join(GLYPHS.get(RunStatus(each), "?") for each in statuses)


def bars(values: Sequence[float | None]) -> str:
    """A bar for each value, as high as its share of the greatest; a blank for None."""
    top = max((value for value in values if value is not None), default=0.0)
    return "".join(" " if value is None else _bar(value, top) for value in values)


def _bar(value: float, top: float) -> str:
    share = value / top if top > 0 else 0.0
    return BLOCKS[min(len(BLOCKS) - 1, max(0, round(share * (len(BLOCKS) - 1))))]
