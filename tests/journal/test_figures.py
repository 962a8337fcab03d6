"""What the journal counts is what its events say: computed here by other means, in SQL over the events."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pup_tui.core.figures import FEWEST_RUNS, TimeSpan
from pup_tui.core.state import RunStatus
from pup_tui.journal.figures import LAST, MOST_MESSAGES, Figures
from pup_tui.journal.places import journal_path
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.schema import ENDS_SINCE, MIGRATIONS
from pup_tui.journal.store import Journal
from tests.support.made_up import APART, BEGIN, RUNBOOKS, keep_runs, made_up_runs
from tests.support.often import often

RUNS = often(1_000, 10_000)

_COUNTED = """
    SELECT runbook, status, json_extract(body, '$.look') IS NOT NULL AS look, count(*)
    FROM run JOIN event ON event.run = number AND sequence = 1
    WHERE started_at >= :since GROUP BY 1, 2, 3
"""
_RUN_TIMES = """
    SELECT runbook, duration, ended_wall, status,
        (SELECT json_extract(last.body, '$.of_ended."".waited') FROM event AS last
            WHERE last.run = number ORDER BY sequence DESC LIMIT 1),
        json_extract(body, '$.alert.started_at'),
        unixepoch(substr(json_extract(body, '$.alert.started_at'), 1, 19))
            + ('0.' || substr(json_extract(body, '$.alert.started_at'), 21, 6))
    FROM run JOIN event ON event.run = number AND sequence = 1
    WHERE started_at >= :since AND json_extract(body, '$.look') IS NULL ORDER BY number
"""
_ENDS = """
    CREATE TEMP TABLE ends AS
    SELECT run, sequence, ends.key AS item, ends.value AS status,
        json_extract(body, '$.at.clock') AS clock,
        coalesce(json_extract(body, '$.reason'), '') AS reason
    FROM event, json_each(body, '$.ended') AS ends WHERE ends.key <> ''
"""
_STARTS = """
    CREATE TEMP TABLE starts AS
    SELECT run, sequence, json_extract(body, '$.at.clock') AS clock,
        substr(json_extract(body, '$.attempt'), 1, instr(json_extract(body, '$.attempt'), '#') - 1) AS item
    FROM event WHERE json_extract(body, '$.type') = 'attempt-started'
"""
_RESETS = """
    CREATE TEMP TABLE resets AS
    SELECT run, sequence, item FROM ends
    UNION ALL SELECT run, sequence, json_extract(body, '$.step') FROM event
        WHERE json_extract(body, '$.type') = 'answered'
    UNION ALL SELECT event.run, event.sequence, starts.item FROM event
        JOIN (SELECT DISTINCT run, item FROM starts) AS starts ON starts.run = event.run
        WHERE json_extract(body, '$.type') = 'resumed'
"""
_FIND_RESETS = "CREATE INDEX temp.reset ON resets (run, item, sequence)"
_FIND_STARTS = "CREATE INDEX temp.start ON starts (run, item, sequence)"
_FIND_KNOWN = "CREATE INDEX temp.one ON known (run, item, sequence)"
_KNOWN = """
    CREATE TEMP TABLE known AS
    SELECT run, sequence, item, status, reason, clock - (
        SELECT min(clock) FROM starts
        WHERE starts.run = ends.run AND starts.item = ends.item AND starts.sequence < ends.sequence
        AND starts.sequence > coalesce((
            SELECT max(sequence) FROM resets WHERE resets.run = ends.run
            AND resets.item = ends.item AND resets.sequence < ends.sequence), 0)
    ) AS seconds FROM ends
