"""Asks what to do about a step that failed: try again, continue, or abort."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind, effect, shown_text
from pup_tui.tui.glyphs import TONES
from pup_tui.tui.run_progress import names_exit


class FailureScreen(Dialog):
    """What failed and what it said last. Nothing is decided unless a button is chosen and pressed."""

    def __init__(
        self,
        question: Question,
        *,
        exit_code: int | None = None,
        last_lines: Sequence[str] = (),
        attempt: int = 1,
        behind: ScrollBehind | None = None,
    ) -> None:
        """`last_lines` are the end of what this attempt printed, safe to show."""
        again = f" (attempt {attempt})" if attempt > 1 else ""
        super().__init__(f"Failed{again}: {question.title}", danger=question.danger, behind=behind)
        self._question = question
        self._exit_code = exit_code
        self._last_lines = last_lines

    def compose_message(self) -> Iterable[Widget]:
        reason = shown_text(self._question.message) or "It failed without saying why."
        yield Static(Content.styled(f"✖ {reason}", "$text-error"), markup=False)
        if self._exit_code is not None and not names_exit(reason, self._exit_code):
            yield Static(f"exit code {self._exit_code}", classes="dialog-muted", markup=False)
        if self._last_lines:
            yield Static("last lines of its output", classes="dialog-muted", markup=False)
            last = "\n".join(self._last_lines)
            yield Static(Content(last), classes="dialog-output", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("ran", self._question.upcoming)

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Look at the output"), id="later")
        yield self._run_again()
        yield Button(Content("Continue"), id="continue", variant="warning")
        yield Button(Content("Abort"), id="abort", variant="error")

    def _run_again(self) -> Button:
        again = "Run again: dangerous" if self._question.danger else "Run again"
        return Button(Content(again), id="retry", variant="error" if self._danger else "default")

    def on_mount(self) -> None:
        self.query_one("#later").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_put_away()
        elif event.button.id is not None:
            self.give(event.button.id)


class FailedStepScreen(FailureScreen):
    """What failed in a past run, and how that goes on from there: `retry`, `edit`, `variables` or `skip`."""

    KEYS = "esc back · tab next"

    def __init__(
        self,
        question: Question,
        *,
        place: tuple[int, int],
        decided: Sequence[str] = (),
        last_lines: Sequence[str] = (),
        editable: bool,
        has_variables: bool,
    ) -> None:
        """`place` is which of how many steps that failed this is, `decided` what stands of it already.

        `editable` tells that the step's text can be changed, `has_variables` that a variable can.
        """
        super().__init__(question, last_lines=last_lines)
        self._place = place
        self._decided = decided
        self._editable = editable
        self._has_variables = has_variables
        number, count = place
        if count > 1:
            self._heading = f"Failed ({number} of {count}): {question.title}"

    def compose_message(self) -> Iterable[Widget]:
        if self._place[1] > 1:
            yield Static(safe_text(self._question.step), classes="dialog-muted", markup=False)
        yield from super().compose_message()

    def compose_fixed(self) -> Iterable[Widget]:
        yield from super().compose_fixed()
        for told in self._decided:
            yield Static(Content.styled(f"✎ {safe_text(told)}", TONES["care"]), markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Back"), id="later")
        yield self._run_again()
        if self._editable:
            yield Button(Content("Edit its text"), id="edit")
        if self._has_variables:
            yield Button(Content("Change values"), id="variables")
        yield Button(Content("Skip…"), id="skip", variant="warning")
