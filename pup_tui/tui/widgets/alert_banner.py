"""Tells what goes wrong at this moment, which runbook fits, and the key that opens its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.keys import key_of
from pup_tui.tui.texts import moment

if TYPE_CHECKING:
    from pup_tui.tui.services import FiringAlert


ASIDE = "put_alert_aside"


class AlertBanner(Static):
    """An alert in a few lines; a click does what the key beside it does, or opens the form."""

    def __init__(self, alert: FiringAlert) -> None:
        super().__init__(markup=False)
        self._alert = alert

    def on_mount(self) -> None:
        self.update(_told(self._alert, key_of(self.app, "alert"), key_of(self.app, ASIDE)))

    def on_click(self, event: events.Click) -> None:
        action = event.style.meta.get("action", "alert")
        self.screen.call_later(self.screen.run_action, action)


def _acts(text: Content, action: str) -> Content:
    return text.stylize(Style.from_meta({"action": action}))


def _told(alert: FiringAlert, key: str, aside: str) -> Content:
    title = Content.assemble(
        ("⚑ ", "bold $text-error"),
        (safe_text(alert.title), "bold $text-error"),
        (f"   firing since {moment(alert.since)}", "$text-muted"),
    )
    fits = Content.assemble(
        "  ", (safe_text(alert.runbook), "bold $text-primary"), f"  {safe_text(alert.reason)}"
    )
    keys = Content.assemble(
        (f"  {key}", "bold $text-accent"),
        " opens it   ",
        _acts(
            Content.assemble((aside, "bold $text-accent"), (" puts this aside", "$text-muted")),
            ASIDE,
        ),
        # Behind the keys: where the line is too short for all, those stay in sight.
        f"   {safe_text(', '.join(alert.values))} filled in",
    )
    message = Content(f"  {safe_text(alert.message)}")
    return Content("\n").join([title, message, fits, keys])
