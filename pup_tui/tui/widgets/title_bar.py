"""The first line of the screen: which program, acting where, and what is going on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text


class TitleBar(Horizontal):
    """`pup-tui · site` and the counts of runs under way and of those that wait for the operator."""

    def __init__(self, site: str) -> None:
        super().__init__(id="title-bar")
        self._site = site

    def compose(self) -> ComposeResult:
        title = Content.assemble(
            ("pup-tui", "bold $primary"), ("  ·  ", "$text-muted"), safe_text(self._site)
        )
        yield Static(title, id="title-place", markup=False)
        yield Static(_counts(0, 0), id="title-counts", markup=False)

    def show_counts(self, running: int, waiting: int) -> None:
        """Runs that are under way without needing anybody, and runs that wait for an answer."""
        self.query_one("#title-counts", Static).update(_counts(running, waiting))


def _counts(running: int, waiting: int) -> Content:
    parts = []
    if running:
        parts.append(Content.styled(f"● {running} running", "$text-accent"))
    if waiting:
        parts.append(Content.styled(f"? {waiting} waiting", "bold $text-warning"))
    return Content("  ").join(parts) if parts else Content.styled("no runs", "$text-muted")
