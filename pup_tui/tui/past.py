"""Past runs, from the journal. All calls block: the console makes them in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pup_tui.analysis.freshness import UNPROVEN, Freshness
from pup_tui.core.broken_off import left_as
from pup_tui.core.notices import AnyNotice, RunFinished, RunStarted, StepFinished, rfc3339
from pup_tui.core.standing import known_step, without_attempts
from pup_tui.core.state import RunState, RunStatus, StepStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.figures import NOTHING_USUAL, UsualFigures
from pup_tui.journal.places import journal_path, run_dir
from pup_tui.journal.reader import read_journal
from pup_tui.journal.records import HIDDEN, RunRow
from pup_tui.output.spool import spool_name
from pup_tui.proven import Proven

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.core.events import AnyEvent
    from pup_tui.core.program import Program
    from pup_tui.drivers.following import FollowedRun
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.recorded import Recorded
    from pup_tui.runbook.load import Loaded

RECENT = 50
"""The newest runs of a runbook that say how long its steps usually take, and how often they fail."""


class LookBack(NamedTuple):
    """The newest run of each runbook, and what speaks for those that were run, by their ids."""

    last_runs: Mapping[str, RunRow]
    fresh: Mapping[str, Freshness]


NOTHING_PAST = LookBack({}, {})


def look_back(state: Path, catalog: Catalog, entries: Iterable[Entry]) -> LookBack:
    """What the journal says of these runbooks; whether a text changed, of those that are judged.

    Raises JournalError.
    """
    with read_journal(state) as journal:
        if journal is None:
            return NOTHING_PAST
        proven = Proven.of(journal)
        fresh = {
            entry.id: proven.fresh(entry.id, entry.path, _texts(catalog, entry))
            for entry in entries
            if entry.id in proven.runbooks and not entry.shadowed
        }
        return LookBack(journal.last_runs(), fresh)


def _texts(catalog: Catalog, entry: Entry) -> Mapping[str, bytes] | None:
    return catalog.load(entry.path).files if entry.is_judged else None


@dataclass(frozen=True)
class KnownRuns:
    """What the journal knows of a runbook's runs.

    Its newest `runs`, newest first, what speaks for it, what is usual of it, and what of
    the journal is known to be lost.
    """

    runs: Sequence[RunRow] = ()
    fresh: Freshness = UNPROVEN
    usual: UsualFigures = NOTHING_USUAL
    losses: str = ""


def known_runs(
    state: Path, runbook: str, file: Path, texts: Mapping[str, bytes], limit: int
) -> KnownRuns:
    """Up to `limit` runs of a runbook, and what all say of it and of its file, which is made of these texts.

    Raises JournalError.
    """
    with read_journal(state) as journal:
        if journal is None:
            return KnownRuns()
        return KnownRuns(
            runs=journal.runs(runbook=runbook, limit=limit),
            fresh=Proven.of(journal, runbook).fresh(runbook, file, texts),
            usual=journal.usual(runbook, newest=RECENT),
            losses=journal.losses(),
        )


def fresh_now(state: Path, loaded: Loaded) -> Freshness | None:
    """What speaks for a runbook as its files are; None where the journal cannot be read."""
    try:
        with read_journal(state) as journal:
            proven = Proven.of(journal, loaded.id)
    except JournalError:
        return None
    return proven.fresh(loaded.id, loaded.path, loaded.files)


def usual_figures(state: Path, runbook: str) -> UsualFigures:
    """What recent runs of a runbook say of it and of its steps. Raises JournalError."""
    with read_journal(state) as journal:
        return NOTHING_USUAL if journal is None else journal.usual(runbook, newest=RECENT)


def past_runs(state: Path, runbook: str | None = None, limit: int | None = None) -> list[RunRow]:
    """Runs, newest first. Raises JournalError."""
    with read_journal(state) as journal:
        return [] if journal is None else journal.runs(runbook=runbook, limit=limit)


def interrupted_runs(state: Path, since: float) -> list[RunRow]:
    """Runs that were interrupted and began at or after `since` (seconds since 1970). Raises JournalError."""
    with read_journal(state) as journal:
        if journal is None:
            return []
        return journal.runs(statuses=[RunStatus.INTERRUPTED], since=since)


def last_values(state: Path, runbook: str) -> dict[str, object]:
    """The values that the newest run of a runbook was given, without secrets. Raises JournalError."""
    rows = past_runs(state, runbook, 1)
    return known_values(rows[0].vars) if rows else {}


def known_values(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a run that are no secrets."""
    return {name: value for name, value in values.items() if value != HIDDEN}


