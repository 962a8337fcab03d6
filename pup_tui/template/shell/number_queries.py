"""Queries of which every column is a number, by the functions and casts that make it one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.words import UNKNOWN

_LEVELS: Final = 8
"""Brackets within each other, as far as they are read."""


def _brackets(levels: int) -> bytes:
    inner = rb"|" + _brackets(levels - 1) if levels > 1 else b""
    return rb"\((?:[^()\\]" + inner + rb")*\)"


_INNER: Final = _brackets(_LEVELS)
_SELECT: Final = late_pattern(
    rb"\s*select\s+(?P<columns>(?:(?!\bfrom\b)[^;\\()]|" + _INNER + rb")+)"
    rb"(?:(?<=\s)from\s(?:(?!\b(?:union|intersect|except|minus)\b)[^;\\])*)?;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_OTHERWISE: Final = late_pattern(rb"\b(?:union|intersect|except|minus|into)\b", re.IGNORECASE)
_SHOW: Final = late_pattern(rb"\s*show\s+(?:max_\w+|\w+_connections|port);?\s*", re.IGNORECASE)
"""Settings that are numbers, perhaps with a unit."""
_NAMED: Final = late_pattern(rb"(?P<value>.*?)\s+as\s+\w+", re.IGNORECASE | re.DOTALL)
_NUMBER: Final = late_pattern(
    rb"[0-9]+(?:\.[0-9]+)?"
    rb"|@@(?:global\.|session\.)?(?:max_\w+|\w+_(?:timeout|size|limit|connections)|port|server_id"
    rb"|(?:super_)?read_only)",
    re.IGNORECASE,
)
_TYPES: Final = (
    rb"(?:int(?:eger|[248])?|bigint|smallint|numeric(?:\(\d+(?:,\s*\d+)?\))?|decimal|real"
    rb"|float[48]?|double precision|oid|signed|unsigned)"
)
_WHOLE: Final = rb"(?:[\w.]+|[\w.]*\s*(?P<inner>\(.*\)))"
_CAST: Final = late_pattern(_WHOLE + rb"\s*::\s*" + _TYPES, re.IGNORECASE | re.DOTALL)
_CAST_AS: Final = late_pattern(
    rb"cast\s*(?P<inner>\(.*\s+as\s+" + _TYPES + rb"(?:\s+integer)?\s*\))",
    re.IGNORECASE | re.DOTALL,
)
_CALL: Final = late_pattern(rb"(?P<name>\w*)\s*(?P<inner>\(.*\))", re.DOTALL)
_NUMERIC: Final = frozenset(
    {
        *("count", "sum", "avg", "length", "char_length", "character_length", "octet_length"),
        *("floor", "ceil", "ceiling", "round", "abs", "sign", "mod", "power", "sqrt", "trunc"),
        *("extract", "date_part", "age", "timestampdiff", "datediff", "unix_timestamp"),
        *("time_to_sec", "to_seconds", "found_rows", "row_count", "last_insert_id"),
        *("connection_id", "pg_backend_pid", "txid_current", "pg_wal_lsn_diff"),
        *("pg_database_size", "pg_relation_size", "pg_total_relation_size", "pg_table_size"),
        *("pg_indexes_size", "pg_size_bytes", "json_array_length", "jsonb_array_length"),
        *("json_length", "array_length", "cardinality", "position", "strpos", "changes"),
        *("total_changes", "stddev", "variance", "nextval", "lastval"),
    }
)
"""Functions that give a number whatever they are given."""
_PASSING: Final = frozenset({"min", "max", "coalesce", "greatest", "least", "nullif", "ifnull"})
"""Functions that give one where they are given nothing else."""
_SIGNS: Final = b"+-*/%"


def gives_numbers(statement: bytes) -> bool:
    """Whether a statement of SQL gives rows of numbers only."""
    if _SHOW.fullmatch(statement):
        return True
    found = _SELECT.fullmatch(statement)
    if found is None or UNKNOWN in found["columns"] or _OTHERWISE.search(statement):
        return False
    return all(map(_is_number, _parts(found["columns"], b",")))


def _is_number(column: bytes) -> bool:
    named = _NAMED.fullmatch(column.strip())
    text = named["value"] if named is not None else column.strip()
    sum_of = [*_parts(text, _SIGNS)]
    if len(sum_of) > 1:
        return all(map(_is_number, sum_of))
    for form in (_CAST, _CAST_AS):
        cast = form.fullmatch(text)
        if cast is not None and (cast["inner"] is None or _is_one(cast["inner"])):
            return True
    call = _CALL.fullmatch(text)
    if call is None or not _is_one(call["inner"]):
        return _NUMBER.fullmatch(text) is not None
    name = call["name"].decode(errors="replace").lower()
    if name in _NUMERIC:
        return True
    return name in ("", *_PASSING) and all(map(_is_number, _parts(call["inner"][1:-1], b",")))


def _is_one(text: bytes) -> bool:
    """Whether the bracket that begins a text ends with it."""
    return len([*_parts(text + b",", b",", is_cut_anywhere=True)]) == 1


def _parts(text: bytes, by: bytes, *, is_cut_anywhere: bool = False) -> Iterator[bytes]:
    """What stands between some letters outside of brackets and quotes."""
    begin, depth, quote = 0, 0, 0
    for at, letter in enumerate(text):
        if quote:
            quote = 0 if letter == quote else quote
        elif letter in b"'\"`":
            quote = letter
        elif letter in b"()":
            depth += 1 if letter == ord("(") else -1
            if is_cut_anywhere and not depth:
                yield text[begin : at + 1]
                begin = at + 1
        elif letter in by and not depth and not is_cut_anywhere:
            yield text[begin:at]
            begin = at + 1
    if not is_cut_anywhere:
        yield text[begin:]
