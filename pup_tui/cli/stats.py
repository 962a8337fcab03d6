"""`pup-tui stats`: what past runs say of runbooks and their steps."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.printing import print_json
from pup_tui.cli.recorded_runs import recorded_runs, since_moment
from pup_tui.cli.runbooks import tell_closed
from pup_tui.cli.wiring import open_catalog

if TYPE_CHECKING:
    from pup_tui.analysis.statistics.statistics import RunbookStatistics
    from pup_tui.journal.reader import JournalReader
    from pup_tui.settings.settings import Settings


@click.command("stats")
@click.option("--runbook", metavar="R", help="Only runs of this runbook, and all of its steps.")
@click.option("--since", metavar="AGE", help="Only runs that began this long ago or later, as 30d.")
@json_option
@click.option(
    "--openmetrics", is_flag=True, help="Print OpenMetrics text, such as node-exporter collects."
)
@runbooks_option
@pass_settings
def stats_command(
    settings: Settings, runbook: str | None, since: str | None, as_json: bool, openmetrics: bool
) -> None:
    """What past runs say: how often runbooks succeed, how long they take, which steps fail most and why."""
    if as_json and openmetrics:
        raise Failure("--json and --openmetrics are two forms of the same", "", "give one of them")
    # What is read stays to the end, and to look through all of it for cycles again and again takes long.
    gc.disable()
    with recorded_runs(settings.state_dir) as recorded:
        found = _found(settings, recorded.journal, runbook, since_moment(since))
    if openmetrics:
        from pup_tui.analysis.statistics.openmetrics import openmetrics as as_openmetrics

        click.echo(as_openmetrics(found.values()), nl=False)
    elif as_json:
        from pup_tui.cli.stats_json import statistics_json

        now = time.time()
        print_json({each.id: statistics_json(each, now) for each in found.values()})
    else:
        from pup_tui.cli.stats_told import print_runbook, print_runbooks

        edge = settings.terminal.columns
        if runbook is None:
            print_runbooks(list(found.values()), edge, time.time())
        else:
            print_runbook(found[runbook], edge, time.time(), settings.profile_name)
    recorded.refuse_incomplete(
        "these are the statistics of the runs that are known, and not all are"
    )


def _found(
    settings: Settings, journal: JournalReader | None, runbook: str | None, since: float | None
) -> dict[str, RunbookStatistics]:
    """The statistics of all runbooks, or of one. Raises Failure for one that nobody knows."""
    from pup_tui.analysis.statistics.statistics import statistics
    from pup_tui.catalog.entries import Origin
    from pup_tui.journal.figures import Figures
    from pup_tui.proven import Proven, known_runbooks

    catalog = open_catalog(settings)
    tell_closed(catalog)
    proven = Proven.of(journal, runbook)
    figures = Figures() if journal is None else journal.figures(runbook=runbook, since=since)
    entries = [
        entry
        for entry in catalog.first_look()
        # An account has hundreds of workflows: those count that were run.
        if runbook in (None, entry.id)
        and (entry.origin is not Origin.DATADOG or entry.id in proven.runbooks)
    ]
    if runbook is not None and not entries and runbook not in {*proven.runbooks, *figures.runs}:
        told = f"there is no runbook `{runbook}`, and no run of one"
        raise Failure(told, "", "`pup-tui list` and `pup-tui history` show those that there are")
    return statistics(figures, known_runbooks(catalog, entries, proven), only=runbook)
