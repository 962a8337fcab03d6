"""Answers of other resources, by their shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.answers.emptiness import is_empty, why_not_known
from pup_tui.answers.numbers import numbers_of
from pup_tui.answers.series import series_of
from pup_tui.answers.states import states_of
from pup_tui.answers.tables import table_of
from pup_tui.answers.things import subject_of
from pup_tui.template.condition import parse_condition
from pup_tui.template.reading import reading_scope


def _resource(**attributes: Any) -> dict[str, Any]:
    return {"id": "a", "type": "things", "attributes": attributes}


def _judged(source: str, answer: Any, *history: float) -> tuple[bool | None, str]:
    found = parse_condition(source).judge(reading_scope(json.dumps(answer)), history)
    return found.holds, found.reason


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ({"data": _resource(state="breached", sli=98.2)}, ["breached"]),
        ({"data": [_resource(status="up"), _resource(state="down")]}, ["up", "down"]),
        ({"groups": [{"group": "a", "status": "Alert"}], "counts": {"status": []}}, ["Alert"]),
        ({"tests": [], "total": 0}, []),
        ({"data": {"type": "x_search_results", "attributes": {"total": 0, "xs": []}}}, []),
        ({"data": {"attributes": {"xs": [{"data": _resource(state="ok")}], "facets": {}}}}, ["ok"]),
        ({"data": {"results": [{"status": "failed"}], "status": "passed", "metadata": {}}}, ["passed"]),
        ({"results": [{"result_id": "1", "status": 0}], "last_timestamp_fetched": 1}, ["0"]),
        ({"user": {"handle": "a@example.com", "status": "Active"}}, ["Active"]),
        ({"data": _resource(gate_id="g", gate_status="pass", merge_status="no")}, ["pass"]),
        ({"data": _resource(merge_status="no")}, None),
        ({"data": _resource(fields={"state": {"type": "dropdown", "value": "stable"}})}, ["stable"]),
        ({"data": _resource(environments=[{"status": "ON"}, {"status": "OFF"}])}, ["ON", "OFF"]),
        ({"data": _resource(message="x", attributes={"status": "warn"})}, ["warn"]),
        ({"data": _resource(), "included": [_resource(status="active")]}, None),
        ({"data": _resource(author={"status": "Active"})}, None),
        ({"data": _resource(status=True)}, None),
        ({"data": ["a"]}, None),
        ({"status": "error", "error": "bad query", "series": []}, ["error"]),
        ({"errors": [{"status": "404", "title": "Not Found"}]}, None),
        ({"data": [_resource(status="ok"), _resource(name="b")]}, None),
        ({"data": _resource(overall_status=[{"state": "breached", "status": 90}])}, ["breached"]),
        (True, None),
    ],
)  # fmt: skip
def test_states(answer: Any, states: list[str] | None) -> None:
    found = states_of(answer).states
    assert (None if found is None else [state.text for state in found]) == states


def test_the_states_of_an_slo_are_those_of_all_its_time_frames() -> None:
    slo = _resource(
        name="s", status={"state": "ok"}, overall_status=[{"state": "ok"}, {"state": "breached"}]
    )
    answer = {"data": {"attributes": {"slos": [{"data": slo}]}}}
    assert _judged("status == ok", answer) == (
        False,
        "1 of 2 do not satisfy it, one is breached (s)",
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"errors": ["Forbidden", "again"]}, "the answer is an error: Forbidden; again"),
        ({"errors": [{"detail": "no such thing"}]}, "the answer is an error: no such thing"),
        ({"error": "bad", "data": None}, "the answer is an error: bad"),
        ({"errors": {"a": "gone", "b": ["x", "y"]}}, "the answer is an error: a: gone; b: x; y"),
        ({"errors": {"a": {"detail": "no"}}}, "the answer is an error: a: no"),
        ({"errors": {"a": 1}}, "the answer is an error: an error"),
        (
            {"tags": {"env:x": [{"name": "h"}]}},
            (
                '1 of 1 have no status: `json.tags["env:x"][0]` has no status; it has name: '
                'name what is meant, such as `json.tags["env:x"][0].name`'
            ),
        ),
        (
            {"data": [_resource(status="ok"), _resource(name="b")]},
            (
                "1 of 2 have no status: `json.data[1]` has no status; it has name: name what is meant, "
                "such as `json.data[1].attributes.name`"
            ),
        ),
        ({"data": None}, "the answer has no status: there is nothing in it"),
        (
            {"data": [_resource(status="ok")], "meta": {"status": "timeout"}},
            "the answer is not complete: the query ended before it was done",
        ),
    ],
)
def test_what_is_found_in_place_of_a_status(answer: Any, why: str) -> None:
    assert _judged("status == ok", answer) == (None, why)


def test_an_error_beside_what_an_answer_is_about_is_no_answer_of_errors() -> None:
    answer = {"name": "job", "errors": ["disk full"], "status": "degraded"}
    assert subject_of(answer).error == ""
    assert _judged("status == degraded", answer)[0] is True


def _v1(*values: float | None, scope: str = "*") -> dict[str, Any]:
    return {"scope": scope, "pointlist": [[n * 1000.0, value] for n, value in enumerate(values)]}


def _v2(*columns: list[float | None]) -> dict[str, Any]:
    times = [n * 1000 for n in range(max(map(len, columns), default=0))]
    heads = [{"group_tags": [f"host:{n}"], "query_index": 0} for n in range(len(columns))]
    return {"data": {"attributes": {"series": heads, "times": times, "values": list(columns)}}}


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ({"data": _resource(state="ok", sli=99.5, error_budget_remaining=10.0)}, [99.5]),
        ({"data": {"overall": {"state": "ok", "sli_value": 98.0}, "type": "metric"}}, [98.0]),
        ({"series": [_v1(1, 2, None, None)], "status": "ok"}, [2.0]),
        ({"series": [_v1(1, scope="a"), _v1(None, 3, scope="b")]}, [1.0, 3.0]),
        ({"series": [_v1(1), _v1(None)]}, None),
        (_v2([1, None], [2, 3]), [1.0, 3.0]),
        (_v2(), None),
        ({"data": {"attributes": {"columns": [{"type": "number", "values": [4.5]}]}}}, [4.5]),
        ({"data": {"buckets": [{"by": {"host": "a"}, "computes": {"c0": 7}}]}}, [7.0]),
        (
            {"data": {"buckets": [{"by": {}, "computes": {"c0": [{"time": "t", "value": 5}]}}]}},
            [5.0],
        ),
        ({"data": _resource(value=None)}, None),
        ({"data": [_resource(value=1)]}, None),
        ({**_v2([1]), "errors": "one query failed"}, None),
        ({**_v2([1]), "errors": ["one query failed"]}, None),
        ({"series": [_v1(4)], "status": "ok", "error": "one query failed"}, None),
        ({"series": [_v1(4)], "status": "ok", "error": ""}, [4.0]),
        (
            {"data": {"attributes": {"columns": [{"values": [4.5]}]}}, "errors": ["a failed"]},
            None,
        ),
        (
            {"data": {"buckets": [{"by": {}, "computes": {"c0": 5}}]}, "meta": {"status": "done"}},
            [5.0],
        ),
        (
            {"data": {"buckets": [{"computes": {"c0": 5}}]}, "meta": {"status": "timeout"}},
            None,
        ),
        ({**_v2([1]), "meta": {"status": "timeout"}}, None),
        ({"data": _resource(value=1), "errors": ["beside"]}, [1.0]),
    ],
)
def test_numbers(answer: Any, numbers: list[float] | None) -> None:
    found = numbers_of(answer).numbers
    assert (None if found is None else [number.value for number in found]) == numbers


def test_groups_of_a_scalar_answer_are_named() -> None:
    columns = [
        {"name": "env", "type": "group", "values": [["prod"], ["dev"]]},
        {"name": "a", "type": "number", "values": [3, 9]},
    ]
    answer = {"data": {"id": "0", "attributes": {"columns": columns}}}
    assert _judged("value < 5", answer) == (
        False,
        "1 of 2 groups do not satisfy it, one is 9 (dev)",
    )


def test_a_trend_of_several_series_is_told_to_be_of_one() -> None:
    answer = {"series": [_v1(1, scope="host:a"), _v1(2, scope="host:b")]}
    assert _judged("decreasing", answer, 5.0) == (
        None,
        "there are 2 series (host:a, host:b): a trend is that of one, so ask for one only",
    )


def test_a_series_without_a_value_is_named() -> None:
    answer = {"series": [_v1(1, scope="host:a"), _v1(None, scope="host:b")]}
    assert _judged("value < 5", answer) == (None, "1 of 2 series have no value, host:b for one")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            "value < 5 and attempt > 1",
            "`value` is not defined: there are 2 series (a, b); `value == …` alone looks at every one",
        ),
        (
            "status == 'ok' and attempt > 1",
            "`status` is not defined: the answer has no status: there is nothing in it",
        ),
    ],
)
def test_an_expression_says_why_it_has_no_value_or_status(source: str, why: str) -> None:
    series = [_v1(1, scope="a"), _v1(2, scope="b")]
    assert _judged(source, {"series": series} if "value" in source else {"data": None}) == (
        None,
        why,
    )


@pytest.mark.parametrize(
    ("answer", "empty"),
    [
        ({"monitors": [], "counts": {"status": []}, "metadata": {"total_count": 0}}, True),
        ({"host_list": [], "total_matching": 0, "total_returned": 0}, True),
        ({"events": [], "status": "ok"}, True),
        ({"data": {"attributes": {"incidents": [], "total": 0, "facets": {}}}}, True),
        ({"data": {"buckets": []}, "meta": {"status": "done"}}, True),
        ({"results": {"metrics": []}}, True),
        ({"data": None}, True),
        ({"errors": []}, True),
        ({"series": [], "status": "ok"}, True),
        ({"series": [_v1(None, None)]}, True),
        ({"series": [_v1(0)]}, False),
        ({"data": {"attributes": {"columns": []}}}, True),
        ({"tags": {}}, True),
        ({"data": {}}, True),
        ({"data": {}, "meta": {"status": "done"}}, True),
        ({"data": ""}, True),
        ({"events": None}, True),
        ({"events": None, "total": 0}, True),
        ({"data": {"attributes": {"tags": {}}}}, True),
        ({"data": {"attributes": {"events": None}}}, True),
        ({"meta": {"status": "done", "elapsed": 5}, "links": {}}, True),
        ({"links": {"next": None}}, True),
        ({"status": "ok", "meta": {}}, False),
        ({"tags": {"env": "prod"}}, False),
        ({"data": {}, "name": "x"}, False),
        ({"id": 7, "tags": None}, False),
        ({"host": "a", "tags": None}, False),
        ({"deleted": None, "kept": None}, False),
        ({"total": 0}, False),
        ({"data": _resource()}, False),
        ({"id": 7, "tags": []}, False),
        ({"host": "a", "tags": []}, False),
        ({"deleted": [], "kept": []}, False),
        ({"batch_id": "b", "results": []}, False),
        (0, False),
        (False, False),
        ({"data": "text"}, False),
        ({"data": 5}, False),
        ({"data": None, "name": "x"}, False),
        ({"id": 7, "status": "failed", "error": "disk full"}, False),
    ],
)
def test_emptiness(answer: Any, empty: bool) -> None:
    assert is_empty(answer) is empty
    assert why_not_known(answer) == ""


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": ["x"]},
        {"error": "x"},
        {"data": [], "meta": {"status": "timeout"}},
        {"status": "error", "code": 403, "errors": ["Forbidden"], "statuspage": "http://a.example"},
        {"code": "invalid", "errors": ["x"]},
        {"status": "error", "error": "bad query", "series": [], "group_by": ["host"]},
        {**_v2(), "errors": "one query failed"},
        {"data": {"attributes": {"columns": []}}, "errors": ["query a failed"]},
        {"data": {"attributes": {"incidents": []}}, "errors": [{"title": "shard failed"}]},
        {"data": {}, "errors": ["x"]},
        {"series": [], "error": "bad query", "group_by": ["host"]},
        {"meta": {"status": "timeout"}, "links": {}},
        {"data": {"buckets": []}, "meta": {"status": "timeout"}},
        {"data": [], "meta": {"status": "done", "warnings": [{"title": "unknown index"}]}},
        {"data": [], "meta": {"warnings": ["unknown index"]}},
    ],
)
def test_whether_an_error_or_a_part_is_empty_cannot_be_known(answer: Any) -> None:
    assert _judged("empty", answer)[0] is None
    assert not is_empty(answer)


def test_what_an_answer_warns_of_says_why_nothing_is_known_of_all() -> None:
    warning = {"code": "c", "detail": "gone"}
    answer: dict[str, Any] = {"data": [{"status": "ok"}], "meta": {"warnings": [warning]}}
    why = "the answer may not be complete: Datadog warns: c: gone"
    assert _judged("status == 'ok'", answer) == (None, why)
    assert _judged("empty", answer)[0] is False
    answer["meta"]["warnings"] = []
    assert _judged("status == 'ok'", answer)[0] is True


def test_the_points_of_a_series_are_in_order_of_time() -> None:
    found = series_of({"series": [{"pointlist": [[2000, 1], [1000, None]], "metric": "m"}]})
    assert found is not None
    assert found[0].points == ((1.0, None), (2.0, 1.0))
    assert (found[0].name, found[0].newest) == ("m", 1.0)
    assert series_of({"series": "x"}) is None


_WORDS = """
data attributes status state overall_state overall_status series pointlist times values columns buckets
computes by errors error id type name meta included relationships fields value sli overall unit group_tags
tag_set gate_status gate_id rules thresholds timestamp start created
"""
_KEYS = st.sampled_from(_WORDS.split())
_PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "ok", "log", "incidents", "slo", "number", "2026-01-01T00:00:00Z", "1e400"]),
)  # fmt: skip
_JSON = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(_JSON)
def test_no_answer_is_too_odd_to_be_read(answer: Any) -> None:
    states, numbers = states_of(answer), numbers_of(answer)
    assert (states.states is None) == bool(states.why_not)
    assert (numbers.numbers is None) == bool(numbers.why_not)
    assert all(number.value is not None for number in numbers.numbers or ())
    assert not (is_empty(answer) and why_not_known(answer))
    made = table_of(answer, now=0.0)
    assert made is None or all(len(row) == len(made.titles) for row in made.rows)
    for each in series_of(answer) or ():
        assert [at for at, _ in each.points] == sorted(at for at, _ in each.points)
