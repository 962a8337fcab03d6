"""A run in its tab: its view, and above it what the run itself cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.aside import aside
from pup_tui.core.notices import AnyNotice
from pup_tui.journal.errors import JournalError
from pup_tui.journal.figures import UsualFigures
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.failed_before import failed_before
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.noting import note_past
from pup_tui.tui.output_wanted import PlayAgainWanted, ReportWanted
from pup_tui.tui.past import PastRun, breaking_off, known_values, usual_figures
from pup_tui.tui.told_apart import Begun
from pup_tui.tui.widgets.run_tabs import Tab
from pup_tui.tui.widgets.run_view import RunView

if TYPE_CHECKING:
    from pup_tui.drivers.following import FollowedRun
    from pup_tui.drivers.local import LocalRun
    from pup_tui.tui.following import Followed
    from pup_tui.tui.services import Services

ReadFigures: TypeAlias = Callable[[], UsualFigures]
"""Reads what past runs say of a runbook. Blocks; raises JournalError."""

REFUSAL_SECONDS = 20.0
"""How long it stands there why a key does nothing."""


def view_of_followed(run: FollowedRun, services: Services) -> RunView:
    """A view of a run that is only shown here: it is told what happens in it."""
    view = RunView(
        run.program,
        run.run,
        run.output_path,
        live=None,
        followed=run,
        operator=services.operator,
        note_past=partial(note_past, services, run.run),
    )
    run.watch(view)
    return view


class RunPage(Vertical):
    """One run, live or past."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "resume": "resume",
            "run_again": "run_again",
            "report": "report",
            "play_again": "play_again",
            "back": ("leave", "Runbooks"),
            "close_tab": "close",
        }
    )

    class Left(Message):
        """The operator wants to go back to the runbooks; the run goes on."""

    class ResumeWanted(Message):
        """The operator wants this run to go on."""

        def __init__(self, run: str) -> None:
            super().__init__()
            self.run = run

    class RunAgainWanted(Message):
        """The operator wants another run of this runbook, with the `values` that this one had."""

        def __init__(self, runbook: str, values: Mapping[str, object]) -> None:
            super().__init__()
            self.runbook = runbook
            self.values = values

    class Closed(Message):
        """The operator needs this tab no more."""

        def __init__(self, page: RunPage) -> None:
            super().__init__()
            self.page = page

    def __init__(
        self,
        view: RunView,
        live: LocalRun | None,
        page: str,
        followed: Followed | None = None,
        figures: ReadFigures | None = None,
    ) -> None:
        """`figures` reads what past runs say of the steps, where they are still to come."""
        super().__init__(id=page, classes="run-page")
        self.view = view
        self.live = live
        self._followed = followed
        self._figures = figures
        self._note = "" if followed is None else followed.note

    @classmethod
    def of_live(
        cls, live: LocalRun, services: Services, page: str, told: Iterable[AnyNotice] = ()
    ) -> RunPage:
        """A page for a run that is about to begin, or to go on after what it has `told`."""
        view = RunView(
            live.program,
            live.run,
            live.outputs.path,
            live=live,
            operator=services.operator,
            told=told,
            sources=lambda: services.sources().working_in(live.cwd),
            failed_before=partial(failed_before, services.state, live.run),
        )
        live.watch(view)
        figures = partial(usual_figures, services.state, live.program.id)
        return cls(view, live, page, figures=figures)

    @classmethod
    def of_past(cls, past: PastRun, services: Services, page: str) -> RunPage:
        """A page for a past run, as the journal tells it."""
        view = RunView(
            past.program,
            past.row.run,
            past.output_path,
            live=None,
            operator=services.operator,
            past=past.state,
            told=past.notices,
            note_past=partial(note_past, services, past.row.run),
        )
        return cls(view, None, page)

    @classmethod
    def of_followed(cls, followed: Followed, services: Services, page: str) -> RunPage:
        """A page for a run that another process drives: it goes on here as it does there."""
        return cls(view_of_followed(followed.run, services), None, page, followed)

    def compose(self) -> ComposeResult:
        yield Static(classes="run-note", markup=False)
        yield self.view

    def on_mount(self) -> None:
        self._show_note()
        if self._followed is not None:
            self._follow(self._followed)
        if self._figures is not None:
            self._tell_figures(self._figures)

    @work(group="figures", exit_on_error=False)
    async def _tell_figures(self, read: ReadFigures) -> None:
        """Show beside the steps what past runs say of them; where that cannot be read, nothing."""
        with suppress(JournalError):
            self.view.tell_figures(await aside(read))

    @work(group="follow", exit_on_error=False)
    async def _follow(self, followed: Followed) -> None:
        """Show what the other process records, until the run is over or the page is closed."""
        notices, told = await followed.follow()
        for notice in notices:
            self.view.notice(notice)
        if notices:
            told = f"{told} {with_keys(self.app, '{resume} resumes the run.')}"
        if told:
            self._add_note(told)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.view.focus(scroll_visible)
        return self

    @property
    def over(self) -> bool:
        """Whether nothing of it can change any more."""
        return (self.live is None and self._followed is None) or self.view.progress.over

    @property
    def is_replay(self) -> bool:
        """Whether it shows a run as it went, and not as it is."""
        return False

    @property
    def runbook(self) -> str:
        """The id of its runbook."""
        return self.view.program.id

    @property
    def begun(self) -> Begun:
        """What tells it from other runs of its runbook."""
        started = self.view.progress.started
        if started is None:
            return Begun(self.view.run, "", {})
        return Begun(self.view.run, started.ts, known_values(started.vars))

    def tab(self, apart: str) -> Tab:
        """Its tab, with what tells it `apart` from other tabs."""
        waits = self.view.progress.over and self.view.waiting
        return Tab(self.id or "", self.runbook, self.view.status, apart, waits)

    def on_run_view_trouble(self, message: RunView.Trouble) -> None:
        message.stop()
        self._add_note(f"{message.told[:1].upper()}{message.told[1:]}.")

    def fail(self, why: str) -> None:
        """The run was stopped by something outside of it: say so, and show it as over."""
        if self.live is not None and not self.view.progress.over:
            for notice in breaking_off(self.live, why):
                self.view.notice(notice)
        self._add_note(why)

    def _add_note(self, told: str) -> None:
        self._note = f"{self._note}\n{told}".lstrip()
        if self.is_mounted:
            self._show_note()

    def _show_note(self) -> None:
        note = self.query_one(".run-note", Static)
        note.display = bool(self._note)
        note.update(Content("\n".join(map(safe_text, self._note.splitlines()))))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run_again":
            return self.over and self.view.progress.started is not None
        if action == "play_again":
            return self.over and self.view.progress.started is not None
        if action == "resume":
            return self.over and self.view.progress.status != "succeeded"
        return True

    def action_resume(self) -> None:
        self.post_message(self.ResumeWanted(self.view.run))

    def action_report(self) -> None:
        self.post_message(ReportWanted(self.view.run, self.runbook))

    def action_play_again(self) -> None:
        self.post_message(PlayAgainWanted(self.view.run))

    def action_run_again(self) -> None:
        started = self.view.progress.started
        if started is not None:
            self.post_message(self.RunAgainWanted(self.runbook, known_values(started.vars)))

    def action_cancel_run(self) -> None:
        if self.over:
            told = with_keys(self.app, "This run is over. {quit} leaves pup-tui.")
            self.notify(told, markup=False, timeout=3)
        elif self.live is None:
            told = "This run is another program's: it is cancelled there."
            self.notify(told, severity="warning", markup=False, timeout=REFUSAL_SECONDS)
        else:
            self.view.action_cancel_run()

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_close(self) -> None:
        if self.over or self.live is None:
            self.post_message(self.Closed(self))
        else:
            told = with_keys(self.app, "The run is still under way: {interrupt} cancels it.")
            self.notify(told, severity="warning", markup=False)
