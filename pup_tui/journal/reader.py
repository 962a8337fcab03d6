"""Looking at what is stored: past runs, their events and the texts they were made from."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, TypeVar

import msgspec

from pup_tui.core.ended import failures
from pup_tui.core.events import AnyEvent, Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.file_stamp import Stamp, stamp_of
from pup_tui.journal import codec, pending
from pup_tui.journal.database import (
    NO_USE,
    PATIENCE,
    REPAIR,
    explained,
    open_read_only,
    refuse_damaged_small,
    refuse_lost,
)
from pup_tui.journal.errors import AmbiguousRunError, JournalDamaged, JournalError, RunDamaged
from pup_tui.journal.events import SET_ASIDE, RunEvents
from pup_tui.journal.in_place import companions
from pup_tui.journal.lock import owner_is_gone
from pup_tui.journal.pending import PendingRun
from pup_tui.journal.places import (
    check_state_dir,
    counted_runs,
    journal_path,
    outputs_dir,
    with_outputs,
)
from pup_tui.journal.proofs import Proof, proofs_of
from pup_tui.journal.records import (
    OWNER_GONE,
    RehearsalRecord,
    RunRow,
    RunSummary,
    leg_file,
)
from pup_tui.journal.schema import IS_NOTE, IS_RESUMED
from pup_tui.spelling import from_stored
from pup_tui.typed import convert

if TYPE_CHECKING:
    from pup_tui.journal.figures import Figures, UsualFigures

T = TypeVar("T")

_SOUND: Final[dict[Path, tuple[Stamp, ...]]] = {}
"""How the files of a journal stood when all of it was found sound last."""

# As bytes: what was flipped need not be UTF-8 any more.
_IN_FIRST_EVENT = """
    (SELECT CASE WHEN json_valid(body) THEN CAST(json_extract(body, '{}') AS BLOB) END
    FROM event WHERE event.run = run.number AND sequence = 1)
"""
_TOLD_FIRST = {
    "profile": "$.profile",
    "unchecked": "$.unchecked.reason",
    "look": "$.look",
    "scheduled": "$.scheduled.name",
}
"""By the column, where the first event of a run has what it tells."""
_LOOKS = 50
"""Runs among which one is looked for that is no look for a plan."""
_ITS_EVENTS = "SELECT count(*) FROM event WHERE event.run = run.number"
_LEG = f"(1 + ({_ITS_EVENTS} AND {IS_RESUMED}))"
# A run that was killed before its first event has taken the moment of its schedule nevertheless.
_SCHEDULED = f"""
    CASE WHEN EXISTS (SELECT 1 FROM event WHERE event.run = run.number AND sequence = 1)
    THEN {_IN_FIRST_EVENT.format(_TOLD_FIRST["scheduled"])}
    ELSE (SELECT CAST(schedule AS BLOB) FROM fire WHERE fire.run = run.run) END
"""  # noqa: S608 - own text
_FROM_EVENTS = {
    **{name: _IN_FIRST_EVENT.format(path) for name, path in _TOLD_FIRST.items()},
    "scheduled": _SCHEDULED,
    "leg": _LEG,
}
_COLUMNS = (_FROM_EVENTS.get(name, name) for name in RunRow.__struct_fields__)
_SELECT_RUNS = f"SELECT {', '.join(_COLUMNS)} FROM run"  # noqa: S608 - own names only

_ITS_EVENT = "SELECT sequence, CAST(body AS BLOB) FROM event WHERE run = ?"
_LEGS_BEGUN = (
    f"{_ITS_EVENT} AND sequence = 1 UNION ALL {_ITS_EVENT} AND {IS_RESUMED} ORDER BY sequence"
)
"""The events that the legs of one run begin with."""

_HOW_IT_ENDED = (
    f"SELECT {', '.join(RunSummary.__struct_fields__)}, (SELECT CAST(body AS BLOB) FROM event"  # noqa: S608
    f" WHERE event.run = run.number AND NOT {IS_NOTE} ORDER BY sequence DESC LIMIT 1)"
    " FROM run WHERE number = ?"
)
"""How a run ended as lists tell it, and the event by which it did; at once, since it may go on in between."""

_LEG_BEGINS = "SELECT run.run, CAST(body AS BLOB) FROM {} ON event.run = run.number"
_FIRST_EVENTS = (
    f"{_LEG_BEGINS.format('run CROSS JOIN event')} WHERE sequence = 1",
    f"{_LEG_BEGINS.format('event CROSS JOIN run')} WHERE {IS_RESUMED} ORDER BY sequence",
)
"""The events that legs begin with, in two questions, since each has its own index to be answered from.

