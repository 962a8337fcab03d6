"""The console's one screen: from runbooks to runs, and back to those of the past."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import BindingType
from textual.message import Message

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.faults import as_told
from pup_tui.tui.keys import bound, with_keys
from pup_tui.tui.library import Described, describe
from pup_tui.tui.listing import Activity, Group
from pup_tui.tui.notes import take_back
from pup_tui.tui.runs import Runs
from pup_tui.tui.screens.alert_desk import LOOK_AT_INBOX, OF_ALERTS
from pup_tui.tui.screens.integration_screen import IntegrationScreen
from pup_tui.tui.starting import ERROR_SECONDS, Starter
from pup_tui.tui.texts import time_of_day
from pup_tui.tui.widgets.sidebar import Sidebar
from pup_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.core.notices import AnyNotice
    from pup_tui.core.program import Program
    from pup_tui.drivers.launcher import ApprovedRun
    from pup_tui.drivers.local import LocalRun
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.alerts import AboutAlert
    from pup_tui.tui.asked_runs import AskedRuns
    from pup_tui.tui.decided import GoingOn
    from pup_tui.tui.editing_runbooks import Edited
    from pup_tui.tui.output_wanted import PlayAgainWanted
    from pup_tui.tui.past_search import FoundPlace
    from pup_tui.tui.resuming import Resumer
    from pup_tui.tui.services import ReplayBegin, Services
    from pup_tui.tui.typed_ahead import Hold
    from pup_tui.tui.widgets.form import Form
    from pup_tui.tui.widgets.history import History
    from pup_tui.tui.widgets.overview import Overview
    from pup_tui.tui.widgets.plan import Planned, PlanView
    from pup_tui.tui.widgets.run_page import RunPage
    from pup_tui.tui.widgets.run_view import RunView

LOOK = 0.75
"""Seconds between two looks at the files of the catalog."""

LOOK_AT_RUNS = 5.0
"""Seconds between two looks at what other programs have recorded."""

LOOK_AT_WORKFLOWS = 600.0
"""Seconds between two looks at the Datadog Workflows of the account."""

OF_CATALOG = {
    *("run", "plan", "open", "history", "statistics", "integrations"),
    *("alert", "paste_alert", "put_alert_aside", "edit", "write_first", "new_runbook"),
    *("present_state", "trust"),
}
"""What is done where one stands on a runbook."""


class MainScreen(IntegrationScreen):
    """The console at work: finds runbooks, asks for their values, runs them, shows runs and past runs."""

    AUTO_FOCUS = "RunbookTree"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bound({"editor": ("write_first", "Write a first runbook")}),
        *bound({"editor": ("edit", "Edit the file")}, hinted=False),
        *bound(
            {
                "run": "run",
                "new_runbook": "new_runbook",
                "trust": "trust",
                "plan": "plan",
                "present_state": "present_state",
                "history": "history",
                "statistics": "statistics",
                "interrupted": "interrupted",
                "asked": "asked",
                "profile": "profile",
                "back": "leave_page",
            }
        ),
    ]

    class Ready(Message):
        """Where one begins is shown: keys have something to act on."""

    def __init__(self, services: Services, runs: Runs, hold_keys: Callable[[], Hold]) -> None:
        super().__init__(services, hold_keys)
        self._runs = runs
        self._starter = Starter(services)
        self._resumer: Resumer | None = None
        self._asked: AskedRuns | None = None
        self._turn = asyncio.Lock()
        self._edited: Edited | None = None
        """What was said last of a file that was edited, as long as that holds."""
        self.entry: Entry | None = None
        self._looking = False
        self._starting = False
        self._broken_off: list[RunView] = []
        """Runs that were broken off to go on in another way, and are to be resumed with that."""
        self._begins_at: Entry | None = None
        self._made: Path | None = None
        """The file of a new runbook that is not in the list yet."""
        self._about: tuple[Path, Mapping[str, Any]] | None = None
        """The file of the runbook that was opened from an alert, with that."""
        self._is_ready = False
        self._names_something = False
        """Whether the runbook that is selected names something at Datadog."""

    def on_mount(self) -> None:
        self.watch(self.app, "app_focus", self._focus_changed, init=False)
        self.call_after_refresh(self._begin_work)

    async def _begin_work(self) -> None:
        """All that the first frame does not wait for."""
        await self.pages.fill()
        self._show_activity()
        self._look()
        self._look_at_runs()
        self.do("interrupted", self._tell_interrupted)
        if (wanted := self._services.replay) is not None:
            self.open_page(self._open_replay, wanted.run, wanted.speed, wanted.begin)
        self._look_at_workflows()
        self.set_interval(LOOK, self._look)
        self.set_interval(LOOK_AT_INBOX, self.look_at_inbox)
        self.set_interval(LOOK_AT_RUNS, self._look_at_runs)
        self.set_interval(LOOK_AT_WORKFLOWS, self._look_at_workflows)

    async def _tell_interrupted(self) -> None:
        """Say once that runs were interrupted; older ones are in the history all the same."""
        found = await self._starter.interrupted_runs()
        if found:
            from pup_tui.tui.widgets.interrupted_banner import InterruptedBanner

            await self.mount(InterruptedBanner(found), after=self.query_one(TitleBar))
            self.refresh_bindings()

    async def _take_in_asked(self) -> None:
        """Tell of the runs that agents have asked for, each once by a sound, and for as long as they wait."""
        from pup_tui.tui.asked_runs import AskedRuns
        from pup_tui.tui.widgets.asked_banner import AskedBanner

        self._asked = self._asked or AskedRuns(self._services)
        new = await self._asked.look()
        waiting, banners = self._asked.waiting, self.query_children(AskedBanner)
        if not waiting:
            await banners.remove()
        elif banners:
            banners.first().show(waiting)
        elif new:
            await self.mount(AskedBanner(waiting), after=self.query_one(TitleBar))
        if new:
            self._ring(safe_text(f"{new[0].client_told} asks for a run of {new[0].runbook}"))
        self.refresh_bindings()

    @work(group="asked", exclusive=True, exit_on_error=False)
    async def action_asked(self) -> None:
        """Show what agents have asked for, and begin what the operator approves."""
        ready = None if self._asked is None else await self._asked.decide(self)
        self.do("asked-for", self._take_in_asked)
        if ready is not None and not self._starting:
            self._starting = True
            self._start(ready.loaded, ready.resolved, ready.approved)

    async def action_interrupted(self) -> None:
        """Show the runs that were interrupted, to resume them; they have been told of then."""
        await self.query_children("InterruptedBanner").remove()
        self.open_page(self._show_history, "interrupted")

    # The catalog

    @property
    def _has_none(self) -> bool:
        """Whether there are no runbooks at all."""
        return not (self.library.loading or self.library.entries)

    def _look(self) -> None:
        """Look for what has changed on disk, unless the last look is not over yet, and at the alert."""
        self.look_at_alerts()
        if not self._looking:
            self._looking = True
            self._take_in_catalog()

    @work(group="library", exit_on_error=False)
    async def _take_in_catalog(self) -> None:
        try:
            first, closed = self.library.loading, self.library.closed
            changed = await self.library.look()
            if self._edited is not None and not await aside(self._edited.holds):
                self._take_edited_back()
            if self.library.closed not in ("", closed):
                told = safe_text(self.library.closed, multiline=True)
                self.notify(told, severity="warning", markup=False, timeout=ERROR_SECONDS)
            if changed:
                library = self.library
                self._show_library()
                self.call_after_refresh(self.do, "judge", self._judge)
                # What speaks for a runbook is told by its files as well.
                self.call_after_refresh(self._look_at_runs)
                if not library.entries:
                    self._describe()
                    self.refresh_bindings()
                if first and (wanted := library.opened_at()) is not None:
                    self._begins_at = wanted
                    self.select(wanted)
                self._go_to_made()
                self._look_whether_ready()
                if first:
                    await self.tell_alert()
        finally:
            self._looking = False

    def _show_library(self) -> None:
        library = self.library
        self.sidebar.show(library.entries, library.problem, outside=library.outside)

    async def _judge(self) -> None:
        """Judge the files that were not judged before they were listed."""
        while not self.library.is_judged:
            await self.library.judge_some(self.sidebar.runbooks.nearest)
            self._show_library()

    def _look_whether_ready(self) -> None:
        """Say once that one stands on the runbook, or on the group, that the console begins with."""
        at = self._begins_at or self.entry
        stands = _same(at, self.entry) and (at or self.sidebar.runbooks.group)
        if not (self._is_ready or self.library.loading) and (stands or not self.library.entries):
            self._is_ready = True
            self.post_message(self.Ready())

    def _look_at_workflows(self) -> None:
        self.do("workflows", self._take_in_workflows)

    async def _take_in_workflows(self) -> None:
        """Say how old those are that are known, and fetch them: they are files, and shown as others are."""
        library = self.library
        await library.look_at_workflows()
        self.sidebar.show_about_workflows(library.about_workflows)
        before = library.about_workflows
        await library.fetch_workflows()
        told = library.about_workflows
        self.sidebar.show_about_workflows(told)
        if told != before:
            self._describe()
        if told not in ("", before):
            told = safe_text(f"Datadog workflows: {told}")
            self.notify(told, severity="warning", markup=False, timeout=ERROR_SECONDS)

    def _look_at_runs(self) -> None:
        self.do("journal", self._take_in_runs)
        self.do("asked-for", self._take_in_asked)

    async def _take_in_runs(self) -> None:
        before = self._last_run()
        await self.library.look_at_runs()
        if self._last_run() != before:
            self._describe()
        self._show_activity()
        if self.page == "history":
            (await self.pages.history()).take_in()

    def _last_run(self) -> RunRow | None:
        """The newest run of the runbook that is selected, as far as it is known."""
        return None if self.entry is None else self.library.last_runs.get(self.entry.id)

    def on_sidebar_highlighted(self, message: Sidebar.Highlighted) -> None:
        before, self.entry = self.entry, message.entry
        if not _same(before, message.entry):
            self.pages.overview.go_to_top()
            if self.sidebar.has_focus_within and self.page != "overview":
                self.show_page("overview", focus=False)
        if message.group is not None:
            self.do("describe", self._show_group, message.group)
        else:
            self._describe()
        if _runnable(before) != _runnable(message.entry):
            self.refresh_bindings()
        self._look_whether_ready()

    def _describe(self) -> None:
        self.do("describe", self._show_entry, self.entry)

    async def _show_entry(self, entry: Entry | None) -> None:
        overview = self.pages.overview
        if entry is None and self._has_none:
            from pup_tui.tui.editing_runbooks import first_text

            overview.show_first(first_text(), self._services.catalog.own_folder())
            return
        if entry is None:
            # Where the filter leaves none, that is said where it stands.
            chosen = self.library.loading or self.sidebar.filtered
            told = "" if chosen else "Choose a runbook on the left."
            overview.show_nothing(told)
            return
        about = self.library.about(entry)
        described = await aside(describe, self._services, entry, about)
        overview.show(described)
        if self._names_something != bool(described.names):
            self._names_something = bool(described.names)
            self.refresh_bindings()

    async def _show_group(self, group: Group) -> None:
        self.pages.overview.show_group(group)

    def select(self, entry: Entry) -> None:
        """Go to a runbook in the sidebar and show what it is."""
        self.sidebar.runbooks.go_to(entry.path)
        self.show_page("overview", focus=False)
        self.sidebar.runbooks.focus()

    @work(group="edit", exclusive=True, exit_on_error=False)
    async def action_edit(self) -> None:
        """Edit the selected runbook's file."""
        from pup_tui.tui.editing_runbooks import edit_runbook

        if self.entry is None:
            self.notify("Choose a runbook on the left, to edit its file.", markup=False)
        else:
            self._tell_edited(await edit_runbook(self.app, self.entry, self._services))

    @work(group="edit", exclusive=True, exit_on_error=False)
    async def action_write_first(self) -> None:
        """Write a first runbook, where there is none, and edit its file."""
        from pup_tui.tui.editing_runbooks import write_first

        self._tell_edited(await write_first(self.app, self._services))

    @work(group="edit", exclusive=True, exit_on_error=False)
    async def action_new_runbook(self) -> None:
        """Ask what a new runbook is to be, write it, and edit its file."""
        from pup_tui.tui.editing_runbooks import write_another

        entries = self.library.entries
        if (edited := await write_another(self.app, self._services, entries)) is not None:
            self._tell_edited(edited)

    @work(group="edit", exclusive=True, exit_on_error=False)
    async def action_trust(self) -> None:
        """Show what a runbook that others wrote does, or what has changed of it, and ask whether it, or all
        of its pack, is trusted.
        """
        from pup_tui.packs.errors import PackError

        entry, trusting = self.entry, self._starter.trusting
        if entry is None or trusting is None:
            return
        try:
            said = await trusting.trust(self, entry.id, entry.path)
        except PackError as error:
            told = f"It cannot be trusted: {safe_text(str(error))}"
            self.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return
        if said.is_trusted:
            self.notify(safe_text(f"{said.told} is trusted, as it is now."), markup=False)
            self._look()

    def _tell_edited(self, edited: Edited) -> None:
        self._take_edited_back()
        self._edited = edited
        seconds = None if edited.severity == "information" else ERROR_SECONDS
        self.notify(edited.text, severity=edited.severity, markup=False, timeout=seconds)
        self._made = edited.made
        self._look()
        self._go_to_made()

    def _go_to_made(self) -> None:
        """Stand on the runbook that was written, as soon as the list has it."""
        entries = (each for each in self.library.entries if each.path == self._made)
        if self._made is not None and (entry := next(entries, None)) is not None:
            self._made = None
            self.select(entry)

    def _take_edited_back(self) -> None:
        """What was said of a file that was edited is no longer so."""
        if self._edited is not None:
            take_back(self.app, self._edited.text)
            self._edited = None

    # From a runbook to a run

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in OF_CATALOG and not (self._in_catalog or self._is_beside(action)):
            return False
        if action in ("run", "plan", "open"):
            if self.sidebar.runbooks.group is not None or self._has_none:
                return False
            return True if _runnable(self.entry) else None
        if action == "tab":
            return bool(self.run_pages)
        if action == "go_to_waiting":
            return any(page.view.waiting for page in self.run_pages.values())
        if action in ("interrupted", "asked"):
            waiting = () if self._asked is None else self._asked.waiting
            return bool(waiting if action == "asked" else self.query_children("InterruptedBanner"))
        if action in OF_ALERTS:
            return self.is_about_alerts_now(action)
        if action in ("edit", "write_first"):
            return self._has_none == (action == "write_first")
        if action == "present_state":
            return self._names_something
        if action == "trust":
            return self._starter.trusting is not None and self._may_be_trusted(self.entry)
        if action == "leave_page":
            return self.page != "overview" and self.sidebar.has_focus_within
        return True

    def _may_be_trusted(self, entry: Entry | None) -> bool:
        """Whether a runbook is not trusted, or not as it is now; or alone, and its pack is not."""
        if entry is None or not entry.trusted or entry.changed:
            return entry is not None
        pack, is_of_pack, _ = entry.id.partition("/")
        return bool(is_of_pack) and pack not in self._services.catalog.named_packs

    def _is_beside(self, action: str) -> bool:
        """Whether an action leads from the history to the other page of past runs."""
        return action == "statistics" and self.page == "history"

    @property
    def _in_catalog(self) -> bool:
        """Whether one stands on a runbook: in the list, whatever page is beside it, or on what it is."""
        return self.page == "overview" or self.sidebar.has_focus_within

    async def action_leave_page(self) -> None:
        """Leave the page beside the list, as from within it."""
        if (page := self.pages.visible_content) is not None:
            await page.run_action("leave")

    @work(group="present", exclusive=True)
    async def action_present_state(self) -> None:
        """Ask Datadog for the state of what the runbook names, and show it while that is the one shown."""
        overview = self.pages.overview
        shown = overview.shown
        if shown is None or shown.loaded.runbook is None:
            return
        if self.page != "overview":
            self.show_page("overview")
        if not shown.entry.trusted:
            told = "✖ not asked: the runbook is untrusted, and names what it likes"
            overview.show_states(None, told)
            return
        overview.show_states(None, "asking Datadog …")
        runbook, services = shown.loaded.runbook, self._services
        alert, given = services.alert, {**services.suggestions}
        if alert is not None and alert.runbook == shown.entry.id:
            given |= alert.values
        known = {name: value for name, value in given.items() if name in runbook.vars}
        states = None
        try:
            states = await services.present(runbook, known)
            told = f"asked {time_of_day(time.time())}"
        except Exception as error:  # whatever it is, it belongs where it was asked for
            told = f"✖ it cannot be asked: {as_told(error)}"
        if overview.shown is not None and overview.shown.entry.path == shown.entry.path:
            overview.show_states(states, told)

    def action_run(self) -> None:
        if self.entry is not None:
            self.begin(self.entry, "run")

    def action_plan(self) -> None:
        if self.entry is not None:
            self.begin(self.entry, "plan")

    def action_open(self) -> None:
        if self.entry is not None:
            self._open(self.entry)

    def on_sidebar_opened(self, message: Sidebar.Opened) -> None:
        self._open(message.entry)

    def _open(self, entry: Entry) -> None:
        """Go to the newest run of a runbook that is under way; without one, begin to run it."""
        pages = reversed(self.run_pages.items())
        under_way = (n for n, page in pages if page.runbook == entry.id and not page.over)
        page = next(under_way, None)
        if page is None:
            self.begin(entry, "run")
        else:
            self.show_page(page)

    def on_overview_pressed(self, message: Overview.Pressed) -> None:
        if message.what == "history":
            self.action_history()
        elif self.entry is not None:
            self.begin(self.entry, message.what)

    def begin(self, entry: Entry, what: str) -> None:
        """Begin to `run` or to `plan` a runbook: ask for its values, or where it has none, plan it."""
        self.open_page(self._begin, entry, what)

    async def begin_about(self, entry: Entry, what: str, about: AboutAlert) -> None:
        await self._begin(entry, what, about)

    async def _begin(self, entry: Entry, what: str, about: AboutAlert | None = None) -> None:
        loaded = await self._starter.load(entry)
        if loaded.runbook is None:
            told = "This runbook is broken: correct the file, it is read again by itself."
            self.notify(told, severity="warning", markup=False)
            self.show_page("overview")
            return
        form = await self.pages.form()
        if about is not None:
            await form.forget()
        if not form.asks_for(loaded):
            self._about = None if about is None else (loaded.path, about.alert)
        typed = await form.resolved() if form.asks_for(loaded) else None
        resolved = typed or await self._starter.resolve(loaded)
        is_known = what == "plan" and about is None and not resolved.problems
        if not loaded.runbook.vars or is_known:
            await self._show_plan(loaded, resolved)
            return
        if not form.asks_for(loaded):
            sources = await self._starter.sources(self, loaded, trusted=self._trusts(loaded))
            await form.show(loaded, self._services.suggestions, sources, about)
            form.tell_about(await self._described(entry))
        self.show_page("form")
        if about is not None and what == "plan":
            form.action_go("plan")

    async def _described(self, entry: Entry) -> Described:
        shown = self.pages.overview.shown
        if shown is not None and shown.entry.path == entry.path:
            return shown
        return await aside(describe, self._services, entry)

    async def _show_plan(self, loaded: Loaded, resolved: Resolved) -> None:
        planned = await self._starter.plan(loaded, resolved, self._alert_of(loaded))
        plan = await self.pages.plan()
        plan.show(planned)
        self.show_page("plan")
        self._look_beside(plan, planned)

    @work(group="beside-plan", exclusive=True, exit_on_error=False)
    async def _look_beside(self, plan: PlanView, planned: Planned) -> None:
        """Tell beside a plan whether a run could begin."""
        await self._starter.before.look_beside_plan(
            planned.loaded,
            planned.program,
            planned.resolved,
            trusted=self._trusts(planned.loaded),
            alert=self._alert_of(planned.loaded),
            tell=partial(plan.tell_ready, planned),
        )

    @work(group="look-first", exclusive=True, exit_on_error=False)
    async def on_plan_view_look_wanted(self, message: PlanView.LookWanted) -> None:
        """Run what only looks, and show the plan that comes of it where the one before is still shown."""
        planned, plan = message.planned, await self.pages.plan()
        trusted, alert = self._trusts(planned.loaded), self._alert_of(planned.loaded)
        looked = await self._starter.look(self, planned, trusted=trusted, alert=alert)
        if looked is not None and plan.shows(planned):
            plan.show(looked)
            self._look_beside(plan, looked)

    def on_form_done(self, message: Form.Done) -> None:
        if message.what == "plan":
            self.open_page(self._show_plan, message.loaded, message.resolved)
        else:
            self._request_start("form", message.loaded, message.resolved)

    def on_form_left(self) -> None:
        self.show_page("overview")

    def on_form_last_values_wanted(self) -> None:
        self.open_page(self._fill_in_last_values)

    async def _fill_in_last_values(self) -> None:
        form = await self.pages.form()
        if form.loaded is None:
            return
        filled = form.fill(await self._starter.last_values(form.loaded))
        told = (
            "Values of the last run filled in." if filled else "There are no values of a last run."
        )
        self.notify(told, markup=False, timeout=3)

    async def on_plan_view_left(self, message: PlanView.Left) -> None:
        asked = (await self.pages.form()).loaded
        same = asked is not None and asked.path == message.planned.loaded.path
        self.show_page("form" if same else "overview")

    def on_plan_view_accepted(self, message: PlanView.Accepted) -> None:
        self._request_start("plan", message.planned.loaded, message.planned.resolved)

    def _request_start(self, page: str, loaded: Loaded, resolved: Resolved) -> None:
        """Start a run on what `page` shows; a key that was pressed twice starts one run."""
        if not self._starting and self.page == page:
            self._starting = True
            self._start(loaded, resolved)

    @work(group="start", exit_on_error=False)
    async def _start(
        self, loaded: Loaded, resolved: Resolved, approved: ApprovedRun | None = None
    ) -> None:
        """Start a run of exactly what was shown, and show it; `approved` is what somebody asked for."""
        from pup_tui.tui.handover import ConsoleTerminal

        try:
            trusted = self._trusts(loaded)
            terminal = ConsoleTerminal(self.app, self._turn, self.show_run)
            live = await self._starter.start(
                self,
                loaded,
                resolved,
                trusted=trusted,
                terminal=terminal,
                alert=approved.pending.alert if approved else self._alert_of(loaded),
                approved=approved,
            )
            if live is not None:
                terminal.run = live.run
                await self._open_live(live)
                self._look_beside_run(live.program)
                if approved is None:
                    self._about = None
                    await (await self.pages.form()).forget()
                    (await self.pages.plan()).forget()
        finally:
            self._no_longer_starting()

    def _alert_of(self, loaded: Loaded) -> Mapping[str, Any]:
        """The alert that a run of it is about which is being asked for; empty without one."""
        path, alert = self._about or (None, {})
        return alert if path == loaded.path else {}

    @work(group="beside-run", exit_on_error=False)
    async def _look_beside_run(self, program: Program, but: Collection[str] = ()) -> None:
        await self._starter.before.look_beside_run(self, program, but)

    def _trusts(self, loaded: Loaded) -> bool:
        """Whether it comes from where somebody vouches for what lies there."""
        entry = next((e for e in self.library.entries if e.path == loaded.path), None)
        if entry is not None:
            return entry.trusted
        # The list may have what was trusted meanwhile in its place.
        same = next((e for e in self.library.entries if e.id == loaded.id), None)
        return same is None or not same.is_copy

    @work(group="profile", exclusive=True, exit_on_error=False)
    async def action_profile(self) -> None:
        """Choose the profile that runs are made with: the console begins anew with it."""
        from pup_tui.tui.dialogs.profile import ProfileScreen

        if self._runs.under_way:
            told = "The profile is that of all runs: it can be changed when none is under way."
            self.notify(told, severity="warning", markup=False)
            return
        current = self._services.profile
        offers = await aside(self._services.profiles)
        answer = await self.app.push_screen_wait(ProfileScreen(offers, current.name))
        if answer is not None and answer.answer != current.name and not self._runs.under_way:
            self.app.exit(answer.answer)

    # Runs

    async def _open_live(
        self, live: LocalRun, told: Sequence[AnyNotice] = (), undone: Sequence[str] = ()
    ) -> None:
        """Show a run that begins, or that goes on after what it has `told`, and let it go.

        What is `undone` was chosen before.
        """
        from pup_tui.tui.widgets.run_page import RunPage

        page = RunPage.of_live(live, self._services, self.next_id(), told)
        if undone:
            page.view.undo_once_offered(undone)
        await self.open_tab(page)
        self._runs.begin(live, page.fail)
        self._before_run = "overview"
        self._look_at_runs()
        self._show_activity()

    def on_run_page_resume_wanted(self, message: RunPage.ResumeWanted) -> None:
        message.stop()
        self._request_resume(message.run)

    def on_run_page_run_again_wanted(self, message: RunPage.RunAgainWanted) -> None:
        message.stop()
        self.begin_with(message.runbook, message.values)

    def begin_with(self, runbook: str, values: Mapping[str, object]) -> None:
        entries = (each for each in self.library.entries if each.id == runbook)
        if (entry := next(entries, None)) is None:
            told = f"There is no runbook {safe_text(runbook)} any more."
            self.notify(told, severity="warning", markup=False)
        else:
            self.open_page(self._ask_with, entry, values)

    async def _ask_with(self, entry: Entry, values: Mapping[str, object]) -> None:
        """Ask for the values of a run, with these filled in."""
        await self._begin(entry, "run")
        form = await self.pages.form()
        if self.page == "form":
            form.fill(values)

    def on_history_resume_wanted(self, message: History.ResumeWanted) -> None:
        self._request_resume(message.run)

    def _request_resume(
        self,
        run: str,
        *,
        about_failed: bool = False,
        decided: tuple[str, GoingOn] | None = None,
    ) -> None:
        if not self._starting:
            self._starting = True
            self._resume(run, about_failed, decided)

    @work(group="start", exit_on_error=False)
    async def _resume(
        self, run: str, about_failed: bool, decided: tuple[str, GoingOn] | None
    ) -> None:
        """Let a past run go on, with the operator's word, and show it in place of its past."""
        from pup_tui.preflight.going_on import need_nothing
        from pup_tui.tui.handover import ConsoleTerminal
        from pup_tui.tui.resuming import Resumer

        before = [page for page in self.run_pages.values() if page.view.run == run]
        for page in before:
            page.view.offered()
        self._show_activity()
        try:
            past = await self._starter.past_run(self, run)
            if past is None:
                return
            terminal = ConsoleTerminal(self.app, self._turn, self.show_run)
            self._resumer = self._resumer or Resumer(self._services, self)
            resumed = await self._resumer.resume(
                past, terminal, about_failed=about_failed, decided=decided
            )
            if resumed is not None:
                live, undone = resumed
                terminal.run = run
                await self._open_live(live, past.notices, undone)
                if not undone:
                    read_only = self._services.read_only
                    but = need_nothing(live.program, past.state, read_only=read_only)
                    self._look_beside_run(live.program, but)
                for page in before:
                    await self.forget_tab(page)
        finally:
            for page in before:
                page.view.settle()
            self._no_longer_starting()

    def on_run_view_begun(self) -> None:
        self.show_tabs()

    def on_run_view_waiting(self, message: RunView.Waiting) -> None:
        message.stop()
        if message.waiting:
            self._call_for(message.view, "waits for you", "warning")
        self._show_activity()

    def on_run_view_ended(self, message: RunView.Ended) -> None:
        message.stop()
        if any(page.view is message.view and page.live for page in self.run_pages.values()):
            severity = "information" if message.status == "succeeded" else "error"
            if message.view.going_on is None:
                told = f"has ended: {message.status}"
                if message.view.waiting:
                    told += with_keys(self.app, " · {waiting} shows what can become of it")
                self._call_for(message.view, told, severity)
            else:
                self._broken_off.append(message.view)
            self._offer_ways_on()
        self._show_activity()
        self._look_at_runs()
        self._describe()

    def _no_longer_starting(self) -> None:
        self._starting = False
        self._offer_ways_on()

    def _offer_ways_on(self) -> None:
        """Go on with what was broken off for that, and offer what can become of the run in front that has
        failed, as soon as nothing else begins.
        """
        if self._starting:
            return
        page = self.run_pages.get(self.page)
        if self._broken_off:
            view = self._broken_off.pop(0)
            self._request_resume(view.run, about_failed=True, decided=view.going_on)
        elif page is not None and page.view.may_offer:
            self._request_resume(page.view.run, about_failed=True)

    def on_run_view_offers(self, message: RunView.Offers) -> None:
        message.stop()
        self._offer_ways_on()

    def _is_looking(self, view: RunView) -> bool:
        return self.page in self.run_pages and self.run_pages[self.page].view is view

    def _call_for(self, view: RunView, what: str, severity: Any) -> None:
        """Ring, and say what a run does, unless the operator is looking at it."""
        looking = self._is_looking(view)
        if looking and self.app.app_focus:
            return
        told = f"{safe_text(view.program.id)} {what}"
        self._ring(told)
        if not looking:
            self.notify(told, severity=severity, markup=False)

    def _ring(self, told: str) -> None:
        """Call for the operator, who may look at another window."""
        if not self.app.app_focus:
            self._attention.call(f"pup-tui: {told}")
        elif self._services.notify != "never":
            self.app.bell()

    def _focus_changed(self, focused: bool) -> None:
        if focused:
            self._attention.seen()

    def on_unmount(self) -> None:
        self._attention.seen()

    def waiting_runs(self) -> set[str]:
        """The ids of the runs that wait for the operator."""
        return {page.view.run for page in self.run_pages.values() if page.view.waiting}

    def _show_activity(self) -> None:
        """Bring counts, marks and tabs up to date with the runs."""
        open_runs = [page for page in self.run_pages.values() if not page.over]
        waiting = [page.runbook for page in self.run_pages.values() if page.view.waiting]
        running = [page.runbook for page in open_runs if not page.view.waiting]
        self.query_one(TitleBar).show_counts(len(running), len(waiting))
        self.sidebar.show_activity(
            Activity(
                running=running,
                waiting=waiting,
                last_runs=self.library.last_runs,
                fresh=self.library.fresh,
            )
        )
        self.show_tabs()

    async def on_run_page_closed(self, message: RunPage.Closed) -> None:
        message.stop()
        await self.close_tab(message.page)
        self._show_activity()

    # History

    def action_history(self, everything: bool = False) -> None:
        """Past runs, at first those of the selected runbook."""
        runbook = "" if everything or self.entry is None else self.entry.id
        self.open_page(self._show_history, runbook)

    async def _show_history(self, runbook: str) -> None:
        from pup_tui.tui.past_filter import filter_for
        from pup_tui.tui.past_search import find_runs

        history = await self.pages.history()
        history.set_filter(filter_for(runbook))
        self.show_page("history")
        history.show(partial(find_runs, self._services.state))

    def on_history_left(self) -> None:
        self.show_page("overview")

    def action_statistics(self) -> None:
        """What past runs say of all runbooks, and of the steps of the selected one."""
        self.open_page(self._show_statistics, "" if self.entry is None else self.entry.id)

    async def _show_statistics(self, runbook: str) -> None:
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past_figures import NO_STATISTICS, past_figures

        page, services = await self.pages.statistics(), self._services
        self.show_page("statistics")
        problem, found = "", NO_STATISTICS
        try:
            found = await aside(
                past_figures, services.state, services.catalog, self.library.entries
            )
        except JournalError as error:
            problem = str(error)
        page.show(found, runbook, profile=services.profile.name, problem=problem)

    def on_statistics_left(self) -> None:
        self.show_page("overview")

    def on_history_opened(self, message: History.Opened) -> None:
        self.open_page(self._open_found, message.row.run, message.found)

    async def _open_found(self, run: str, found: FoundPlace | None) -> None:
        """Show a past run, and in it what was looked for."""
        await self._open_past(run)
        page = self.page_of(run)
        if page is not None and found is not None:
            page.view.show_found(found)

    async def _open_past(self, run: str) -> None:
        from pup_tui.tui.widgets.run_page import RunPage

        page = self.page_of(run)
        if page is not None:
            self.show_page(page.id or "")
            return
        past = await self._starter.past_run(self, run)
        if past is None:
            return
        services, name = self._services, self.next_id()
        if past.row.status == "running":
            from pup_tui.tui.following import Followed

            followed = await Followed.open(past, services.state)
            await self.open_tab(RunPage.of_followed(followed, services, name))
            self._show_activity()
        else:
            await self.open_tab(RunPage.of_past(past, services, name))

    def on_play_again_wanted(self, message: PlayAgainWanted) -> None:
        self.open_page(self._open_replay, message.run)

    async def _open_replay(
        self, run: str, speed: float = 10.0, begin: ReplayBegin | None = None
    ) -> None:
        """Play a past run again in a tab of its own."""
        from pup_tui.tui.replay import Replay
        from pup_tui.tui.widgets.replay_page import ReplayPage

        past = await self._starter.past_run(self, run)
        if past is None:
            return
        if past.row.status == "running":
            told = "This run is under way: it can be played again when it is over."
            self.notify(told, severity="warning", markup=False)
            return
        services = self._services
        replay = await aside(Replay.of, past, services.state, speed, begin)
        await self.open_tab(ReplayPage(replay, services, self.next_id()))


def _runnable(entry: Entry | None) -> bool:
    return entry is not None and not entry.broken


def _same(one: Entry | None, other: Entry | None) -> bool:
    """Whether both are the same file, whatever is in it now."""
    return (one and one.path) == (other and other.path)
