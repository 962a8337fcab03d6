"""JSON as a table: of things of a kind that is known, or of a list of flat objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pup_tui.answers.pages import more_than
from pup_tui.answers.tables import MOST_ROWS, table_of

from .shown import shown_table

_INSIDE = ("attributes", "node")
"""Where a thing may have its fields: below `attributes` (JSON:API), or below `node` (an edge of GraphQL)."""
_OF_EDGE = "cursor"
"""What an edge of GraphQL has beside its node, and tells of its page only."""


class ThingTable(NamedTuple):
    """A table of things of one kind, and what they are called."""

    kind: str
    text: str


def thing_table(value: Any, now: float | None = None) -> ThingTable | None:
    """What an answer is about as a table, where that is of a kind that is known.

    `now` (seconds since 1970) has it tell how long ago times are.
    """
    found = table_of(value, now)
    text = None if found is None else shown_table(found.titles, found.rows, more_than(value))
    return None if found is None or text is None else ThingTable(found.name, text)


def json_table(values: list[Any], least: int = 2) -> str | None:
    """The longest list of flat objects in these values as a table, at whatever key it stands.

    The values themselves count as a list where there are at least `least`. None where there is none.
    """
    lists = [*([values] if len(values) >= least else []), *_lists_in(values)]
    found = [rows for rows in map(_flat_rows, lists) if rows]
    if not found:
        return None
    rows = max(found, key=len)
    titles = list({name: None for row in rows for name in row})
    more = more_than(values[0]) if len(values) == 1 else ""
    return shown_table(titles, [[_cell(row.get(name)) for name in titles] for row in rows], more)


def _lists_in(values: list[Any]) -> Iterator[list[Any]]:
    """The lists among these values, and at the keys of objects in them, those that stand higher first."""
    level = values
    while level:
        yield from (value for value in level if isinstance(value, list))
        objects = (value for value in level if isinstance(value, Mapping))
        level = [inner for value in objects for inner in value.values()]


def _flat_rows(values: list[Any]) -> list[Mapping[str, Any]]:
    """The objects of a list, with what is inside them beside the rest; none if one is not flat."""
    rows: list[Mapping[str, Any]] = []
    for value in values[: MOST_ROWS + 1]:
        value = _unwrapped(value)
        if not isinstance(value, Mapping) or not all(map(_is_flat, value.values())):
            return []
        rows.append(value)
    return rows if len(rows) <= MOST_ROWS else []


def _unwrapped(value: Any) -> Any:
    """An object with the fields that it has further inside, where it has some there."""
    for key in _INSIDE:
        inside = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(inside, Mapping):
            left_out = {key, _OF_EDGE} if key == "node" else {key}
            return {**{name: its for name, its in value.items() if name not in left_out}, **inside}
    return value


def _is_flat(value: Any) -> bool:
    if isinstance(value, list):
        return not any(isinstance(each, Mapping | list) for each in value)
    return not isinstance(value, Mapping)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)
