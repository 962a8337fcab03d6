"""Counts and times of past runs and their steps, out of the rows of `journal.ended`.

SQLite counts, and finds what so many of a hundred stay within by its place in an index: a journal may know a
hundred thousand runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from pup_tui.core.figures import FEWEST_RUNS, TimeSpan, place_of, share
from pup_tui.core.state import RunStatus
from pup_tui.journal import codec

if TYPE_CHECKING:
    import sqlite3

LAST = 20
"""Runs of a runbook that are told one by one."""

MOST_MESSAGES = 3
"""Reasons of failures that are told of a step, the most frequent first."""


class LastRun(Struct, frozen=True):
    """How a run ended, and how many seconds it took where it succeeded."""

    status: str
    seconds: float | None


class RunFigures(Struct, frozen=True, kw_only=True):
    """What the runs of a runbook that are over came to, without those that only looked: these are `looks`.

    `ends` counts them by their status. `retried`, `undone` and `warned` are how many of them had any of that.
    `seconds` is how long those took that succeeded, `waited` how long all of which it is known waited for
    people alone, `recovered` the time from the beginning of an alert to a success. `last` are the newest, the
    oldest of them first.
    """

    ends: Mapping[str, int]
    looks: int = 0
    retried: int = 0
    undone: int = 0
    warned: int = 0
    seconds: TimeSpan = TimeSpan()
    waited: TimeSpan = TimeSpan()
    recovered: TimeSpan = TimeSpan()
    last: Sequence[LastRun] = ()

    @property
    def runs(self) -> int:
        return sum(self.ends.values())

    @property
    def succeeds(self) -> float | None:
        """The share (0 to 1) that succeeded; None where too few runs say so."""
        return share(self.ends.get(RunStatus.SUCCEEDED, 0), self.runs)


class StepFigures(Struct, frozen=True, kw_only=True):
    """What a step came to in past runs; items of a foreach count each for itself, but for `runs`.

    `known` is how often it was told what became of it, `failed` how many of these failed at least once,
    `messages` why, each with how often. `seconds` is how long it took where it succeeded, `waited` how long
    it waited for somebody where it did. `retries` and `undone` are how often that was.
    """

    runs: int = 0
    known: int = 0
    failed: int = 0
    retries: int = 0
    undone: int = 0
    seconds: TimeSpan = TimeSpan()
    waited: TimeSpan = TimeSpan()
    messages: Sequence[tuple[str, int]] = ()

    @property
    def fails(self) -> float | None:
        """The share (0 to 1) that failed at least once; None where too few runs say so."""
        return None if self.runs < FEWEST_RUNS else share(self.failed, self.known)

    @property
    def usual(self) -> float | None:
        """How many seconds it usually takes; None where too few runs say so."""
        return None if self.seconds.n < FEWEST_RUNS else self.seconds.p50


class Figures(Struct, frozen=True, kw_only=True):
    """What past runs came to, by the id of the runbook, and of its steps by theirs, without items."""

    runs: Mapping[str, RunFigures] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, StepFigures]] = field(default_factory=dict)


class UsualFigures(Struct, frozen=True):
    """What is usual of a runbook: of its `steps`, by their ids without items, and how long runs take."""

    steps: Mapping[str, StepFigures] = field(default_factory=dict)
    seconds: TimeSpan = TimeSpan()

    @property
    def run(self) -> float | None:
        """How many seconds a run usually works; None where too few say so."""
        return None if self.seconds.n < FEWEST_RUNS else self.seconds.p50


NOTHING_USUAL = UsualFigures()
"""Where nothing is known."""


class BrokenOff(Struct, frozen=True):
    """A run whose program was killed: nothing recorded its end. `number` is its place among all runs."""

    number: int
    runbook: str
    look: bool


def figures_of(
    database: sqlite3.Connection,
    *,
    runbook: str | None,
    since: float | None,
    broken_off: Iterable[BrokenOff] = (),
) -> Figures:
    """The figures of all runs, or of those of a runbook, that began at or after `since` (seconds since 1970).

    Raises sqlite3.Error.
    """
    asked = {
        "runbook": None if runbook is None else codec.storable(runbook),
        "since": float("-inf") if since is None else since,
    }
    wanted = _Wanted(database, asked)
    return Figures(runs=wanted.runs(list(broken_off)), steps=wanted.steps())


def began_of_newest(database: sqlite3.Connection, runbook: str, newest: int) -> float | None:
    """When the first of so many newest runs of a runbook began that came to an end; None without any.

    Raises sqlite3.Error.
    """
    found: tuple[float | None] = database.execute(
        "SELECT min(began) FROM (SELECT began FROM ended_run WHERE runbook = ? AND look = 0"
        " ORDER BY run DESC LIMIT ?)",
        (codec.storable(runbook), newest),
    ).fetchone()
    return found[0]


class _Wanted:
    """Asks for the runs that began `since` then, all or those of a `runbook`."""

    def __init__(self, database: sqlite3.Connection, asked: Mapping[str, Any]) -> None:
        self._database = database
        self._asked = dict(asked)

    def _rows(self, query: str, **more: Any) -> list[tuple[Any, ...]]:
        return self._database.execute(query, {**self._asked, **more}).fetchall()

    @property
    def _of_runbook(self) -> str:
        return "" if self._asked["runbook"] is None else "runbook = :runbook AND "

    @property
    def _of_step(self) -> str:
        if self._asked["runbook"] is None:
            return ""
        return "step IN (SELECT number FROM step_name WHERE runbook = :runbook) AND "

    def runs(self, broken_off: Sequence[BrokenOff]) -> dict[str, RunFigures]:
        rows = self._rows(
            "SELECT runbook, look, status, count(*), sum(retries > 0), sum(undone > 0), sum(warnings > 0)"  # noqa: S608 - own text
            f" FROM ended_run WHERE {self._of_runbook} began >= :since GROUP BY runbook, look, status"
        )
        counted: dict[str, dict[str, Any]] = {}
        for runbook, look, status, count, retried, undone, warned in rows:
            sums = counted.setdefault(runbook, _nothing())
            if look:
                sums["looks"] += count
                continue
            sums["ends"][status] = count
            for name, number in (("retried", retried), ("undone", undone), ("warned", warned)):
                sums[name] += number
        for run in broken_off:
            sums = counted.setdefault(codec.storable(run.runbook), _nothing())
            if run.look:
                sums["looks"] += 1
            else:
                ends = sums["ends"]
                ends[RunStatus.INTERRUPTED] = ends.get(RunStatus.INTERRUPTED, 0) + 1
        return {
            codec.restored(runbook): RunFigures(
                **sums,
                seconds=self._span("ended_run", "runbook", runbook, "seconds"),
                waited=self._span("ended_run", "runbook", runbook, "waited"),
                recovered=self._span("ended_run", "runbook", runbook, "recovered"),
                last=self._last(runbook, broken_off),
            )
            for runbook, sums in sorted(counted.items())
        }

    def _last(self, runbook: str, broken_off: Sequence[BrokenOff]) -> tuple[LastRun, ...]:
        rows = self._rows(
            "SELECT run, status, seconds FROM ended_run WHERE runbook = :its AND look = 0"
            " AND began >= :since ORDER BY run DESC LIMIT :most",
            its=runbook,
            most=LAST,
        )
        rows += [
            (run.number, RunStatus.INTERRUPTED, None)
            for run in broken_off
            if codec.storable(run.runbook) == runbook and not run.look
        ]
        newest = sorted(rows, key=lambda row: -row[0])[:LAST]
        return tuple(LastRun(status, seconds) for _, status, seconds in reversed(newest))

    def steps(self) -> dict[str, dict[str, StepFigures]]:
        names = {
            number: (runbook, step)
            for number, runbook, step in self._rows(
                f"SELECT number, runbook, step FROM step_name WHERE {self._of_runbook} true"  # noqa: S608 - own text
            )
        }
        rows = self._rows(
            "SELECT step, sum(is_first), sum(is_known), sum(failed), sum(retries), sum(undone),"  # noqa: S608 - own text
            " count(seconds), sum(waited > 0)"
            f" FROM ended_step WHERE {self._of_step} began >= :since GROUP BY step"
        )
        messages = self._messages()
        found: dict[str, dict[str, StepFigures]] = {}
        for number, runs, known, failed, retries, undone, timed, waited in rows:
            runbook, step = names[number]
            found.setdefault(codec.restored(runbook), {})[codec.restored(step)] = StepFigures(
                runs=runs,
                known=known,
                failed=failed,
                retries=retries,
                undone=undone,
                seconds=self._span("ended_step", "step", number, "seconds", count=timed),
                waited=self._span(
                    "ended_step", "step", number, "waited", "waited > 0", count=waited or 0
                ),
                messages=messages.get(number, ()),
            )
        return found

    def _messages(self) -> dict[int, tuple[tuple[str, int], ...]]:
        """Why each step failed, what was most frequent first."""
        rows = self._rows(
            "SELECT step, message, count(*) FROM ended_step"  # noqa: S608 - own text
            f" WHERE {self._of_step} failed = 1 AND began >= :since GROUP BY step, message"
        )
        found: dict[int, list[tuple[str, int]]] = {}
        for step, message, count in rows:
            found.setdefault(step, []).append((codec.restored(message), count))
        return {
            step: tuple(sorted(told, key=lambda each: (-each[1], each[0]))[:MOST_MESSAGES])
            for step, told in found.items()
        }

    def _span(
        self,
        table: str,
        key: str,
        its: object,
        column: str,
        which: str = "",
        count: int | None = None,
    ) -> TimeSpan:
        """The times in a column of the rows with that value of `key`, of which the `count` may be known."""
        # Literally as the indexes say it: SQLite takes a partial one for nothing else.
        held = which or f"{column} IS NOT NULL"
        found = f"FROM {table} WHERE {key} = :its AND {held} AND began >= :since"
        if count is None:
            ((count,),) = self._rows(f"SELECT count(*) {found}", its=its)
        if not count:
            return TimeSpan()
        p50, p95 = (
            self._at(
                f"SELECT {column} {found} ORDER BY {column}", its, place_of(percent, count), count
            )
            if count >= fewest
            else None
            for percent, fewest in ((50, 1), (95, FEWEST_RUNS))
        )
        return TimeSpan(count, p50, p95)

    def _at(self, ordered: str, its: object, place: int, count: int) -> float:
        """What stands at a place of so many, which is counted from the end that is nearer."""
        is_behind = place > count // 2
        query = f"{ordered} {'DESC' if is_behind else 'ASC'} LIMIT 1 OFFSET :place"
        offset = count - 1 - place if is_behind else place
        found: float = self._rows(query, its=its, place=offset)[0][0]
        return found


def _nothing() -> dict[str, Any]:
    return {"ends": {}, "looks": 0, "retried": 0, "undone": 0, "warned": 0}
