"""What an output says: status, number, emptiness."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.reading import is_empty, lines_of, reading_scope, status_of, value_of


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"status": "ok"}, "ok"),
        ({"overall_state": "No Data"}, "No Data"),
        ({"state": "resolved"}, "resolved"),
        ({"data": {"attributes": {"status": "active"}}}, "active"),
        (
            {"data": {"attributes": {"instanceStatus": {"detailsKind": "IN_PROGRESS"}}}},
            "IN_PROGRESS",
        ),
        ({"status": 200}, "200"),
        ({"status": None, "state": "x"}, "x"),
        ({"status": {"a": 1}}, None),
        ({}, None),
        (None, None),
        ("OK", None),
        (5, None),
        ([{"overall_state": "OK"}, {"status": "Alert"}], ["OK", "Alert"]),
        ([{"overall_state": "OK"}, {}], None),
        ([], []),
    ],
)
def test_status(value: Any, status: str | list[str] | None) -> None:
    assert status_of(value) == status


def _series(*values: float | None) -> dict[str, Any]:
    return {"pointlist": [[index * 10.0, value] for index, value in enumerate(values)]}


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("42", 42.0),
        (" 4.5\n", 4.5),
        ("-3e2", -300.0),
        ('"7"', 7.0),
        ('{"value": 3}', 3.0),
        ('{"value": "3.5"}', 3.5),
        ('{"value": true}', None),
        ("true", None),
        ("12 apples", None),
        ("", None),
        ("1e999", None),
        ("NaN", None),
        ("Infinity", None),
        ("0x10", None),
        ("1_000", None),
        ("{}", None),
        ("[1]", None),
        (json.dumps({"series": [_series(1, 2, None)]}), 2.0),
        (json.dumps({"series": [_series(1, 2), _series(5, None)]}), [2.0, 5.0]),
        (json.dumps({"series": [_series(1), _series(None)]}), None),
        (json.dumps({"series": []}), None),
        (json.dumps({"series": [{"pointlist": "x"}]}), None),
        (json.dumps({"series": [{"pointlist": [[20, 1], [10, 2]]}]}), 1.0),
        (
            json.dumps({"data": {"attributes": {"times": [1, 2, 3], "values": [[5, 6, None]]}}}),
            6.0,
        ),
        ("9" * 400, None),
    ],
)
def test_value(output: str, value: float | list[float] | None) -> None:
    scope = reading_scope(output)
    assert value_of(output, scope.get("json")) == value
    assert scope.get("value") == (value if isinstance(value, float) else None)


@pytest.mark.parametrize(
    "output",
    ["", " \n", "null", '""', "[]", "{}", '{"data": []}', '{"data": {}}', " [ ] ", '{"a": []}'],
)
def test_empty(output: str) -> None:
    scope = reading_scope(output)
    assert is_empty(output, scope.get("json"), "json" in scope)


@pytest.mark.parametrize(
    "output",
    ["x", "0", "false", "[0]", '{"data": [1]}', '{"id": 1, "a": []}', "none"],
)
def test_not_empty(output: str) -> None:
    scope = reading_scope(output)
    assert not is_empty(output, scope.get("json"), "json" in scope)


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\u2028b\x85c\n\n", ["a\u2028b\x85c", ""]),
    ],
)
def test_lines(output: str, lines: list[str]) -> None:
    assert lines_of(output) == lines


def test_a_scope_holds_what_the_attempt_has() -> None:
    scope = reading_scope(
        '{"status": "ok", "value": 2}',
        stderr="warn",
        exit_code=0,
        attempt=3,
        elapsed=1.5,
    )
    assert scope == {
        "output": '{"status": "ok", "value": 2}',
        "stderr": "warn",
        "lines": ['{"status": "ok", "value": 2}'],
        "json": {"status": "ok", "value": 2},
        "status": "ok",
        "value": 2.0,
        "exit_code": 0,
        "attempt": 3,
        "elapsed": 1.5,
    }


def test_a_scope_leaves_out_what_there_is_not_or_several_of() -> None:
    scope = reading_scope(
        '[{"status": "a"}, {"status": "b"}]', status_code=200, headers={"X-A": "1"}
    )
    assert "status" not in scope
    assert "value" not in scope
    assert "exit_code" not in scope
    assert scope["headers"] == {"x-a": "1"}
    assert "json" not in reading_scope("not json")


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in _numbers(item)]
    if isinstance(value, list):
        return [n for item in value for n in _numbers(item)]
    return [value] if isinstance(value, float) else []


@given(st.one_of(st.text(), st.from_regex(r"[-+0-9.eEnaifNIty{}\[\]\",:]{0,40}")))
def test_no_scope_ever_holds_an_infinity(output: str) -> None:
    assert all(map(math.isfinite, _numbers(list(reading_scope(output).values()))))


@pytest.mark.parametrize(
    ("output", "written"),
    [("42\n", "42"), ('{"value": 3.0}', "3"), ("0.5", "0.5"), ("1e300", None), ("-7", "-7")],
)
def test_a_whole_number_has_no_fraction(output: str, written: str | None) -> None:
    value = reading_scope(output)["value"]
    assert isinstance(value, float if written in (None, "0.5") else int)
    assert written in (None, str(value))


def test_output_is_compared_without_its_line_end() -> None:
    scope = reading_scope(" ok\n", "no\n\n")
    assert (scope["output"], scope["stderr"], scope["lines"]) == ("ok", "no", [" ok"])
