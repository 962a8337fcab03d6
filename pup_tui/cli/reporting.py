"""`pup-tui report`: what is recorded of runs, as a document for a post-mortem."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import pup_tui
from pup_tui.analysis.report.facts import Postmortem
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.words import FileLink
from pup_tui.cli.failure import Failure
from pup_tui.cli.new_file import output_option, written_to
from pup_tui.cli.options import pass_settings, runbooks_option
from pup_tui.cli.recorded_runs import RecordedRuns, recorded_runs, since_moment
from pup_tui.cli.reported_run import holders_in, names_in, reported_run
from pup_tui.cli.shown import ShownRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.settings.settings import Settings

MOST_RUNS = 100
"""Runs of one report: nobody reads more, and each is read and played again as a whole."""

FORMATS = ("md", "html", "json", "chat")

_BY_END = {".html": "html", ".htm": "html", ".json": "json"}
"""Formats by how the name of a file ends; any other is Markdown."""


@click.command("report")
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="md",
    show_default=True,
    help="Markdown, one file of HTML, JSON, or a few lines for a chat.",
)
@click.option("--names", is_flag=True, help="Name people, in place of telling their role.")
@click.option("--since", metavar="AGE", help="All runs that began this long ago or later, as 2h.")
@click.option(
    "--incident",
    metavar="ID",
    help="All runs about ID: their alert, or one of their variables, has that value.",
)
@output_option
@runbooks_option
@pass_settings
def report_command(
    settings: Settings,
    runs: tuple[str, ...],
    format_: str,
    names: bool,
    since: str | None,
    incident: str | None,
    output: Path | None,
) -> None:
    """A document for a post-mortem, out of what is recorded of each RUN (its id, or an end of it).

    Several runs are told in one timeline. What the record cannot know, such as impact and causes, is marked
    to be filled in. Secrets are not in the record, and so not in the report.
    """
    with recorded_runs(settings.state_dir) as recorded:
        chosen = _chosen(recorded, runs, since_moment(since), incident)
        told, people = postmortem(recorded, chosen, by_name=names)
    text = written(told, people, format_, file_names(settings.home, output, people))
    with written_to(output) as write:
        write(text)


def report_for(state: Path, home: Path, run: str, target: Path) -> str:
    """The report of a run as the text of a file, of the format that its name tells. Raises JournalError."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.places import journal_path
    from pup_tui.journal.reader import read_journal

    with read_journal(state) as journal:
        row = None if journal is None else journal.run(run)
        if journal is None or row is None:
            where = journal_path(state)
            raise JournalError(f"there is no run {run}", where, "see the history")
        recorded = RecordedRuns(journal, journal.losses())
        told, people = postmortem(recorded, [(journal, row)])
    format_ = _BY_END.get(target.suffix.lower(), "md")
    return written(told, people, format_, file_names(home, target, people))


def _chosen(
    recorded: RecordedRuns, runs: Sequence[str], since: float | None, incident: str | None
) -> list[tuple[JournalReader, RunRow]]:
    """The runs that are named, or those of a time or an incident, in the order in which they began."""
    if runs and (since is not None or incident is not None):
        told = "runs are named, and a time or an incident as well"
        raise Failure(told, "", "name the runs, or say --since or --incident")
    if runs:
        found = [recorded.find(run) for run in runs]
        return sorted({row.run: (journal, row) for journal, row in found}.values(), key=_began)
    if since is None and incident is None:
        todo = "name one (`pup-tui history` shows them), or say --since or --incident"
        raise Failure("no run is named", "", todo)
    journal = recorded.journal
    rows = journal.runs(since=since) if journal is not None else []
    if journal is None or not rows:
        raise recorded.none("there are no such runs", "`pup-tui history` shows the runs")
    if incident is not None:
        rows = _about(journal, rows, incident)
    rows = [row for row in rows if not row.look]
    if not rows:
        told = "no run has that as a value of its alert or of a variable"
        raise Failure(told, f"--incident {incident}", "name the runs themselves")
    if len(rows) > MOST_RUNS:
        told = f"these are {len(rows)} runs, and a report tells at most {MOST_RUNS}"
        raise Failure(told, "", "name fewer, or another --since")
    return [(journal, row) for row in reversed(rows)]


def _began(found: tuple[JournalReader, RunRow]) -> float:
    return found[1].started_at


def _about(journal: JournalReader, rows: Sequence[RunRow], incident: str) -> list[RunRow]:
    from pup_tui.analysis.report.incident import is_about

    begun = journal.first_events()
    return [row for row in rows if is_about(begun.get(row.run, ()), row.vars, incident)]


def postmortem(
    recorded: RecordedRuns, chosen: Sequence[tuple[JournalReader, RunRow]], *, by_name: bool = False
) -> tuple[Postmortem, People]:
    """All that is reported of runs. Raises JournalError where one cannot be read."""
    shown = [ShownRun(journal, row) for journal, row in chosen]
    told = [each.as_json() for each in shown]
    names = [name for run, said in zip(shown, told, strict=True) for name in names_in(run, said)]
    holders = [holder for run in shown for holder in holders_in(run)]
    people = People(names, by_name=by_name, holders=holders)
    runs = (reported_run(run, said, people) for run, said in zip(shown, told, strict=True))
    found = Postmortem(
        runs=tuple(runs),
        made=time.time(),
        version=pup_tui.__version__,
        losses=recorded.losses,
    )
    return found, people


def file_names(home: Path, output: Path | None, people: People) -> Callable[[str], FileLink]:
    """How files are told in a report that is written to `output`: with what leads there from its folder.

    Nothing leads to a file by way of the name of somebody who is not to be named.
    """
    folder = None if output is None else Path(os.path.abspath(output)).parent

    def named(path: str) -> FileLink:
        from urllib.parse import quote

        place = Path(path)
        shown = f"~/{place.relative_to(home)}" if place.is_relative_to(home) else path
        way = path if folder is None else os.path.relpath(place, folder)
        if people.stand_in(way):
            return FileLink(people.text(shown))
        if folder is None:
            return FileLink(people.text(shown), place.as_uri())
        # A colon in the first part would make it a scheme.
        return FileLink(people.text(shown), quote(way if way.startswith(".") else f"./{way}"))

    return named


def written(
    told: Postmortem, people: People, format_: str, file_named: Callable[[str], FileLink]
) -> str:
    """The report as the text of one of `FORMATS`."""
    if format_ == "chat":
        from pup_tui.analysis.report.chat import as_chat

        return as_chat(told, people)
    if format_ == "json":
        from pup_tui.analysis.report.plain_data import as_data
        from pup_tui.output.safe_json import safe_json

        return safe_json(as_data(told, people), indent=2) + "\n"
    from pup_tui.analysis.report.sections import page_of

    page = page_of(told, people, file_named)
    if format_ == "html":
        from pup_tui.analysis.report.web import as_html

        return as_html(page)
    from pup_tui.analysis.report.markdown import as_markdown

    return as_markdown(page)
