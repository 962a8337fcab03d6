"""The runbook that declares an incident: stand-ins judge its requests by their vendors' descriptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pup_tui.core.state import RunState, RunStatus
from tests.integrations.test_described import VENDORS, StoodIn, standing_in
from tests.support.library_runs import Answers, outcomes, run_of, troubles
from tests.support.runs import Seen

pytestmark = pytest.mark.library

STATUS = "/incidents/{id}"
VALUES = {
    "WHAT": "Payments by card fail",
    "SERVICE": "payments",
    "SEVERITY": "SEV-2",
    "PAGED": "PIJ90N7",
    "LEAD": "alice@example.com",
    "PROJECT": "OPS",
    "ISSUE_TYPE": "Task",
    "ANNOUNCED": "#incidents",
    "WAIT": "1s",
}


@dataclass
class Declared:
    """What became of it, and what each vendor was asked."""

    state: RunState
    seen: Seen
    there: StoodIn


async def declared(
    folder: Path,
    what: Mapping[str, Any],
    answers: Answers | None = None,
    *,
    status: str = "acknowledged",
    refused: Collection[str] = (),
) -> Declared:
    """Run it; `refused` are the paths that any vendor answers by an error."""
    taken = {STATUS: {"incident": {"status": status}}}
    vendors = {
        "slack": VENDORS["slack"],
        "jira": VENDORS["jira"],
        "pagerduty": replace(VENDORS["pagerduty"], answers=taken),
    }
    async with standing_in(vendors, refused) as there:
        state, seen = await run_of(
            "incident/declare",
            folder,
            VALUES,
            environ=there.environ,
            answers={"what": what, **(answers or {})},
        )
    assert there.problems == []
    return Declared(state, seen, there)


NEW = {"CHANNEL": "inc-payments", "KNOWN": "since 10:04, all cards"}


async def test_all_are_told_and_somebody_takes_it(tmp_path: Path) -> None:
    done = await declared(tmp_path, NEW)
    assert done.state.status is RunStatus.SUCCEEDED, troubles(done.state, done.seen)
    assert {name: done.there.asked(name) for name in ("slack", "jira", "pagerduty")} == {
        "slack": [
            "GET /auth.test",
            "GET /users.lookupByEmail",
            "POST /conversations.create",
            "POST /conversations.invite",
            "POST /conversations.setTopic",
            "POST /chat.postMessage",
            "POST /chat.postMessage",
        ],
        "jira": ["GET /rest/api/3/myself", "POST /rest/api/3/issue"],
        "pagerduty": [
            "GET /incidents",
            "POST /incidents",
            "POST /incidents/{id}/notes",
            "GET /incidents/{id}",
        ],
    }
    assert b"since+10%3A04%2C+all+cards" in done.there.requests("slack")[5].body
    assert b"C024BE91L" in done.there.requests("slack")[5].body
    assert b"%23incidents" in done.there.requests("slack")[6].body
    assert b"SEV-2 payments: Payments by card fail" in done.there.requests("jira")[1].body
    assert outcomes(done.state)["existing"] == outcomes(done.state)["call"] == "skipped"


async def test_one_that_is_open_is_gone_on_with(tmp_path: Path) -> None:
    done = await declared(tmp_path, {**NEW, "EXISTING": "PT4KHLK"})
    assert done.state.status is RunStatus.SUCCEEDED, troubles(done.state, done.seen)
    assert "POST /incidents" not in done.there.asked("pagerduty")
    assert {each.path for each in done.there.requests("pagerduty")[1:]} == {
        "/incidents/PT4KHLK",
        "/incidents/PT4KHLK/notes",
    }


async def test_one_that_nobody_takes_has_somebody_called(tmp_path: Path) -> None:
    done = await declared(tmp_path, NEW, status="triggered")
    assert done.state.status is RunStatus.SUCCEEDED, troubles(done.state, done.seen)
    assert outcomes(done.state)["taken"] == "warned"
    assert [each.step for each in done.seen.questions][-2:] == ["call", "afterwards"]


async def test_a_channel_that_cannot_be_opened_calls_it_off(tmp_path: Path) -> None:
    done = await declared(tmp_path, NEW, refused=["/conversations.create"])
    assert done.state.status is RunStatus.FAILED
    assert outcomes(done.state)["channel"] == "failed"
    assert done.there.asked("pagerduty")[-1] == "PUT /incidents/{id}"
    assert b"resolved" in done.there.requests("pagerduty")[-1].body
    assert done.there.asked("jira")[-1] == "POST /rest/api/3/issue/{issueIdOrKey}/comment"
    assert b"Called off" in done.there.requests("jira")[-1].body


async def test_it_is_called_off_everywhere(tmp_path: Path) -> None:
    done = await declared(tmp_path, NEW, {"afterwards": "no"})
    assert done.state.status is RunStatus.ABORTED
    assert done.there.asked("slack")[-2:] == ["POST /chat.update", "POST /conversations.archive"]
    assert b"Called+off" in done.there.requests("slack")[-2].body
    assert done.there.asked("pagerduty")[-1] == "PUT /incidents/{id}"
    assert done.there.asked("jira")[-1] == "POST /rest/api/3/issue/{issueIdOrKey}/comment"
