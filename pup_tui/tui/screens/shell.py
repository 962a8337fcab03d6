"""The frame of the console: the sidebar, the tabs and the pages, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.worker import Worker

from pup_tui.tui.console_screen import ConsoleScreen
from pup_tui.tui.drawn_whole import hold_drawing
from pup_tui.tui.faults import tell_fault
from pup_tui.tui.keys import bound
from pup_tui.tui.remembered import remember, remembered
from pup_tui.tui.told_apart import told_apart
from pup_tui.tui.widgets.key_hints import KeyHints
from pup_tui.tui.widgets.pages import Pages
from pup_tui.tui.widgets.sidebar import Sidebar
from pup_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from pup_tui.tui.services import Services
    from pup_tui.tui.typed_ahead import Hold
    from pup_tui.tui.widgets.run_page import RunPage
    from pup_tui.tui.widgets.run_tabs import RunTabs, Tab
    from pup_tui.tui.widgets.run_view import RunView

WIDE_FROM = 100
"""Columns from which the sidebar stays beside every page."""

BESIDE_SIDEBAR = "overview"
"""The page that has the sidebar beside it on a narrow screen too."""


_BESIDE = ("history", "statistics", "inbox", "integrations")
"""Pages that lead to no run."""


class Shell(ConsoleScreen[None]):
    """The places of the console's parts and the ways between them. What the parts do is `MainScreen`'s."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "sidebar": "sidebar",
            "narrower": "resize(-1)",
            "wider": "resize(1)",
            "previous_tab": "tab(-1)",
            "next_tab": "tab(1)",
            "waiting": "go_to_waiting",
        }
    )

    def __init__(self, services: Services, hold_keys: Callable[[], Hold]) -> None:
        """`hold_keys` keeps what is typed for a page that is being opened."""
        super().__init__()
        self._hold_keys = hold_keys
        self._held: Hold | None = None
        self._services = services
        self.run_pages: dict[str, RunPage] = {}
        self.page = "overview"
        """The id of the page that is shown."""
        self._opened = 0
        self._before_run = "overview"
        self._from_history: set[str] = set()
        """The tabs of runs that were opened there to be looked at."""
        self._wide = False
        self._sidebar_wish: bool | None = None
        self._remembered = remembered(services.state)
        self._keeps_sidebar = self._remembered.sidebar
        kept = self._remembered
        self._sizes = {"sidebar": kept.sidebar_size, "steps": kept.steps_size}
        for pane in self._sizes:
            self._share_width(pane)

    def compose(self) -> ComposeResult:
        yield TitleBar(
            self._services.profile, self._services.site, read_only=self._services.read_only
        )
        with Horizontal(id="main"):
            folders = [folder.path for folder in self._services.catalog.places]
            yield Sidebar(folders, self._remembered.grouping)
            with Vertical(id="content"):
                yield Pages()
        yield KeyHints()

    @property
    def sidebar(self) -> Sidebar:
        return self.query_one(Sidebar)

    @property
    def pages(self) -> Pages:
        return self.query_one(Pages)

    def do(self, group: str, work: Callable[..., Awaitable[None]], *given: object) -> None:
        """Do something that takes its time; what was begun in the same group is given up."""
        self.run_worker(partial(work, *given), group=group, exclusive=True, exit_on_error=False)

    def open_page(self, work: Callable[..., Awaitable[None]], *given: object) -> None:
        """As `do`, for what shows another page: what is typed meanwhile is meant for that one."""
        self._let_keys_go()
        held = self._held = self._hold_keys()

        async def opening() -> None:
            try:
                await work(*given)
            except Exception:
                held.give_up()
                raise
            finally:
                held.let_go()

        self.do("page", opening)

    def _let_keys_go(self) -> None:
        if self._held is not None:
            self._held.let_go()

    def on_screen_suspend(self) -> None:
        """A question that a page has before it opens is answered at once."""
        self._let_keys_go()
        self._show_focus(False)

    def on_screen_resume(self) -> None:
        self._show_focus(True)

    def on_descendant_focus(self) -> None:
        if not self.is_active:
            self._show_focus(False)

    def _show_focus(self, shown: bool) -> None:
        """Behind another screen nothing looks as if it had the focus, though it keeps it."""
        if self.focused is not None:
            self.focused.has_focus = shown

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_fault(self, event)

    # Pages

    def show_page(self, page: str, *, focus: bool = True) -> None:
        """Show a page and, unless told otherwise, give it the focus."""
        if page not in self.run_pages and page not in _BESIDE:
            self._before_run = page
        if page != self.page:
            self._put_question_aside()
            # It is laid out in the size that it has only when it is shown.
            hold_drawing(self.app)()
        self.page = self.pages.current = page
        self._sidebar_wish = None
        self._lay_out()
        if focus:
            target = self.pages.visible_content
            if page == "overview":
                self.sidebar.runbooks.focus()
            elif target is not None:
                target.focus()
        self.show_tabs()
        self.refresh_bindings()

    def _put_question_aside(self) -> None:
        """A question of a run that came since its page was left does not follow to another one."""
        from pup_tui.tui.dialogs.dialog import Dialog

        if self.page in self.run_pages and isinstance(asked := self.app.screen, Dialog):
            asked.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE_FROM
        if wide != self._wide:
            self._wide, self._sidebar_wish = wide, None
        self._lay_out()

    def _lay_out(self) -> None:
        """Whether there is room for the sidebar follows from the width, the page and the operator."""
        fits = (self._wide and self._keeps_sidebar) or self.page == BESIDE_SIDEBAR
        shown = fits if self._sidebar_wish is None else self._sidebar_wish
        self.sidebar.display = shown
        self.sidebar.set_class(not self._wide, "-narrow")
        # Its alone: a class of the screen would have all that is in it styled anew.
        for banner in self.query_children("AlertBanner"):
            banner.display = self.page == BESIDE_SIDEBAR

    def action_sidebar(self) -> None:
        self._sidebar_wish = not self.sidebar.display
        if self._wide and self.page != BESIDE_SIDEBAR:
            self._keeps_sidebar = self._sidebar_wish
            remember(self._services.state, sidebar=self._keeps_sidebar)
        self._lay_out()
        if self.sidebar.display:
            self.sidebar.runbooks.focus()
        elif self.pages.visible_content is not None:
            self.pages.visible_content.focus()

    def on_sidebar_grouped(self, message: Sidebar.Grouped) -> None:
        remember(self._services.state, grouping=message.grouping)

    def action_resize(self, by: int) -> None:
        """Give more or less room to the steps of a run that is shown, else to the runbooks."""
        pane = "steps" if self.page in self.run_pages else "sidebar"
        self._sizes[pane] = max(-1, min(1, self._sizes[pane] + by))
        self._share_width(pane)
        for page in self.run_pages.values():
            if page.view.is_mounted:
                page.view.share_room()
        remember(self._services.state, **{f"{pane}_size": self._sizes[pane]})

    def _share_width(self, pane: str) -> None:
        self.set_class(self._sizes[pane] < 0, f"-{pane}-small")
        self.set_class(self._sizes[pane] > 0, f"-{pane}-large")

    def action_runbooks(self) -> None:
        self.show_page(self._before_run)

    def run_tabs(self) -> list[Tab]:
        """The open runs, as their tabs show them."""
        apart = self.runs_apart()
        return [page.tab(apart[page.view.run]) for page in self.run_pages.values()]

    def runs_apart(self) -> dict[str, str]:
        """What tells each open run, by its id, from the others of its runbook."""
        pages = self.run_pages.values()
        apart = told_apart((page.runbook, page.begun) for page in pages)
        return dict(zip((page.view.run for page in pages), apart, strict=True))

    def show_tabs(self) -> None:
        self.do("tabs", self._renew_tabs)

    async def _renew_tabs(self) -> None:
        # Late, as is the line itself: at first there is nothing to change between.
        from pup_tui.tui.widgets.run_tabs import RunTabs, Tab

        active = self.page if self.page in self.run_pages else "runbooks"
        tabs = [Tab("runbooks", "Runbooks"), *self.run_tabs()]
        content = self.query_one("#content")
        if len(tabs) > 1 and not content.query_children(RunTabs):
            await content.mount(RunTabs(), before=self.pages)
        for line in content.query_children(RunTabs):
            await line.show(tabs, active)

    def action_tab(self, by: int) -> None:
        pages = ["runbooks", *self.run_pages]
        here = self.page if self.page in self.run_pages else "runbooks"
        self._go_to_tab(pages[(pages.index(here) + by) % len(pages)])

    def _go_to_tab(self, page: str) -> None:
        self.show_page(self._before_run if page == "runbooks" else page)

    def action_go_to_waiting(self) -> None:
        """Show the first run that waits for the operator; its dialog opens there."""
        for name, page in self.run_pages.items():
            if page.view.waiting:
                self.show_page(name)
                page.view.bring_forward()
                return

    def on_run_view_wants_next(self, message: RunView.WantsNext) -> None:
        """Show the next run that waits for the operator, or where there is none the same one's questions."""
        message.stop()
        names, view = list(self.run_pages), message.view
        here = next(at for at, name in enumerate(names) if self.run_pages[name].view is view)
        for name in names[here + 1 :] + names[:here]:
            other = self.run_pages[name].view
            if other.waiting:
                view.put_aside()
                self.show_page(name)
                other.bring_forward()
                return
        view.ask_again()

    def on_run_tabs_chosen(self, message: RunTabs.Chosen) -> None:
        self._go_to_tab(message.page)

    # Tabs of runs

    async def open_tab(self, page: RunPage) -> None:
        assert page.id is not None
        self.run_pages[page.id] = page
        if self.page == "history" and page.live is None:
            self._from_history.add(page.id)
        # Out of sight until it is shown: beside the page that is left it would take half the room.
        await self.pages.add_content(page)
        self.show_page(page.id)

    def next_id(self) -> str:
        self._opened += 1
        return f"run-{self._opened}"

    def page_of(self, run: str) -> RunPage | None:
        """The tab of the run with this id in which it is as it is, if there is one."""
        pages = self.run_pages.values()
        return next((page for page in pages if page.view.run == run and not page.is_replay), None)

    def show_run(self, run: str) -> None:
        """Show the tab of the run with this id, if it has one."""
        for name, page in self.run_pages.items():
            if page.view.run == run:
                self.show_page(name)

    async def close_tab(self, page: RunPage) -> None:
        self.show_page(self._before(page.id or ""))
        await self.forget_tab(page)

    async def forget_tab(self, page: RunPage) -> None:
        """Take away the tab of a run that is not in front."""
        self.run_pages.pop(page.id or "", None)
        await page.remove()
        self.show_tabs()

    def on_run_page_left(self) -> None:
        self.show_page(self._before(self.page))

    def _before(self, page: str) -> str:
        """The page that the tab of a run was opened from."""
        return "history" if page in self._from_history else self._before_run
