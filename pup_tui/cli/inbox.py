"""The alerts of the inbox without the console: `pup-tui alert --inbox`, and one as `inbox:NUMBER`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.failure import Failure, journal_failures
from pup_tui.cli.printing import print_json
from pup_tui.local_time import local_time
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.analysis.alerts.alert import AlertReading
    from pup_tui.journal.inbox import InboxRow
    from pup_tui.settings.settings import Settings


def list_inbox(settings: Settings, source: str | None, *, as_json: bool) -> None:
    """Print what has come, the open ones first. Raises Failure."""
    if source is not None:
        raise Failure("--inbox lists all of it", source, "leave one of them out")
    rows = sorted(_rows(settings), key=lambda row: not row.is_open)
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    if not rows:
        click.echo("No alert has come in the last 7 days. `pup-tui listen` takes them.")
    for row in rows:
        _print(row)


def alert_of_inbox(settings: Settings, source: str) -> AlertReading:
    """The alert that `inbox:NUMBER` names, as it was read when it came. Raises Failure."""
    from pup_tui.inbox.receiving import reading_of

    number = source.partition(":")[2]
    known = {str(row.number): row for row in _rows(settings)}
    reading = reading_of(known[number]) if number in known else None
    if reading is None:
        todo = "`pup-tui alert --inbox` lists those that there are"
        raise Failure("there is no such alert in the inbox", source, todo)
    return reading


def _rows(settings: Settings) -> list[InboxRow]:
    from pup_tui.journal.inbox import kept_alerts
    from pup_tui.journal.reader import read_journal

    with journal_failures(), read_journal(settings.state_dir) as journal:
        return [] if journal is None else kept_alerts(journal, time.time())


def _as_json(row: InboxRow) -> dict[str, Any]:
    from pup_tui.analysis.alerts.kept import alert_from
    from pup_tui.core.notices import rfc3339

    alert = alert_from(row.alert)
    return {
        "number": row.number,
        "open": row.is_open,
        "aside": row.aside_at is not None,
        "times": row.times,
        "first_at": rfc3339(row.first_at),
        "last_at": rfc3339(row.last_at),
        "alert": {} if alert is None else alert.as_json(),
    }


def _print(row: InboxRow) -> None:
    from pup_tui.analysis.alerts.kept import told_of
    from pup_tui.core.told_alert import told_alert

    often = f"  {row.times} times" if row.times > 1 else ""
    aside = "  put aside" if row.aside_at is not None else ""
    told = f"inbox:{row.number}  {local_time(row.last_at)}  {told_alert(told_of(row.alert))}"
    click.echo(f"{safe_text(told)}{often}{aside}")