@dataclass(frozen=True)
class PastRun:
    """A run as it was: its record, what was told, the state it ended in, where its output is."""

    row: RunRow
    record: Recorded
    state: RunState
    notices: list[AnyNotice]
    folder: Path

    @property
    def program(self) -> Program:
        """The program that its newest leg was made from."""
        return self.record.program

    @property
    def events(self) -> Sequence[AnyEvent]:
        return self.record.events

    def output_path(self, step: str) -> Path:
        """Where the step's output is, if it had any."""
        return self.folder / spool_name(self.program.place(step), step)


def read_run(state: Path, run: str) -> PastRun:
    """Replay a recorded run. Raises JournalError if it cannot be read."""
    from pup_tui.recorded_text import read_replayed

    with read_journal(state) as journal:
        row = None if journal is None else journal.run(run)
        if journal is None or row is None:
            raise JournalError(f"there is no run {run}", journal_path(state), "see the history")
        record, replayed = read_replayed(journal, row)
    notices = [_masked(notice, row) for notice in replayed.notices]
    if row.status is RunStatus.INTERRUPTED:
        ended = rfc3339(row.ended_wall or row.started_at)
        end = replayed.state
        took = end.took(end.clock)
        broken = broken_off(end, row.reason, ts=ended, duration=took)
        notices = completed(notices, broken)
    return PastRun(row, record, replayed.state, notices, run_dir(state, row.run))


def _masked(notice: AnyNotice, row: RunRow) -> AnyNotice:
    """The journal holds no secret, so the replay knows no values of them: show that they are hidden."""
    return (
        msgspec.structs.replace(notice, vars=row.vars) if isinstance(notice, RunStarted) else notice
    )


def completed(notices: Sequence[AnyNotice], broken: Sequence[AnyNotice]) -> list[AnyNotice]:
    """What a run that broke off told, and what it could not tell.

    One that was interrupted in order told its end, but not that of the blocks that were open.
    """
    told = [notice for notice in notices if isinstance(notice, RunFinished)]
    rest = [notice for notice in notices if not isinstance(notice, RunFinished)]
    return [*rest, *(broken[:-1] if told else broken), *told]


def broken_off(state: RunState, reason: str, *, ts: str, duration: float) -> list[AnyNotice]:
    """What a run could not tell any more: that it was interrupted, and how it left what had begun.

    What its newest leg had not come to is as an earlier one left it.
    """
    ended: list[AnyNotice] = []
    for step_id, known in state.steps.items():
        step = known_step(state, step_id)
        if known.status is None and (left := left_as(step)) is not None:
            status, why = left
            ended.append(
                StepFinished(
                    ts=ts,
                    run=state.run,
                    step=step_id,
                    status=status,
                    exit_code=None if status is StepStatus.UNKNOWN else step.exit_code,
                    duration=step.took(state.clock),
                    waited=step.waited,
                    attempts=step.attempts,
                    reason=why,
                    captured=(),
                )
            )
    finished = RunFinished(
        ts=ts,
        run=state.run,
        status=RunStatus.INTERRUPTED,
        warnings=0,
        duration=duration,
        counts={},
        reason=reason,
        waited=state.waited,
    )
    return [*ended, finished]


def breaking_off(
    run: LocalRun | FollowedRun, reason: str, never_begun: Iterable[str] = ()
) -> list[AnyNotice]:
    """The same of a run that was under way until now; the attempts of `never_begun` have not acted."""
    now = run.clock.now()
    state = without_attempts(run.state, never_begun)
    took = state.took(now.clock)
    return broken_off(state, reason, ts=rfc3339(now.wall), duration=took)
