"""Ask what became of what did not finish, before a run goes on only to take back what it did."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.unknown import UnknownScreen


class DoneBeforeUndoScreen(UnknownScreen):
    """Of a step: it was done (`done`), and can be taken back, or it is left as it is (`skip`)."""

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice("It was done", "done", "done", gone_to=True)
        yield choice("It was not: leave it", "skip", "skip", gone_to=True)


class UndoneBeforeUndoScreen(HalfUndoneScreen):
    """Of an undo: its step was taken back (`taken-back`), or can be now (`stays`)."""

    MEANS = "If it was, that is recorded. If not, it can be taken back now."

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice("It was", "taken-back", "done", gone_to=True)
        yield choice("It was not", "stays", "skip", gone_to=True)
