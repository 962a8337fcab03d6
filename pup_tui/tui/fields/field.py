"""One field of a form: a variable, the control that fits it, and what is wrong with its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, RadioSet, Select, Static, Switch, TextArea

from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.fields.controls import (
    CHOOSE,
    FEW_CHOICES,
    Control,
    FewChoices,
    LineControl,
    ManyChoices,
    OfferedOptions,
    Paragraph,
    YesNo,
    chooser,
)
from pup_tui.tui.fields.in_sight import bring_cursor_into_sight
from pup_tui.tui.fields.list_controls import ItemLines, SeveralChoices

if TYPE_CHECKING:
    from pup_tui.runbook.parts import Choice, Variable

LateChoices = ManyChoices | SeveralChoices
"""Controls that can be offered other choices."""

LOADING = "loading the choices…"


class Field(Vertical):
    """A variable with its control. `raw` is what was typed or chosen, None where nothing was.

    A control that shows its default as the value chosen follows that default until the operator chooses.
    """

    class Changed(Message):
        """The value has changed."""

    class Left(Message):
        """The operator went on to something else."""

    def __init__(self, name: str, variable: Variable, given: object = None) -> None:
        super().__init__(classes="field")
        self.variable_name = name
        self.variable = variable
        self.touched = False
        self._problem = Static(classes="field-problem", markup=False)
        self._note = Static(classes="field-note", markup=False)
        self._edited = given is not None
        self._wanted = "" if given is None else as_typed(given)
        self._followed: str | None = None
        self._told = self._hinted = self._place = ""
        if given is None and self._follows_default:
            self._followed = self._wanted = literal_default(variable) or ""
        self._control = self._make_control()

    # Putting it together

    def compose(self) -> ComposeResult:
        yield Static(self._label(), classes="field-label", markup=False)
        yield self._control
        yield self._note
        yield self._problem

    def on_mount(self) -> None:
        self._tell("")

    def _label(self) -> Content:
        variable = self.variable
        parts: list[Content | tuple[str, str]] = [(safe_text(self.variable_name), "bold")]
        if variable.needed:
            parts.append((" *", "$text-warning"))
        if variable.description:
            parts.append((f"  {safe_text(variable.description)}", "$text-muted"))
        if variable.is_list and len(variable.options) > FEW_CHOICES:
            parts.append(("  · letters find", "$text-muted"))
        return Content.assemble(*parts)

    def _make_control(self) -> Control:
        variable, text = self.variable, self._wanted
        if variable.choices_from is not None:
            return self._empty_chooser(LOADING)
        if variable.is_list:
            return self._several() if variable.choices else self._with_hint(ItemLines(text))
        if variable.type == "enum":
            return chooser(self._options(variable.options), text)
        if variable.type == "boolean":
            if self._origin() is not None:
                return chooser([*self._none(), ("yes", "true"), ("no", "false")], text)
            return YesNo(text)
        is_long = variable.type in ("text", "json")
        return self._with_hint(Paragraph(text)) if is_long else self._line()

    def _empty_chooser(self, prompt: str = "") -> LateChoices:
        """What choices will be offered in, saying in its place why there are none yet."""
        if not self.variable.is_list:
            return ManyChoices((), "", prompt=prompt)
        return SeveralChoices((), "", prompt=prompt, none_counts=self._follows_default)

    def _several(self) -> Control:
        options = [(choice.label or choice.value, choice.value) for choice in self.variable.options]
        return SeveralChoices(options, self._wanted, none_counts=self._follows_default)

    def _line(self) -> Control:
        if self.variable.is_list:
            return self._with_hint(ItemLines(self._wanted))
        secret = self.variable.is_secret
        return self._with_hint(LineControl("" if secret else self._wanted, secret=secret))

    def _with_hint(self, control: Control) -> Control:
        self._hinted = self._usual_hint()
        control.hint(self._hinted)
        return control

    def _options(self, choices: Sequence[Choice]) -> OfferedOptions:
        return self._none() + [(choice.label or choice.value, choice.value) for choice in choices]

    def _none(self) -> list[tuple[str, str | None]]:
        """The choice to give nothing, where that can be."""
        origin = self._origin()
        return [] if origin is None or self._follows_default else [(origin, None)]

    def _origin(self) -> str | None:
        """What becomes of the variable if nothing is given; None where something must be."""
        variable = self.variable
        if variable.places:
            return f"from {safe_text(variable.places_in_words)}"
        if variable.has_default:
            return None if self._follows_default else _default_words(variable)
        return None if variable.required else "may be left out"

    @property
    def _follows_default(self) -> bool:
        """Whether the control shows a default by being where the default says."""
        variable = self.variable
        chosen = variable.type == "boolean" or variable.choices or variable.choices_from
        return bool(chosen) and variable.has_default and not variable.places

    # The value

    @property
    def control(self) -> Widget:
        """The widget that has the focus while the value is given."""
        return self._control.entry

    @property
    def raw(self) -> str | None:
        if self._follows_default and not self._edited:
            return None
        return self._control.raw

    def put(self, value: object) -> None:
        """Fill in a value; a choice that there is no more is left as it is."""
        self._wanted = as_typed(value)
        self._edited = True
        self._control.put(self._wanted)

    def show_default(self, text: str | None, *, origin: str, secret: bool) -> None:
        """Show what the variable gets if nothing is given: a `default` by its text, else whence it comes."""
        if self._follows_default:
            if text is not None and not self._edited and text != self._followed:
                self._followed = self._wanted = text
                self._control.put(text)
        elif origin == "profile" and text is not None:
            told = "from the profile" if secret else f"from the profile: {safe_text(text)}"
            self._hint(told)
            if isinstance(self._control, FewChoices | LateChoices) and not self._edited:
                self._tell(told, "$text-muted")
        elif origin == "default" and text is not None:
            self._hint("the default" if secret else f"default: {safe_text(text)}")
        else:
            self._hint(self._usual_hint())

    def _hint(self, words: str) -> None:
        if words != self._hinted:
            self._hinted = words
            self._control.hint(words)

    def _usual_hint(self) -> str:
        return self._origin() or _HINTS.get(self.variable.type, "")

    def focus(self, scroll_visible: bool = True) -> Self:
        """Focus the control; that the whole field comes into sight is seen to in any case."""
        self.control.focus(scroll_visible=False)
        return self

    # Choices that a command gives

    def say_loading(self) -> None:
        """Its choices are on their way; those that it has stay until then."""
        if isinstance(self._control, LateChoices) and self._control.raw is None:
            self._control.prompt = LOADING
            self._tell("")
        else:
            self._tell(f"… {LOADING}", "$text-muted")

    async def wait_for(self, names: Sequence[str]) -> None:
        """Offer no choices yet, and say which values they follow from."""
        control = await self._as_choices()
        self._remember()
        control.offer((), f"the choices follow from {safe_text(', '.join(names))}")
        self._tell("")

    async def take_choices(self, choices: Sequence[Choice], problem: str) -> None:
        """Offer choices. With a `problem` they are those of the last time; without any, text is typed."""
        self._remember()
        if not choices and problem:
            await self._as_text()
            self._tell(f"▲ {problem}; type the value", "$text-warning")
            return
        control = await self._as_choices()
        control.offer(self._options(choices), CHOOSE)
        told = f"▲ {problem}; these are the ones of the last time" if problem else ""
        control.put(self._wanted)
        missing = set(self._wanted_values()).difference(choice.value for choice in choices)
        if missing and not told:
            told = f"▲ {', '.join(sorted(missing))} is not among the choices"
        self._tell(told, "$text-warning")

    def _wanted_values(self) -> list[str]:
        if self.variable.is_list:
            from pup_tui.catalog.inputs import items_in

            return items_in(self._wanted)
        return [self._wanted] if self._wanted else []

    def _remember(self) -> None:
        """Keep what was chosen or typed over another control."""
        if self._edited and self._control.raw is not None:
            self._wanted = self._control.raw

    async def _as_choices(self) -> LateChoices:
        if not isinstance(self._control, LateChoices):
            await self._replace(self._empty_chooser())
        assert isinstance(self._control, LateChoices)
        return self._control

    async def _as_text(self) -> None:
        if isinstance(self._control, LateChoices):
            await self._replace(self._line())

    async def _replace(self, control: Control) -> None:
        had_focus = self._control.has_focus_within
        before, self._control = self._control, control
        # Both are on their way before either is waited for: whoever cancels this leaves one control.
        mounted, removed = self.mount(control, before=before), before.remove()
        await mounted
        await removed
        # The focus may also have been on its way to what is there no more; keys must go somewhere.
        if had_focus or self.screen.focused is None:
            control.entry.focus(scroll_visible=False)

    def _tell(self, text: str, style: str = "") -> None:
        origin = self._origin()
        if not text and origin is not None and isinstance(self._control, SeveralChoices):
            text, style = f"none chosen: {origin}", "$text-muted"
        self._note.display = bool(text)
        self._note.update(Content.styled(safe_text(text), style))

    def show_place(self, place: str) -> None:
        """Say that its value is the alert's, and where it stood there; blank where it is another one."""
        told = f"from the alert: {place}" if place else ""
        if told != self._place:
            self._place = told
            self._tell(told, "$text-muted")

    # What is wrong with it

    def show_problem(self, problem: str, warning: str = "", *, always: bool = False) -> None:
        """Say what is wrong, or else doubtful, if the operator has been here or `always`; '' is nothing."""
        seen = self.touched or always
        told = Content()
        if seen and problem:
            told = Content.styled(f"✖ {safe_text(problem)}", "$text-error")
        elif seen and warning:
            told = Content.styled(f"▲ {safe_text(warning)}", "$text-warning")
        # All fields are judged at every key: what stays as it is costs nothing.
        if told.markup != self._told:
            self._told = told.markup
            self._problem.update(told)
            self.set_class(bool(seen and problem), "-wrong")

    def on_descendant_focus(self) -> None:
        self.call_after_refresh(self._come_into_sight)

    async def _come_into_sight(self) -> None:
        """Textual scrolls to what has the focus; its label and what is wrong with it belong to it."""
        for holder in self.ancestors:
            if isinstance(holder, Widget) and holder.is_scrollable:
                await holder.stop_animation("scroll_y")
        self.scroll_visible(animate=False)
        bring_cursor_into_sight(self.screen.focused)

    @property
    def has_typed(self) -> bool:
        """Whether the operator gave another value than it was filled in with."""
        return self._edited and (self._control.raw or "") != self._wanted

    def on_descendant_blur(self) -> None:
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            # From a choice to what it opens: nothing is wrong with it yet.
            return
        self.touched = True
        self.post_message(self.Left())

    def _changed(self) -> None:
        raw = self._control.raw
        if raw is not None and raw != self._followed:
            self._edited = True
        elif raw is None:
            self._edited, self._followed = False, None
        self.post_message(self.Changed())

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

    def on_several_choices_changed(self, event: SeveralChoices.Changed) -> None:
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
    "list": "one item a line",
    "json": "as JSON",
}


def _default_words(variable: Variable) -> str:
    if variable.is_secret:
        return "the default"
    text = literal_default(variable)
    return (
        "default: follows from the values above" if text is None else f"default: {safe_text(text)}"
    )


def literal_default(variable: Variable) -> str | None:
    """The default as text, unless there is none or it has yet to be worked out from other variables."""
    if not variable.has_default or variable.places or variable.default_follows:
        return None
    return variable.default_in_words
