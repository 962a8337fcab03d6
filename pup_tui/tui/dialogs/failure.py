"""What failed, and every way on from there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.console_keys import ACTIONS
from pup_tui.core.actions import Question
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import LEAST_EFFECT_SHORT, Dialog, effect, shown_text
from pup_tui.tui.glyphs import TONES
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.last_lines import LAST_LINES, NOTHING_PRINTED, LastLines
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.run_progress import names_exit
from pup_tui.tui.texts import counted

WAYS = ("retry", "only_failed", "edit", "variables", "skip", "continue", "undo", "later", "abort")
"""What can become of a step that failed, as the answers and the actions for them are called."""

FURTHER = ("edit", "variables", "skip", "undo")
"""Answers that need something more, which is asked for first."""


@dataclass(frozen=True)
class FailureFacts:
    """What is known of a failure beside the step and its reason.

    `last` is the end of what its last attempt printed; `attempt` is which attempt it was, in all
    legs of the run and with automatic ones. `before` finds how often it failed in other runs.
    `undoable` is how many steps can be taken back if the run ends here. `place` is which of how many failed
    steps this is, `decided` what stands of it already. `run` is the run that it failed in,
    `items` what failed of all items of a foreach, in words, where only that can run again.
    """

    run: str = ""

    exit_code: int | None = None
    last: LastLines = NOTHING_PRINTED
    attempt: int = 1
    before: Callable[[], Awaitable[str]] | None = None
    looks_only: bool = False
    undoable: int = 0
    place: tuple[int, int] = (1, 1)
    decided: Sequence[str] = ()
    items: str = ""


NOTHING_KNOWN = FailureFacts()


class FailureScreen(Dialog):
    """What failed and what it said last, or only the former where its output is on the screen above it.

    The answer is one of `ways`. None of them has the focus.
    """

    AUTO_FOCUS = ""
    KEYS = "{search} search"
    OUTPUT_FIRST = True
    MOST = 0.7
    LEAST_EFFECT = LEAST_EFFECT_SHORT
    MOST_BELOW_OUTPUT = 0.38
    """The share of a window's lines where the output stands above: the room is for that."""
    BINDINGS: ClassVar[list[BindingType]] = bound({way: f"way('{way}')" for way in WAYS})

    def __init__(
        self,
        question: Question,
        facts: FailureFacts,
        *,
        ways: Collection[str],
        back: str = "Put aside",
    ) -> None:
        """`back` is what it is called to leave the dialog without an answer."""
        number, count = facts.place
        of = f" ({number} of {count})" if count > 1 else ""
        of += f" (attempt {facts.attempt})" if facts.attempt > 1 else ""
        super().__init__(f"✖ Failed{of}: {question.title}", danger=question.danger)
        self._question = question
        self._facts = facts
        self._ways = [way for way in WAYS if way in ways]
        self._back = back
        self._output_above = False

    def compose(self) -> ComposeResult:
        facts, evidence = self._facts, self._evidence
        if evidence is not None:
            shown = evidence.show_output(facts.run, self._question.step, from_error=True)
            self._output_above = shown and bool(facts.last.texts)
        if self._output_above:
            self.MOST = self.MOST_BELOW_OUTPUT
        yield from super().compose()

    @property
    def _most_lines(self) -> int:
        """Where the output above is short, the dialog has the room that it leaves."""
        unused = LAST_LINES - len(self._facts.last.texts) if self._output_above else 0
        return min(self.size.height, super()._most_lines + max(0, unused))

    def compose_message(self) -> Iterable[Widget]:
        facts, question = self._facts, self._question
        reason = shown_text(question.message) or "It failed without saying why."
        yield ReadText(Content.styled(f"✖ {reason}", "$text-error"), markup=False)
        if facts.exit_code is not None and not names_exit(reason, facts.exit_code):
            yield ReadText(f"exit code {facts.exit_code}", classes="dialog-muted", markup=False)
        yield ReadText(
            Content(self._told("")), id="failure-facts", classes="dialog-muted", markup=False
        )
        if facts.items:
            told = f"failed of all items: {safe_text(facts.items)}"
            yield ReadText(told, classes="dialog-muted", markup=False)
        for decided in facts.decided:
            yield ReadText(Content.styled(f"✎ {safe_text(decided)}", TONES["care"]), markup=False)
        if facts.last.texts and not self._output_above:
            yield ReadText("the end of its output", classes="dialog-muted", markup=False)
            yield ReadText(_marked(facts.last), classes="dialog-output", markup=False)

    def on_mount(self) -> None:
        if self._facts.before is not None:
            self.run_worker(self._tell_before(self._facts.before))

    async def _tell_before(self, before: Callable[[], Awaitable[str]]) -> None:
        told = Content(self._told(await before()))
        self.query_one("#failure-facts", Static).update(told)

    def _told(self, before: str) -> str:
        facts = self._facts
        undoable = f"{counted(facts.undoable, 'step')} can be undone" if facts.undoable else ""
        changed = "it changes nothing" if facts.looks_only else ""
        return " · ".join(filter(None, (before, changed, undoable)))

    def compose_fixed(self) -> Iterable[Widget]:
        if self._question.upcoming:
            yield effect("ran", self._question.upcoming)

    def compose_buttons(self) -> Iterable[Widget]:
        for way in self._ways:
            label = ACTIONS[way].does
            dangerous = way == "retry" and self._danger
            label += ": dangerous" if dangerous else ""
            leaves = way == "abort" and "undo" in self._ways
            label += ", undo nothing" if leaves else ""
            label += f" {self._facts.undoable}…" if way == "undo" else ""
            variant = "error" if dangerous else "default"
            yield choice(label, way, way, careful=dangerous or leaves, variant=variant)
        yield choice(self._back, "back", "back")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "way":
            return parameters[0] in self._ways
        return super().check_action(action, parameters)

    def action_way(self, way: str) -> None:
        """Answer; a dangerous step runs again, and what can be undone is left as it is, by two keys only."""
        self.choose(way)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id in self._ways:
            self.give(event.button.id)
        else:
            self.action_put_away()


def _marked(last: LastLines) -> Content:
    """The lines, the first error among them marked."""
    return Content("\n").join(
        Content.styled(f"▶ {line}", "bold $text-error")
        if at == last.error
        else Content(f"  {line}")
        for at, line in enumerate(last.texts)
    )
