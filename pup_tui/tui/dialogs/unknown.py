"""Asks what became of an attempt that began before a run broke off, and did not finish."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from pup_tui.console_keys import ACTIONS
from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import KEYS_GO_TO, Dialog, ValuesAnswer, effect, shown_text
from pup_tui.tui.dialogs.failure import FURTHER
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import moment


class UnknownScreen(Dialog):
    """What the attempt would have done, when it began, and what it said last.

    To say that it was done takes what it would have captured for other steps.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {what: f"go_to('{what}')" for what in ("done", "retry", *FURTHER, "abort")}
    )

    KEYS = KEYS_GO_TO

    def __init__(
        self,
        question: Question,
        *,
        run: str = "",
        began: float | None = None,
        last_lines: Sequence[str] = (),
        typed: dict[str, str] | None = None,
        ways: Collection[str] = (),
    ) -> None:
        """`run` is that of the step, `began` is in seconds since 1970; `last_lines` are the end of the step's
        output, safe to show, which is left out where that stands above the dialog. Of what a failure leads to
        (`failure.WAYS`) `ways` are those that there are here too.
        """
        title = f"Was it done? {question.title}"
        super().__init__(title, danger=question.danger, typed=typed)
        self._question = question
        self._began = began
        self._last_lines = last_lines
        self._run = run
        self._further = [way for way in FURTHER if way in ways]

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(shown_text(self._question.message), markup=False)
        if self._began is not None:
            yield ReadText(
                f"The step began {moment(self._began)}.", classes="dialog-muted", markup=False
            )
        yield from self._printed()
        if self._question.captures:
            yield Static("", markup=False)
            yield ReadText("If it was done, other steps need what it captured:", markup=False)
        for name in self._question.captures:
            secret = name in self._question.secrets
            yield Horizontal(
                ReadText(safe_text(name), classes="dialog-name", markup=False),
                Input(
                    self._typed.get(name, ""),
                    name=name,
                    password=secret,
                    compact=True,
                    select_on_focus=False,
                ),
                classes="dialog-row",
            )

    def _printed(self) -> Iterable[Widget]:
        if not self._last_lines:
            yield ReadText("It had printed nothing.", classes="dialog-muted", markup=False)
        elif not self._is_output_above():
            yield ReadText("last lines of its output", classes="dialog-muted", markup=False)
            last = "\n".join(self._last_lines)
            yield ReadText(Content(last), classes="dialog-output", markup=False)

    def _is_output_above(self) -> bool:
        evidence = self._evidence
        step = self._question.step
        return evidence is not None and evidence.show_output(self._run, step, from_error=False)

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("began", self._question.upcoming)

    def compose_buttons(self) -> Iterable[Widget]:
        again = "Run again: danger" if self._danger else "Run again"
        yield choice("Put aside", "later", "back")
        yield choice(ACTIONS["done"].does, "done", "done", gone_to=True)
        yield choice(
            again, "retry", "retry", gone_to=True, variant="error" if self._danger else "default"
        )
        for way in self._further:
            yield choice(ACTIONS[way].does, way, way, gone_to=True)
        yield choice(ACTIONS["abort"].does, "abort", "abort", gone_to=True, variant="error")

    def on_mount(self) -> None:
        self.focus_on("#later")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "go_to":
            return bool(self.query(f"#{parameters[0]}"))
        return super().check_action(action, parameters)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._is_wanting():
            self.query_one("#done").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id == "done":
            if not self._is_wanting():
                done = ValuesAnswer("done", values=self._captures(), secrets=self._question.secrets)
                self.answer_with(done)
        elif event.button.id is not None:
            self.give(event.button.id)

    @property
    def _fields(self) -> list[Input]:
        return list(self.query(".dialog-row Input").results(Input))

    def _is_wanting(self) -> bool:
        """Whether a field is empty: then go to the first one, and say that it is wanted."""
        empty = next((field for field in self._fields if not field.value.strip()), None)
        told = "" if empty is None else f"It was done, so what was {empty.name}?"
        self.want(told, empty)
        return empty is not None

    def kept(self) -> Mapping[str, str]:
        return {
            name: v for name, v in self._captures().items() if name not in self._question.secrets
        }

    def _captures(self) -> dict[str, str]:
        return {field.name or "": field.value.strip() for field in self._fields}
