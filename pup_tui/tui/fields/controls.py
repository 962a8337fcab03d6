"""The controls of a form's fields: each takes a text, and gives what was typed or chosen as a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, RadioButton, RadioSet, Select, Static, Switch, TextArea

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.fields.in_sight import bring_cursor_into_sight, follow_highlight
from pup_tui.tui.fields.line_input import LineInput
from pup_tui.tui.keys import bound

FEW_CHOICES = 4
"""Choices up to which all of them are in sight; more of them open as a list."""

SIDE_BY_SIDE = 44
"""Columns within which choices stand in one line."""

CHOOSE = "Choose · letters find"

OfferedOptions = Sequence[tuple[str, str | None]]
"""Labels and values; the value None stands for leaving the variable to where it comes from."""


class Control(Widget):
    """What every control can do."""

    @property
    def raw(self) -> str | None:
        """What was typed or chosen, None where nothing was."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Fill in a value; a choice that there is not is left alone."""
        raise NotImplementedError

    def hint(self, words: str) -> None:
        """Say what becomes of the variable if nothing is given."""

    @property
    def entry(self) -> Widget:
        """The widget that has the focus while the value is given."""
        return self


class LineControl(LineInput, Control):
    """One line of text, masked for a secret."""

    def __init__(self, text: str, *, secret: bool = False) -> None:
        super().__init__(text, password=secret, compact=True)

    @property
    def raw(self) -> str | None:
        return self.value or None

    def put(self, text: str) -> None:
        self.value = text

    def hint(self, words: str) -> None:
        self.placeholder = words


class Paragraph(TextArea, Control):
    """Several lines; tab leaves it, as it leaves every other field."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "next_part": "app.focus_next",
        }
    )

    def __init__(self, text: str) -> None:
        super().__init__(safe_text(text, multiline=True), tab_behavior="focus", compact=True)

    def on_resize(self) -> None:
        """Draw everything again: `TextArea` breaks its lines anew after they were drawn in the new width."""
        self.refresh()

    @property
    def raw(self) -> str | None:
        return self.text or None

    def put(self, text: str) -> None:
        self.text = safe_text(text, multiline=True)

    def hint(self, words: str) -> None:
        self.placeholder = Content(words)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        self.replace(safe_text(event.text, multiline=True), *self.selection)


class LeadsOn(Widget):
    """Enter leads to what comes next, as it does in a line of text, and changes nothing."""

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.screen.focus_next()


class OnOff(Switch, LeadsOn):
    """A switch that space turns."""


class YesNo(Horizontal, Control):
    """A switch, with the word for where it stands."""

    def __init__(self, text: str) -> None:
        super().__init__(classes="field-switch")
        self._switch = OnOff(_is_yes(text))
        self._word = Static(classes="field-word", markup=False)

    def compose(self) -> ComposeResult:
        yield self._switch
        yield self._word

    def on_mount(self) -> None:
        self._show_word()

    def on_switch_changed(self) -> None:
        self._show_word()

    def _show_word(self) -> None:
        self._word.update("yes" if self._switch.value else "no")

    @property
    def raw(self) -> str | None:
        return "true" if self._switch.value else "false"

    def put(self, text: str) -> None:
        self._switch.value = _is_yes(text)

    @property
    def entry(self) -> Widget:
        return self._switch


def _is_yes(text: str) -> bool:
    return text.strip().casefold() in ("true", "yes", "on")


class ChoiceButton(RadioButton):
    """A radio button whose shape, and not only its colour, tells whether it is chosen."""

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BUTTON_INNER = "○"

    def watch_value(self) -> None:
        self.BUTTON_INNER = "●" if self.value else "○"
        super().watch_value()


class FewChoices(RadioSet, LeadsOn, Control):
    """Choices that are all in sight: the one that keys lead to is the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "down": "choose(1)",
            "up": "choose(-1)",
            "right": "choose(1)",
            "left": "choose(-1)",
        }
    )

    def __init__(self, options: OfferedOptions, text: str) -> None:
        labels = [safe_text(label) for label, _ in options]
        self._values = [value for _, value in options]
        together = sum(cell_len(label) + 6 for label in labels)
        super().__init__(
            *(
                ChoiceButton(Content(label), (value or "") == text, compact=True)
                for label, value in zip(labels, self._values, strict=True)
            ),
            classes="-row" if together <= SIDE_BY_SIDE else "",
            compact=True,
        )

    def action_choose(self, step: int) -> None:
        """Choose the next one, or the one before; to begin with the first."""
        buttons, at = list(self.query(RadioButton)), self.pressed_index
        buttons[0 if at < 0 else (at + step) % len(buttons)].value = True
        bring_cursor_into_sight(self)

    def action_toggle_button(self) -> None:
        """What is chosen stays chosen; where nothing is, choose the first."""
        if self.pressed_index < 0:
            self.action_choose(1)

    @property
    def raw(self) -> str | None:
        return None if self.pressed_index < 0 else self._values[self.pressed_index]

    def put(self, text: str) -> None:
        if text in self._values:
            list(self.query(RadioButton))[self._values.index(text)].value = True


class ManyChoices(Select[int], Control):
    """Choices that open as a list; they may come later."""

    def __init__(self, options: OfferedOptions, text: str, prompt: str = CHOOSE) -> None:
        self._values = [value for _, value in options]
        super().__init__(_numbered(options), value=self._at(text), prompt=prompt, compact=True)

    def on_mount(self) -> None:
        follow_highlight(self.query_one(OptionList))

    @property
    def raw(self) -> str | None:
        at = self.selection
        return None if at is None else self._values[at]

    def put(self, text: str) -> None:
        if text in self._values:
            self.value = self._values.index(text)

    def offer(self, options: OfferedOptions, prompt: str = CHOOSE) -> None:
        """Take these choices instead; no value of them is chosen."""
        self.prompt = prompt
        self._values = [value for _, value in options]
        self.set_options(_numbered(options))
        self.value = self._at("")

    def _at(self, text: str) -> Any:
        """Where a value stands among the choices; without any, where giving nothing does."""
        wanted = text or None
        return self._values.index(wanted) if wanted in self._values else Select.NULL


def _numbered(options: OfferedOptions) -> list[tuple[Text, int]]:
    # Letters lead to what begins with them in a `Text`, and in no `Content`.
    return [(Text(safe_text(label)), at) for at, (label, _) in enumerate(options)]


def chooser(options: OfferedOptions, text: str) -> Control:
    """What fits this many choices; `text` is the value chosen to begin with."""
    fits = len(options) <= FEW_CHOICES + 1
    return FewChoices(options, text) if fits else ManyChoices(options, text)
