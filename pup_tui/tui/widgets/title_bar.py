"""The first line of the screen: which program, acting where, and what is going on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.texts import cut_middle

if TYPE_CHECKING:
    from pup_tui.tui.services import ProfileOffer


class TitleBar(Horizontal):
    """`pup-tui · READ-ONLY · profile · site`, and the counts of runs under way and of those that wait.

    A click on the left part asks for another profile.
    """

    def __init__(self, profile: ProfileOffer, site: str, *, read_only: bool = False) -> None:
        self._profile = profile
        super().__init__(
            ProfileButton(profile, site, read_only=read_only),
            Static(self._counts(0, 0), id="title-counts", markup=False),
            id="title-bar",
            classes="-danger" if profile.danger else "",
        )

    def show_counts(self, running: int, waiting: int) -> None:
        """Runs that are under way without needing anybody, and runs that wait for an answer."""
        self.query_one("#title-counts", Static).update(self._counts(running, waiting))

    def _counts(self, running: int, waiting: int) -> Content:
        """Where the title is painted, its own colour is the only one."""
        told = _counts(running, waiting)
        return Content(told.plain) if self._profile.danger else told


class ProfileButton(Static):
    """Where runs act; a click chooses another profile.

    Where there is little room first the program's name gives way, then the site, then the middle of the
    profile's name; that it is dangerous, or that nothing may be changed, stands there in any case.
    """

    def __init__(self, profile: ProfileOffer, site: str, *, read_only: bool = False) -> None:
        super().__init__(id="title-place", markup=False)
        self._mode = [Content.styled("READ-ONLY", "bold")] if read_only else []
        self._danger = "DANGER " if profile.danger else ""
        self._profile_name = safe_text(profile.name)
        self._site = safe_text(site)

    def on_resize(self, event: Resize) -> None:
        self.update(self._fitting(event.size.width), layout=False)

    def _fitting(self, width: int) -> Content:
        profile = Content.styled(self._danger + self._profile_name, "bold")
        parts = [Content.styled("pup-tui", "bold"), *self._mode, profile, Content(self._site)]
        parts = [part for part in parts if part]
        if _joined(parts).cell_length > width and (profile or self._mode):
            del parts[0]
        if _joined(parts).cell_length > width and (profile or self._mode):
            del parts[-1]
        spare = width - _joined(parts).cell_length
        if spare < 0 and profile:
            room = max(0, len(self._profile_name) + spare)
            parts[-1] = Content.styled(self._danger + cut_middle(self._profile_name, room), "bold")
        return _joined(parts)

    def on_click(self) -> None:
        self.screen.call_later(self.screen.run_action, "profile")


def _joined(parts: Sequence[Content]) -> Content:
    return Content("  ·  ").join(parts)


def _counts(running: int, waiting: int) -> Content:
    parts = []
    if running:
        parts.append(Content.styled(f"● {running} running", "$text-accent"))
    if waiting:
        parts.append(Content.styled(f"? {waiting} waiting", "bold $text-warning"))
    return Content("  ").join(parts) if parts else Content.styled("no runs", "$text-muted")
