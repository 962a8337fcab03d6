"""One field of a form: a variable, the control that fits it, and what is wrong with its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, RadioButton, RadioSet, Select, Static, Switch, TextArea

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from pup_tui.runbook.model import Variable

FEW_CHOICES = 4
"""Choices up to which all of them are in sight; more of them open as a list."""

SIDE_BY_SIDE = 44
"""Columns within which choices stand in one line."""

Choices = Sequence[tuple[str, str | None]]
"""Labels and values; the value None stands for leaving the variable out."""


class Paragraph(TextArea):
    """Several lines; tab leaves it, as it leaves every other field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next field", show=False)
    ]

    def __init__(self, text: str) -> None:
        super().__init__(safe_text(text, multiline=True), tab_behavior="focus", compact=True)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        self.replace(safe_text(event.text, multiline=True), *self.selection)


class Choice(RadioButton):
    """Chosen or not is told by its shape, not only by its colour."""

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BUTTON_INNER = "○"

    def watch_value(self) -> None:
        self.BUTTON_INNER = "●" if self.value else "○"
        super().watch_value()


class Field(Vertical):
    """A variable with its control. `raw` is what was typed or chosen, None where nothing was."""

    class Changed(Message):
        """The value is another one."""

    class Left(Message):
        """The operator went on to something else."""

    def __init__(self, name: str, variable: Variable, given: object = None) -> None:
        super().__init__(classes="field")
        self.variable_name = name
        self.variable = variable
        self.touched = False
        self._problem = Static(classes="field-problem", markup=False)
        self._given = "" if given is None else text_of(given)

    # Putting it together

    def compose(self) -> ComposeResult:
        yield Static(self._label(), classes="field-label", markup=False)
        yield from self._control()
        yield self._problem

    def on_mount(self) -> None:
        self._problem.display = False
        self._show_word()

    def _label(self) -> Content:
        variable = self.variable
        parts: list[Content | tuple[str, str]] = [(safe_text(self.variable_name), "bold")]
        if variable.needed:
            parts.append((" *", "$text-warning"))
        if variable.description:
            parts.append((f"  {safe_text(variable.description)}", "$text-muted"))
        return Content.assemble(*parts)

    def _control(self) -> ComposeResult:
        variable = self.variable
        literal = literal_default(variable)
        value = self._given or (literal or "")
        if variable.type == "enum":
            yield from self._chooser(
                [(c.label or c.value, c.value) for c in variable.options], value
            )
        elif variable.type == "boolean" and (variable.needed or literal is not None):
            with Horizontal(classes="field-switch"):
                yield Switch(value.strip().casefold() in ("true", "yes", "on"))
                yield Static(classes="field-word", markup=False)
        elif variable.type == "boolean":
            yield from self._chooser([("yes", "true"), ("no", "false")], value)
        elif variable.type == "text":
            yield Paragraph(value)
        else:
            yield LineInput(
                "" if variable.is_secret else self._given,
                placeholder=self._placeholder(),
                password=variable.is_secret,
                compact=True,
            )

    def _chooser(self, choices: Choices, value: str) -> ComposeResult:
        if not self.variable.needed and literal_default(self.variable) is None:
            choices = [(self._placeholder() or "none", None), *choices]
        labels = [safe_text(label) for label, _ in choices]
        self._choices = [value for _, value in choices]
        if len(choices) > FEW_CHOICES + 1:
            yield Select(
                [(Content(label), at) for at, label in enumerate(labels)],
                value=self._choices.index(value) if value in self._choices else Select.NULL,
                prompt="Choose",
                compact=True,
            )
            return
        together = sum(cell_len(label) + 6 for label in labels)
        with RadioSet(classes="-row" if together <= SIDE_BY_SIDE else "", compact=True):
            for label, choice in zip(labels, self._choices, strict=True):
                yield Choice(Content(label), (choice or "") == value, compact=True)

    def _placeholder(self) -> str:
        """What becomes of the variable if nothing is given."""
        variable = self.variable
        if variable.from_ is not None:
            return f"from {safe_text(variable.from_)}"
        if variable.has_default and not variable.is_secret:
            return f"default: {safe_text(str(variable.default))}"
        if not variable.required:
            return "may be left out"
        return _HINTS.get(variable.type, "")

    # The value

    @property
    def control(self) -> Widget:
        """What has the focus while the value is given."""
        return self.query("LineInput, Paragraph, RadioSet, Select, Switch").first()

    @property
    def raw(self) -> str | None:
        match self.control:
            case Input() as line:
                return line.value or None
            case TextArea() as text:
                return text.text or None
            case Switch() as switch:
                return "true" if switch.value else "false"
            case RadioSet() as radio:
                return None if radio.pressed_index < 0 else self._choices[radio.pressed_index]
            case Select() as select:
                return None if select.is_blank() else self._choices[int(str(select.value))]
        return None

    def put(self, value: object) -> None:
        """Fill in a value; a choice that there is no more is left as it is."""
        text = text_of(value)
        match self.control:
            case Input() as line:
                line.value = text
            case TextArea() as area:
                area.text = safe_text(text, multiline=True)
            case Switch() as switch:
                switch.value = text == "true"
            case RadioSet() as radio if text in self._choices:
                list(radio.query(RadioButton))[self._choices.index(text)].value = True
            case Select() as select if text in self._choices:
                select.value = self._choices.index(text)

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the control; that the whole field comes into sight is seen to in any case."""
        self.control.focus(scroll_visible=False)
        return self

    # What is wrong with it

    def show_problem(self, problem: str, warning: str = "", *, always: bool = False) -> None:
        """Say what is wrong, or else doubtful, if the operator has been here or `always`; '' is nothing."""
        seen = self.touched or always
        told = Content()
        if seen and problem:
            told = Content.styled(f"✖ {safe_text(problem)}", "$text-error")
        elif seen and warning:
            told = Content.styled(f"▲ {safe_text(warning)}", "$text-warning")
        self._problem.display = bool(told)
        self._problem.update(told)
        self.set_class(bool(seen and problem), "-wrong")

    def on_descendant_focus(self) -> None:
        self.call_after_refresh(self._come_into_sight)

    async def _come_into_sight(self) -> None:
        """Textual scrolls to what has the focus; its label and what is wrong with it belong to it."""
        if isinstance(self.parent, Widget):
            await self.parent.stop_animation("scroll_y")
            self.scroll_visible(animate=False)

    def on_descendant_blur(self) -> None:
        self.touched = True
        self.post_message(self.Left())

    def _changed(self) -> None:
        self._show_word()
        self.post_message(self.Changed())

    def _show_word(self) -> None:
        for word in self.query(".field-word").results(Static):
            word.update("yes" if self.query_one(Switch).value else "no")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._changed()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._changed()

    def on_switch_changed(self, event: Switch.Changed) -> None:
        event.stop()
        self._changed()

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        event.stop()
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self._changed()


_HINTS = {
    "duration": "such as 30s, 5m or 1h30m",
    "url": "https://…",
    "integer": "a whole number",
    "number": "a number",
    "file": "a path",
}


def literal_default(variable: Variable) -> str | None:
    """The default as text, unless there is none or it has yet to be worked out from other variables."""
    if not variable.has_default or variable.from_ is not None:
        return None
    text = text_of(variable.default)
    return None if "{{" in text or "{%" in text else text


def text_of(value: object) -> str:
    """A value as one types it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
