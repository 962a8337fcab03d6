"""What happened, durably: runs and their events in one SQLite database."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
from msgspec import Struct

from pup_tui.core.events import AnyEvent, Scheduled
from pup_tui.core.state import RunStatus
from pup_tui.journal import codec, ended, pending
from pup_tui.journal.database import (
    NO_USE,
    PATIENCE,
    explained,
    open_database,
    open_read_only,
    refuse_damaged_small,
)
from pup_tui.journal.errors import AlreadyFired, JournalError, NotPending, RunGoesOn, RunOwned
from pup_tui.journal.in_place import InPlace, LogState
from pup_tui.journal.lock import RunLock, under_way
from pup_tui.journal.pending import MOST_OPEN, PendingRun, PendingStatus
from pup_tui.journal.places import run_dir, unusable
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RehearsalRecord, RunRecord, RunSummary

T = TypeVar("T")

_UNUSED_TEXTS = "DELETE FROM content WHERE sha256 NOT IN (SELECT sha256 FROM run_file)"


def _asks_for(wanted: PendingRun) -> tuple[str, ...]:
    return wanted.runbook, wanted.digest, wanted.client, wanted.version


class _Newest(Struct, frozen=True):
    """The event that was recorded last, of a run that is still owned: nobody else may remove it."""

    run: str
    number: int
    sequence: int
    chain: bytes


class Journal(JournalReader):
    """The journal of one state folder. All calls block and must come from one thread at a time.

    What returns without an error is on the disk, and stays there through a crash or a loss of power
    (`synchronous=FULL`). After a write has failed nothing more is written of the runs that are owned, since
    it is not known what the failed one left behind; the next run that begins or goes on opens it anew.
    """

    def __init__(self, state: Path, database: sqlite3.Connection) -> None:
        super().__init__(state, database)
        self._locks: dict[str, RunLock] = {}
        self._lost: dict[str, JournalError] = {}

    def _use(self, database: sqlite3.Connection) -> None:
        super()._use(database)
        self._broken: JournalError | None = None
        self._files = InPlace(self.path)
        self._version = self._data_version()
        self._newest: _Newest | None = None

    def _renew(self) -> None:
        """Open the file anew after an error; the runs that are owned were lost with that."""
        if self._broken is None:
            return
        self._lost |= dict.fromkeys(self._locks, self._broken)
        # First, since all connections of a process go by the same index of the log.
        with suppress(*NO_USE):
            self._database.close()
        self._use(open_database(self.state))

    @classmethod
    def open(cls, state: Path, *, patience: float = PATIENCE) -> Self:
        """Open the journal in the folder `state`, or begin one; a lock is waited for `patience` seconds.

        Raises JournalError if the file is damaged, not ours, of a newer version or not writable; it is
        then as it was.
        """
        return cls(state, open_database(state, patience=patience))

    def close(self) -> None:
        """Close the database and give up every run: one that has not ended counts as interrupted."""
        try:
            super().close()
        finally:
            for run in list(self._locks):
                self._release(run)

    def create_run(
        self, record: RunRecord, files: Mapping[str, bytes], scheduled: Scheduled | None = None
    ) -> None:
        """Begin a run and own it until it ends; `files` are the texts it was made from, by name.

        One that was asked for is approved by that. Raises AlreadyFired where it is `scheduled` for a moment
        that has its run, NotPending where it cannot be approved any more, and JournalError if there is such
        a run, or if it cannot be stored.
        """
        values = self._columns(record)
        self._renew()
        lock = RunLock.acquire(self.state, record.run)
        try:
            with self._transaction():
                if self._number(record.run) is not None:
                    raise JournalError(f"there is a run {record.run} already", self.path)
                at = record.started_at
                self._decide(record.run, PendingStatus.APPROVED, by=record.operator, at=at)
                self._store_files(self._insert("run", values), files)
                if scheduled is not None and scheduled.moment is not None:
                    self._fire(scheduled.name, scheduled.moment, record)
                lock.claim(host=record.host, pid=record.pid)
        except BaseException:
            lock.release()
            raise
        self._locks[record.run] = lock

    def reopen_run(
        self, run: str, events: int, *, host: str, pid: int, files: Mapping[str, bytes]
    ) -> None:
        """Own a past run again, of which `events` are known, so that it can go on; `files` are kept with it.

        Raises RunGoesOn if another process owns it or it has gone on since, JournalError if there is no such
        run.
        """
        number, lock = self._owned(run)
        try:
            with self._transaction():
                found = self._database.execute(
                    "SELECT count(*) FROM event WHERE run = ?", (number,)
                ).fetchone()
                if found[0] != events or self._is_under_way(number, lock):
                    raise RunGoesOn(run, self.path)
                self._store_files(number, files)
                ended.forget(self._database, [number])
                self._database.execute(
                    "UPDATE run SET status = :status, reason = '', warnings = 0, duration = NULL,"
                    " ended_wall = NULL, host = :host, pid = :pid WHERE number = :number",
                    {
                        "status": RunStatus.RUNNING,
                        "host": codec.storable(host),
                        "pid": pid,
                        "number": number,
                    },
                )
                lock.claim(host=host, pid=pid)
        except BaseException:
            lock.release()
            raise
        self._locks[run] = lock

    def _owned(self, run: str) -> tuple[int, RunLock]:
        """A run's number and lock; RunGoesOn if another process owns it, JournalError if there is none."""
        self._renew()
        number = self._known(run)
        try:
            return number, RunLock.acquire(self.state, run)
        except RunOwned as error:
            raise RunGoesOn(run, self.path) from error

    def _is_under_way(self, number: int, lock: RunLock) -> bool:
        """Whether another process owns a run of which this one has the lock, where there are any.

        Where there are none it stays so only within the transaction in which it is asked.
        """
        status, host, pid = self._database.execute(
            "SELECT status, host, pid FROM run WHERE number = ?", (number,)
        ).fetchone()
        # Of what is damaged nothing but the lock can tell.
        return (
            status == RunStatus.RUNNING
            and isinstance(host, str)
            and isinstance(pid, int)
            and not lock.tells_gone(host=codec.restored(host), pid=pid)
        )

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """What `change` gives, which writes, in one commit, tables that are no part of any run's record."""
        self._renew()
        with self._transaction():
            return change(self._database)

    def _fire(self, schedule: str, moment: float, record: RunRecord) -> None:
        """Let the moment of a schedule have its run, which it has once."""
        from pup_tui.journal.fires import take_moment

        at = record.started_at
        if not take_moment(self._database, schedule, moment, record.run, at):
            told = (
                f"the moment of the schedule `{schedule}` is over: it has its run, or was given up"
            )
            raise AlreadyFired(told, self.path, "see `pup-tui schedule list`")

    def note_rehearsals(self, rehearsals: Iterable[RehearsalRecord]) -> None:
        """Keep how runbooks were rehearsed last, in the place of what was kept of them before."""
        self._renew()
        columns = RehearsalRecord.__struct_fields__
        values = [codec.storable_row(msgspec.structs.asdict(each)) for each in rehearsals]
        with self._transaction():
            self._database.executemany(
                f"INSERT OR REPLACE INTO rehearsal ({', '.join(columns)})"  # noqa: S608 - own names
                f" VALUES ({', '.join(f':{name}' for name in columns)})",
                values,
            )

    def ask_for_run(self, wanted: PendingRun) -> PendingRun:
        """Keep a run that somebody asks for until a person approves it.

        Where the same client has asked for the very same and nobody has decided that, it is that. Raises
        JournalError where too many wait already, or where it cannot be stored.
        """
        self._renew()
        with self._transaction():
            waiting = pending.still_open(self._database, wanted.asked_at)
            for each in waiting:
                if _asks_for(each) == _asks_for(wanted):
                    return each
            if len(waiting) >= MOST_OPEN:
                told = f"{MOST_OPEN} runs wait for approval already"
                raise JournalError(told, self.path, "approve or decline some: `pup-tui approve`")
            pending.forget_old(self._database, wanted.asked_at)
            try:
                pending.insert(self._database, wanted)
            except ValueError as error:
                told = f"the values of {wanted.run} cannot be stored ({error})"
                raise JournalError(told, self.path) from error
        return wanted

    def decline_run(self, run: str, *, by: str, at: float, note: str = "") -> None:
        """Keep that somebody has declined a run that was asked for. Raises NotPending, JournalError."""
        self._renew()
        with self._transaction():
            self._decide(run, PendingStatus.DECLINED, by=by, at=at, note=note)

    def _decide(
        self, run: str, status: PendingStatus, *, by: str, at: float, note: str = ""
    ) -> None:
        """Keep what was decided about a run that was asked for; does nothing for any other."""
        known = pending.exactly(self._database, run)
        if known is None:
            return
        if (standing := known.status_at(at)) is not PendingStatus.PENDING:
            raise NotPending(run, standing, known.decided_by, self.path)
        pending.decide(self._database, run, status, by=by, at=at, note=note)

    def append(self, run: str, *events: AnyEvent, summary: RunSummary | None = None) -> int:
        """Store events without their secrets, and with `summary` how the run ended, in one commit.

        Returns the last event's place in the run, from 1. Raises JournalError if there is no such run, or if
        one of the events cannot be stored; none of them is then.
        """
        try:
            bodies = [codec.encode(event) for event in events[:-1]]
            bodies += [codec.encode(event, summary) for event in events[-1:]]
        except ValueError as error:
            raise JournalError(
                f"an event of {run} cannot be stored ({error})", self.path
            ) from error
        if run in self._lost:
            raise self._not_written(self._lost[run])
        with self._transaction():
            self._check_folder(run)
            number = self._known(run)
            last = self._database.execute(
                "SELECT sequence, chain FROM event WHERE run = ? ORDER BY sequence DESC LIMIT 1",
                (number,),
            ).fetchone()
            sequence, chain = last or (0, codec.first_link(run))
            for body in bodies:
                sequence += 1
                chain = codec.link(chain, sequence, body.encode())
                self._insert(
                    "event", {"run": number, "sequence": sequence, "body": body, "chain": chain}
                )
            if summary is not None:
                self._summarize(number, summary)
                ended.note_end(self._database, number)
        self._newest = _Newest(run, number, sequence, chain)
        if summary is not None:
            self._release(run)
        return int(sequence)

    def add_to_past(self, run: str, event: AnyEvent) -> None:
        """Store an event of a run that nobody drives, behind its others.

        RunGoesOn if another process owns it, JournalError if there is no such run or it cannot be stored.
        """
        number, lock = self._owned(run)
        try:
            if self._is_under_way(number, lock):
                raise RunGoesOn(run, self.path)
            self.append(run, event)
        finally:
            self._newest = None
            lock.release()

    def let_go(self, run: str) -> None:
        """Own a run no longer: one that has no end counts as interrupted. Does nothing for one not owned."""
        lock = self._locks.get(run)
        if lock is not None and not lock.is_in_place():
            # Nobody finds the lock that is free now, so that only the process id tells.
            with suppress(JournalError), self._transaction():
                self._database.execute(
                    "UPDATE run SET pid = 0 WHERE run = ? AND host = ? AND pid = ?",
                    (run, *lock.owner),
                )
        self._release(run)

    def remove_runs(self, runs: Sequence[str]) -> list[str]:
        """Remove runs that have ended, with what their steps printed; returns those that were removed.

        One that another process owns, or that has no end, stays. Outputs go first: where a crash comes in
        between, the run is still there to be removed. Raises JournalError.
        """
        with ExitStack() as owned:
            removable = []
            for run in runs:
                with suppress(RunOwned):
                    owned.callback(RunLock.acquire(self.state, run).release)
                    removable.append(run)
            with self._transaction():
                return [run for run in removable if self._remove(run)]

    def move_runs(self, runs: Sequence[str], folder: Path) -> None:
        """Move runs as they are, with what their steps printed, into a journal of their own in `folder`.

        The records go last: where a crash comes in between, they are still there to be moved. Raises
        JournalError, as where another process owns one.
        """
        from pup_tui.journal.moving import copy_runs, move

        with ExitStack() as owned:
            locks = {}
            for run in runs:
                # An id that was damaged need not be one any more; then there are no outputs of it.
                with suppress(ValueError):
                    locks[run] = RunLock.acquire(self.state, run)
                    owned.callback(locks[run].release)
            with self._transaction():
                numbers = self._numbers(runs)
                for run, lock in locks.items():
                    if run in numbers and self._is_under_way(numbers[run], lock):
                        raise under_way(run, lock.path)
                moved = [(number,) for number in numbers.values()]
                copy_runs(self.path, moved, folder)
                for run in locks:
                    move(run_dir(self.state, run), self.state, folder)
                self._delete(moved)
                # A damaged text would be taken for that of the next run that is made from the same.
                self._database.execute(_UNUSED_TEXTS)

    def _numbers(self, runs: Sequence[str]) -> dict[str, int]:
        known = self._database.execute("SELECT run, number FROM run").fetchall()
        return {run: number for run, number in known if run in runs}

    def _remove(self, run: str) -> bool:
        number = self._number(run)
        if number is None or self._has_no_end(number):
            return False
        folder = run_dir(self.state, run)
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise unusable(error, folder, "the outputs of a run cannot be removed") from error
        self._delete([(number,)])
        return True

    def _delete(self, numbers: Sequence[tuple[int]]) -> None:
        ended.forget(self._database, (number for (number,) in numbers))
        for table, column in (("event", "run"), ("run_file", "run"), ("run", "number")):
            statement = f"DELETE FROM {table} WHERE {column} = ?"  # noqa: S608 - own names
            self._database.executemany(statement, numbers)

    def _has_no_end(self, number: int) -> bool:
        (status,) = self._database.execute(
            "SELECT status FROM run WHERE number = ?", (number,)
        ).fetchone()
        return status in (RunStatus.RUNNING, RunStatus.INTERRUPTED)

    def shrink(self) -> None:
        """Forget the texts that no run was made from, and give free space back to the disk."""
        with self._transaction():
            self._database.execute(_UNUSED_TEXTS)
            self._database.execute(ended.UNUSED_NAMES)
        # Another program may be in the middle of something: then the space is used by the next runs.
        with suppress(sqlite3.OperationalError):
            self._database.execute("VACUUM")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One commit. BEGIN IMMEDIATE: a read that turns into a write would not wait for a lock."""
        if self._broken is not None:
            raise self._not_written(self._broken)
        try:
            self._check_log()
            self._database.execute("BEGIN IMMEDIATE")
            yield
            self._database.execute("COMMIT")
        except NO_USE as error:
            self._broken = explained(error, self.path)
            raise self._broken from error
        finally:
            self._roll_back()
            self._files.note_log()

    def _not_written(self, since: JournalError) -> JournalError:
        told = f"the journal is not written any more since an error ({since.message})"
        return JournalError(told, self.path, since.hint)

    def _check_log(self) -> None:
        """Raise JournalError where the log has lost what was written to it.

        It may be shorter since another program has moved it into the database, and what another one records
        changes it and SQLite's version of the data; anything else is looked into.
        """
        try:
            state = self._files.check()
        except JournalError as error:
            self._broken = error
            raise
        before, self._version = self._version, self._data_version()
        is_anothers = state is LogState.WRITTEN_TO and self._version != before
        if state is not LogState.AS_IT_WAS and not is_anothers and not self._is_all_there():
            self._broken = self._files.harmed(state)
            raise self._broken

    def _is_all_there(self) -> bool:
        """Whether a connection that has nothing in memory finds a sound journal with the newest event."""
        try:
            with closing(open_read_only(self.state)) as fresh:
                refuse_damaged_small(fresh, self.path, self.path.stat().st_size)
                if self._newest is None:
                    return True
                found = fresh.execute(
                    "SELECT chain FROM event WHERE run = ? AND sequence = ?",
                    (self._newest.number, self._newest.sequence),
                ).fetchone()
                return found is not None and bytes(found[0]) == self._newest.chain
        except (*NO_USE, JournalError):
            return False

    def _check_folder(self, run: str) -> None:
        lock = self._locks.get(run)
        if lock is not None and not lock.is_in_place():
            raise JournalError(
                "the run's folder was deleted, moved or replaced while the run was under way",
                lock.path.parent,
                "what it printed is lost unless the folder is found",
            )

    def _roll_back(self) -> None:
        """End what is left of a transaction that did not get to its end."""
        try:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
        except NO_USE as error:
            self._broken = self._broken or explained(error, self.path)

    def _insert(self, table: str, values: Mapping[str, Any]) -> int:
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - own names only
        return self._database.execute(statement, dict(values)).lastrowid or 0

    def _store_files(self, number: int, files: Mapping[str, bytes]) -> None:
        """Keep texts of a run; one of the same name is of a leg that broke off before it began."""
        for name, content in files.items():
            sha256 = hashlib.sha256(content).hexdigest()
            self._database.execute(
                "INSERT OR IGNORE INTO content (sha256, bytes) VALUES (?, ?)", (sha256, content)
            )
            self._database.execute(
                "INSERT OR REPLACE INTO run_file (run, name, sha256) VALUES (?, ?, ?)",
                (number, codec.storable(name), sha256),
            )

    def _summarize(self, number: int, summary: RunSummary) -> None:
        self._database.execute(
            "UPDATE run SET status = :status, reason = :reason, warnings = :warnings,"
            " duration = :duration, ended_wall = :ended_wall WHERE number = :number",
            {
                **msgspec.structs.asdict(summary),
                "reason": codec.storable(summary.reason),
                "number": number,
            },
        )

    def _columns(self, record: RunRecord) -> dict[str, Any]:
        try:
            values = {**msgspec.structs.asdict(record), "vars": codec.to_json(record.vars)}
        except ValueError as error:
            raise JournalError(
                f"the variables of {record.run} cannot be stored ({error})", self.path
            ) from error
        values["status"] = RunStatus.RUNNING
        return codec.storable_row(values)

    def _release(self, run: str) -> None:
        lock = self._locks.pop(run, None)
        self._lost.pop(run, None)
        if self._newest is not None and self._newest.run == run:
            self._newest = None
        if lock is not None:
            lock.release()
