"""The line of a dialog from which is chosen: buttons with their keys, then the keys without a button."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.geometry import NULL_OFFSET, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.tui.keys import key_of


class ClickedButton(Button):
    """A button that takes every click; Textual's own takes none for as long as it shows the press before."""

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        event.prevent_default()
        # The second half of a double click is no other press.
        if event.chain == 1 or not self.has_class("-active"):
            self.press()


class KeyButton(ClickedButton):
    """A button, and the key of an action that does the same; its words are no foreign text."""

    def __init__(self, words: str, action: str, **options: Any) -> None:
        super().__init__(Content(words), compact=True, **options)
        self._words = words
        self.action_name = action

    def on_mount(self) -> None:
        self.show_key(key_of(self.app, self.action_name))

    def say(self, words: str) -> None:
        """Stand for something else, which its key does as well."""
        self._words = words
        self.show_key(key_of(self.app, self.action_name))

    def show_key(self, key: str) -> None:
        self.label = Content.assemble(self._words, (f"  {key}", "not bold"))
        self.refresh(layout=True)


class GoneToButton(KeyButton):
    """A choice to which its key only goes: enter makes it then, and is named in place of the key."""

    def on_focus(self) -> None:
        self.show_key("enter")

    def on_blur(self) -> None:
        self.show_key(key_of(self.app, self.action_name))

    def say(self, words: str) -> None:
        super().say(words)
        if self.has_focus:
            self.show_key("enter")


class CarefulButton(GoneToButton):
    """A choice that cannot be made good: its key or a click selects it, and only what follows does it."""

    _selected = False

    def select(self) -> None:
        """Select it by its key."""
        self._selected = True
        self.focus()

    def on_blur(self) -> None:
        self._selected = False

    async def _on_click(self, event: events.Click) -> None:
        # What is selected is pressed by what comes next, as any other button.
        if not self._selected:
            event.stop()
            event.prevent_default()
            self._selected = True


def choice(
    label: str,
    id_: str,
    action: str = "",
    *,
    careful: bool = False,
    gone_to: bool = False,
    key: str = "",
    **options: Any,
) -> Button:
    """A button of a dialog, with the key of the action that does the same, where there is one.

    One that is `careful` takes more than one key, and more than one click; the key of one that is `gone_to`
    only goes there. What a control does with a `key` is no action, and is named as well.
    """
    if careful:
        return CarefulButton(label, action, id=id_, **options)
    if gone_to:
        return GoneToButton(label, action, id=id_, **options)
    if action:
        return KeyButton(label, action, id=id_, **options)
    words = Content.assemble(label, (f"  {key}", "not bold")) if key else Content(label)
    return ClickedButton(words, id=id_, compact=True, **options)


class _Flow(Layout):
    """One beside the other, and on as many lines as that takes; the last one has what is left of its line.

    Where that is too little for it, it has a line of its own.
    """

    name = "flow"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        parent.pre_layout(self)
        viewport = parent.app.viewport_size
        placements: list[WidgetPlacement] = []
        x = y = 0
        for widget in children:
            model = widget._get_box_model(size, viewport, Fraction(size.width), Fraction(1))
            is_last = widget is children[-1]
            width = widget.get_content_width(size, viewport) if is_last else int(model.width)
            if x and width and x + width > size.width:
                x, y = 0, y + 1
            if is_last:
                width = max(0, size.width - x)
            region = Region(x, y, min(width, size.width), int(model.height))
            placements.append(WidgetPlacement(region, NULL_OFFSET, model.margin, widget))
            x += width + model.margin.right
        return placements


class ChoiceLine(Container):
    """Buttons in one line where there is room for that."""

    def __init__(self, buttons: Iterable[Widget], hint: str) -> None:
        super().__init__(classes="dialog-buttons")
        self._buttons = buttons
        self._hint = hint
        self._flow = _Flow()

    @property
    def layout(self) -> Layout:
        return self._flow

    def compose(self) -> ComposeResult:
        yield from self._buttons
        yield Static(self._hint, classes="dialog-keys", markup=False)
