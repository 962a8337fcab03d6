"""Metric series as curves."""

from __future__ import annotations

import re

import pytest

from pup_tui.answers.series import MetricSeries
from pup_tui.output.style import strip_style
from pup_tui.tui.lines.plot import MOST_SERIES, MetricPlot


def _series(*values: float | None, name: str = "", unit: str = "") -> MetricSeries:
    points = tuple((1_700_000_000.0 + 60 * n, value) for n, value in enumerate(values))
    return MetricSeries(name, points, unit)


def _drawn(*series: MetricSeries, width: int = 40, height: int = 10) -> list[str]:
    plot = MetricPlot(series)
    plot.fit(width, height)
    return [strip_style(line.text) for line in plot.lines(0, plot.line_count)]


def test_a_curve_has_its_ends_its_axis_and_its_figures() -> None:
    head, *curve, axis, times = _drawn(_series(0, 10, name="host:a", unit="ms"))
    assert head == "host:a · min 0 · max 10 · last 10 ms"
    assert [row[:4] for row in (curve[0], curve[1], curve[-1])] == ["10 ┤", "   │", " 0 ┤"]
    assert curve[0].endswith(("⠁", "⠉", "⠈", "⡠", "⠊", "⠔", "⡰"))
    assert axis == f"   └{'─' * 36}"
    assert len(times) == 40
    assert times.split()[0].count(":") == 2


@pytest.mark.parametrize("width", [20, 80, 200])
@pytest.mark.parametrize("count", [1, 4])
def test_it_fits(width: int, count: int) -> None:
    rows = _drawn(
        *(_series(1, 5, 2, name=f"host:{'x' * 300}{n}") for n in range(count)),
        width=width,
        height=40,
    )
    assert max(map(len, rows)) <= max(width, 60)
    assert all(len(row) <= width for row in rows if "┤" in row or "└" in row)
    assert len(rows) <= 40


@pytest.mark.parametrize("values", [[7], [7, 7, 7]])
def test_what_never_changes_is_a_line_beside_its_one_value(values: list[float]) -> None:
    rows = [row for row in _drawn(_series(*values), height=12) if "┤" in row]
    [row] = rows
    assert row.startswith("7 ┤")
    assert row.strip() != "7 ┤"


def test_times_of_several_days_have_their_date() -> None:
    days = tuple((1_700_000_000.0 + 7_200 * n, float(n)) for n in range(30))
    told = _drawn(MetricSeries("", days), width=80)[-1]
    assert len(re.findall(r"2023-11-1[3-7] [0-9]{2}:[0-9]{2}", told)) == 3


def test_where_there_is_no_value_the_curve_is_broken() -> None:
    rows = _drawn(_series(5, 5, *[None] * 8, 5, 5), height=6)
    [curve] = [row for row in rows if "⠒" in row or "⠤" in row or "⣀" in row or "⠉" in row]
    assert "   " in curve.split("│")[-1].split("┤")[-1].strip()


def test_groups_stand_below_one_another_on_the_same_scale() -> None:
    rows = _drawn(
        _series(1, 2, name="a"), _series(100, name="b"), _series(None, name="c"), height=24
    )
    assert [row for row in rows if "·" in row] == [
        "a · min 1 · max 2 · last 2",
        "b · min 100 · max 100 · last 100",
        "c · no value",
    ]
    assert sum(row.startswith("100 ┤") for row in rows) == 3


def test_the_last_value_is_the_newest_that_is_one() -> None:
    assert _drawn(_series(3, 7, None, None))[0] == "min 3 · max 7 · last 7"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (0.25, "0.25"),
        (12.3456, "12.35"),
        (-1500.0, "-1.5k"),
        (1_234_567.0, "1.235M"),
        (2e300, "2.00e+300"),
        (1e-9, "1.00e-09"),
    ],
)
def test_numbers_are_short(value: float, told: str) -> None:
    assert _drawn(_series(value))[0] == f"min {told} · max {told} · last {told}"


def test_values_as_far_apart_as_can_be_do_no_harm() -> None:
    assert _drawn(_series(-1.7e308, 1.7e308))[0].startswith("min -1.70e+308")


def test_nothing_but_nulls_is_said() -> None:
    assert _drawn(_series(None, None)) == ["no series has a value"]


def test_series_beyond_what_anybody_reads_are_counted() -> None:
    assert _drawn(*[_series(1)] * (MOST_SERIES + 2))[-1] == "and 2 more series"


def test_what_comes_from_outside_cannot_move_the_cursor() -> None:
    rows = _drawn(_series(1, name="a\x1b[2Jb", unit="\x1b]0;x\x07s"))
    assert not any("\x1b" in row or "\x07" in row for row in rows)
