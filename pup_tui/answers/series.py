"""Metric series in an answer: points in time, of one group each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .plain_numbers import number_of
from .things import at

_SECOND = 1000.0


class MetricSeries(NamedTuple):
    """The points (seconds since 1970, and a value or None) of one group, in order of time."""

    name: str
    points: tuple[tuple[float, float | None], ...]
    unit: str = ""

    @property
    def newest(self) -> float | None:
        """Its newest value that is one."""
        return next((value for _, value in reversed(self.points) if value is not None), None)


def series_of(value: Any) -> list[MetricSeries] | None:
    """The series of a v1 query, or of a v2 timeseries; None where an answer is neither."""
    first = at(value, "series")
    if isinstance(first, list) and all(isinstance(each, Mapping) for each in first):
        return [_of_pointlist(each) for each in first]
    inside = at(value, "data", "attributes")
    times, columns = at(inside, "times"), at(inside, "values")
    if isinstance(times, list) and isinstance(columns, list):
        heads = at(inside, "series")
        heads = heads if isinstance(heads, list) else []
        return [
            _of_columns(heads[n] if n < len(heads) else None, times, column)
            for n, column in enumerate(columns)
        ]
    return None


def _of_pointlist(series: Mapping[str, Any]) -> MetricSeries:
    points = series.get("pointlist")
    pairs = points if isinstance(points, list) else []
    made = (each for each in pairs if isinstance(each, list) and len(each) == 2)
    tags = series.get("tag_set")
    tags = ",".join(map(str, tags)) if isinstance(tags, list) else ""
    name = next((each for each in (tags, series.get("scope"), series.get("metric")) if each), "")
    return MetricSeries(str(name), _in_order(made), _unit(series))


def _of_columns(head: Any, times: list[Any], values: Any) -> MetricSeries:
    tags = at(head, "group_tags")
    name = ",".join(map(str, tags)) if isinstance(tags, list) else ""
    pairs = zip(times, values, strict=False) if isinstance(values, list) else ()
    return MetricSeries(name, _in_order(map(list, pairs)), _unit(head))


def _in_order(pairs: Iterator[list[Any]]) -> tuple[tuple[float, float | None], ...]:
    points = [((number_of(time) or 0.0) / _SECOND, number_of(value)) for time, value in pairs]
    return tuple(sorted(points, key=lambda point: point[0]))


def _unit(head: Any) -> str:
    units = at(head, "unit")
    first = units[0] if isinstance(units, list) and units else None
    found = at(first, "short_name") or at(first, "name")
    return found if isinstance(found, str) else ""
