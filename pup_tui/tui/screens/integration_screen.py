"""What the console does about integrations: it shows them, copies their actions as steps, and tries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import bound
from pup_tui.tui.screens.alert_desk import AlertDesk

if TYPE_CHECKING:
    from pup_tui.integrations.library import InstalledIntegration
    from pup_tui.tui.widgets.integrations_page import IntegrationsPage


class IntegrationScreen(AlertDesk):
    """The part of the main screen that is about integrations."""

    BINDINGS: ClassVar[list[BindingType]] = bound({"integrations": "integrations"})

    _integrations: Sequence[InstalledIntegration] | None = None

    def action_integrations(self) -> None:
        """The systems that runbooks work with, and whether their credentials work."""
        self.open_page(self._show_integrations)

    def show_action(self, name: str) -> None:
        """Show the page at an action, by INTEGRATION/ACTION."""
        self.open_page(self._show_integrations, name)

    async def find_integrations(self) -> Sequence[InstalledIntegration]:
        """Those that there are, as they were read last."""
        desk = self._services.integrations
        if self._integrations is None:
            self._integrations = [] if desk is None else await aside(desk.installed)
        return self._integrations

    async def _show_integrations(self, name: str = "") -> None:
        page, desk = await self.pages.integrations(), self._services.integrations
        self.show_page("integrations")
        self._integrations = None
        found = await self.find_integrations()
        page.show(found, at=name)
        if desk is not None:
            for each in found:
                ask = partial(self._ask_credentials, page, each)
                self.run_worker(ask(), group=f"credentials of {each.place.path}", exclusive=True)

    async def _ask_credentials(self, page: IntegrationsPage, found: InstalledIntegration) -> None:
        desk = self._services.integrations
        assert desk is not None
        page.tell_credentials(found, await desk.credentials(found))

    def on_integrations_page_left(self) -> None:
        self.show_page("overview")

    def on_integrations_page_copied(self, message: IntegrationsPage.Copied) -> None:
        self.app.copy_to_clipboard(message.text)
        told = f"{message.name} is copied as a step."
        self.notify(safe_text(told), markup=False)

    def on_integrations_page_tried(self, message: IntegrationsPage.Tried) -> None:
        self.run_worker(
            self._try(message.page, message.found, message.action), group="try", exclusive=True
        )

    async def _try(self, page: IntegrationsPage, found: InstalledIntegration, action: str) -> None:
        """Ask for what an action needs, and show what it gives."""
        desk = self._services.integrations
        given = await self._values_for(found, action)
        if desk is None or given is None:
            return
        page.tell_tried(found, action, None)
        page.tell_tried(found, action, await desk.call(found, action, given))

    async def _values_for(
        self, found: InstalledIntegration, action: str
    ) -> Mapping[str, Any] | None:
        """What an action is given: what the operator types where it takes something."""
        from pup_tui.core.actions import Question
        from pup_tui.tui.dialogs.dialog import ValuesAnswer
        from pup_tui.tui.dialogs.try_action import TryScreen

        assert found.said is not None
        said = found.said.actions[action]
        if not said.params:
            return {}
        question = Question(
            step=action,
            title=f"Try {found.name}/{action}",
            kind="input",
            message=said.description.strip(),
            variables=dict(said.params),
        )
        typed = {name: str(value) for name, value in said.example.items()}
        shown = TryScreen(question, self._services.sources().remembering(), typed=typed)
        answer = await self.app.push_screen_wait(shown)
        return answer.values if isinstance(answer, ValuesAnswer) else None
