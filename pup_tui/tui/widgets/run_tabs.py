"""One line with the runbooks and every open run, to change between them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.texts import cut_middle, fit

NAME_WIDTH = 22
LEAST_NAME = 12
LEAST_SHORT = 5
"""Columns of a runbook's name in its tab, where there is room and where there is little; then only the active
one keeps so many, and the others what is left, or none."""

LEAST_BESIDE = 3
"""Columns of it beside what tells a run from others of the same runbook, which comes first."""

AROUND_NAME = 6
RUNBOOKS = 12
"""Columns of a run's tab beside the name, and of the tab that is no run."""


class Tab(Struct, frozen=True):
    """One tab. `status` is a word of `glyphs`, empty for what is no run; `apart` is what tells a run from the
    other runs of its runbook that have a tab. One that has ended and `waits` is marked beside its status.
    """

    page: str
    title: str
    status: str = ""
    apart: str = ""
    waits: bool = False

    def content(self, width: int = NAME_WIDTH) -> Content:
        """Its mark and its title, cut to so many columns."""
        title = safe_text(self.title)
        if not self.status:
            return Content(title)
        mark = mark_of(self.status)
        waits = "?" if self.waits and width else ""
        width -= len(waits)
        if apart := safe_text(self.apart):
            # Where there is room for one only, it is what differs.
            most = 2 * width // 3 if width >= LEAST_NAME else width
            apart = cut_middle(apart, most)
            left = width - 1 - cell_len(apart)
            cut = f"{cut_middle(title, left)} {apart}" if left >= LEAST_BESIDE else apart
        else:
            # A few columns tell more where they are the first ones.
            cut = cut_middle(title, width) if width >= LEAST_NAME else fit(title, width).rstrip()
        named = f" {cut}" if width else ""
        return Content.assemble((mark.glyph, TONES[mark.tone]), (waits, TONES["care"]), named)


class _TabLabel(Static):
    def __init__(self, tab: Tab) -> None:
        super().__init__(tab.content(), markup=False, classes="run-tab")
        self.tab = tab
        self.page = tab.page

    def show(self, width: int) -> None:
        """Show the name in so many columns; what it says already would lay out all of the screen."""
        told = self.tab.content(width)
        shown = self.content
        if not isinstance(shown, Content) or (told, told.spans) != (shown, shown.spans):
            self.update(told)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(RunTabs.Chosen(self.page))


class RunTabs(Horizontal):
    """The line of tabs, hidden while there is only the tab of the runbooks."""

    class Chosen(Message):
        """The operator clicked on a tab."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def __init__(self) -> None:
        super().__init__(id="run-tabs")
        self._tabs: tuple[Tab, ...] = ()
        self.display = False

    async def show(self, tabs: Sequence[Tab], active: str) -> None:
        """Show these tabs; only what has changed is touched."""
        self.display = len(tabs) > 1
        if [tab.page for tab in tabs] != [tab.page for tab in self._tabs]:
            await self.remove_children()
            await self.mount_all([_TabLabel(tab) for tab in tabs])
        labels = self.query_children(_TabLabel)
        for tab, label in zip(tabs, labels, strict=True):
            label.tab = tab
            label.set_class(tab.page == active, "-active")
            if tab.page == active:
                label.scroll_visible(animate=False)
        self._tabs = tuple(tabs)
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Cut the names so that all tabs are in sight; where there are many, only the active one has one."""
        labels = list(self.query_children(_TabLabel))
        runs = len(labels) - 1
        room = self.container_size.width - RUNBOOKS
        active = others = max(0, min(NAME_WIDTH, room // max(1, runs) - AROUND_NAME))
        if others < LEAST_NAME and any(label.has_class("-active") for label in labels[1:]):
            active = LEAST_NAME
            share = (room - active - AROUND_NAME) // max(1, runs - 1) - AROUND_NAME
            others = share if share >= LEAST_SHORT else 0
        for label in labels:
            label.show(active if label.has_class("-active") else others)
