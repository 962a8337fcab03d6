"""Tells why a run does not begin, and offers to begin it all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget
from textual.widgets import Static

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import labelled, shown_text
from pup_tui.tui.dialogs.going_on import GoingOnDialog
from pup_tui.tui.lines.read_text import ReadText

if TYPE_CHECKING:
    from pup_tui.preflight.check import ReadyCheck


class NotReadyScreen(GoingOnDialog):
    """Names what is not in order; the answer is `yes` where it is to be gone past. *Cancel* has the focus."""

    GOES_ON_BY: ClassVar[str] = "unchecked"

    def __init__(self, wrong: Sequence[ReadyCheck]) -> None:
        super().__init__("What the run needs is not there")
        self._wrong = wrong

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText("Nothing has been run.", markup=False)
        yield Static("", markup=False)
        for check in self._wrong:
            told = f"{check.subject} {check.detail}"
            yield labelled(check.what, shown_text(told), "dialog-row")
            if check.hint:
                yield labelled("", shown_text(check.hint), "dialog-row")

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Cancel", "cancel", "back")
        yield choice("Begin unchecked…", "unchecked", variant="error")
