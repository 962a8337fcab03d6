"""Tells that alerts have come, wherever one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from pup_tui.analysis.alerts.groups import began
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import cut_middle, moment

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import Alert
    from pup_tui.journal.inbox import InboxRow

LEAST_TITLE = 12


class InboxBanner(Static):
    """The worst alert that fires, how many more do, and the key that shows them; a click does the same."""

    def __init__(self, row: InboxRow, alert: Alert, more: int) -> None:
        super().__init__(markup=False)
        self._row, self._alert, self._more = row, alert, more
        self._offers_aside = True

    def offer_aside(self, offered: bool) -> None:
        """Name the key that puts it away only where that does so."""
        if offered != self._offers_aside:
            self._offers_aside = offered
            self._show()

    def tell(self, row: InboxRow, alert: Alert, more: int) -> None:
        """Tell of another one."""
        self._row, self._alert, self._more = row, alert, more
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        """Tell all of it, the key at the end in any case; the facts give way before the title does."""
        if not self.is_mounted:
            return
        alert = self._alert
        shows, aside = (key_of(self.app, each) for each in ("inbox", "put_alert_aside"))
        more = f"{self._more} more · " if self._more else ""
        after = f"{more}{shows} shows {'them' if self._more else 'it'}"
        after += f" · {aside} aside" if self._offers_aside else ""
        facts = [alert.text("severity"), alert.text("service"), moment(began(self._row, alert))]
        said = [safe_text(each) for each in facts if each]
        title = Content(safe_text(alert.title))
        room = self.content_size.width - len("⚑   ") - Content(after).cell_length
        while said and Content(" · ".join([*said, ""])).cell_length + title.cell_length > room:
            said.pop()
        told = " · ".join([*said, after])
        left = self.content_size.width - len("⚑   ") - Content(told).cell_length
        shown = cut_middle(title.plain, max(LEAST_TITLE, left))
        self.update(Content.assemble("⚑ ", (shown, "bold"), f"  {told}"), layout=False)

    def on_click(self) -> None:
        self.screen.call_later(self.screen.run_action, "inbox")
