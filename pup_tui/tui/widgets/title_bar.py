"""The first line of the screen: which program, acting where, and what is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.tui.services import ProfileOffer


class TitleBar(Horizontal):
    """`pup-tui · profile · site` and the counts of runs under way and of those that wait for the operator.

    A click on the left part asks for another profile.
    """

    def __init__(self, profile: ProfileOffer, site: str) -> None:
        super().__init__(id="title-bar", classes="-danger" if profile.danger else "")
        self._profile = profile
        self._site = site

    def compose(self) -> ComposeResult:
        parts: list[tuple[str, str] | str] = [("pup-tui", "bold")]
        if self._profile.name:
            danger = "DANGER " if self._profile.danger else ""
            parts += ["  ·  ", (f"{danger}{safe_text(self._profile.name)}", "bold")]
        title = Content.assemble(*parts, "  ·  ", safe_text(self._site))
        yield ProfileButton(title, id="title-place", markup=False)
        yield Static(_counts(0, 0), id="title-counts", markup=False)

    def show_counts(self, running: int, waiting: int) -> None:
        """Runs that are under way without needing anybody, and runs that wait for an answer."""
        self.query_one("#title-counts", Static).update(_counts(running, waiting))


class ProfileButton(Static):
    """Where runs act; a click chooses another profile."""

    def on_click(self) -> None:
        self.run_worker(self.screen.run_action("profile"))


def _counts(running: int, waiting: int) -> Content:
    parts = []
    if running:
        parts.append(Content.styled(f"● {running} running", "$text-accent"))
    if waiting:
        parts.append(Content.styled(f"? {waiting} waiting", "bold $text-warning"))
    return Content("  ").join(parts) if parts else Content.styled("no runs", "$text-muted")
