"""`pup-tui export`: runs and their steps for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pup_tui
from pup_tui.cli.failure import Failure, tell_note
from pup_tui.cli.new_file import Write, output_option, written_to
from pup_tui.cli.options import pass_settings, runbooks_option
from pup_tui.cli.recorded_runs import recorded_runs, since_moment
from pup_tui.cli.searching import WantedRuns
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from pup_tui.analysis.export.records import ExportedRun
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.settings.settings import Settings

EXPORTS = ("csv", "jsonl", "otlp-json")


@click.command("export")
@click.option(
    "--format",
    "format_",
    type=click.Choice(EXPORTS),
    required=True,
    help="A table, JSON Lines, or spans of traces in the JSON of OTLP.",
)
@click.option("--since", metavar="AGE", help="Only runs that began this long ago or later, as 30d.")
@click.option("--runbook", metavar="R", help="Only runs of this runbook.")
@output_option
@runbooks_option
@pass_settings
def export_command(
    settings: Settings, format_: str, since: str | None, runbook: str | None, output: Path | None
) -> None:
    """Runs and their steps for other programs, the newest run first.

    Neither commands nor outputs are in it. Nothing is sent anywhere.
    """
    wanted = WantedRuns(runbook, None, since_moment(since))
    with recorded_runs(settings.state_dir) as recorded:
        journal = recorded.journal
        runs = _Runs(journal, wanted.runs(journal)) if journal is not None else None
        with written_to(output) as write:
            _WRITERS[format_](() if runs is None else runs, write)
        if runs is not None and runs.unread:
            told = f"the steps of {len(runs.unread)} runs are missing, which cannot be read"
            raise Failure(told, "", "what is said above tells why", code=FAILED)
        recorded.refuse_incomplete("these are the runs that are known, and not all are")


class _Runs:
    """The runs with their steps, one after the other; `unread` are those whose steps are missing."""

    def __init__(self, journal: JournalReader, rows: Iterable[RunRow]) -> None:
        from pup_tui.recorded_text import KnownPrograms

        self._journal = journal
        self._rows = rows
        self._programs = KnownPrograms()
        self.unread: list[str] = []

    def __iter__(self) -> Iterator[ExportedRun]:
        from pup_tui.analysis.export.records import ExportedRun, exported_steps
        from pup_tui.core.state import RunStatus
        from pup_tui.journal.errors import JournalError
        from pup_tui.recorded_text import read_replayed

        for row in self._rows:
            try:
                record, replayed = read_replayed(self._journal, row, self._programs)
            except JournalError as error:
                tell_note(str(error))
                self.unread.append(row.run)
                yield ExportedRun(row)
                continue
            steps = exported_steps(
                record.programs,
                replayed.state,
                replayed.notices,
                is_over=row.status is not RunStatus.RUNNING,
            )
            yield ExportedRun(row, replayed.state.waited, steps)


def _as_csv(runs: Iterable[ExportedRun], write: Write) -> None:
    from pup_tui.analysis.export.records import records
    from pup_tui.analysis.export.table import heading, rows

    write(heading())
    for run in runs:
        write(rows(records(run)))


def _as_lines(runs: Iterable[ExportedRun], write: Write) -> None:
    from pup_tui.analysis.export.records import records
    from pup_tui.output.safe_json import safe_json

    for run in runs:
        write("".join(f"{safe_json(record)}\n" for record in records(run)))


def _as_spans(runs: Iterable[ExportedRun], write: Write) -> None:
    from pup_tui.analysis.export.spans import CLOSING, opening, spans

    write(opening(pup_tui.__version__))
    between = ""
    for span in chain.from_iterable(map(spans, runs)):
        write(f"{between}{span}")
        between = ","
    write(CLOSING)


_WRITERS: Mapping[str, Any] = {"csv": _as_csv, "jsonl": _as_lines, "otlp-json": _as_spans}
