from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.datadog.sandbox.metrics import MetricSyntaxError, Series, parse, series
from pup_tui.datadog.sandbox.records import Service
from pup_tui.datadog.sandbox.timeline import Timeline
from pup_tui.datadog.sandbox.world import WOBBLE, World

NOON = 1_790_000_000


@pytest.fixture
def world() -> World:
    made = World(Timeline(lambda: 0.0, lambda: float(NOON), 1.0))
    made.services["payments"] = Service("payments", "shop", 100.0, 1.0, 0.2)
    made.services["redis"] = Service("redis", "platform", 800.0, 0.0, 0.002)
    return made


def read(world: World, query: str, window: int = 300) -> list[Series]:
    return series(world, parse(query), NOON - window, NOON)


def value(world: World, query: str, window: int = 300) -> float:
    (only,) = read(world, query, window)
    newest = only.points[-1][1]
    assert newest is not None
    return newest


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sum:trace.servlet.request.hits{service:payments}", 100),
        ("sum:trace.servlet.request.hits{service:payments,env:production}", 90),
        ("sum:trace.servlet.request.hits{service:payments AND env:production}", 90),
        ("sum:trace.servlet.request.hits{service:payments,!env:production}", 10),
        ("avg:trace.servlet.request.hits{service:payments}", 50),
        ("max:trace.servlet.request.hits{service:payments}", 90),
        ("min:trace.servlet.request.hits{service:payments}", 10),
        ("count:trace.servlet.request.hits{service:payments}", 2),
        ("sum:trace.any.operation.hits{*}", 900),
        ("sum:trace.http.request.hits{service:payments}.as_count()", 500),
        ("sum:trace.http.request.hits{service:payments}.as_count().rollup(sum, 60)", 6000),
        ("2 * sum:trace.x.hits{service:payments} + 7", 207),
        ("100 * (sum:trace.x.errors{service:payments} / sum:trace.x.hits{service:payments})", 1),
        ("default_zero(sum:trace.x.hits{service:payments})", 100),
        ("10 - 4 - sum:trace.x.errors{service:payments}", 5),
    ],
)
def test_reads(world: World, query: str, expected: float) -> None:
    assert value(world, query) == pytest.approx(expected, rel=2.5 * WOBBLE)


@pytest.mark.parametrize(
    "query",
    [
        "avg:unknown.metric{*}",
        "avg:trace.servlet.request.errors{service:unknown}",
        "sum:trace.x.hits{service:payments} / sum:trace.x.errors{service:redis}",
    ],
)
def test_what_is_unknown_has_no_series(world: World, query: str) -> None:
    assert read(world, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "nope",
        "avg:{service:payments}",
        "avg:trace.x.hits",
        "avg:trace.x.hits{}",
        "avg:trace.x.hits{service:payments",
        "median:trace.x.hits{*}",
        "avg:trace.x.hits{*} +",
        "(" * 40 + "1" + ")" * 40,
        "1" * 5000,
        "(avg:trace.x.hits{*}",
        "avg:trace.x.hits{*} avg:trace.x.hits{*}",
        "",
    ],
)
def test_says_that_a_query_cannot_be_read(query: str) -> None:
    with pytest.raises(MetricSyntaxError, match="Error parsing query"):
        parse(query)


def test_a_malformed_scope_is_a_malformed_query(world: World) -> None:
    with pytest.raises(MetricSyntaxError, match="scope"):
        read(world, "avg:trace.x.hits{(service:payments}")


@given(st.text(alphabet="avgsum:tr.ce{}*()+-/ 12by,_", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = parse(text)
    except MetricSyntaxError:
        return
    assert expression.text == text


def test_groups(world: World) -> None:
    found = read(world, "sum:trace.x.hits{service:payments} by {env}")

    assert [each.group for each in found] == [{"env": "production"}, {"env": "staging"}]
    newest = [each.points[-1][1] for each in found]
    assert newest == pytest.approx([90, 10], rel=2.5 * WOBBLE)


@pytest.mark.parametrize(("window", "interval"), [(60, 1), (300, 5), (3600, 60), (86400, 1800)])
def test_intervals_follow_the_window(world: World, window: int, interval: int) -> None:
    (found,) = read(world, "sum:trace.x.hits{service:payments}", window)

    assert found.interval == interval
    times = [time for time, _ in found.points]
    assert times == list(range(times[0], times[-1] + 1, interval * 1000))
    assert 40 <= len(times) <= 62
    assert times[0] <= (NOON - window) * 1000
    assert NOON * 1000 - interval * 1000 <= times[-1] <= NOON * 1000


def test_a_fine_rollup_over_a_long_window_is_made_coarser(world: World) -> None:
    (found,) = read(world, "sum:trace.x.hits{*}.rollup(avg, 1)", 7 * 86400)

    assert len(found.points) <= 1502


def test_the_future_has_no_points(world: World) -> None:
    (found,) = series(world, parse("sum:trace.x.hits{*}"), NOON - 60, NOON + 600)

    assert found.points[-1][0] <= (NOON + 1) * 1000


def test_formulas_name_queries(world: World) -> None:
    named = {
        "errors": parse("sum:trace.x.errors{service:payments}"),
        "hits": parse("sum:trace.x.hits{service:payments}"),
    }

    (found,) = series(world, parse("errors / hits * 100", named), NOON - 60, NOON)

    assert found.points[-1][1] == pytest.approx(1.0, rel=0.1)


def test_readings_look_alive_and_repeat(world: World) -> None:
    first = read(world, "avg:trace.x.hits{service:payments}")
    again = read(world, "avg:trace.x.hits{service:payments}")

    assert first == again
    assert len({value for _, value in first[0].points}) > 30
