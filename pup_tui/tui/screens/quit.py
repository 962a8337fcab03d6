"""Asks before the console is left while runs are under way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.choices import KeyButton, choice
from pup_tui.tui.dialogs.dialog import Dialog, Title
from pup_tui.tui.glyphs import status_content
from pup_tui.tui.keys import bound
from pup_tui.tui.runs import Runs
from pup_tui.tui.texts import counted

LOOK = 0.2
"""Seconds between two looks at how the runs stand."""

_LATER = "Leave them for later"
_CANCEL = "Cancel the runs and quit"


class QuitScreen(Dialog):
    """Asks whether to stay, or to quit when the runs have stopped: the answer is `quit`.

    They are left for later, where they are, or cancelled, with their cleanup. Without a run under way it asks
    because something is `typed` that would be lost.
    """

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": ("put_away", "Stay"),
            "later": ("leave_for_later", _LATER),
            "leave": ("go_to('cancel')", _CANCEL),
        }
    )

    def __init__(
        self,
        runs: Runs,
        operator: str,
        *,
        waiting: Callable[[], Collection[str]] = tuple,
        apart: Callable[[], Mapping[str, str]] = dict,
        typed: bool = False,
    ) -> None:
        """`waiting` tells the ids of the runs that wait for the operator, `apart` by the id what tells a run
        from the others of its runbook.
        """
        super().__init__("")
        self._apart = apart
        self._waiting = waiting
        self._typed_too = typed
        self._runs = runs
        self._operator = operator
        self._stopping: tuple[str, str] | None = None
        """What the runs do while they stop, and how."""
        self._had_runs = bool(runs.under_way)
        self._seen = self._look_at_runs()
        self._heading = self._asked()

    def _look_at_runs(self) -> list[tuple[str, str]]:
        """The runs that are under way: what each is called, and how it stands."""
        waiting, apart = self._waiting(), self._apart()
        return [
            (
                f"{live.program.id}  {apart.get(live.run, '')}".rstrip(),
                "waiting" if live.run in waiting else "running",
            )
            for live in self._runs.under_way
        ]

    def _asked(self) -> str:
        count = len(self._seen)
        if count:
            return f"{counted(count, 'run')} {'is' if count == 1 else 'are'} under way"
        return "What you typed would be lost" if self._typed_too else "No run is under way any more"

    def _names(self) -> Content:
        return Content("\n").join(
            Content.assemble(status_content(status), f"  {safe_text(called)}")
            for called, status in self._seen
        )

    def _told(self) -> str:
        told = (
            "Left for later, runs stop where they are, to be resumed from there. "
            "Cancelled, they skip what is still to come, but for cleanup steps."
        )
        over = "What was under way has ended." if self._had_runs else ""
        lost = "What stands in the form or dialog is in no run yet, and is forgotten."
        parts = (told if self._seen else over, lost if self._typed_too else "")
        return "\n".join(filter(None, parts))

    def compose_message(self) -> Iterable[Widget]:
        yield Static(self._names(), id="quit-runs", markup=False)

    def compose_fixed(self) -> Iterable[Widget]:
        yield Static(self._told(), id="quit-progress", markup=False)

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Stay", "stay", "back")
        if self._seen:
            yield choice(_LATER, "later", "later")
        told = _CANCEL if self._seen else "Quit"
        yield choice(told, "cancel", "leave", gone_to=True, variant="error")

    def on_mount(self) -> None:
        self.query_one("#stay").focus()
        self.set_interval(LOOK, self._look)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "later":
            self.action_leave_for_later()
        elif event.button.id != "cancel":
            self.action_put_away()
        elif self.takes_answer():
            self._cancel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "leave_for_later":
            return self._had_runs and not self._stopping
        return super().check_action(action, parameters)

    def action_leave_for_later(self) -> None:
        """Stop all runs where they are, to be resumed, and leave then; at once where all have ended."""
        if not self._stopping and self.takes_answer():
            self._runs.interrupt(f"left for later by {self._operator}")
            self.query_one("#cancel", Button).display = False
            self._stop("Stopping where they are", "processes end")

    def _cancel(self) -> None:
        """Cancel all runs: the first time their cleanup still runs, the second time it is left as well."""
        self._runs.cancel(self._operator, "the console was left")
        button = self.query_one("#cancel", KeyButton)
        if self._stopping:
            button.disabled = True
        button.say("Leave the cleanup as well")
        self._stop("Stopping", "processes end, cleanup runs")

    def _stop(self, what: str, how: str) -> None:
        """Wait until the runs have stopped, and say so."""
        self._stopping = (what, how)
        self.query("#later").set(display=False)
        self.query_one("#stay").focus()
        self.refresh_bindings()
        self._look()

    def _look(self) -> None:
        """Bring to the screen how the runs stand now; leave when they have stopped, where that is wanted."""
        if self._stopping is None:
            if (seen := self._look_at_runs()) != self._seen:
                self._seen = seen
                self._show_runs()
            return
        left = len(self._runs.under_way)
        if not left:
            self.give("quit")
            return
        what, how = self._stopping
        told = f"{what}: {counted(left, 'run')} still under way ({how})…"
        self.query_one("#quit-progress", Static).update(Content.styled(told, "$text-warning"))

    def _show_runs(self) -> None:
        self._heading = self._asked()
        self.query_one(Title).show(self._title_content())
        self.query_one("#quit-runs", Static).update(self._names())
        self.query_one("#quit-progress", Static).update(self._told())
        self._share_height()
        if self._seen:
            return
        self.query("#later").set(display=False)
        leave = self.query_one("#cancel", KeyButton)
        leave.say("Quit")
        if not self._typed_too:
            # Nothing can be lost any more.
            leave.focus()
