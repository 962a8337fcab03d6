"""The pages beside the list of runbooks, of which one is shown at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.widget import AwaitMount, Widget
from textual.widgets import ContentSwitcher

from pup_tui.tui.sheets import read_others

if TYPE_CHECKING:
    from pup_tui.tui.widgets.form import Form
    from pup_tui.tui.widgets.history import History
    from pup_tui.tui.widgets.inbox_page import Inbox
    from pup_tui.tui.widgets.integrations_page import IntegrationsPage
    from pup_tui.tui.widgets.overview import Overview
    from pup_tui.tui.widgets.plan import PlanView
    from pup_tui.tui.widgets.statistics import Statistics

W = TypeVar("W", bound=Widget)


class Pages(ContentSwitcher):
    """Pages are made when they are first needed, the overview in `fill`: the first frame waits for none."""

    def __init__(self) -> None:
        super().__init__(id="pages")

    def mount(
        self,
        *widgets: Widget,
        before: int | str | Widget | None = None,
        after: int | str | Widget | None = None,
    ) -> AwaitMount:
        read_others(self.app)
        return super().mount(*widgets, before=before, after=after)

    async def fill(self) -> None:
        """Show the overview, unless another page was asked for already."""
        from pup_tui.tui.widgets.overview import Overview

        await self.add_content(Overview(), set_current=self.current is None)

    @property
    def overview(self) -> Overview:
        """The overview, which is there once `fill` has ended."""
        from pup_tui.tui.widgets.overview import Overview

        return self.query_one(Overview)

    async def form(self) -> Form:
        from pup_tui.tui.widgets.form import Form

        return await self._page(Form, Form)

    @property
    def has_typed(self) -> bool:
        """Whether values are typed into the form that no run has yet."""
        from pup_tui.tui.widgets.form import Form

        return any(form.has_typed for form in self.query_children(Form))

    async def plan(self) -> PlanView:
        from pup_tui.tui.widgets.plan import PlanView

        return await self._page(PlanView, PlanView)

    async def history(self) -> History:
        from pup_tui.tui.widgets.history import History

        return await self._page(History, History)

    async def statistics(self) -> Statistics:
        from pup_tui.tui.widgets.statistics import Statistics

        return await self._page(Statistics, Statistics)

    async def inbox(self) -> Inbox:
        from pup_tui.tui.widgets.inbox_page import Inbox

        return await self._page(Inbox, Inbox)

    async def integrations(self) -> IntegrationsPage:
        from pup_tui.tui.widgets.integrations_page import IntegrationsPage

        return await self._page(IntegrationsPage, IntegrationsPage)

    async def _page(self, kind: type[W], make: Callable[[], W]) -> W:
        for page in self.query_children(kind):
            return page
        page = make()
        await self.add_content(page)
        return page
