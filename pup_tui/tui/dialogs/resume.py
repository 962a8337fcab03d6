"""Shows where a run stands before it goes on, and asks for values of its variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.core.notices import ItemAgain, told_items
from pup_tui.core.program import Program
from pup_tui.core.standing import Standing
from pup_tui.journal.records import RunRow
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.dialogs.difference import told_difference
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.glyphs import TONES, status_content
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import counted, moment

if TYPE_CHECKING:
    from pup_tui.recorded_text import TextToday
    from pup_tui.tui.decided import GoingOn


class ResumeScreen(Dialog):
    """What is done, what nobody knows, what is done once more. *Back* has the focus.

    The answer is `yes`, `change` where something else is to become of what failed, `undo`, or the text to go
    on with: `current` for that of the file today, `recorded`.
    """

    MOST = 0.85
    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "go_on": ("resume", "Resume"),
            "what_failed": "what_failed",
            "undo": "undo",
        }
    )

    def __init__(
        self,
        row: RunRow,
        program: Program,
        standing: Standing,
        items: Sequence[ItemAgain],
        *,
        today: TextToday | None,
        going: GoingOn,
        unseen: bool,
        undoable: int = 0,
    ) -> None:
        """`program` is what the run goes on with, and `standing` where it stands in that. `items` are those
        of a foreach that failed, `today` is the text
        of the runbook's file where that is another one by now, `going` what was decided so far.
        `unseen` tells that nothing here can tell what the run has left running, `undoable` how many steps
        can be taken back in place of that.
        """
        super().__init__(f"Resume {row.runbook}?")
        self._row = row
        self._program = program
        self._standing = standing
        self._items = items
        self._today = today
        self._going = going
        self._with_current = going.current is not None
        self._unseen = unseen
        self._undoable = undoable

    def compose_message(self) -> Iterable[Widget]:
        row, standing = self._row, self._standing
        began = f"begun {moment(row.started_at)} by {safe_text(row.operator)}"
        yield ReadText(Content.styled(began, TONES["calm"]), markup=False)
        why = f": {safe_text(row.why)}" if row.why else ""
        yield Static(status_content(row.status) + Content(why), markup=False)
        yield Static("", markup=False)
        if standing.finished:
            done = f"✔ {counted(len(standing.finished), 'step')} done: not done again"
            yield ReadText(Content.styled(done, TONES["good"]), markup=False)
        repeated = [step for step in standing.repeated if step not in standing.half_repeated]
        for told, steps in (
            ("✖ failed: runs again", tuple(standing.failed)),
            ("… began and did not finish: you are asked what became of it", standing.unknown),
            ("… began, and what it started goes on: it is waited for", standing.followed),
            ("↻ was about to begin, and did not: runs", standing.never_begun),
            ("↻ taken back: runs again", standing.undone),
            ("↻ behind what was taken back: runs again", standing.behind),
            ("… its undo did not finish: you are asked if it was taken back", standing.half_undone),
            ("… behind that: runs again if it was taken back", standing.half_behind),
            ("↻ ran for the failure or at the end: runs again where it is due", repeated),
            (
                "… was running for the failure or at the end: runs again where it is due",
                standing.half_repeated,
            ),
            ("↻ captured a secret, and may run again for it", standing.again),
            ("· still to come", standing.to_come),
        ):
            yield from self._steps(told, steps)
        yield from self._values()
        if self._going.only_failed:
            told = f"Of a foreach runs only what failed: {safe_text(told_items(self._items))}."
            yield self._warning(f"{told} What has not begun stays so.")
        if self._unseen:
            where = safe_text(row.host)
            yield self._warning(f"What it may have left running on {where} is not seen from here.")
        if self._today is not None:
            yield from self._difference(self._today)

    def _is_dangerous(self, step: str) -> bool:
        return self._program.node(step).step.danger

    @property
    def _runs_again(self) -> Iterator[str]:
        """The steps that run once more without anybody being asked, as far as nothing else was decided."""
        standing = self._standing
        again = (standing.failed, standing.never_begun, standing.undone, standing.behind)
        for steps in again:
            yield from (step for step in steps if step not in self._going.skipped)

    def _difference(self, today: TextToday) -> Iterator[Widget]:
        """What has become of the file, what runs, and how they differ."""
        if self._with_current and today.text is not None and today.text.not_there:
            named = safe_text(", ".join(today.text.not_there))
            why = "Taken back or cleaned up, and not in the file any more: does not run again"
            yield self._warning(f"{why}: {named}.")
        changed = "has changed since" if today.difference else "cannot be read any more"
        runs = "the file as it is now" if self._with_current else "the text in the record"
        yield self._warning(f"Its file {changed}: what runs is {runs}.")
        if today.why_not:
            yield self._warning(
                f"It cannot go on with the file as it is: {safe_text(today.why_not)}"
            )
        if today.difference:
            told = told_difference(today.difference)
            yield ReadText(told, classes="dialog-output", markup=False)

    def _warning(self, told: str) -> Widget:
        return ReadText(Content.styled(f"▲ {told}", TONES["care"]), markup=False)

    def _steps(self, told: str, steps: Sequence[str]) -> Iterator[Widget]:
        if not steps:
            return
        yield ReadText(Content.styled(told, TONES["care"]), markup=False)
        called = {each.step: each.called for each in self._items}
        for step in steps:
            name = safe_text(self._program.node(step).step.name)
            item = safe_text(called.get(step, ""))
            danger = ("DANGER ", "bold $text-error") if self._is_dangerous(step) else ""
            line = Content.assemble(danger, f"{name}  ", (safe_text(step), "dim"), f"  {item}")
            yield ReadText(line, classes="dialog-inner", markup=False)
            for decided in self._going.told(step):
                told_of = Content.styled(f"✎ {safe_text(decided)}", TONES["care"])
                yield ReadText(told_of, classes="dialog-inner", markup=False)

    def _values(self) -> Iterator[Widget]:
        """The variables that have another value from here on."""
        for name, value in self._going.changed.items():
            told = f"✎ from here on {name} = {as_typed(value)}"
            yield ReadText(Content.styled(safe_text(told), TONES["care"]), markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "back", "back")
        danger = any(self._is_dangerous(step) for step in self._runs_again)
        label = "Resume: dangerous" if danger else "Resume"
        variant = "error" if danger else "primary"
        yield choice(label, "yes", "go_on", careful=danger, variant=variant)
        if self._standing.failed:
            yield choice("What failed…", "change", "what_failed")
        if self._undoable:
            yield choice(f"Undo {self._undoable}…", "undo", "undo")
        if self._with_current:
            yield choice("With the recorded text", "recorded")
        elif self._today is not None and self._today.text is not None:
            yield choice("With the file as it is", "current")

    def on_mount(self) -> None:
        self.focus_on("#back")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "what_failed":
            return bool(self._standing.failed)
        if action == "undo":
            return bool(self._undoable)
        return super().check_action(action, parameters)

    def action_resume(self) -> None:
        self.choose("yes")

    def action_what_failed(self) -> None:
        self.choose("change")

    def action_undo(self) -> None:
        self.choose("undo")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id in ("yes", "change", "undo", "current", "recorded"):
            self.give(event.button.id)
        else:
            self.action_put_away()


class ResumeValuesScreen(InputScreen):
    """A field for each variable; the answer has the values of those that were given."""

    def unsent(self) -> str:
        known = self._question.names
        changed = {n: v for n, v in self.kept().items() if v != as_typed(known.get(n, ""))}
        return "\n".join(f"{name}: {value}" for name, value in changed.items())

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Back", "later", "back")
        yield choice("Go on", "yes", "go_on", variant="primary", disabled=True)
