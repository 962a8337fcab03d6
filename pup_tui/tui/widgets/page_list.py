"""The list of a page: what is under the cursor is told of, or opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pup_tui.tui.keys import bound


class PageList(OptionList, inherit_bindings=False):
    """Lines with headings, which are disabled. The cursor stays where it was when others are listed."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "open": "select",
            "fold_or_unfold": "select",
            "down": "cursor_down",
            "up": "cursor_up",
            "page_down": "page_down",
            "page_up": "page_up",
            "first": "first",
            "last": "last",
        }
    )

    def __init__(self) -> None:
        super().__init__(compact=True)

    def lay_out(self, options: Sequence[Option], wanted: str = "") -> None:
        """List these, with the cursor on the line whose id is `wanted`, or else on the one that it was on.

        Where that is gone it stands on the nearest to its place.
        """
        at, under = self.highlighted, self.highlighted_option
        name = wanted or (None if under is None else under.id)
        self.clear_options()
        self.add_options(options)
        usable = [number for number, option in enumerate(options) if not option.disabled]
        same = [number for number in usable if name is not None and options[number].id == name]
        if same:
            self.highlighted = same[0]
        elif usable:
            self.highlighted = min(usable, key=lambda number: abs(number - (at or 0)))