"""
_STEPS = """
    WITH looked AS (
        SELECT run FROM event WHERE sequence = 1 AND json_extract(body, '$.look') IS NOT NULL
    ), asked AS (
        SELECT DISTINCT run, json_extract(body, '$.step') AS item FROM event
        WHERE json_extract(body, '$.type') = 'answered' AND json_extract(body, '$.answer') = 'retry'
    ), items AS (
        SELECT run, item,
            max(status IN ('failed', 'warned', 'ignored')) AS failed,
            (SELECT seconds FROM known AS good WHERE good.run = known.run AND good.item = known.item
                AND good.status = 'succeeded' AND good.seconds IS NOT NULL
                ORDER BY sequence DESC LIMIT 1) AS seconds
        FROM known WHERE seconds IS NOT NULL GROUP BY run, item
    )
    SELECT runbook,
        CASE WHEN instr(items.item, '[') THEN substr(items.item, 1, instr(items.item, '[') - 1)
            ELSE items.item END AS step,
        items.run, items.failed OR asked.item IS NOT NULL, items.seconds,
        (SELECT count(*) FROM event WHERE event.run = items.run AND (
            json_extract(body, '$.timer') = 'retry:' || items.item OR (
                json_extract(body, '$.step') = items.item
                AND json_extract(body, '$.answer') = 'retry')))
    FROM items JOIN run ON number = items.run
    LEFT JOIN asked ON asked.run = items.run AND asked.item = items.item
    WHERE started_at >= :since AND items.run NOT IN (SELECT run FROM looked)
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of made-up runs."""
    folder = tmp_path_factory.mktemp("made-up") / "state"
    keep_runs(folder, made_up_runs(RUNS))
    return folder


def figures(state: Path, **wanted: Any) -> Figures:
    with closing(JournalReader.open(state)) as journal:
        return journal.figures(**wanted)


def asked(state: Path, *queries: str, since: float) -> list[tuple[Any, ...]]:
    """What the last of some statements over the events gives."""
    with closing(sqlite3.connect(journal_path(state))) as database:
        for statement in queries[:-1]:
            database.execute(statement)
        return database.execute(queries[-1], {"since": since}).fetchall()


def span(times: list[float]) -> TimeSpan:
    """The same by sorting."""
    if not times:
        return TimeSpan()
    ordered = sorted(times)
    p50, p95 = (ordered[ceil(len(times) * share) - 1] for share in (0.5, 0.95))
    return TimeSpan(len(times), p50, p95 if len(times) >= FEWEST_RUNS else None)


def same(one: TimeSpan, other: TimeSpan) -> bool:
    times = (one.p50, one.p95) == pytest.approx((other.p50, other.p95))
    return one.n == other.n and times


SINCE = [float("-inf"), BEGIN + APART * RUNS * 0.9]


@pytest.mark.parametrize("since", SINCE, ids=["all", "the newest"])
def test_runs_are_counted_as_their_events_say(state: Path, since: float) -> None:
    ends: dict[str, dict[str, int]] = {}
    looks: dict[str, int] = {}
    for runbook, status, look, count in asked(state, _COUNTED, since=since):
        if look:
            looks[runbook] = looks.get(runbook, 0) + count
        else:
            ends.setdefault(runbook, {})[status] = count
    found = figures(state, since=since).runs
    assert {name: dict(its.ends) for name, its in found.items()} == ends
    assert {name: its.looks for name, its in found.items() if its.looks} == looks
    assert len(found) == len(RUNBOOKS)


@pytest.mark.parametrize("since", SINCE, ids=["all", "the newest"])
def test_times_of_runs_are_those_that_are_sorted_by_hand(state: Path, since: float) -> None:
    worked: dict[str, list[float]] = {}
    waited: dict[str, list[float]] = {}
    recovered: dict[str, list[float]] = {}
    statuses: dict[str, list[str]] = {}
    for runbook, duration, ended, status, waits, alert, alerted in asked(
        state, _RUN_TIMES, since=since
    ):
        waited.setdefault(runbook, []).append(waits or 0.0)
        statuses.setdefault(runbook, []).append(status)
        if status == "succeeded":
            worked.setdefault(runbook, []).append(duration)
            if alert is not None and ended >= alerted:
                recovered.setdefault(runbook, []).append(ended - alerted)
    assert recovered
    for name, its in figures(state, since=since).runs.items():
        assert same(its.seconds, span(worked[name]))
        assert same(its.waited, span(waited[name]))
        assert its.recovered.n == len(recovered.get(name, []))
        assert its.recovered.p50 == pytest.approx(span(recovered.get(name, [])).p50, abs=1e-3)
        assert [run.status for run in its.last] == statuses[name][-LAST:]


@pytest.mark.parametrize("since", SINCE, ids=["all", "the newest"])
def test_steps_are_what_their_events_say(state: Path, since: float) -> None:
    made = (_ENDS, _STARTS, _FIND_STARTS, _RESETS, _FIND_RESETS, _KNOWN, _FIND_KNOWN)
    rows = asked(state, *made, _STEPS, since=since)
    told: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for runbook, step, *row in rows:
        told.setdefault((runbook, step), []).append(tuple(row))
    found = {
        (runbook, step): its
        for runbook, steps in figures(state, since=since).steps.items()
        for step, its in steps.items()
        if its.known
    }
    assert set(found) == set(told)
    for key, its in found.items():
        runs, failed, seconds, retries = zip(*told[key], strict=True)
        assert (its.runs, its.known) == (len(set(runs)), len(runs))
        assert (its.failed, its.retries) == (sum(failed), sum(retries))
        assert same(its.seconds, span([each for each in seconds if each is not None]))


def test_one_runbook_has_the_same_figures_as_among_all(state: Path) -> None:
    every = figures(state)
    alone = figures(state, runbook=RUNBOOKS[3])
    assert dict(alone.runs) == {RUNBOOKS[3]: every.runs[RUNBOOKS[3]]}
    assert dict(alone.steps) == {RUNBOOKS[3]: every.steps[RUNBOOKS[3]]}


def test_reasons_are_counted_the_most_frequent_first(state: Path) -> None:
    for steps in figures(state).steps.values():
        for its in steps.values():
            counts = [count for _, count in its.messages]
            assert counts == sorted(counts, reverse=True)
            assert len(counts) <= MOST_MESSAGES
            assert sum(counts) == its.failed or len(counts) == MOST_MESSAGES


def made_older(state: Path, older: Path, *changes: str) -> None:
    """A copy of a journal as the version before figures wrote it, with changes to it."""
    older.mkdir(mode=0o700)
    with (
        closing(sqlite3.connect(journal_path(state))) as source,
        closing(sqlite3.connect(journal_path(older))) as copy,
    ):
        source.backup(copy)
        since = MIGRATIONS[ENDS_SINCE - 1]
        kept = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in copy.execute(kept)}
        for table in (
            "ended_step",
            *(each for each in tables if f"TABLE {each} " in " ".join(since)),
        ):
            copy.execute(f"DROP TABLE IF EXISTS {table}")
        for change in changes:
            copy.execute(change)
        copy.execute(f"PRAGMA user_version = {ENDS_SINCE - 1}")
        copy.commit()


def test_a_journal_of_an_older_version_gets_the_same_figures(state: Path, tmp_path: Path) -> None:
    older = tmp_path / "state"
    made_older(state, older)
    assert figures(older) == figures(state)


def test_a_run_that_is_damaged_keeps_none_of_the_others_from_it(tmp_path: Path) -> None:
    keep_runs(tmp_path / "sound", made_up_runs(30))
    made_older(
        tmp_path / "sound",
        tmp_path / "older",
        "UPDATE run SET runbook = CAST(x'ff41' AS TEXT) WHERE number = 1",
        "UPDATE run SET ended_wall = 'x' WHERE number = 2",
        "UPDATE event SET body = 'x' WHERE run = 3 AND sequence = 2",
    )
    counted = sum(its.runs + its.looks for its in figures(tmp_path / "older").runs.values())
    assert counted == 30


def test_what_is_removed_counts_no_more(tmp_path: Path) -> None:
    state = tmp_path / "state"
    keep_runs(state, made_up_runs(60))
    with closing(Journal.open(state)) as journal:
        gone = [row.run for row in journal.runs() if row.status is not RunStatus.INTERRUPTED]
        journal.remove_runs(gone)
        journal.shrink()
        left = journal.figures()
        names = journal._database.execute("SELECT count(*) FROM step_name").fetchone()[0]
    assert {status for its in left.runs.values() for status in its.ends} == {"interrupted"}
    assert names == sum(len(steps) for steps in left.steps.values())


def test_a_run_whose_program_is_gone_counts_as_interrupted(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    keep_runs(folder, made_up_runs(40))
    with closing(Journal.open(folder)) as journal:
        (record, events, _), *_ = made_up_runs(1, seed=7)
        journal.create_run(replace(record, run="01GONE", runbook="gone"), {})
        journal.append("01GONE", *events[:1])
        assert "gone" not in journal.figures().runs
    with closing(JournalReader.open(folder)) as reader:
        found = reader.figures()
        later = reader.figures(since=record.started_at + 1)
        assert reader.figures(runbook="gone").runs == {"gone": found.runs["gone"]}
    assert dict(found.runs["gone"].ends) == {"interrupted": 1}
    assert [run.status for run in found.runs["gone"].last] == ["interrupted"]
    assert "gone" not in later.runs


def test_a_run_that_goes_on_counts_when_it_has_ended_again(tmp_path: Path) -> None:
    record, events, summary = next(iter(made_up_runs(1, seed=3)))
    assert not events[0].look  # type: ignore[union-attr]
    with closing(Journal.open(tmp_path / "state")) as journal:
        journal.create_run(record, {})
        journal.append(record.run, *events, summary=summary)
        ended = journal.figures()
        assert ended.runs[record.runbook].runs == 1
        journal.reopen_run(record.run, len(events), host="here", pid=1, files={})
        assert journal.figures() == Figures()
        journal.append(record.run, events[-1], summary=summary)
        assert journal.figures().runs[record.runbook].ends == ended.runs[record.runbook].ends