A CROSS JOIN (SQLite's way to say which table to begin with) keeps it from reading every event of the journal.
"""

MOST_CHECKED = 10_000
"""Events that are compared with their hashes whenever runs are listed: about 50 milliseconds."""

RUNS_AT_ONCE = 200
"""Runs of which is known at once what stands in lists, for whoever goes through all of them."""

_A_RUN_COUNTS = 20
"""To look at what else is stored of a run takes as long as to look at so many events."""

MOST_COUNTED = 100
"""Runs that are looked through for earlier failures: a few milliseconds."""

_BEFORE = """
    WITH before AS (
        SELECT number FROM run
        WHERE runbook = (SELECT runbook FROM run WHERE run = :run)
        AND number < (SELECT number FROM run WHERE run = :run)
        ORDER BY number DESC LIMIT :most
    )
    SELECT number, CAST(body AS BLOB) FROM before
    LEFT JOIN event ON event.run = number
    AND (instr(body, :ended) OR instr(body, :attempt) OR instr(body, :step))
    ORDER BY number, sequence
"""
"""The runs of a runbook before one, and of each the events that may tell of a step."""

_WITH_TEXT = (
    "SELECT CAST(body AS BLOB) FROM event WHERE run = ? AND"
    " (? = '' OR instr(lower(body), ?) OR instr(body, '\\u')) ORDER BY sequence"
)

Fields: TypeAlias = Mapping[Literal["runbook", "operator", "text"], Collection[str]]
"""What stands in a field of a run: one of these texts, in either case."""

NO_FIELDS: Final[Fields] = {}

_FIELDS = {
    "runbook": "runbook || ' ' || name",
    "operator": "operator",
    "text": "name || ' ' || reason || ' ' || vars",
}

_PAGE = (
    "AND (:before IS NULL OR number < (SELECT number FROM run WHERE run = :before))"
    " ORDER BY number DESC LIMIT :asked"
)


@contextmanager
def read_journal(state: Path) -> Iterator[JournalReader | None]:
    """The journal in the folder `state`, for looking only; None where nothing was ever recorded.

    Raises JournalError.
    """
    if not check_state_dir(state):
        yield None
        return
    refuse_lost(state)
    if not journal_path(state).exists():
        yield None
        return
    reader = JournalReader.open(state)
    try:
        yield reader
    finally:
        reader.close()


class JournalReader:
    """The journal of one state folder, for looking only. All calls block and raise JournalError."""

    def __init__(self, state: Path, database: sqlite3.Connection) -> None:
        self.state = state
        self.path = journal_path(state)
        self._use(database)

    def _use(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.text_factory = _text
        database.create_function("holds", 2, _holds, deterministic=True)
        database.create_function("holds_text", 2, _holds_text, deterministic=True)

    @classmethod
    def open(cls, state: Path, *, patience: float = PATIENCE) -> Self:
        """Open the journal in the folder `state`; a lock is waited for `patience` seconds.

        Works on a disk that is full or not writable, as long as nothing is left in the write-ahead log.
        """
        return cls(state, open_read_only(state, patience=patience))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def runs(
        self,
        *,
        runbook: str | None = None,
        statuses: Collection[RunStatus] | None = None,
        since: float | None = None,
        until: float | None = None,
        words: str = "",
        fields: Fields = NO_FIELDS,
        before: str | None = None,
        limit: int | None = None,
    ) -> list[RunRow]:
        """Runs in the order in which they began, newest first; `since` and `until` are in seconds since 1970.

        Each of the `words` stands in the run's id, runbook, title, status or operator, in either case, and
        for each of the `fields` one of its texts. With `before`, a run's id, only runs that began before
        that one. A run whose process is gone is shown as interrupted, though nothing stores that.
        """
        condition, values = _wanted(runbook, statuses, since, until, words, fields)
        found: list[RunRow] = []
        while True:
            # Page by page, since whether a run goes on is known only when its row is looked at.
            asked = -1 if limit is None else limit - len(found)
            with self._reading():
                page = {**values, "before": before, "asked": asked}
                rows = list(self._rows(f"{condition} {_PAGE}", page))
            found += [row for row in rows if _is_wanted(row, statuses, words)]
            if limit is None or len(found) == limit or len(rows) < asked:
                return found
            before = rows[-1].run

    def each_run(
        self,
        *,
        runbook: str | None = None,
        statuses: Collection[RunStatus] | None = None,
        since: float | None = None,
    ) -> Iterator[RunRow]:
        """The same runs as `runs` gives, of which only a page is in memory at a time."""
        before: str | None = None
        while True:
            rows = self.runs(
                runbook=runbook, statuses=statuses, since=since, before=before, limit=RUNS_AT_ONCE
            )
            yield from rows
            if len(rows) < RUNS_AT_ONCE:
                return
            before = rows[-1].run

    def count(
        self,
        *,
        statuses: Collection[RunStatus] | None = None,
        since: float | None = None,
        until: float | None = None,
        words: str = "",
        fields: Fields = NO_FIELDS,
    ) -> int:
        """How many runs `runs` gives for the same."""
        condition, values = _wanted(None, statuses, since, until, words, fields)
        with self._reading():
            ended = self._database.execute(
                f"SELECT count(*) FROM run {condition} AND status <> 'running'",  # noqa: S608 - own text
                values,
            ).fetchone()
            open_ones = self._rows(f"{condition} AND status = 'running'", values)
            return int(ended[0]) + sum(1 for row in open_ones if _is_wanted(row, statuses, words))

    def check(self) -> None:
        """Look through the whole file. Raises JournalDamaged."""
        with self._reading():
            found = self._database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise JournalDamaged("the journal is damaged", self.path, REPAIR)

    def unknown_runs(self) -> list[str]:
        """Runs of which outputs are kept, while the journal knows nothing of them: their records are lost."""
        with self._reading():
            known = {run for (run,) in self._database.execute("SELECT run FROM run")}
        return with_outputs(self.state, but=known)

    def damaged_runs(self, *, most: int | None = None) -> dict[str, RunDamaged]:
        """By the run, newest first, what is stored of it and not as it was written.

        With `most` only the newest runs are looked at, until that has taken as long as so many events do.
        """
        found: dict[str, RunDamaged] = {}
        sound: set[str] = set()
        with self._reading():
            # No more runs than events: all that a long journal knows are not read for the newest.
            rows = self._database.execute(
                "SELECT number, run FROM run ORDER BY number DESC LIMIT ?",
                (-1 if most is None else most,),
            ).fetchall()
        looked_at = 0
        for number, run in rows:
            if most is not None and looked_at >= most:
                break
            try:
                looked_at += _A_RUN_COUNTS
                row = self._check_row(number)
                looked_at += self._events_of(number, run).check()
                self._refuse_another(number, row)
                self._check_texts(number, run, sound)
            except RunDamaged as error:
                found[run] = error
        return found

    def _check_texts(self, number: int, run: str, sound: set[str]) -> None:
        """Raise RunDamaged for a text of a run that is not `sound` and not as it was written.

        Its events are as they were written.
        """
        with self._reading():
            texts = self._database.execute(
                "SELECT name, sha256 FROM run_file WHERE run = ? ORDER BY name", (number,)
            ).fetchall()
            self._refuse_unreadable(run, texts)
            for name, sha256 in texts:
                if sha256 not in sound:
                    content = self._database.execute(
                        "SELECT CAST(bytes AS BLOB) FROM content WHERE sha256 = ?", (sha256,)
                    ).fetchone()
                    self._refuse_changed(run, name, sha256, content[0] if content else b"")
                    sound.add(sha256)
        self._refuse_exchanged(number, run, dict(texts))

    def _refuse_unreadable(self, run: str, texts: Iterable[tuple[object, object]]) -> None:
        """Raise RunDamaged where a name or hash of one of a run's texts is none that could be written."""
        if not all(
            isinstance(each, str) and codec.storable(each) == each
            for named in texts
            for each in named
        ):
            told = f"the record of the texts of run {run} is damaged"
            raise RunDamaged(told, self.path, f"restore a backup, or {SET_ASIDE}")

    def _refuse_exchanged(self, number: int, run: str, texts: Mapping[str, str]) -> None:
        """Raise RunDamaged where a runbook that a leg began with is not among the `texts` of its run.

        These are the hashes by their names. What the events say of them is hashed with what came before.
        """
        with self._reading():
            begun = self._database.execute(_LEGS_BEGUN, (number, number)).fetchall()
        for leg, (_, body) in enumerate(begun, start=1):
            source = self._source_told(run, body)
            if source is None:
                continue
            name = codec.storable(Path(source.path).name)
            if texts.get(name if leg == 1 else leg_file(leg, name)) != source.sha256:
                told = f"the text {codec.restored(name)} of run {run} is lost or was exchanged"
                raise RunDamaged(told, self.path, f"restore a backup, or {SET_ASIDE}")

    def _source_told(self, run: str, body: bytes) -> Source | None:
        """The runbook that a leg began with, where its event tells it."""
        try:
            return convert(json.loads(body).get("source"), Source | None)
        except (msgspec.ValidationError, ValueError, AttributeError, RecursionError) as error:
            told = f"the record of run {run} is damaged"
            raise RunDamaged(told, self.path, f"restore a backup, or {SET_ASIDE}") from error

    def _refuse_changed(self, run: str, name: str, sha256: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != sha256:
            told = f"the text {codec.restored(name)} of run {run} is not as it was written"
            raise RunDamaged(told, self.path, f"restore a backup, or {SET_ASIDE}")

    def _check_row(self, number: int) -> RunRow | None:
        """What is known of a run as a whole; RunDamaged where that cannot be read."""
        with self._reading():
            columns = self._database.execute(
                f"{_SELECT_RUNS} WHERE number = ?",
                (number,),
            ).fetchone()
        return None if columns is None else _row(columns, self.path)

    def _refuse_another(self, number: int, row: RunRow | None) -> None:
        """Raise RunDamaged where lists would tell another runbook, operator, beginning or end than the
        events, which are as they were written.
        """
        if row is None:
            return
        with self._reading():
            first = self._database.execute(f"{_ITS_EVENT} AND sequence = 1", (number,)).fetchone()
            ended = self._database.execute(_HOW_IT_ENDED, (number,)).fetchone()
        begun = None
        with suppress(ValueError):
            begun = None if first is None else codec.decode(first[1])
        begins_as = row.runbook, row.operator, row.started_at
        is_another = (
            isinstance(begun, RunCreated)
            and (begun.runbook, begun.operator, begun.at.wall) != begins_as
        )
        if is_another or (ended is not None and _ended_otherwise(*ended)):
            why = f"the record of run {row.run} is not as it was written"
            raise RunDamaged(why, self.path, f"restore a backup, or {SET_ASIDE}")

    def losses(self) -> str:
        """What is to be said of records that are lost or damaged, empty if none are known to be.

        A file that is not too large for that is looked through as a whole: what was asked for may be read
        from sound pages while others are damaged. Of its events only the newest are.
        """
        try:
            with self._reading():
                self._refuse_damaged()
            lost = len(self.unknown_runs())
        except JournalError as error:
            return str(error)
        if not lost:
            return ""
        told = f"the records of {counted_runs(lost)} are lost, only what they printed is left"
        return f"{told}: {outputs_dir(self.state)}: {REPAIR}"

    def _refuse_damaged(self) -> None:
        """Raise JournalDamaged for damage anywhere in it; looked for once for each state of its files."""
        stamp = stamp_of(self.path), stamp_of(companions(self.path)[0])
        if _SOUND.get(self.path) != stamp:
            refuse_damaged_small(self._database, self.path, self.path.stat().st_size)
            self._refuse_damaged_runs()
            _SOUND[self.path] = stamp

    def _refuse_damaged_runs(self) -> None:
        damaged = list(self.damaged_runs(most=MOST_CHECKED).values())
        if len(damaged) > 1:
            told = f"what is stored of {counted_runs(len(damaged))} is not as it was written"
            way_out = "restore a backup, or `pup-tui history repair` names them and sets them aside"
            raise JournalError(told, self.path, way_out)
        if damaged:
            raise damaged[0]

    def statuses(self) -> set[RunStatus]:
        """The statuses that there are runs of."""
        with self._reading():
            ended = self._database.execute(
                "SELECT DISTINCT status FROM run WHERE status <> 'running'"
            ).fetchall()
            open_ones = {row.status for row in self._rows("WHERE status = 'running'")}
        return open_ones | {RunStatus(status) for (status,) in ended if status in set(RunStatus)}

    def run(self, run: str) -> RunRow | None:
        """The run with this id, or the only one whose id begins or ends so.

        Raises AmbiguousRunError if there are several.
        """
        with self._reading():
            found = list(self._rows("WHERE run = :run", {"run": run})) or list(
                self._rows(
                    "WHERE :run IN (substr(run, 1, length(:run)), substr(run, -length(:run)))"
                    " AND :run <> '' ORDER BY number DESC",
                    {"run": run},
                )
            )
        if len(found) > 1:
            raise AmbiguousRunError(run, [row.run for row in found], self.path)
        return found[0] if found else None

    def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """What `look` finds in tables that are no part of any run's record."""
        with self._reading():
            return look(self._database)

    def rehearsals(self) -> dict[str, RehearsalRecord]:
        """How runbooks were rehearsed last, by the path of their files; not those that nobody can read."""
        columns = RehearsalRecord.__struct_fields__
        with self._reading():
            found = self._database.execute(
                f"SELECT {', '.join(columns)} FROM rehearsal"  # noqa: S608 - own names
            ).fetchall()
        known: dict[str, RehearsalRecord] = {}
        for row in found:
            with suppress(msgspec.ValidationError):
                record = convert(dict(zip(columns, row, strict=True)), RehearsalRecord)
                known[codec.restored(record.path)] = record
        return known

    def proofs(self, runbook: str | None = None) -> dict[str, Proof]:
        """What speaks for each runbook that was run, or for one, by its id."""
        with self._reading():
            return proofs_of(self._database, runbook)

    def pending_runs(self, now: float) -> list[PendingRun]:
        """The runs that wait for approval at `now`, in seconds since 1970, oldest first."""
        with self._reading():
            return pending.still_open(self._database, now)

    def pending_run(self, run: str) -> PendingRun | None:
        """The run with this id that somebody asked for, or the only one whose id begins or ends so.

        Raises AmbiguousRunError if there are several.
        """
        with self._reading():
            found = pending.named(self._database, run)
        if len(found) > 1:
            raise AmbiguousRunError(run, [row.run for row in found], self.path)
        return found[0] if found else None

    def last_runs(self) -> dict[str, RunRow]:
        """The newest run of each runbook, by the runbook's id, that is more than a look for a plan."""
        newest = "WHERE number IN (SELECT max(number) FROM run GROUP BY runbook)"
        with self._reading():
            found = {row.runbook: row for row in self._rows(newest)}
        looks = [runbook for runbook, row in found.items() if row.look]
        others = {runbook: self._newest_run(runbook) for runbook in looks}
        known = ((runbook, others.get(runbook, row)) for runbook, row in found.items())
        return {runbook: row for runbook, row in known if row is not None}

    def _newest_run(self, runbook: str) -> RunRow | None:
        """The newest run of a runbook that is more than a look for a plan."""
        rows = self.runs(runbook=runbook, limit=_LOOKS)
        return next((row for row in rows if not row.look), None)

    def figures(self, *, runbook: str | None = None, since: float | None = None) -> Figures:
        """What all runs, or those of a runbook, came to that began since then (in seconds since 1970)."""
        from pup_tui.journal.figures import BrokenOff, figures_of

        with self._reading():
            broken_off = [
                BrokenOff(self._known(row.run), row.runbook, row.look)
                for row in self._rows("WHERE status = 'running'")
                if row.status is RunStatus.INTERRUPTED
                and runbook in (None, row.runbook)
                and (since is None or row.started_at >= since)
            ]
            return figures_of(self._database, runbook=runbook, since=since, broken_off=broken_off)

    def usual(self, runbook: str, *, newest: int) -> UsualFigures:
        """What the newest runs of a runbook say that came to an end."""
        from pup_tui.journal.figures import (
            NOTHING_USUAL,
            UsualFigures,
            began_of_newest,
            figures_of,
        )

        with self._reading():
            since = began_of_newest(self._database, runbook, newest)
            if since is None:
                return NOTHING_USUAL
            found = figures_of(self._database, runbook=runbook, since=since)
        return UsualFigures(found.steps.get(runbook, {}), found.runs[runbook].seconds)

    def events_with(self, run: str, text: str) -> Iterator[AnyEvent]:
        """The events of a run in whose record such a text of ASCII may stand, in either case; for a search.

        What has other letters in it may always hold it. An event that cannot be read is left out.
        """
        wanted = text.lower()
        with self._reading():
            found = self._database.execute(_WITH_TEXT, (self._known(run), wanted, wanted))
            for (body,) in found:
                try:
                    event = codec.decode(body)
                except ValueError:
                    continue
                yield event

    def failures(self, run: str, step: str) -> tuple[int, int]:
        """In how many runs of the same runbook before this one a step failed, and how many those are.

        Only the newest `MOST_COUNTED` are looked at.
        """
        wanted = {
            "run": run,
            "most": MOST_COUNTED,
            "ended": f'"{step}":"',
            "attempt": f'"attempt":"{step}#',
            "step": f'"step":"{step}"',
        }
        with self._reading():
            rows = self._database.execute(_BEFORE, wanted).fetchall()
        told: dict[int, list[AnyEvent]] = {}
        for number, body in rows:
            events = told.setdefault(number, [])
            if body is not None:
                with suppress(ValueError):
                    events.append(codec.decode(body))
        return sum(step in failures(events) for events in told.values()), len(told)

    def events(self, run: str) -> list[AnyEvent]:
        """All that happened in a run, in its order.

        Raises JournalError, which tells how many come before the damage, if any is not as it was written.
        """
        with self._reading():
            number = self._known(run)
        events = self._events_of(number, run).read()
        self._refuse_another(number, self._check_row(number))
        return events

    def follow(self, run: str) -> RunEvents:
        """The events of a run, to be read as they come. Raises JournalError if there is no such run."""
        with self._reading():
            number = self._known(run)
        return self._events_of(number, run)

    def _events_of(self, number: int, run: str) -> RunEvents:
        return RunEvents(run, self.path, partial(self._stored_events, number), self._data_version)

    def first_events(self) -> dict[str, list[AnyEvent]]:
        """The events that the legs of each run begin with, by the run; what is damaged is left out.

        Reading the run itself tells the damage.
        """
        found: dict[str, list[AnyEvent]] = {}
        with self._reading():
            rows = [row for each in _FIRST_EVENTS for row in self._database.execute(each)]
        for run, body in rows:
            with suppress(ValueError):
                found.setdefault(run, []).append(codec.decode(body))
        return found

    def files(self, run: str) -> dict[str, bytes]:
        """The texts that a run was made from, by name. Its events are as they were written.

        Raises JournalError if a text is damaged.
        """
        with self._reading():
            number = self._known(run)
            found = self._database.execute(
                "SELECT name, content.sha256, CAST(bytes AS BLOB) FROM run_file JOIN content USING (sha256)"
                " WHERE run_file.run = ? ORDER BY name",
                (number,),
            ).fetchall()
        self._refuse_unreadable(run, [(name, sha256) for name, sha256, _ in found])
        for name, sha256, content in found:
            self._refuse_changed(run, name, sha256, content)
        self._refuse_exchanged(number, run, {name: sha256 for name, sha256, _ in found})
        return {codec.restored(name): content for name, _, content in found}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except NO_USE as error:
            raise explained(error, self.path) from error

    def _rows(self, condition: str, values: Mapping[str, Any] | None = None) -> Iterator[RunRow]:
        query = f"{_SELECT_RUNS} {condition}"
        # All at once: an open cursor would hide what the owner of a run has stored meanwhile.
        for columns in self._database.execute(query, codec.storable_row(values or {})).fetchall():
            row = _row(columns, self.path)
            yield self._interrupted(row) if self._is_abandoned(row) else row

    def _is_abandoned(self, row: RunRow) -> bool:
        if row.status is not RunStatus.RUNNING:
            return False
        if not owner_is_gone(self.state, row.run, host=row.host, pid=row.pid):
            return False
        # An owner stores the end before it lets go of the lock, so now the row tells which it was.
        status = self._database.execute(
            "SELECT status FROM run WHERE run = ?", (row.run,)
        ).fetchone()
        if status is None:
            raise JournalDamaged("the journal is damaged", self.path, REPAIR)
        return bool(status[0] == RunStatus.RUNNING)

    def _interrupted(self, row: RunRow) -> RunRow:
        """The row of an abandoned run: how long it lasted after its last event nobody knows."""
        last = self._last_moment(row.run)
        return msgspec.structs.replace(
            row,
            status=RunStatus.INTERRUPTED,
            reason=OWNER_GONE,
            duration=None,
            ended_wall=last.wall if last else None,
        )

    def _last_moment(self, run: str) -> Moment | None:
        last = self._database.execute(
            "SELECT CAST(body AS BLOB) FROM event WHERE run = ? ORDER BY sequence DESC LIMIT 1",
            (self._known(run),),
        ).fetchone()
        try:
            return codec.decode(last[0]).at if last else None
        except ValueError:
            return None

    def _stored_events(self, number: int, count: int) -> Iterator[tuple[int, bytes, bytes]]:
        # As bytes: what was flipped need not be UTF-8 any more.
        query = (
            "SELECT sequence, CAST(body AS BLOB), chain FROM event WHERE run = ? AND sequence > ?"
            " ORDER BY sequence"
        )
        with self._reading():
            yield from self._database.execute(query, (number, count))

    def _data_version(self) -> int:
        with self._reading():
            return int(self._database.execute("PRAGMA data_version").fetchone()[0])

    def _number(self, run: str) -> int | None:
        found = self._database.execute("SELECT number FROM run WHERE run = ?", (run,)).fetchone()
        return int(found[0]) if found else None

    def _known(self, run: str) -> int:
        number = self._number(run)
        if number is None:
            raise JournalError(f"there is no run {run}", self.path, "see the history")
        return number


def _wanted(
    runbook: str | None,
    statuses: Collection[RunStatus] | None,
    since: float | None,
    until: float | None,
    words: str,
    fields: Fields,
) -> tuple[str, dict[str, Any]]:
    """The condition of runs that may be wanted: of one without an end it is not known which status it has."""
    condition = "WHERE (:runbook IS NULL OR runbook = :runbook)"
    if since is not None:
        condition += " AND started_at >= :since"
    if until is not None:
        condition += " AND started_at < :until"
    if statuses is not None:
        may_be = [RunStatus.RUNNING] if RunStatus.INTERRUPTED in statuses else []
        stored = ", ".join(f"'{status}'" for status in (*statuses, *may_be))
        condition += f" AND status IN ({stored})"
    if words.strip():
        condition += (
            " AND holds(run || ' ' || runbook || ' ' || name || ' ' || operator || ' ' || CASE status"
            " WHEN 'running' THEN 'running interrupted' ELSE status END, :words)"
        )
    given = {"runbook": runbook, "since": since, "until": until, "words": words}
    for field, texts in fields.items():
        each = {f"{field}_{number}": text for number, text in enumerate(texts)}
        holds = (f"holds_text({_FIELDS[field]}, :{name})" for name in each)
        condition += f" AND ({' OR '.join(holds)})" if each else ""
        given |= each
    return condition, given


def _is_wanted(row: RunRow, statuses: Collection[RunStatus] | None, words: str) -> bool:
    text = f"{row.run} {row.runbook} {row.name} {row.operator} {row.status}"
    is_it = statuses is None or row.status in statuses
    return is_it and _holds(codec.storable(text), codec.storable(words))


def _holds(text: str, words: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())


def _holds_text(text: str, wanted: str) -> bool:
    return wanted.casefold() in text.casefold()


def _row(columns: tuple[Any, ...], path: Path) -> RunRow:
    values = dict(zip(RunRow.__struct_fields__, columns, strict=True))
    values |= {name: (values[name] or b"").decode(errors="replace") for name in _TOLD_FIRST}
    values["look"] = values["look"] == "1"
    try:
        for text in (value for value in values.values() if isinstance(value, str)):
            text.encode()
        given = json.loads(values["vars"], object_hook=from_stored)
        return convert({**codec.restored_row(values), "vars": given}, RunRow)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        told = f"the record of run {ascii(values['run'])[1:-1]} is damaged"
        raise RunDamaged(told, path, f"restore a backup, or {SET_ASIDE}") from error


def _ended_otherwise(*told: Any) -> bool:
    """Whether a list tells another end of a run than its last event, which was recorded with that.

    Of a run that is under way, or that broke off when it was to go on, lists tell nothing of an end. Records
    of older versions have in their events only the status of it, or nothing.
    """
    listed, body = dict(zip(RunSummary.__struct_fields__, told[:-1], strict=True)), told[-1]
    if listed["status"] == RunStatus.RUNNING or body is None:
        return False
    event = json.loads(body)
    summary, ended = event.get("summary"), event.get("ended")
    if summary is None:
        return ended is not None and listed["status"] != ended.get("")
    return listed != {**summary, "reason": codec.storable(summary["reason"])}


def _text(stored: bytes) -> str:
    """A text as it is stored; what was flipped in it need not be UTF-8 any more, and is seen by `_row`."""
    return stored.decode("utf-8", "surrogateescape")
