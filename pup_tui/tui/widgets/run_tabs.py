"""One line with the runbooks and every open run, to change between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, mark_of

NAME_WIDTH = 22
LEAST_NAME = 6
"""Columns of a runbook's name in its tab, where there is room and where there is little."""

AROUND_NAME = 6
RUNBOOKS = 12
"""Columns of a run's tab beside the name, and of the tab that is no run."""


@dataclass(frozen=True)
class Tab:
    """One tab. `status` is a word of `glyphs`, empty for what is no run."""

    page: str
    title: str
    status: str = ""

    def content(self, width: int = NAME_WIDTH) -> Content:
        """Its mark and its title, cut to so many columns."""
        title = safe_text(self.title)
        if not self.status:
            return Content(title)
        if cell_len(title) > width:
            title = set_cell_size(title, width - 1).rstrip() + "…"
        mark = mark_of(self.status)
        return Content.assemble((f"{mark.glyph} ", TONES[mark.tone]), title)


class _TabLabel(Static):
    def __init__(self, tab: Tab) -> None:
        super().__init__(tab.content(), markup=False, classes="run-tab")
        self.tab = tab
        self.page = tab.page

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
        """Cut the names so that all tabs are in sight, and their marks in any case."""
        labels = self.query_children(_TabLabel)
        room = self.container_size.width - RUNBOOKS
        share = room // max(1, len(labels) - 1) - AROUND_NAME
        width = max(LEAST_NAME, min(NAME_WIDTH, share))
        for label in labels:
            label.update(label.tab.content(width))
