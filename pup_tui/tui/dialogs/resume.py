"""Shows where a run stands before it goes on, and asks for the secrets that its record does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.core.standing import Standing
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import Dialog
from pup_tui.tui.dialogs.input import InputScreen
from pup_tui.tui.glyphs import TONES, status_content
from pup_tui.tui.past import PastRun
from pup_tui.tui.texts import counted, moment


class ResumeScreen(Dialog):
    """What is done, what nobody knows, what is done once more. *Back* has the focus.

    The answer is `yes`, `edit` for another text of what failed, or `current` for the file as it is now.
    """

    KEYS = "esc back · tab next"

    def __init__(
        self, past: PastRun, standing: Standing, *, changed: bool, unseen: bool, editable: bool
    ) -> None:
        """`changed` tells that the runbook's file is another one by now, `unseen` that nothing here can tell
        what the run has left running, `editable` that the text of something that failed can be changed.
        """
        super().__init__(f"Resume {past.row.runbook}?")
        self._past = past
        self._standing = standing
        self._changed = changed
        self._unseen = unseen
        self._editable = editable

    def compose_message(self) -> Iterable[Widget]:
        row, standing = self._past.row, self._standing
        began = f"begun {moment(row.started_at)} by {safe_text(row.operator)}"
        yield Static(Content.styled(began, TONES["calm"]), markup=False)
        why = f": {safe_text(row.why)}" if row.why else ""
        yield Static(status_content(row.status) + Content(why), markup=False)
        yield Static("", markup=False)
        done = f"✔ {counted(len(standing.finished), 'step')} done: not done again"
        yield Static(Content.styled(done, TONES["good"]), markup=False)
        undone = [step for step in standing.undone if step not in standing.half_undone]
        for told, steps in (
            ("✖ failed: runs again", tuple(standing.failed)),
            ("… began and did not finish: you are asked what became of it", standing.unknown),
            ("↻ taken back: runs again, with all behind it", undone),
            ("… was being taken back: runs again; look whether it was", standing.half_undone),
            ("↻ ran for the failure or at the end: runs again where it is due", standing.repeated),
            ("↻ captured a secret, and may run again for it", standing.again),
        ):
            yield from self._steps(told, steps)
        if self._changed:
            yield self._warning("Its file has changed since: what runs is the text in the record.")
        if self._unseen:
            where = safe_text(row.host)
            yield self._warning(f"What it may have left running on {where} is not seen from here.")

    def _warning(self, told: str) -> Widget:
        return Static(Content.styled(f"▲ {told}", TONES["care"]), markup=False)

    def _steps(self, told: str, steps: Sequence[str]) -> Iterator[Widget]:
        if not steps:
            return
        yield Static(Content.styled(told, TONES["care"]), markup=False)
        for step in steps:
            name = safe_text(self._past.program.node(step).step.name)
            line = Content.assemble(f"    {name}  ", (safe_text(step), "dim"))
            yield Static(line, markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Back"), id="back")
        yield Button(Content("Resume"), id="yes", variant="primary")
        if self._editable:
            yield Button(Content("Edit what failed"), id="edit")
        if self._changed:
            yield Button(Content("With the file as it is"), id="current")

    def on_mount(self) -> None:
        self.query_one("#back").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id in ("yes", "edit", "current"):
            self.give(event.button.id)
        else:
            self.action_put_away()


class SecretsScreen(InputScreen):
    """A field for each secret; the answer has the values of those that were given."""

    KEYS = "^r go on · enter next field · esc back · tab next"

    def compose_buttons(self) -> Iterable[Widget]:
        yield Button(Content("Back"), id="later")
        yield Button(Content("Go on  ^r"), id="yes", variant="primary", disabled=True)
