"""`pup-tui history` and `pup-tui show`: what was run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.keeping import backup_command, prune_command, repair_command
from pup_tui.cli.options import json_option, pass_settings, runbooks_option
from pup_tui.cli.printing import columns, print_json, table_width
from pup_tui.cli.recorded_runs import recorded_runs, since_moment
from pup_tui.cli.shown import ShownRun, legs_json, run_json
from pup_tui.cli.subcommands import Subcommands
from pup_tui.core.state import RunStatus
from pup_tui.local_time import local_time
from pup_tui.template.duration import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pup_tui.journal.records import RunRow
    from pup_tui.settings.settings import Settings


_COLUMNS = (
    "RUN", "RUNBOOK", "STATUS", "LEG", "STARTED", "DURATION", "OPERATOR", "PROFILE", "SCHEDULE",
    "WARNINGS",
)  # fmt: skip
_ID_END = 8
"""Characters that the end of an id has where all of it has no room."""

_SPARE = ("WARNINGS", "LEG", "OPERATOR", "SCHEDULE", "PROFILE", "DURATION")
"""What a narrow terminal does without, first to last; `show` has all of it."""


@click.group(
    "history",
    cls=Subcommands,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND [ARGS]...]",
)
@click.option("--runbook", metavar="R", help="Only runs of this runbook.")
@click.option("--status", type=click.Choice([s.value for s in RunStatus]), help="Only such runs.")
@click.option("--since", metavar="AGE", help="Only runs that began this long ago or later, as 7d.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the newest N of them.")
@click.option(
    "--search",
    metavar="TEXT",
    help="What of them has TEXT, as it is: commands, answers, notes, and what steps printed.",
)
@json_option
@runbooks_option
@click.pass_context
def history_command(ctx: click.Context, /, **wanted: Any) -> None:
    """Past runs, newest first."""
    if ctx.invoked_subcommand is None:
        _list(**wanted)
    elif any(wanted.values()):
        raise click.UsageError(f"`{ctx.invoked_subcommand}` stands before its options", ctx)


for each in (backup_command, prune_command, repair_command):
    history_command.add_command(each)


@pass_settings
def _list(
    settings: Settings,
    runbook: str | None,
    status: str | None,
    since: str | None,
    limit: int | None,
    search: str | None,
    as_json: bool,
) -> None:
    if search is not None:
        from pup_tui.cli.searching import WantedRuns, search_runs

        wanted = WantedRuns(runbook, status, since_moment(since), limit)
        search_runs(settings.state_dir, search, wanted, as_json=as_json)
        return
    with recorded_runs(settings.state_dir) as recorded:
        journal = recorded.journal
        rows = (
            journal.runs(
                runbook=runbook,
                statuses=None if status is None else [RunStatus(status)],
                since=since_moment(since),
                limit=limit,
            )
            if journal
            else []
        )
        legs = journal.first_events() if journal and as_json else {}
    if as_json:
        print_json([{**run_json(row), "legs": legs_json(legs.get(row.run, ()))} for row in rows])
    elif rows:
        edge = settings.terminal.columns
        columns(edge, *_fitting(edge, [_as_row(row) for row in rows]))
    elif not recorded.losses:
        click.echo("no such runs: `pup-tui run RUNBOOK` makes the first", err=True)
    recorded.refuse_incomplete("these are the runs that are known, and not all are")


@click.command("show")
@click.argument("run")
@json_option
@runbooks_option
@pass_settings
def show_command(settings: Settings, run: str, as_json: bool) -> None:
    """One RUN (its id, or the beginning or end of it) with its steps and what they printed."""
    with recorded_runs(settings.state_dir) as runs:
        shown = ShownRun(*runs.find(run))
        if as_json:
            print_json(shown.as_json())
        else:
            shown.print(settings.terminal.columns)


def _fitting(
    edge: int | None, rows: Sequence[Sequence[str]]
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The heads and rows as they fit before a terminal's `edge`, if they can: without columns in which
    nothing stands, then with the ends of the ids only, by which runs are found as well, then without others.
    """
    table: list[Sequence[str]] = [_COLUMNS, *rows]
    if edge is None:
        return table[0], table[1:]
    held = [at for at in range(len(_COLUMNS)) if any(row[at] for row in rows)]
    table = _only(held, table)
    if table_width(table) > edge:
        table = [table[0], *((row[0][-_ID_END:], *row[1:]) for row in table[1:])]
    for spare in _SPARE:
        if table_width(table) > edge and spare in table[0]:
            table = _only([at for at, head in enumerate(table[0]) if head != spare], table)
    return table[0], table[1:]


def _only(held: Sequence[int], table: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    return [tuple(row[at] for at in held) for row in table]


def _status(row: RunRow) -> str:
    """How a run ended, and what is particular about it."""
    marks = ("unchecked",) * bool(row.unchecked) + ("a look for a plan",) * row.look
    return ", ".join((row.status, *marks))


def _as_row(row: RunRow) -> tuple[str, ...]:
    return (
        row.run,
        row.runbook,
        _status(row),
        "" if row.leg == 1 else str(row.leg),
        local_time(row.started_at),
        "" if row.duration is None else format_duration(row.duration),
        row.operator,
        row.profile,
        row.scheduled,
        str(row.warnings or ""),
    )
