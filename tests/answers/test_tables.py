"""Tables of what answers are about, by its kind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pup_tui.answers.kinds import thing_kinds
from pup_tui.answers.tables import moment_of, table_of

_LINES = Path(__file__).with_name("data").joinpath("recorded.jsonl").read_text("utf-8").splitlines()
_RECORDED: dict[str, Any] = {each["id"]: each["body"] for each in map(json.loads, _LINES)}

TABLES = """
dd-001 monitors
name · state · since · id
SLO Monitor: aws_alb_latency_p95 for sp… · No Data · 2021-05-03 13:06 · 34822915

dd-005 monitors
name · state · id
Test-Get_a_monitor_s_details_returns_OK… · No Data · 155844758

dd-010 monitors
name · state · since · triggered · id
[Synthetics] tf-TestAccDatadogSynthetic… · No Data ·  ·  · 25641098

dd-019 SLOs
name · target · state · over
Test-Search_for_SLOs_returns_OK_respons… · 95 · no_data · 7d

dd-027 incidents
severity · title · commander · state · since · id
UNKNOWN · Example-Create_an_incident_returns_CREA… · user8@example.com · resolved · 2026-02-16 09:47 · 336599

dd-045 downtimes
scope · status · start · id
host:"java-hostsMuteErrorsTest-local-16… · active · 2023-05-24 03:29 · 34953930-f9e3-11ed-85d4-da7ad0900002

dd-081 workflow steps
step · state · instance · began · ended
Sleep · CANCELED · CANCELED · 2024-07-24 18:38 · 2024-07-24 18:39

dd-099 gate rules
rule · status · gate
My deployment rule · in_progress · in_progress

dd-108 cases
case · title · status · priority · since
DDFC-98813 · My new case · Open · P4 · 2025-12-30 13:49
"""


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("told", TABLES.strip().split("\n\n"))
def test_recorded_answers(told: str) -> None:
    head, titles, first = told.split("\n")
    which, kind = head.split(" ", 1)
    made = table_of(_RECORDED[which])
    assert made is not None
    assert (made.name, " · ".join(made.titles), " · ".join(made.rows[0])) == (kind, titles, first)


def test_logs_have_their_message_whole() -> None:
    made = table_of(_RECORDED["dd-033"])
    assert made is not None
    assert made.titles == ("time", "status", "message")
    assert made.rows[0][0] == "2022-04-11 16:29:47"
    assert len(made.rows[0][2]) > 40


@pytest.mark.parametrize("which", ["dd-003", "dd-012", "dd-032", "dd-074", "dd-084"])
def test_errors_and_what_is_of_no_kind_have_no_table(which: str) -> None:
    assert table_of(_RECORDED[which]) is None


def test_an_slo_has_a_row_for_each_time_frame() -> None:
    frames = [
        {
            "timeframe": frame,
            "state": state,
            "target": 99.9,
            "status": 99.5,
            "error_budget_remaining": 12.5,
        }
        for frame, state in (("7d", "ok"), ("30d", "breached"))
    ]
    slo = {
        "data": {"id": "a", "type": "slo", "attributes": {"name": "s", "overall_status": frames}}
    }
    made = table_of({"data": {"attributes": {"slos": [slo], "facets": {}}}})
    assert made is not None
    assert made.rows == (
        ("s", "99.9", "99.5", "12.5", "ok", "7d"),
        ("s", "99.9", "99.5", "12.5", "breached", "30d"),
    )


def test_a_relation_is_called_what_the_answer_includes() -> None:
    shift = {
        "id": "s",
        "type": "shifts",
        "attributes": {"start": "2025-12-04T03:50:19Z"},
        "relationships": {"user": {"data": {"id": "u", "type": "users"}}},
    }
    user = {"id": "u", "type": "users", "attributes": {"name": "Dana"}}
    made = table_of({"data": shift, "included": [user]})
    assert made is not None
    assert made.rows == (("Dana", "2025-12-04 03:50"),)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (1_000_000_000, "2001-09-09 01:46 (5 s ago)"),
        (999_999_700, "2001-09-09 01:41 (5 min ago)"),
        (1_000_007_300.0, "2001-09-09 03:48 (in 2 h)"),
        ("not a time", "not a time"),
    ],
)
def test_times_say_how_long_ago_they_were(at: Any, told: str) -> None:
    monitor = {"overall_state": "OK", "overall_state_modified": at, "id": 1}
    made = table_of(monitor, now=1_000_000_005)
    assert made is not None
    assert made.rows == (("OK", told, "1"),)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (1_641_383_035, 1_641_383_035),
        (1_641_383_035_000, 1_641_383_035),
        ("2022-01-05T11:43:55Z", 1_641_383_035),
        ("2022-01-05T11:43:55+00:00", 1_641_383_035),
        ("2022-01-05T11:43:55", 1_641_383_035),
        ("soon", None),
        (-5, None),
        (None, None),
        ([], None),
    ],
)
def test_a_time_is_known_in_all_its_forms(value: Any, at: float | None) -> None:
    assert moment_of(value) == at


def test_every_kind_is_known_by_something_and_has_columns() -> None:
    for kind in thing_kinds():
        assert bool(kind.types) != bool(kind.fields), kind.name
        assert kind.columns
        assert not kind.fits({})
        assert not kind.fits("x")


def test_the_series_of_metrics_are_a_table_of_their_figures() -> None:
    points = [[1_700_000_000_000.0, 5], [1_700_000_060_000.0, 12.5], [1_700_000_120_000.0, None]]
    answer = {
        "status": "ok",
        "series": [
            {"tag_set": ["host:a"], "pointlist": points, "unit": [{"short_name": "ms"}, None]},
            {"tag_set": ["host:b"], "pointlist": [[1e300, 3], [1_700_000_000_000.0, None]]},
        ],
    }
    found = table_of(answer)
    assert found is not None
    assert found.name == "series"
    assert found.titles == ("series", "last", "min", "max", "unit", "at")
    assert found.rows == (
        ("host:a", "12.5", "5", "12.5", "ms", "2023-11-14 22:14:20"),
        ("host:b", "3", "3", "3", "", ""),
    )
    assert table_of({"series": [], "status": "ok"}) is None
    assert table_of({"series": [{"title": "a"}]}) is None


def test_a_cell_is_cut_by_the_columns_that_it_takes() -> None:
    def named(name: str) -> str:
        found = table_of({"name": name, "overall_state": "OK", "id": 1})
        assert found is not None
        return found.rows[0][0]

    assert named("名前" * 30) == f"{'名前' * 9}名…"
    assert named("é" * 40) == "é" * 40
    assert named("名" * 20) == "名" * 20


def test_a_target_for_each_time_frame_is_told() -> None:
    history = {
        "slo": {"name": "s"},
        "overall": {"sli_value": 99.95},
        "thresholds": {"7d": {"target": 99.9, "timeframe": "7d"}, "30d": {"target": 99}},
    }
    found = table_of({"data": history})
    assert found is not None
    assert dict(zip(found.titles, found.rows[0], strict=True))["target"] == "7d 99.9, 30d 99"


def test_a_budget_for_each_time_frame_is_told() -> None:
    history = {
        "slo": {"name": "s", "target_threshold": 99.9},
        "overall": {"sli_value": 99.95, "error_budget_remaining": {"7d": 50.0, "30d": -3.25}},
        "thresholds": {},
    }
    found = table_of({"data": history, "errors": None})
    assert found is not None
    assert dict(zip(found.titles, found.rows[0], strict=True))["budget"] == "7d 50, 30d -3.25"
