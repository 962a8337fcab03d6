"""The things of an answer as rows of a table, by their kind."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final, NamedTuple
from unicodedata import east_asian_width

from pup_tui.local_time import local_time

from .kinds import KindColumn, ThingKind, thing_kinds
from .plain_numbers import number_of
from .series import MetricSeries, series_of
from .things import layers, name_of, subject_of

MOST_ROWS: Final = 10_000
_MOST_IN_CELL: Final = 40
"""Columns of a cell before the last, so that the others of its row are in sight."""
_THING: Final = "^"
_EACH: Final = "*"
_MILLISECONDS: Final = 1e11
"""From here on a number is a time in milliseconds; in seconds that would be the year 5138."""
_LENGTHS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_PEOPLE: Final = ("name", "email", "handle")


class KindTable(NamedTuple):
    """A table of things of one kind, as texts."""

    name: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(value: Any, now: float | None = None) -> KindTable | None:
    """The things of an answer as a table; None where they are of no kind that is known.

    Times are in local time, with how long ago that was at `now` (seconds since 1970).
    """
    series = series_of(value) or []
    if any(each.points for each in series):
        return _of_series(series[:MOST_ROWS])
    things = subject_of(value).things
    if not things or len(things) > MOST_ROWS:
        return None
    kind = next((each for each in thing_kinds() if all(map(each.fits, things))), None)
    if kind is None:
        return None
    look_up = _Lookup(value, now)
    rows = [
        tuple(look_up.cell(column, row, thing) for column in kind.columns)
        for thing in things
        for row in _rows(kind, thing)
    ]
    # What stands last may be as long as it is; whatever is cut here, the answer itself has.
    held = [n for n in range(len(kind.columns)) if any(row[n] for row in rows)]
    if not held:
        return None
    return KindTable(
        kind.name,
        tuple(kind.columns[n].title for n in held),
        tuple((*(_cut(row[n]) for n in held[:-1]), row[held[-1]]) for row in rows),
    )


def _of_series(series: Sequence[MetricSeries]) -> KindTable:
    """Metric series by their figures, and when the newest value of each was measured."""
    titles = ("series", "last", "min", "max", "unit", "at")
    rows = []
    for each in series:
        known = [(at, value) for at, value in each.points if value is not None]
        values = [value for _, value in known]
        figures = (
            (f"{n:.6g}" for n in (values[-1], min(values), max(values))) if values else ("",) * 3
        )
        at = local_time(known[-1][0]) if known and 0 <= known[-1][0] < _MILLISECONDS else ""
        rows.append((each.name, *figures, each.unit, at))
    return KindTable("series", titles, tuple(rows))


def _cut(cell: str) -> str:
    begins = cell[: _MOST_IN_CELL + 1]
    ends = list(accumulate(2 if east_asian_width(c) in "WF" else 1 for c in begins))
    if not ends or ends[-1] <= _MOST_IN_CELL:
        return cell
    return f"{cell[: bisect_right(ends, _MOST_IN_CELL - 1)]}…"


def _rows(kind: ThingKind, thing: Any) -> Sequence[Any]:
    if not kind.each:
        return (thing,)
    found = (layer.get(kind.each) for layer in layers(thing))
    return next((parts for parts in found if isinstance(parts, list)), ())


class _Lookup:
    """Finds what stands in a cell, also by relations to what is included in an answer."""

    def __init__(self, value: Any, now: float | None) -> None:
        self._now = now
        included = value.get("included") if isinstance(value, Mapping) else None
        self._included = {
            (str(each.get("type")), str(each.get("id"))): each
            for each in (included if isinstance(included, list) else ())
            if isinstance(each, Mapping)
        }

    def cell(self, column: KindColumn, row: Any, thing: Any) -> str:
        """What stands in a column; empty where nothing does."""
        for path in column.paths:
            begin, keys = (thing, path[1:]) if path[0] == _THING else (row, path)
            for layer in layers(begin):
                found = _below(layer, keys)
                if found is None or found == "":
                    continue
                is_text = column.told == "text"
                text = self._text(found) if is_text else self._time(found, column)
                if text:
                    return text
        return ""

    def _text(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Mapping):
            return self._related(value)
        if isinstance(value, list):
            return ", ".join(str(each) for each in value if isinstance(each, str | int | float))
        if isinstance(value, float):
            return f"{value:.4f}".rstrip("0").rstrip(".")
        return str(value)

    def _related(self, relation: Mapping[str, Any]) -> str:
        """What people call that to which a relation leads; of numbers by names all of them."""
        data = relation.get("data")
        if not isinstance(data, Mapping):
            numbers = [
                (key, each) for key, each in relation.items() if isinstance(each, int | float)
            ]
            each_told = ", ".join(f"{key} {self._text(each)}" for key, each in numbers)
            return name_of(relation) or each_told
        known = self._included.get((str(data.get("type")), str(data.get("id"))), data)
        for layer in layers(known):
            for key in _PEOPLE:
                if isinstance(named := layer.get(key), str) and named:
                    return named
        return str(data.get("id") or "")

    def _time(self, value: Any, column: KindColumn) -> str:
        at = moment_of(value)
        if at is None:
            return self._text(value)
        if column.told == "second":
            return local_time(at)
        told = local_time(at).rpartition(":")[0]
        return told if self._now is None else f"{told} ({_ago(self._now - at)})"


def moment_of(value: Any) -> float | None:
    """A time in an answer, as seconds since 1970: RFC 3339, or a number of seconds or milliseconds."""
    number = number_of(value)
    if number is None and isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            return None
        number = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    elif number is not None and abs(number) >= _MILLISECONDS:
        number /= 1000.0
    return number if number is not None and 0 <= number < _MILLISECONDS else None


def _ago(seconds: float) -> str:
    length = abs(seconds)
    size, unit = next((each for each in _LENGTHS if length >= each[0]), (1, "s"))
    told = f"{int(length // size)} {unit}"
    return f"{told} ago" if seconds >= 0 else f"in {told}"


def _below(value: Any, keys: tuple[str, ...]) -> Any:
    for depth, key in enumerate(keys, 1):
        if key == _EACH and isinstance(value, Mapping):
            return {name: _below(each, keys[depth:]) for name, each in value.items()}
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
