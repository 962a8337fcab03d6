"""Rows that one widget draws, however many there are: their tones, their cursor, and what stays in sight."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.scroll_view import ScrollView

from pup_tui.tui.glyphs import TONES

CALM = Style(dim=True)
"""What matters least in a row."""


class DrawnRows(ScrollView, can_focus=True, inherit_bindings=False):
    """A part of a run that has rows of one line, and in them marks of how steps stand."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--good",
        "rows--bad",
        "rows--care",
        "rows--busy",
        "rows--cursor",
    }

    _looks: dict[str, Style] | None = None

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks = None

    @property
    def looks(self) -> dict[str, Style]:
        """The styles of the tones, and of the `cursor`; without a name that of the ground.

        Kept until they are others: a row is drawn sooner than they are worked out.
        """
        if self._looks is None:
            self._looks = self._made_looks()
        return self._looks

    def _made_looks(self) -> dict[str, Style]:
        return {
            "": self.rich_style,
            "calm": CALM,
            **{name: self.part(name) for name in ("cursor", *(TONES.keys() - {"calm"}))},
        }

    def part(self, name: str) -> Style:
        """What a sheet gives a part of a row, `rows--NAME`, beside the row's own style."""
        return self.get_component_rich_style(f"rows--{name}", partial=True)

    def bring_in_sight(self, first: int, last: int | None = None) -> None:
        """Scroll as little as is needed for a row to be seen, or for those from the `first` to the `last`."""
        last = first if last is None else last
        top, height = self.scroll_offset.y, self.size.height
        if height and not top <= first <= last < top + height:
            self.scroll_to(y=first if first < top else last - height + 1, animate=False, force=True)
