"""What is kept of a text that came: its alerts, each without secrets."""

from __future__ import annotations

from typing import Final

from pup_tui.analysis.alerts.alert import Alert, AlertReading
from pup_tui.analysis.alerts.kept import alert_from, alike, is_too_large, key_of_alert, plain_alert
from pup_tui.analysis.alerts.paste import NoAlert
from pup_tui.analysis.alerts.read import read_alerts
from pup_tui.journal.inbox import InboxRow, ReceivedAlert

MOST_TEXT: Final = 20_000
"""Characters that are kept of how an alert came."""


def received(text: str) -> list[ReceivedAlert]:
    """The alerts of a text, to be kept. Raises NoAlert where it says nothing that could be looked into."""
    reading = read_alerts(text)
    alerts = [alert for alert in reading.alerts if any(map(str.isalpha, alert.title))]
    if not alerts:
        raise NoAlert("nothing in it says what is wrong", "send a title, a summary or a link")
    if any(is_too_large(alert) for alert in alerts):
        raise NoAlert("an alert in it says too much to be kept", "send fewer or shorter labels")
    # The last of a text is stored last, so that the most severe one is the newest.
    return [_to_keep(alert, reading.text[:MOST_TEXT]) for alert in reversed(alerts)]


def _to_keep(alert: Alert, text: str) -> ReceivedAlert:
    return ReceivedAlert(
        system=alert.system,
        key=key_of_alert(alert),
        alike=alike(alert),
        status=alert.text("status") or "firing",
        alert=plain_alert(alert),
        text=text,
    )


def reading_of(row: InboxRow) -> AlertReading | None:
    """An alert that is kept, as if it had just been read; None where it is none any more."""
    alert = alert_from(row.alert)
    return None if alert is None else AlertReading(alerts=(alert,), notes=(), text=row.text)
