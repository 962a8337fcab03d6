"""Which runs are about one incident."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.analysis.report.incident import is_about
from pup_tui.core.events import AnyEvent, Moment, Resumed, RunCreated, Source

AT = Moment(1.0, 1.0)


def begun(**alert: Any) -> list[AnyEvent]:
    created = RunCreated(
        at=AT,
        run="R",
        runbook="r",
        source=Source("p", "s"),
        operator="ada",
        host="h",
        values={},
        alert=alert,
    )
    return [created, Resumed(at=AT, by="bob", host="h", changed={"TICKET": "OPS-7"})]


@pytest.mark.parametrize("incident", ["F00D", "payments", " Slow ", "4711", "ops-7", "eu"])
def test_a_value_of_the_alert_or_of_a_variable_is_what_it_is_about(incident: str) -> None:
    events = begun(title="slow", alert_id="f00d", labels={"service": "payments"}, tags=["eu", 3])
    assert is_about(events, {"INCIDENT": 4711}, incident)


@pytest.mark.parametrize("incident", ["pay", "service", "f00", "***x", "None"])
def test_a_part_of_a_value_and_a_name_are_not(incident: str) -> None:
    events = begun(alert_id="f00d", labels={"service": "payments"}, url=None)
    assert not is_about(events, {"TOKEN": "***"}, incident)
