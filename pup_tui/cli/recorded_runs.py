"""The journal as commands look at it: what is known to be lost of it is said first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pup_tui.cli.failure import Failure, journal_failures, tell
from pup_tui.headless.exits import FAILED

if TYPE_CHECKING:
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow

_WAY_OUT = "restore a backup, or `pup-tui history repair` sets aside what is left of the others"


class RecordedRuns(NamedTuple):
    """The journal, None where there is none yet, and what of it is known to be lost, empty if nothing is."""

    journal: JournalReader | None
    losses: str

    def find(self, run: str) -> tuple[JournalReader, RunRow]:
        """A run by its id, or by the beginning or end of it. Raises Failure where there is none."""
        row = None if self.journal is None else self.journal.run(run)
        if self.journal is None or row is None:
            raise self.none(f"there is no run `{run}`", "`pup-tui history` shows the runs")
        return self.journal, row

    def none(self, told: str, todo: str) -> Failure:
        """What ends a command that finds no run; where records are lost, nobody knows that there is none."""
        if not self.losses:
            return Failure(told, "", todo)
        return Failure(
            f"{told} among those that are known, and not all are", "", _WAY_OUT, code=FAILED
        )

    def refuse_incomplete(self, told: str, todo: str = _WAY_OUT) -> None:
        """Raise Failure for what only the whole record could tell, where that is not whole."""
        if self.losses:
            raise Failure(told, "", todo, code=FAILED)


@contextmanager
def recorded_runs(state: Path) -> Iterator[RecordedRuns]:
    """The journal for looking only. Raises Failure where it cannot be read."""
    from pup_tui.journal.errors import JournalError
    from pup_tui.journal.reader import read_journal

    with journal_failures(), read_journal(state) as journal:
        losses = journal.losses() if journal else ""
        if losses:
            tell(f"pup-tui: {losses}")
        try:
            yield RecordedRuns(journal, losses)
        except JournalError as error:
            if str(error) == losses:  # it has been said
                raise click.exceptions.Exit(FAILED) from error
            raise


def since_moment(age: str | None) -> float | None:
    """The moment (seconds since 1970) that `--since` names by its age. Raises Failure."""
    from pup_tui.template.duration import DurationError, parse_duration

    if age is None:
        return None
    try:
        return time.time() - parse_duration(age)
    except DurationError as error:
        raise Failure(str(error), "--since") from error
