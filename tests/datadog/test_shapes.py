from __future__ import annotations

from typing import Any

import pytest

from pup_tui.datadog.shapes import flat_incident, in_state, slo_state


def slo(*states: str, **attributes: Any) -> dict[str, Any]:
    statuses = [
        {"state": state, "timeframe": f"{n}d", "status": 99.0 + n, "target": 99.9,
         "error_budget_remaining": 10.0 * n}
        for n, state in enumerate(states)
    ]  # fmt: skip
    return {"data": {"id": "a", "attributes": {"overall_status": statuses, **attributes}}}


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["ok"], "ok"),
        (["ok", "breached", "warning"], "breached"),
        (["ok", "warning"], "warning"),
        (["ok", "no_data"], "no_data"),
        (["breached", "melted"], "melted"),
    ],
)
def test_the_worst_time_frame_stands_for_the_slo(states: list[str], shown: str) -> None:
    state = slo_state(slo(*states))
    number = states.index(shown)
    assert state["state"] == shown
    assert state["timeframe"] == f"{number}d"
    assert state["sli"] == 99.0 + number
    assert state["error_budget_remaining"] == 10.0 * number


def test_an_slo_without_time_frames_shows_its_status() -> None:
    attributes = {"overall_status": None, "timeframe": "7d", "target_threshold": 95.0}
    status = {"state": "ok", "sli": 99.5, "error_budget_remaining": 50.0}
    state = slo_state({"data": {"id": "a", "attributes": {**attributes, "status": status}}})
    assert (state["state"], state["sli"], state["target"]) == ("ok", 99.5, 95.0)
    assert state["timeframe"] == "7d"


@pytest.mark.parametrize("wrong", [None, [], "x", {}, {"data": None}, {"data": {"attributes": 1}}])
def test_other_shapes_give_no_values(wrong: Any) -> None:
    assert slo_state(wrong)["state"] is None
    assert flat_incident(wrong) == {"id": None, "type": None, "attributes": {}}
    assert not in_state(wrong, ["alert"])
