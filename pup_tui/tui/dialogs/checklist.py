"""Items to be ticked; that they are can be read without colours."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText


class ChecklistItem(Horizontal, can_focus=True):
    """`[x]` and a text, whose lines begin in one column, toggled by space, enter or a click."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "tick": "tick",
        }
    )

    ticked: reactive[bool] = reactive(False)

    class Changed(Message):
        """An item was ticked, or no longer is."""

    def __init__(self, text: str | Content, *, ticked: bool = False) -> None:
        """A `Content` is shown as it is: what is foreign in it is safe already."""
        super().__init__()
        self.set_reactive(ChecklistItem.ticked, ticked)
        self._text = text if isinstance(text, Content) else Content(safe_text(text.strip()))

    def compose(self) -> ComposeResult:
        yield Static(self._box(), classes="checklist-box", markup=False)
        yield ReadText(self._text, classes="checklist-text", markup=False)

    def _box(self) -> Content:
        return Content.styled("[x]" if self.ticked else "[ ]", "bold")

    def watch_ticked(self) -> None:
        for box in self.query(".checklist-box").results(Static):
            box.update(self._box())

    def on_click(self) -> None:
        self.action_tick()

    def action_tick(self) -> None:
        self.tick(not self.ticked)

    def tick(self, ticked: bool) -> None:
        """Tick it, or take that back."""
        self.ticked = ticked
        self.post_message(self.Changed())


class ChecklistDialog(Dialog):
    """A dialog whose message is a list of items: the keys that scroll others go from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"tick_all": "tick_all"})
    KEYS = "{tick} ticks"

    def action_tick_all(self) -> None:
        """Tick all of them, or none where all are ticked."""
        items = list(self.query(ChecklistItem))
        tick = not all(item.ticked for item in items)
        for item in items:
            item.tick(tick)

    def action_end_of_message(self, by: int) -> None:
        items = list(self.query(ChecklistItem))
        if items:
            items[0 if by < 0 else -1].focus()

    def action_scroll_message(self, by: int) -> None:
        items = list(self.query(ChecklistItem))
        outside = -1 if by > 0 else len(items)
        # The screen knows its focus at once, an item of its own later: keys may come together.
        at = next((n for n, item in enumerate(items) if item is self.focused), outside) + by
        if 0 <= at < len(items):
            self.set_focus(items[at])
        else:
            super().action_scroll_message(by)
