"""The numbers that an answer tells: its own, the newest of each series, or one of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from .plain_numbers import number_of
from .series import series_of
from .things import AnswerSubject, at, layers, subject_of, told_thing

_PATHS: Final = (
    ("value",),
    ("sli",),
    ("sli_value",),
    ("overall", "sli_value"),
    ("status", "sli"),
)
_MOST_NAMED: Final = 3


class Number(NamedTuple):
    """One number, and of which series, group or thing it is, where that has a name."""

    value: float | None
    name: str = ""


class ToldNumbers(NamedTuple):
    """All numbers that an answer tells, and what each belongs to, such as a series.

    `numbers` is None where not all of them are known; `why_not` says what was found instead. `is_blank` says
    that the answer is one for numbers and has none.
    """

    numbers: tuple[Number, ...] | None
    each: str = ""
    why_not: str = ""
    is_blank: bool = False

    @property
    def told(self) -> str:
        """How many there are, of what."""
        count = len(self.numbers or ())
        names = [number.name for number in self.numbers or () if number.name]
        shown = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
        return f"{count} {self.each}" + (f" ({shown})" if shown else "")


def numbers_of(value: Any) -> ToldNumbers:
    """The numbers that an answer tells."""
    if (number := number_of(value)) is not None:
        return ToldNumbers((Number(number),))
    if isinstance(value, Mapping) and (number := number_of(value.get("value"))) is not None:
        return ToldNumbers((Number(number),))
    answer = subject_of(value)
    if answer.error:
        return ToldNumbers(None, why_not=f"the answer is an error: {answer.error}")
    groups = _groups(value)
    if groups is None:
        return _of_things(answer)
    return ToldNumbers(None, why_not=answer.partial) if answer.partial else _of_groups(*groups)


def _groups(value: Any) -> tuple[list[Number], str] | None:
    """What answers a query for numbers, with a number of each group; None where this is none."""
    series = series_of(value)
    if series is not None:
        return [Number(each.newest, each.name) for each in series], "series"
    columns = at(value, "data", "attributes", "columns")
    if isinstance(columns, list):
        return _of_columns(columns), "groups"
    buckets = at(value, "data", "buckets")
    if isinstance(buckets, list):
        return [number for bucket in buckets for number in _of_bucket(bucket)], "groups"
    return None


def _of_columns(columns: list[Any]) -> list[Number]:
    """The numbers of a scalar answer, which has a column for each query and for each tag of its groups."""
    groups = [column for column in columns if at(column, "type") == "group"]
    found = []
    for column in columns:
        values = at(column, "values")
        if column in groups or not isinstance(values, list):
            continue
        for row, value in enumerate(values):
            tags = [_cell(at(group, "values"), row) for group in groups]
            name = ",".join(filter(None, tags)) or str(at(column, "name") or "")
            found.append(Number(number_of(value), name))
    return found


def _cell(values: Any, row: int) -> str:
    found = values[row] if isinstance(values, list) and row < len(values) else ""
    return ",".join(map(str, found)) if isinstance(found, list) else str(found)


def _of_bucket(bucket: Any) -> Iterator[Number]:
    """The numbers of a bucket of aggregated events; of a series the newest."""
    by = at(bucket, "by")
    name = ",".join(map(str, by.values())) if isinstance(by, Mapping) else ""
    computes = at(bucket, "computes")
    for computed in computes.values() if isinstance(computes, Mapping) else ():
        if isinstance(computed, list):
            known = (number_of(at(point, "value")) for point in reversed(computed))
            yield Number(next((value for value in known if value is not None), None), name)
        else:
            yield Number(number_of(computed), name)


def _of_groups(found: list[Number], each: str) -> ToldNumbers:
    without = [number for number in found if number.value is None]
    if len(without) == len(found):
        why = (
            f"none of the {len(found)} {each} has a value" if len(found) > 1 else "it has no value"
        )
        told = why if found else f"the answer has no {each}"
        return ToldNumbers(None, each, f"the query found no number: {told}", is_blank=True)
    if without:
        which = f", {without[0].name} for one" if without[0].name else ""
        return ToldNumbers(
            None, each, f"{len(without)} of {len(found)} {each} have no value{which}"
        )
    return ToldNumbers(tuple(found), each)


def _of_things(answer: AnswerSubject) -> ToldNumbers:
    if answer.is_list:
        why = "the answer is a list and has no number of its own"
        return ToldNumbers(None, why_not=f"{why}: how many it holds is `{answer.path} | length`")
    for thing in answer.things:
        for layer in layers(thing):
            for path in _PATHS:
                if (number := number_of(at(layer, *path))) is not None:
                    return ToldNumbers((Number(number),))
                around = at(layer, *path[:-1])
                if isinstance(around, Mapping) and path[-1] in around:
                    told = f"its `{'.'.join(path)}` is no number, but {_kind(at(layer, *path))}"
                    return ToldNumbers(None, why_not=f"the answer has no number: {told}")
    return ToldNumbers(None, why_not=told_thing(answer, "number"))


def _kind(value: Any) -> str:
    if isinstance(value, Mapping | list):
        return "an object" if isinstance(value, Mapping) else "a list"
    return {None: "null", True: "true", False: "false"}.get(value, "a text")
