"""Alerts in the console: those that come, one that is pasted, and the way from there to a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from pup_tui.attention import Attention
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.inbox import InboxWatch, read_kept
from pup_tui.tui.keys import bound
from pup_tui.tui.library import Library
from pup_tui.tui.screens.shell import BESIDE_SIDEBAR, Shell
from pup_tui.tui.widgets.sidebar import AlertPasted
from pup_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import Alert
    from pup_tui.analysis.alerts.groups import GroupedAlerts
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.inbox import InboxRow
    from pup_tui.tui.alerts import AboutAlert
    from pup_tui.tui.dialogs.alert_paste import ReadAlert
    from pup_tui.tui.services import Services
    from pup_tui.tui.typed_ahead import Hold
    from pup_tui.tui.widgets.inbox_banner import InboxBanner
    from pup_tui.tui.widgets.inbox_page import Inbox

LOOK_AT_INBOX = 1.0
"""Seconds between two looks whether alerts have come."""

OF_ALERTS = frozenset({"alert", "paste_alert", "put_alert_aside"})
"""Actions that depend on which banner is there."""


class AlertDesk(Shell):
    """What the console does with alerts. Nothing begins by itself: who reads one opens what fits it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound({"alert": ("paste_alert", "Paste an alert")}, hinted=False),
        *bound({"alert": "alert", "put_alert_aside": "put_alert_aside", "inbox": "inbox"}),
    ]

    def __init__(self, services: Services, hold_keys: Callable[[], Hold]) -> None:
        super().__init__(services, hold_keys)
        self.library = Library(services)
        self._attention = Attention(services.notify, services.environ, self._write)
        self._inbox = InboxWatch(services.state)
        self._told_until = 0.0
        """Until when, on the clock of the alerts, the operator has put the banner of the inbox away."""
        self._banner: InboxBanner | None = None
        self._newest = 0.0
        """When the alert came that came last, of those that were told of."""
        self._known: GroupedAlerts[InboxRow] | None = None
        """What has come, as far as it was told of."""

    async def begin_about(self, entry: Entry, what: str, about: AboutAlert) -> None:
        """Begin to `run` or to `plan` a runbook about an alert."""
        raise NotImplementedError

    def begin_with(self, runbook: str, values: Mapping[str, object]) -> None:
        """Begin to run a runbook with values filled in."""
        raise NotImplementedError

    def _write(self, sequence: str) -> None:
        if self.app._driver is not None:
            self.app._driver.write(sequence)

    # One that is pasted

    def action_paste_alert(self) -> None:
        """Read an alert that is pasted, and open the runbook that fits, filled in."""
        self._read_alert("")

    def on_alert_pasted(self, message: AlertPasted) -> None:
        message.stop()
        self._read_alert(message.text)

    @work(group="alert", exclusive=True, exit_on_error=False)
    async def _read_alert(self, text: str) -> None:
        from pup_tui.tui.alerts import read_pasted

        entries = self.library.entries
        await self._ask_about(lambda each: read_pasted(each, self._services, entries), text)

    async def _ask_about(self, read: ReadAlert, text: str, *, is_kept: bool = False) -> str:
        """Show what fits an alert and begin what is chosen; gives the answer, empty without one."""
        from pup_tui.tui.alerts import about
        from pup_tui.tui.dialogs.alert_paste import AlertScreen

        if text or is_kept:
            self._services.looked()
        dialog = AlertScreen(read, text, is_kept=is_kept)
        answer = await self.app.push_screen_wait(dialog)
        if answer is not None and answer.answer in ("run", "plan") and dialog.chosen is not None:
            reading, match = dialog.chosen
            told = about(reading, match)
            self.open_page(self.begin_about, match.entry, answer.answer, told)
        return "" if answer is None else answer.answer

    # Those that come

    def look_at_inbox(self) -> None:
        """Look whether alerts have come or ended."""
        self.do("inbox", self._take_in_inbox)

    async def _take_in_inbox(self) -> None:
        await self._inbox.look()
        before, known = self._known, self._inbox.alerts
        if known is before:
            return
        self._known = known
        if self.page == "inbox":
            await self._show_alerts()
        await self._tell_inbox(calls=before is not None)

    def _firing(self) -> list[tuple[InboxRow, Alert]]:
        """The open alerts that the operator has not put away with the banner, the worst first."""
        known = self._inbox.alerts
        groups = () if known is None else known.groups
        come = [each for group in groups for each in group.alerts]
        return [each for each in come if each[0].last_at > self._told_until]

    async def _tell_inbox(self, *, calls: bool) -> None:
        """Bring the banner up to date, and call an operator who looks elsewhere when another one comes."""
        from pup_tui.tui.widgets.inbox_banner import InboxBanner

        firing, banner = self._firing(), self._banner
        if not firing:
            await self._drop_inbox_banner()
            return
        if banner is not None:
            banner.tell(*firing[0], len(firing) - 1)
        else:
            self._banner = InboxBanner(*firing[0], len(firing) - 1)
            self._banner.offer_aside(self.page == BESIDE_SIDEBAR)
            await self.mount(self._banner, after=self.query_one(TitleBar))
            self.refresh_bindings()
        row, alert = max(firing, key=lambda each: each[0].last_at)
        if calls and row.last_at > self._newest and not self.app.app_focus:
            self._attention.call(f"pup-tui: {safe_text(alert.title)}")
        self._newest = max(self._newest, row.last_at)

    def show_page(self, page: str, *, focus: bool = True) -> None:
        super().show_page(page, focus=focus)
        if self._banner is not None:
            self._banner.offer_aside(page == BESIDE_SIDEBAR)

    def action_inbox(self) -> None:
        """Show the alerts that have come."""
        self.open_page(self._show_inbox)

    async def _show_inbox(self) -> None:
        await self._inbox.look()
        await self._show_alerts()
        self.show_page("inbox")

    async def _show_alerts(self) -> None:
        if self._inbox.alerts is not None:
            (await self.pages.inbox()).show(self._inbox.alerts)

    def on_inbox_left(self) -> None:
        self.show_page("overview")

    def on_inbox_opened(self, message: Inbox.Opened) -> None:
        message.stop()
        self._open_kept(message.row)

    @work(group="alert", exclusive=True, exit_on_error=False)
    async def _open_kept(self, row: InboxRow) -> None:
        """Show what fits an alert of the inbox."""
        entries = self.library.entries
        read = partial(read_kept, row=row, services=self._services, entries=entries)
        if await self._ask_about(read, row.text, is_kept=row.is_open) == "aside":
            await self._put_kept_aside(row)

    def on_inbox_put_aside(self, message: Inbox.PutAside) -> None:
        message.stop()
        self.do("put-aside", self._put_kept_aside, message.row)

    async def _put_kept_aside(self, row: InboxRow) -> None:
        from pup_tui.journal.errors import JournalError

        try:
            await self._inbox.put_aside(row.number)
        except JournalError as error:
            told = f"The alert was not put aside: {safe_text(str(error))}"
            self.notify(told, severity="error", markup=False)
        self.look_at_inbox()

    # Banners

    def look_at_alerts(self) -> None:
        """Take the banner back of an alert that does not fire any more."""
        alert = self._services.alert
        if alert is not None and self.query_children("AlertBanner") and not alert.fires():
            self.do("alert", self._drop_alert)

    async def tell_alert(self) -> None:
        """Tell of what goes wrong at this moment, as soon as there is the runbook that fits it."""
        from pup_tui.tui.widgets.alert_banner import AlertBanner

        if self._services.alert is not None and self._services.alert.fires():
            banner = AlertBanner(self._services.alert)
            banner.display = self.page == BESIDE_SIDEBAR
            await self.mount(banner, after=self.query_one(TitleBar))
            self.refresh_bindings()

    def action_alert(self) -> None:
        """Ask for the values of the runbook that fits what goes wrong, filled in as the alert tells them."""
        if (alert := self._services.alert) is not None:
            self.begin_with(alert.runbook, alert.values)

    def is_about_alerts_now(self, action: str) -> bool:
        """Whether there is the banner that an action is about; without that of an alert one is pasted."""
        fires = bool(self.query_children("AlertBanner"))
        if action == "paste_alert":
            return not fires
        others = bool(self.query_children("InterruptedBanner, InboxBanner, AskedBanner"))
        return fires or (action != "alert" and others)

    async def action_put_alert_aside(self) -> None:
        """Put one banner away: that of the alert first, then those of the inbox and of runs."""
        if self.query_children("AlertBanner"):
            await self._drop_alert()
        elif self.query_children("InboxBanner"):
            self._told_until = max((row.last_at for row, _ in self._firing()), default=0.0)
            await self._drop_inbox_banner()
        else:
            asked = bool(self.query_children("AskedBanner"))
            await self.query_children("AskedBanner" if asked else "InterruptedBanner").remove()
        self.refresh_bindings()

    async def _drop_inbox_banner(self) -> None:
        self._banner = None
        await self.query_children("InboxBanner").remove()
        self.refresh_bindings()

    async def _drop_alert(self) -> None:
        await self.query_children("AlertBanner").remove()
        self.refresh_bindings()
