"""`pup-tui list`: which runbooks there are."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.runbooks import tell_closed
from pup_tui.cli.wiring import open_catalog
from pup_tui.cli.workflows import refresh_workflows, tell_workflows

if TYPE_CHECKING:
    from pup_tui.analysis.freshness import Freshness
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.journal.records import RunRow
    from pup_tui.proven import Proven
    from pup_tui.settings.settings import Settings


@click.command("list")
@click.option(
    "--tag",
    "tags",
    metavar="K[:V]",
    multiple=True,
    help="Only runbooks with this tag; given again, with all of them.",
)
@click.option("--refresh", is_flag=True, help="Fetch the Datadog Workflows first.")
@json_option
@runbooks_option
@pass_settings
def list_command(settings: Settings, tags: Sequence[str], refresh: bool, as_json: bool) -> None:
    """The runbooks that are installed, and the Datadog Workflows.

    These are shown as they were fetched last.
    """
    # What is loaded stays to the end, and to look through all of it for cycles again and again takes long.
    gc.disable()
    if refresh:
        refresh_workflows(settings)
    catalog = open_catalog(settings)
    tell_closed(catalog)
    tell_workflows(settings)
    entries = [entry for entry in catalog.entries() if _has_tags(entry, tags)]
    past = _past(settings.state_dir)
    fresh = {entry.path: _fresh(catalog, entry, past) for entry in entries}
    if as_json:
        print_json([_as_json(entry, past, fresh[entry.path]) for entry in entries])
        return
    if not entries:
        raise Failure("no runbook has these tags", "", "`pup-tui list` shows all", code=0)
    columns(
        settings.terminal.columns,
        ("RUNBOOK", "STEPS", "TAGS", "SOURCE", "LAST RUN", "PROVEN", "DESCRIPTION"),
        [_as_row(entry, past, fresh[entry.path]) for entry in entries],
        spare=("SOURCE", "TAGS"),
    )


def _has_tags(entry: Entry, tags: Sequence[str]) -> bool:
    for tag in tags:
        key, colon, value = tag.partition(":")
        if key not in entry.tags or (colon and entry.tags[key] != value):
            return False
    return True


class _Past(NamedTuple):
    """The last run of each runbook and what speaks for it, and whether all of that is known."""

    last_runs: Mapping[str, RunRow]
    proven: Proven
    is_all_known: bool


def _past(state: Path) -> _Past:
    """What the journal says of runbooks; where that is not all, the reason is told."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.reader import read_journal
    from pup_tui.proven import Proven

    past = _Past({}, Proven(), is_all_known=True)
    try:
        with read_journal(state) as journal:
            if journal is not None:
                losses = journal.losses()
                past = _Past(journal.last_runs(), Proven.of(journal), not losses)
                if losses:
                    tell(f"pup-tui: some last runs are not known: {losses}")
    except JournalError as error:
        tell(f"pup-tui: the last runs are not known: {error}")
        return _Past({}, Proven(), is_all_known=False)
    return past


def _fresh(catalog: Catalog, entry: Entry, past: _Past) -> Freshness:
    """What speaks for a runbook; nothing does for one that is shadowed, since another has its id."""
    if entry.shadowed:
        return past.proven.fresh("", entry.path)
    return past.proven.fresh(entry.id, entry.path, catalog.load(entry.path).files)


def _last_run(entry: Entry, past: _Past) -> str:
    last = past.last_runs.get(entry.id)
    if last is not None:
        return last.status
    return "never" if past.is_all_known else "unknown"


def _proven(fresh: Freshness, past: _Past) -> str:
    from pup_tui.analysis.freshness import short_freshness

    if fresh.last_success is None and not past.is_all_known:
        return "unknown"
    return short_freshness(fresh, time.time())


def _as_json(entry: Entry, past: _Past, fresh: Freshness) -> dict[str, Any]:
    from pup_tui.cli.shown import run_json
    from pup_tui.cli.stats_json import freshness_json

    last = past.last_runs.get(entry.id)
    return {
        "id": entry.id,
        "name": entry.name,
        "description": entry.description,
        "tags": entry.tags,
        "steps": entry.steps,
        "source": entry.origin,
        "path": str(entry.path),
        "broken": entry.broken,
        "error": entry.error or None,
        "shadowed": entry.shadowed,
        "trusted": entry.trusted,
        "changed": entry.changed,
        "last_run": run_json(last) if last else None,
        "freshness": freshness_json(fresh, time.time()),
    }


def _as_row(entry: Entry, past: _Past, fresh: Freshness) -> tuple[str, ...]:
    from pup_tui.catalog.entries import Origin

    marks = [entry.origin.value]
    # Of their names the id has the letters and digits of ASCII only.
    is_fetched = entry.origin is Origin.DATADOG
    if entry.shadowed:
        marks.append("shadowed")
    if not entry.trusted:
        marks.append("untrusted")
    if entry.changed:
        marks.append("changed")
    return (
        entry.id,
        "broken" if entry.broken else str(entry.steps),
        " ".join(f"{key}:{value}" for key, value in entry.tags.items()),
        ", ".join(marks),
        _last_run(entry, past),
        _proven(fresh, past),
        entry.error if entry.broken else entry.summary or (entry.name if is_fetched else ""),
    )
