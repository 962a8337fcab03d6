"""Conditions: the short forms of `pup`, expressions, and what cannot be known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.template.condition import MAX_TREND, is_true, parse_condition
from pup_tui.template.errors import TemplateError
from pup_tui.template.reading import reading_scope


def _series(*newest: float) -> str:
    return json.dumps({"series": [{"pointlist": [[1, 0.0], [2, v], [3, None]]} for v in newest]})


def _judge(source: str, output: str, *history: float, **names: Any) -> bool | None:
    scope = {**reading_scope(output, exit_code=0, attempt=2, elapsed=4.0), **names}
    return parse_condition(source, frozenset(names)).judge(scope, history).holds


@pytest.mark.parametrize(
    ("source", "output", "holds"),
    [
        ("empty", "", True),
        ("empty", '{"data": []}', True),
        ("empty", "text", False),
        ("empty", '{"data": [1]}', False),
        ("status == OK", '{"overall_state": "ok"}', True),
        ("status==OK", '{"status": "OK"}', True),
        ('status == "OK"', '{"status": "OK"}', True),
        ("status == 'No Data'", '{"overall_state": "No Data"}', True),
        ("status == No Data", '{"overall_state": "no data"}', True),
        ("status == OK", '{"status": "Alert"}', False),
        ("status != OK", '{"status": "Alert"}', True),
        ("status == OK", '[{"status": "OK"}, {"status": "OK"}]', True),
        ("status == OK", '[{"status": "OK"}, {"status": "Alert"}]', False),
        ("status != OK", '[{"status": "OK"}, {"status": "Alert"}]', False),
        ("status != OK", '[{"status": "Warn"}, {"status": "Alert"}]', True),
        ("status == OK", "[]", False),
        ("status != OK", "[]", False),
        ("status == OK", "[{}]", None),
        ("status == OK", "OK", None),
        ("status != OK", "", None),
        (
            "status == IN_PROGRESS",
            '{"data":{"attributes":{"instanceStatus":{"detailsKind":"IN_PROGRESS"}}}}',
            True,
        ),
        ("value < 5", "4.9", True),
        ("value<5", "5", False),
        ("value <= 5", "5", True),
        ("value > 5", '{"value": 6}', True),
        ("value >= 5", "4", False),
        ("value == 5", "5.0", True),
        ("value != 5", "5", False),
        ("value < -1.5e1", "-16", True),
        ("value < 5", _series(1.0), True),
        ("value < 5", _series(1.0, 2.0), True),
        ("value < 5", _series(1.0, 7.0), False),
        ("value < 5", '{"series": []}', None),
        ("value < 5", "error", None),
        ("value != 5", "", None),
        ("exit_code == 0", "", True),
        ("exit_code == 0 and attempt < 2", "", False),
        ("json.ready", '{"ready": true}', True),
        ("json.ready", '{"ready": false}', False),
        ("json.ready", '{"ready": "false"}', False),
        ("json.ready", "text", None),
        ("json.ready", "{}", None),
        ("'done' in output", "all done", True),
        ("status == 'ok' and value < 5", '{"status": "ok", "value": 4}', True),
        ("status == 'ok' and value < 5", '[{"status": "ok"}, {"status": "ok"}]', None),
        ("value < 5 or true", _series(1.0, 2.0), None),
        ("lines | length == 2", "a\nb\n", True),
        ("value + 'x' == 1", "5", None),
        ("1 / 0", "", None),
    ],
)
def test_judging(source: str, output: str, holds: bool | None) -> None:
    assert _judge(source, output) is holds


@pytest.mark.parametrize(
    ("source", "output", "history", "holds"),
    [
        ("decreasing", "5", [], None),
        ("decreasing", "5", [6.0], True),
        ("decreasing", "6", [6.0], False),
        ("decreasing", "5", [1.0, 6.0], True),
        ("increasing", "7", [6.0], True),
        ("increasing", "5", [6.0], False),
        ("decreasing over 1", "5", [6.0], True),
        ("decreasing over 3", "1", [4.0, 3.0, 2.0], True),
        ("decreasing over 3", "1", [9.0, 4.0, 3.0, 2.0], True),
        ("decreasing over 3", "1", [4.0, 5.0, 2.0], False),
        ("decreasing over 3", "1", [3.0, 2.0], None),
        ("decreasing over 3", "3", [3.0, 2.0], False),
        ("decreasing", "text", [6.0], None),
        ("decreasing", _series(1.0, 2.0), [6.0], None),
        ("decreasing", _series(1.0), [6.0], True),
    ],
)
def test_trends(source: str, output: str, history: list[float], holds: bool | None) -> None:
    assert _judge(source, output, *history) is holds


def test_a_declared_variable_wins() -> None:
    assert parse_condition("status == OK").kind == "status"
    assert parse_condition("status == OK", frozenset({"status"})).kind == "expression"
    assert parse_condition("value < 5", frozenset({"value"})).kind == "expression"
    assert parse_condition("empty", frozenset({"empty"})).kind == "expression"
    assert _judge("decreasing", "5", decreasing=True) is True


def test_a_declared_variable_may_be_what_is_compared_with() -> None:
    assert parse_condition("value < LIMIT", frozenset({"LIMIT"})).names == {"LIMIT"}
    assert _judge("value < LIMIT", _series(1.0, 2.0), LIMIT="3") is True
    assert _judge("value < LIMIT", "1", LIMIT="many") is None
    assert _judge("status == WANTED", '{"status": "ok"}', WANTED="OK") is True
    assert parse_condition("value < LIMIT").names == {"value", "LIMIT"}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("empty", "empty"),
        ("status == OK", "status"),
        ("status != 'No Data'", "status"),
        ("value < 5", "value"),
        ("value <= 5", "value"),
        ("value > 5", "value"),
        ("value >= 5", "value"),
        ("value == 5", "value"),
        ("value != 5", "value"),
        ("decreasing", "trend"),
        ("increasing over 3", "trend"),
        (" json.x ", "expression"),
        ("status == OK and value < 5", "expression"),
    ],
)
def test_kinds(source: str, kind: str) -> None:
    condition = parse_condition(source)
    assert (condition.kind, condition.source) == (kind, source.strip())


def test_names_of_an_expression() -> None:
    condition = parse_condition("steps.a.status == X and (Y | default(1))")
    assert condition.names == {"steps", "X"}
    assert condition.optional_names == {"Y"}
    assert condition.step_fields == {("a", "status")}


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  ",
        "status ==",
        "status = OK",
        "status == {{ X }}",
        "status == OK or",
        "value <",
        "value < 5%",
        "value < 5 apples",
        "decreasing over",
        "decreasing over 0",
        f"decreasing over {MAX_TREND + 1}",
        "decreasing over three",
        "contains x",
        "value > 5 and",
        "empty or",
        "''.__class__",
    ],
)
def test_what_does_not_parse_is_an_error(source: str) -> None:
    with pytest.raises(TemplateError):
        parse_condition(source)


def test_reasons_tell_what_was_seen() -> None:
    assert parse_condition("value < 5").judge(reading_scope("7")).reason == "the value is 7"
    scope = reading_scope('[{"status": "OK"}, {"status": "Alert"}]')
    assert (
        parse_condition("status == OK").judge(scope).reason
        == "1 of 2 do not satisfy it, one is Alert"
    )
    assert (
        parse_condition("decreasing").judge(reading_scope("7"), [6.5]).reason
        == "the value went from 6.5 to 7"
    )
    assert parse_condition("json.x").judge({}).reason == "`json` is not defined"


@pytest.mark.parametrize("value", [True, 1, "x", "true", [0], {"a": 1}])
def test_true(value: Any) -> None:
    assert is_true(value)


@pytest.mark.parametrize("value", [False, 0, "", " ", "false", "False", [], {}, None])
def test_false(value: Any) -> None:
    assert not is_true(value)


_SOURCES = [
    "empty",
    "status == OK",
    "status != OK",
    "value < 5",
    "value != 5",
    "decreasing",
    "increasing over 2",
    "json.data.id == 5",
    "value < 5 and status == 'x'",
    "output | int > 3",
]


@given(
    st.sampled_from(_SOURCES),
    st.one_of(st.none(), st.text(max_size=40), st.from_regex(r"[\[{\]}\":a-z0-9,.]{0,30}")),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4),
)
def test_judging_never_raises(source: str, output: str | None, history: list[float]) -> None:
    scope = {} if output is None else reading_scope(output)
    verdict = parse_condition(source).judge(scope, history)
    assert verdict.reason
    if not scope:
        assert verdict.holds is None


@pytest.mark.parametrize("source", ["value < 5", "decreasing"])
def test_rows_have_no_number_of_their_own(source: str) -> None:
    output = '[{"value": 3}]'
    result = parse_condition(source).judge({"output": output, "json": json.loads(output)})
    assert result.holds is None
    assert result.reason.endswith("how many it holds is `json | length`")
