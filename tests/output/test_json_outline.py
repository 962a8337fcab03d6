"""What is made of JSON for people to look at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.json_outline import MOST, TooLargeJson, json_outline
from pup_tui.output.json_table import json_table, thing_table
from pup_tui.output.log_event import badness, log_event
from pup_tui.output.style import strip_style

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a{["\\\\]}\x1b\u202e:,\n', max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("k{[ ", max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(
    st.lists(
        st.lists(_VALUES, max_size=3) | st.dictionaries(st.text(max_size=3), _VALUES), min_size=1
    )
)
def test_laid_out_json_says_what_it_said(values: list[Any]) -> None:
    outline = json_outline("\n".join(json.dumps(value, ensure_ascii=False) for value in values))
    assert outline is not None
    assert outline.values == values
    texts = [strip_style(line) for line in outline.lines]
    assert all(text.isprintable() for text in texts)
    again = json_outline("\n".join(texts))
    assert again is not None
    assert again.values == values
    for begin, end in outline.ends.items():
        assert texts[begin].rstrip()[-1] in "{["
        assert texts[end].strip()[0] in "}]"
        assert strip_style(outline.folded(begin)).isprintable()


@pytest.mark.parametrize(
    "text", ["", "1\n2", "plain", "{} and more", "{", "[" * 100_000, " " * (MOST + 1), '"text"']
)
def test_what_is_no_object_or_list_has_no_outline(text: str) -> None:
    assert json_outline(text) is None


@pytest.mark.parametrize(
    "text",
    ["[" + "1," * MOST, "{" + " " * MOST, "[" * 100 + ",".join("1" * 30_000) + "]" * 100],
)
def test_too_much_json_is_told_from_what_is_none(text: str) -> None:
    with pytest.raises(TooLargeJson):
        json_outline(text)


def test_numbers_stay_as_they_are_spelled() -> None:
    outline = json_outline("[1.10]")
    assert outline is not None
    assert strip_style(outline.lines[1]).strip() == "1.10"


@pytest.mark.parametrize(
    ("value", "event"),
    [
        ({"time": 5, "level": "WARN", "msg": "x"}, "5  WARN  x"),
        ({"message": "x", "status": "Fatal"}, "FATAL  x"),
        ({"attributes": {"timestamp": "t", "message": "a\nb"}}, "t  a\\nb"),
        (
            {"id": 1, "attributes": {"service": "p", "attributes": {"ts": "t", "text": "x"}}},
            "t  p  x",
        ),
        ({"message": "x"}, None),
        ({"time": "t", "status": "ok"}, None),
        ({"time": {}, "message": ["x"]}, None),
        ([], None),
    ],
)
def test_an_event_of_a_log_is_known_by_what_it_tells(value: Any, event: str | None) -> None:
    found = log_event(value)
    assert (None if found is None else found.told()) == event


def test_events_of_a_log_that_are_folded_stand_in_columns() -> None:
    events = [
        {"time": "02:41", "level": "info", "service": "payments", "message": "begins"},
        {"time": "02:41", "level": "warning", "message": "no service"},
        {"time": "2:4", "level": "ok", "service": "größe", "message": "ends"},
        {"time": "02:41", "level": "info", "service": "x" * 99, "message": "long"},
    ]
    outline = json_outline(json.dumps(events))
    assert outline is not None
    told = [outline.folded(line).strip() for line in outline.events]
    begins = {line.find(event["message"]) for line, event in zip(told, events, strict=True)}
    assert begins == {told[0].find("begins")}
    assert told[0] == "02:41  INFO     payments           begins"
    assert told[3] == "02:41  INFO     xxxxxxxx…xxxxxxxx  long"


def test_a_part_that_no_event_of_a_log_has_takes_no_room() -> None:
    outline = json_outline('{"level": "info", "msg": "a"}\n{"level": "warn", "msg": "b"}')
    assert outline is not None
    assert [outline.folded(line) for line in outline.events] == ["INFO  a", "WARN  b"]


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ([[{"a": 1}, {"b": True}]], ["a | b", "1 |", "  | true"]),
        ([{"a": 1}, {"a": None}], ["a", "1", ""]),
        (
            [{"data": [{"id": 1, "attributes": {"n": ["x", "y"]}}] * 2}],
            ["id | n", "1  | x, y", "1  | x, y"],
        ),
        ([[{"a": {}}, {"a": 1}]], None),
        ([[{"a": 1}]], ["a", "1"]),
        ([[1, 2]], None),
    ],
)
def test_a_list_of_flat_objects_is_a_table(values: list[Any], rows: list[str] | None) -> None:
    made = json_table(values)
    if rows is None:
        assert made is None
        return
    assert made is not None
    head, _, *body = made.splitlines()
    assert [head, *body[:-1]] == rows


MORE = {"meta": {"page": {"after": "x"}}}
MONITORS = [
    {"id": n, "name": "m", "overall_state": "OK", "query": "q", "type": "t"} for n in (1, 2)
]


@pytest.mark.parametrize("things", [MONITORS, [{"a": 1}, {"a": 2}]])
def test_below_a_part_of_all_there_is_stands_that_there_are_more(things: list[Any]) -> None:
    answer = {"data": things, **MORE}
    made = thing_table(answer)
    text = json_table([answer]) if made is None else made.text
    assert text is not None
    assert text.endswith("(2 rows; there are more results than these)\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-01-01 ERROR it broke", "error"),
        ("error: it broke", "error"),
        ("level=warn msg=x", "warning"),
        ('{"status": "Error"}', "error"),
        ("WARNING: old", "warning"),
        ("Warning: old", "warning"),
        ("0 errors", ""),
        ("no error: fine", ""),
        ("terror", ""),
        ("status: ok", ""),
    ],
)
def test_a_line_is_as_bad_as_the_level_that_it_names(line: str, expected: str) -> None:
    assert badness(line) == expected
