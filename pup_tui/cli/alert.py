"""`pup-tui alert`: what an alert says, and which runbooks fit it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli.failure import Failure, tell_note
from pup_tui.cli.options import json_option, pass_settings, profile_option, runbooks_option
from pup_tui.cli.printing import print_json
from pup_tui.cli.runbooks import tell_closed
from pup_tui.cli.wiring import open_catalog
from pup_tui.local_time import local_time_of
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pup_tui.analysis.alerts.alert import Alert, AlertReading
    from pup_tui.analysis.alerts.fill import FilledValues
    from pup_tui.catalog.alerts import RunbookMatch
    from pup_tui.runbook.model import Runbook
    from pup_tui.settings.settings import Settings

OF_INBOX = "inbox:"
"""What the name of an alert of the inbox begins with."""

_TOLD = (
    *("service", "environment", "host", "domain", "namespace", "pod", "cluster", "queue", "region"),
    *("team", "metric", "value", "summary", "url", "runbook_url"),
)
"""The facts that people are shown, in this order."""


@click.command("alert")
@click.argument("source", metavar="[FILE|-|URL|inbox:NUMBER]", required=False)
@click.option("--inbox", "lists", is_flag=True, help="List the alerts that have come to the inbox.")
@json_option
@profile_option
@runbooks_option
@pass_settings
def alert_command(settings: Settings, source: str | None, lists: bool, as_json: bool) -> None:
    """Read an alert and rank the runbooks that fit it.

    The alert is a FILE, standard input (-), an address itself, or one that has come to the inbox
    (`pup-tui listen`). It is JSON of a webhook, an e-mail, a message of a chat, or any other text. Nothing in
    it is fetched or run.
    """
    from pup_tui.catalog.alerts import matches, told_broken

    if lists:
        from pup_tui.cli.inbox import list_inbox

        list_inbox(settings, source, as_json=as_json)
        return
    reading = read_alert(settings, source)
    catalog = open_catalog(settings)
    tell_closed(catalog)
    found, broken = matches(reading.first, catalog, **_by_profile(settings))
    if as_json:
        print_json(
            {
                "alerts": [alert.as_json() for alert in reading.alerts],
                "notes": reading.notes,
                "matches": [_as_json(each) for each in found],
                "broken": broken,
            }
        )
        return
    _print_alert(reading)
    _print_matches(found)
    if broken:
        tell_note(safe_text(told_broken(broken)))


class GivenAlert(NamedTuple):
    """What a run is about, as it carries it, and what that gives to its variables."""

    alert: dict[str, Any]
    filled: FilledValues


def given_alert(settings: Settings, runbook: Runbook, source: str) -> GivenAlert:
    """What `--alert` gives to a runbook. Raises Failure for an alert that cannot be read."""
    from pup_tui.catalog.alerts import filled_by

    reading = read_alert(settings, source)
    if reading.first.is_resolved:
        tell_note("the alert is resolved: look whether anything is left to do")
    if len(reading.alerts) > 1:
        tell_note(f"of {len(reading.alerts)} alerts it is about: {reading.first.title}")
    filled = filled_by(reading.first, runbook, **_by_profile(settings))
    for name, why in filled.unfit.items():
        tell_note(f"the alert's value for {name} was not taken: {why}")
    return GivenAlert(reading.first.for_run(), filled)


def _by_profile(settings: Settings) -> Any:
    said = settings.profile.said.vars if settings.profile else {}
    return {"profile": settings.profile_name, "profile_values": said}


def read_alert(settings: Settings, source: str | None) -> AlertReading:
    """The alerts of a file, of standard input, of an address, or one of the inbox.

    Raises Failure where there are none.
    """
    from pup_tui.analysis.alerts.paste import NoAlert
    from pup_tui.analysis.alerts.read import read_alerts

    if source is not None and source.startswith(OF_INBOX):
        from pup_tui.cli.inbox import alert_of_inbox

        return alert_of_inbox(settings, source)
    where = "standard input" if source in (None, "-") else source or ""
    try:
        return read_alerts(_text(source))
    except NoAlert as error:
        raise Failure(str(error), where, error.hint) from error


def _text(source: str | None) -> str:
    from pup_tui.analysis.alerts.paste import LARGEST

    most = 4 * LARGEST + 1
    """Bytes: more than the largest paste has in any case."""
    if source is not None and source.startswith(("http://", "https://")):
        return source
    if source is None and sys.stdin.isatty():
        raise Failure("there is no alert", "", "name a file, or say - and paste it, then Ctrl-D")
    if source in (None, "-"):
        return sys.stdin.buffer.read(most).decode("utf-8", "replace")
    try:
        with Path(str(source)).open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError as error:
        from pup_tui.place_errors import told

        raise Failure(
            told(error), "", "name a file with an alert, or - for standard input"
        ) from error


def _as_json(match: RunbookMatch) -> dict[str, Any]:
    return {
        "runbook": match.id,
        "rank": match.rank,
        "why": match.why,
        "vars": match.filled.taken,
        "from": match.filled.places,
        "empty": {**match.filled.unfit, **match.filled.withheld},
    }


def _print_alert(reading: AlertReading) -> None:
    alert = reading.first
    if alert.is_resolved:
        ended = alert.text("ended_at")
        since = f" since {local_time_of(ended)}" if ended else ""
        click.echo(f"RESOLVED{since}: look whether anything is left to do.")
    began = alert.text("started_at")
    line = [alert.text("severity"), alert.text("status"), alert.system]
    if began:
        line.insert(2, f"since {local_time_of(began)}")
    click.echo(f"{safe_text(alert.title)}  ({safe_text(', '.join(each for each in line if each))})")
    for name in _TOLD:
        if name in alert.facts and alert.text(name) != alert.title:
            click.echo(f"  {name.replace('_', ' ')}: {safe_text(_told(alert, name))}")
    for note in reading.notes:
        click.echo(f"  note: {safe_text(note)}")
    if len(reading.alerts) > 1:
        click.echo(f"  and {len(reading.alerts) - 1} more of its group")


def _told(alert: Alert, name: str) -> str:
    fact = alert.facts[name]
    return f"{fact.value}  (a guess from {fact.where})" if fact.guess else str(fact.value)


def _print_matches(found: Sequence[RunbookMatch]) -> None:
    click.echo()
    if not found:
        click.echo("No runbook fits this alert.")
        return
    if sum(each.rank == 1 for each in found) > 1:
        click.echo("Several runbooks fit equally well.")
    for each in found:
        click.echo(f"{each.rank}  {safe_text(each.id)}  ({safe_text('; '.join(each.why))})")
        for name, value in each.filled.taken.items():
            click.echo(safe_text(f"     {name}={value}  ({each.filled.places[name]})"))
        for name, why in {**each.filled.withheld, **each.filled.unfit}.items():
            click.echo(safe_text(f"     {name} stays empty: {why}"))
