"""The console's one screen: the runbooks beside whatever is being looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.library import Library, describe
from pup_tui.tui.listing import Activity
from pup_tui.tui.runs import Runs
from pup_tui.tui.starting import Starter
from pup_tui.tui.widgets.key_hints import KeyHints
from pup_tui.tui.widgets.pages import Pages
from pup_tui.tui.widgets.run_tabs import RunTabs, Tab
from pup_tui.tui.widgets.sidebar import Sidebar
from pup_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.catalog.past import Loaded
    from pup_tui.drivers.local import LocalRun
    from pup_tui.tui.services import Services
    from pup_tui.tui.widgets.form import Form
    from pup_tui.tui.widgets.history import History
    from pup_tui.tui.widgets.overview import Overview
    from pup_tui.tui.widgets.plan import PlanView
    from pup_tui.tui.widgets.run_page import RunPage
    from pup_tui.tui.widgets.run_view import RunView

LOOK = 0.75
"""Seconds between two looks at the files of the catalog."""

LOOK_AT_RUNS = 5.0
"""Seconds between two looks at what other programs have recorded."""

WIDE_FROM = 100
"""Columns from which the sidebar stays beside every page."""

BESIDE_SIDEBAR = "overview"
"""The page that has the sidebar beside it on a narrow screen too."""


class MainScreen(Screen[None]):
    """Sidebar, tabs and pages, and the way from one to the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run", "Run"),
        Binding("p", "plan", "Plan"),
        Binding("h", "history", "History"),
        Binding("b", "sidebar", "Show or hide the runbooks", show=False),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", show=False),
        Binding("right_square_bracket", "tab(1)", "Next tab", show=False),
    ]

    def __init__(self, services: Services, runs: Runs) -> None:
        super().__init__()
        self._services = services
        self._runs = runs
        self._starter = Starter(services)
        self.library = Library(services)
        self.entry: Entry | None = None
        self._pages: dict[str, RunPage] = {}
        self._opened = 0
        self._looking = False
        self._before_run = "overview"
        self._wide = False
        self._sidebar_wish: bool | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(self._services.site)
        with Horizontal(id="main"):
            yield Sidebar([folder.path for folder in self._services.catalog.places])
            with Vertical(id="content"):
                yield RunTabs()
                yield Pages(self._services.environ)
        yield KeyHints()

    def on_mount(self) -> None:
        self.sidebar.runbooks.focus()
        self._show_activity()
        self.call_after_refresh(self._look)
        self.call_after_refresh(self._look_at_runs)
        self.set_interval(LOOK, self._look)
        self.set_interval(LOOK_AT_RUNS, self._look_at_runs)

    # What is where

    @property
    def sidebar(self) -> Sidebar:
        return self.query_one(Sidebar)

    @property
    def pages(self) -> Pages:
        return self.query_one(Pages)

    @property
    def page(self) -> str:
        """The id of the page that is shown."""
        return self.pages.current or "overview"

    def _do(self, group: str, work: Callable[..., Awaitable[None]], *given: object) -> None:
        """Do something that takes its time; what was begun in the same group is given up."""
        self.run_worker(partial(work, *given), group=group, exclusive=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in one place must not end the runs in another."""
        if event.state is WorkerState.ERROR:
            told = f"A fault in pup-tui ({type(event.worker.error).__name__}): please report it."
            self.notify(told, severity="error", markup=False)
            self.log.error(event.worker.error)

    # The catalog

    def _look(self) -> None:
        """Look for what has changed on disk, unless the last look is not over yet."""
        if not self._looking:
            self._looking = True
            self._take_in_catalog()

    @work(group="library", exit_on_error=False)
    async def _take_in_catalog(self) -> None:
        try:
            first = self.library.loading
            if await self.library.look():
                self.sidebar.show(self.library.entries, self.library.problem)
                if first and self._services.open_at is not None:
                    self.select(self._services.open_at)
        finally:
            self._looking = False

    def _look_at_runs(self) -> None:
        self._do("journal", self._take_in_runs)

    async def _take_in_runs(self) -> None:
        await self.library.look_at_runs()
        self._show_activity()

    def on_sidebar_highlighted(self, message: Sidebar.Highlighted) -> None:
        before, self.entry = self.entry, message.entry
        if not _same(before, message.entry):
            self.pages.overview.go_to_top()
            if self.sidebar.has_focus_within and self.page != "overview":
                self.show_page("overview", focus=False)
        self._describe()
        if _runnable(before) != _runnable(message.entry):
            self.refresh_bindings()

    def _describe(self) -> None:
        self._do("describe", self._show_entry, self.entry)

    async def _show_entry(self, entry: Entry | None) -> None:
        overview = self.pages.overview
        if entry is None:
            told = "" if self.library.loading else "Choose a runbook on the left."
            overview.show_nothing(told)
            return
        overview.show(await asyncio.to_thread(describe, self._services, entry))

    def select(self, runbook: str) -> None:
        """Go to a runbook in the sidebar and show what it is."""
        self.sidebar.runbooks.go_to(runbook)
        self.show_page("overview", focus=False)
        self.sidebar.runbooks.focus()

    # Pages

    def show_page(self, page: str, *, focus: bool = True) -> None:
        """Show a page and, unless told otherwise, give it the focus."""
        if page not in self._pages and page != "history":
            self._before_run = page
        self.pages.current = page
        self._sidebar_wish = None
        self._lay_out()
        if focus:
            target = self.pages.visible_content
            if page == "overview":
                self.sidebar.runbooks.focus()
            elif target is not None:
                self.call_after_refresh(target.focus)
        self._show_tabs()
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE_FROM
        if wide != self._wide:
            self._wide, self._sidebar_wish = wide, None
        self._lay_out()

    def _lay_out(self) -> None:
        """Whether there is room for the sidebar follows from the width, the page and the operator."""
        fits = self._wide or self.page == BESIDE_SIDEBAR
        shown = fits if self._sidebar_wish is None else self._sidebar_wish
        self.sidebar.display = shown
        self.sidebar.set_class(not self._wide, "-narrow")

    def action_sidebar(self) -> None:
        self._sidebar_wish = not self.sidebar.display
        self._lay_out()
        if self.sidebar.display:
            self.sidebar.runbooks.focus()
        elif self.pages.visible_content is not None:
            self.pages.visible_content.focus()

    def action_runbooks(self) -> None:
        self.show_page(self._before_run)

    def run_tabs(self) -> list[Tab]:
        """The open runs, as their tabs show them."""
        return [page.tab() for page in self._pages.values()]

    def _show_tabs(self) -> None:
        self._do("tabs", self._renew_tabs)

    async def _renew_tabs(self) -> None:
        active = self.page if self.page in self._pages else "runbooks"
        tabs = [Tab("runbooks", "Runbooks"), *self.run_tabs()]
        await self.query_one(RunTabs).show(tabs, active)

    def action_tab(self, by: int) -> None:
        pages = ["runbooks", *self._pages]
        here = self.page if self.page in self._pages else "runbooks"
        self._go_to_tab(pages[(pages.index(here) + by) % len(pages)])

    def _go_to_tab(self, page: str) -> None:
        self.show_page(self._before_run if page == "runbooks" else page)

    def on_run_tabs_chosen(self, message: RunTabs.Chosen) -> None:
        self._go_to_tab(message.page)

    # From a runbook to a run

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("run", "plan"):
            if self.page != "overview":
                return False
            return True if _runnable(self.entry) else None
        if action == "tab":
            return bool(self._pages)
        if action == "history":
            return self.page == "overview"
        return True

    def action_run(self) -> None:
        if self.entry is not None:
            self.begin(self.entry, "run")

    def action_plan(self) -> None:
        if self.entry is not None:
            self.begin(self.entry, "plan")

    def on_sidebar_opened(self, message: Sidebar.Opened) -> None:
        self.begin(message.entry, "run")

    def on_overview_wanted(self, message: Overview.Wanted) -> None:
        if message.what == "history":
            self.action_history()
        elif self.entry is not None:
            self.begin(self.entry, message.what)

    def begin(self, entry: Entry, what: str) -> None:
        """Begin to `run` or to `plan` a runbook: ask for its values, or where it has none, plan it."""
        self._do("begin", self._begin, entry, what)

    async def _begin(self, entry: Entry, what: str) -> None:
        loaded = await self._starter.load(entry)
        if loaded.runbook is None:
            told = "This runbook is broken: correct the file, it is read again by itself."
            self.notify(told, severity="warning", markup=False)
            self.show_page("overview")
            return
        resolved = await self._starter.resolve(loaded)
        if not loaded.runbook.vars or (what == "plan" and not resolved.problems):
            await self._show_plan(loaded, resolved)
            return
        form = await self.pages.form()
        await form.show(loaded, self._services.suggestions)
        self.show_page("form")

    async def _show_plan(self, loaded: Loaded, resolved: Resolved) -> None:
        planned = await self._starter.plan(loaded, resolved)
        plan = await self.pages.plan()
        plan.show(planned)
        self.show_page("plan")

    def on_form_done(self, message: Form.Done) -> None:
        if message.what == "plan":
            self._do("begin", self._show_plan, message.loaded, message.resolved)
        else:
            self._do("begin", self._start, message.loaded, message.resolved)

    def on_form_left(self) -> None:
        self.show_page("overview")

    def on_form_last_values_wanted(self) -> None:
        self._do("begin", self._fill_in_last_values)

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
        self._do("begin", self._start, message.planned.loaded, message.planned.resolved)

    async def _start(self, loaded: Loaded, resolved: Resolved) -> None:
        """Start a run of exactly what was shown, and show it."""
        entry = next((e for e in self.library.entries if e.path == loaded.path), None)
        trusted = entry is None or entry.trusted
        live = await self._starter.start(self, loaded, resolved, trusted=trusted)
        if live is not None:
            await self._open_live(live)
            await (await self.pages.form()).forget()
            (await self.pages.plan()).forget()

    # Runs

    async def _open_live(self, live: LocalRun) -> None:
        from pup_tui.tui.widgets.run_page import RunPage

        page = RunPage.of_live(live, self._services.operator, self._next_id())
        await self._open(page)
        self._runs.begin(live, page.fail)
        self._before_run = "overview"
        self._show_activity()

    async def _open(self, page: RunPage) -> None:
        assert page.id is not None
        self._pages[page.id] = page
        await self.pages.mount(page)
        self.show_page(page.id)

    def _next_id(self) -> str:
        self._opened += 1
        return f"run-{self._opened}"

    def on_run_view_waiting(self, message: RunView.Waiting) -> None:
        message.stop()
        if message.waiting:
            self._call_for(message.view, "waits for you", "warning")
        self._show_activity()

    def on_run_view_ended(self, message: RunView.Ended) -> None:
        message.stop()
        if any(page.view is message.view and page.live for page in self._pages.values()):
            severity = "information" if message.status == "succeeded" else "error"
            self._call_for(message.view, f"has ended: {message.status}", severity)
        self._show_activity()
        self._look_at_runs()
        self._describe()

    def _call_for(self, view: RunView, what: str, severity: Any) -> None:
        """Tell an operator who looks elsewhere."""
        looking = self.page in self._pages and self._pages[self.page].view is view
        if looking and self.app.app_focus:
            return
        self.app.bell()
        if not looking:
            told = f"{safe_text(view.program.id)} {what}"
            self.notify(told, severity=severity, markup=False)

    def _show_activity(self) -> None:
        """Bring counts, marks and tabs up to date with the runs."""
        open_runs = [page for page in self._pages.values() if not page.over]
        waiting = [page.runbook for page in open_runs if page.view.waiting]
        running = [page.runbook for page in open_runs if not page.view.waiting]
        self.query_one(TitleBar).show_counts(len(running), len(waiting))
        self.sidebar.show_activity(
            Activity(running=running, waiting=waiting, last_runs=self.library.last_runs)
        )
        self._show_tabs()

    def on_run_page_left(self) -> None:
        self.action_runbooks()

    async def on_run_page_closed(self, message: RunPage.Closed) -> None:
        message.stop()
        self._pages.pop(message.page.id or "", None)
        self.show_page(self._before_run)
        await message.page.remove()
        self._show_activity()

    # History

    def action_history(self, everything: bool = False) -> None:
        """Past runs, at first those of the selected runbook."""
        runbook = "" if everything or self.entry is None else self.entry.id
        self._do("history", self._show_history, runbook)

    async def _show_history(self, runbook: str) -> None:
        history = await self.pages.history()
        history.set_filter(runbook)
        self.show_page("history")
        history.show(*await self._starter.past_runs())

    def on_history_left(self) -> None:
        self.show_page("overview")

    def on_history_opened(self, message: History.Opened) -> None:
        self._do("begin", self._open_past, message.row.run)

    async def _open_past(self, run: str) -> None:
        from pup_tui.tui.widgets.run_page import RunPage

        for page in self._pages.values():
            if page.view.run == run:
                self.show_page(page.id or "")
                return
        past = await self._starter.past_run(self, run)
        if past is not None:
            await self._open(RunPage.of_past(past, self._services.operator, self._next_id()))


def _runnable(entry: Entry | None) -> bool:
    return entry is not None and not entry.broken


def _same(one: Entry | None, other: Entry | None) -> bool:
    """Whether both are the same file, whatever is in it now."""
    return (one and one.path) == (other and other.path)
