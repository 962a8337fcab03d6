"""Each action for Alertmanager against a real server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.databases import Server
from tests.support.integrations import Done, carried_out, proved

WHAT = "Alertmanager 0.25"


async def acted(
    action: str, server: Server, folder: Path, given: Mapping[str, Any] | None = None, **more: Any
) -> Done:
    environ = {"PUP_TUI_ALERTMANAGER_URL": f"http://127.0.0.1:{server.port}"}
    return await carried_out("alertmanager", action, folder, environ, given, **more)


def _names(alerts: list[dict[str, Any]]) -> set[str]:
    return {each["labels"]["alertname"] for each in alerts}


async def test_alerts_fire_and_are_silenced(alertmanager: Server, tmp_path: Path) -> None:
    told = (await acted("status", alertmanager, tmp_path / "1")).outputs
    assert told["VERSION"]
    assert told["CLUSTER"] == "disabled"
    proved("alertmanager", "status", "server", WHAT)
    for name in ("HighLatency", "Other"):
        assert (
            await acted("post_alert", alertmanager, tmp_path / f"2-{name}", {"ALERTNAME": name})
        ).ok
    proved("alertmanager", "post_alert", "server", WHAT)
    assert _names((await acted("alerts", alertmanager, tmp_path / "3", {})).outputs["ALERTS"]) == {
        "HighLatency",
        "Other",
    }
    assert _names((await acted("alerts", alertmanager, tmp_path / "4")).outputs["ALERTS"]) == {
        "HighLatency"
    }
    wrong = await acted("alerts", alertmanager, tmp_path / "5", {"FILTER": ["no matcher"]})
    assert "HTTP 400" in wrong.reason
    proved("alertmanager", "alerts", "server", WHAT)
    groups = (await acted("alert_groups", alertmanager, tmp_path / "6")).outputs["GROUPS"]
    assert {name for group in groups for name in _names(group["alerts"])} == {
        "HighLatency",
        "Other",
    }
    proved("alertmanager", "alert_groups", "server", WHAT)
    given = {"VALUE": "HighLatency", "MINUTES": 30, "COMMENT": "The primary is moved"}
    silence = (await acted("silence", alertmanager, tmp_path / "7", given)).outputs["SILENCE_ID"]
    held = (
        await acted("get_silence", alertmanager, tmp_path / "8", {"SILENCE_ID": silence})
    ).outputs
    assert held["STATE"] == "active"
    assert _names((await acted("alerts", alertmanager, tmp_path / "9", {})).outputs["ALERTS"]) == {
        "Other"
    }
    proved("alertmanager", "get_silence", "server", WHAT)
    assert [
        each["id"]
        for each in (await acted("silences", alertmanager, tmp_path / "10")).outputs["SILENCES"]
    ] == [silence]
    assert (
        await acted("expire_silence", alertmanager, tmp_path / "11", {"SILENCE_ID": silence})
    ).ok
    assert (await acted("silences", alertmanager, tmp_path / "12")).outputs == {"SILENCES": []}
    proved("alertmanager", "silences", "server", WHAT)
    unknown = await acted("expire_silence", alertmanager, tmp_path / "13")
    assert not unknown.ok
    proved("alertmanager", "expire_silence", "server", WHAT)


async def test_a_silence_is_taken_back(alertmanager: Server, tmp_path: Path) -> None:
    given = {"LABEL": "severity", "VALUE": "none", "COMMENT": "A try", "MINUTES": 5}
    done = await acted("silence", alertmanager, tmp_path / "1", given, undone=True)
    assert done.state.steps["call/silence_them:undo"].status == "succeeded"
    silences = (await acted("silences", alertmanager, tmp_path / "2")).outputs["SILENCES"]
    assert all(each["comment"] != "A try" for each in silences)
    narrow = {**given, "VALUE": 'a "b"=c', "ALSO": ["service=payments", "url=http://x/?a=b"]}
    done = await acted("silence", alertmanager, tmp_path / "4", narrow)
    silences = (await acted("silences", alertmanager, tmp_path / "5")).outputs["SILENCES"]
    (held,) = [each for each in silences if each["id"] == done.outputs["SILENCE_ID"]]
    assert {each["name"]: each["value"] for each in held["matchers"]} == {
        "severity": 'a "b"=c',
        "service": "payments",
        "url": "http://x/?a=b",
    }
    wrong = await acted("silence", alertmanager, tmp_path / "3", {**given, "LABEL": "no label"})
    assert "HTTP 400" in wrong.reason
    proved("alertmanager", "silence", "server", WHAT)
