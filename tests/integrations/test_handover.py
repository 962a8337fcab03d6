"""The runbook by which somebody else is on call: a real Alertmanager, stand-ins for PagerDuty and Slack."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.integrations.test_described import VENDORS, StoodIn, standing_in
from tests.support.databases import Server
from tests.support.library_runs import Answers, outcomes, run_of, troubles
from tests.support.runs import Seen

pytestmark = pytest.mark.library

ADA = {"id": "PADA001", "type": "user_reference", "summary": "Ada"}
GRACE = {"id": "PGRACE1", "type": "user_reference", "summary": "Grace"}


def fires(server: Server) -> None:
    """Have an alert fire."""
    alert = [{"labels": {"alertname": "QueueIsLong", "service": "payments"}}]
    url = f"http://127.0.0.1:{server.port}/api/v2/alerts"
    sent = Request(url, json.dumps(alert).encode(), {"Content-Type": "application/json"})
    with urlopen(sent, timeout=30) as answer:
        assert answer.status == 200


def on_call(*users: dict[str, str]) -> dict[str, Any]:
    entries = [{"user": each, "escalation_level": at} for at, each in enumerate(users, 1)]
    return {"oncalls": entries}


async def handed_over(
    alertmanager: Server,
    folder: Path,
    incoming: str,
    answers: Answers | None = None,
    refused: Collection[str] = (),
) -> tuple[RunState, Seen, StoodIn]:
    fires(alertmanager)
    told = {
        "/oncalls": on_call(ADA, GRACE),
        "/incidents": {"incidents": [{"id": "PT4KHLK", "title": "Payments are slow"}]},
        "/incidents/{id}": {"incident": {"assignments": [{"assignee": GRACE}]}},
    }
    vendors = {
        "slack": VENDORS["slack"],
        "pagerduty": replace(VENDORS["pagerduty"], answers=told),
    }
    what = {"INCOMING": incoming, "NOTES": "the replica is rebuilt until noon"}
    async with standing_in(vendors, refused) as there:
        state, seen = await run_of(
            "incident/handover",
            folder,
            {"POLICY": "PT20YPA", "SERVICES": ["PIJ90N7"], "CHANNEL": "#on-call"},
            environ={
                **there.environ,
                "PUP_TUI_ALERTMANAGER_URL": f"http://127.0.0.1:{alertmanager.port}",
            },
            answers={"what": what, **(answers or {})},
        )
    assert there.problems == []
    return state, seen, there


async def test_the_incidents_are_given_and_it_is_said(alertmanager: Server, tmp_path: Path) -> None:
    state, seen, there = await handed_over(alertmanager, tmp_path, "PADA001")
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    asks = seen.questions[0].message
    assert "- 1: Ada (PADA001)" in asks
    assert "Payments are slow" in asks
    assert "- QueueIsLong since" in asks
    (given,) = [each for each in there.requests("pagerduty") if each.method == "PUT"]
    assert b"PADA001" in given.body
    told, said = [each for each in there.requests("slack") if each.method == "POST"]
    assert b"the+replica+is+rebuilt+until+noon" in told.body
    assert b"QueueIsLong" in told.body
    assert b"Ada+has+taken+over" in said.body


async def test_who_does_not_take_over_gives_the_incidents_back(
    alertmanager: Server, tmp_path: Path
) -> None:
    state, _, there = await handed_over(alertmanager, tmp_path, "PADA001", {"taken": "no"})
    assert state.status is RunStatus.ABORTED
    given, back = [each for each in there.requests("pagerduty") if each.method == "PUT"]
    assert b"PADA001" in given.body
    assert b"PGRACE1" in back.body
    assert there.asked("slack") == ["POST /chat.postMessage", "POST /chat.update"]
    assert b"Taken+back" in there.requests("slack")[-1].body


async def test_a_channel_that_cannot_be_told_gives_nobody_anything(
    alertmanager: Server, tmp_path: Path
) -> None:
    refused = ["/chat.postMessage"]
    state, _, there = await handed_over(alertmanager, tmp_path, "PADA001", refused=refused)
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["tell"] == "failed"
    assert {each.method for each in there.requests("pagerduty")} == {"GET"}


async def test_somebody_who_is_not_on_call_is_given_nothing(
    alertmanager: Server, tmp_path: Path
) -> None:
    state, _, there = await handed_over(alertmanager, tmp_path, "PNOBODY")
    assert state.status is RunStatus.FAILED
    assert outcomes(state)["unknown"] == "succeeded"
    assert there.asked("slack") == []
