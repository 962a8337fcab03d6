"""Each action for Prometheus against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.databases import Server
from tests.support.http_server import FakeServer, Reply
from tests.support.integrations import Done, carried_out, proved

WHAT = "Prometheus 2"


async def acted(
    action: str, server: Server, folder: Path, given: Mapping[str, Any] | None = None
) -> Done:
    environ = {"PUP_TUI_PROMETHEUS_URL": f"http://127.0.0.1:{server.port}"}
    return await carried_out("prometheus", action, folder, environ, given)


async def _scraped(server: Server, folder: Path) -> None:
    """Wait until both targets were scraped once."""
    for attempt in range(300):
        done = await acted(
            "query", server, folder / f"scraped-{attempt}", {"QUERY": "count(up) == 2"}
        )
        if done.outputs.get("RESULT"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nothing is scraped")


async def test_what_looks(prometheus: Server, tmp_path: Path) -> None:
    assert (await acted("ready", prometheus, tmp_path / "1")).ok
    proved("prometheus", "ready", "server", WHAT)
    await _scraped(prometheus, tmp_path)
    (found,) = (
        await acted("query", prometheus, tmp_path / "2", {"QUERY": 'up{job="up"}'})
    ).outputs["RESULT"]
    assert (found["metric"]["job"], found["value"][1]) == ("up", "1")
    wrong = await acted("query", prometheus, tmp_path / "3", {"QUERY": "up{"})
    assert "HTTP 400" in wrong.reason
    proved("prometheus", "query", "server", WHAT)
    assert (await acted("value", prometheus, tmp_path / "4")).outputs == {"VALUE": 1.0}
    several = await acted("value", prometheus, tmp_path / "5", {"QUERY": "up"})
    assert "The expression gives several series, not one." in several.reason
    none = await acted("value", prometheus, tmp_path / "7", {"QUERY": "up > 5"})
    assert "The expression gives no series." in none.reason
    scalar = await acted("value", prometheus, tmp_path / "8", {"QUERY": "scalar(sum(up)) + 1"})
    assert scalar.outputs == {"VALUE": 2.0}
    proved("prometheus", "value", "server", WHAT)
    targets = (await acted("targets", prometheus, tmp_path / "6")).outputs
    assert [each["labels"]["job"] for each in targets["DOWN"]] == ["gone"]
    assert len(targets["TARGETS"]) == 2
    proved("prometheus", "targets", "server", WHAT)


async def test_what_happened_and_what_is_ruled(prometheus: Server, tmp_path: Path) -> None:
    await _scraped(prometheus, tmp_path)
    now = (await acted("value", prometheus, tmp_path / "1", {"QUERY": "vector(time())"})).outputs[
        "VALUE"
    ]
    given = {"QUERY": "vector(2)", "START": f"{now - 120:.0f}", "END": f"{now:.0f}", "STEP": "60s"}
    (series,) = (await acted("query_range", prometheus, tmp_path / "2", given)).outputs["RESULT"]
    assert [value for _, value in series["values"]] == ["2", "2", "2"]
    proved("prometheus", "query_range", "server", WHAT)
    for kind, count in (("alert", 1), ("record", 0)):
        done = await acted("rules", prometheus, tmp_path / f"3-{kind}", {"TYPE": kind})
        assert sum(len(group["rules"]) for group in done.outputs["GROUPS"]) == count
    assert len((await acted("rules", prometheus, tmp_path / "4")).outputs["GROUPS"]) == 1
    proved("prometheus", "rules", "server", WHAT)
    for attempt in range(300):
        alerts = (await acted("alerts", prometheus, tmp_path / f"5-{attempt}")).outputs["ALERTS"]
        if alerts:
            break
        await asyncio.sleep(0.1)
    assert alerts[0]["labels"]["alertname"] == "Always"
    proved("prometheus", "alerts", "server", WHAT)


async def test_what_changes(prometheus: Server, tmp_path: Path) -> None:
    assert (await acted("reload", prometheus, tmp_path / "1")).ok
    proved("prometheus", "reload", "server", WHAT)
    await _scraped(prometheus, tmp_path)
    name = (await acted("snapshot", prometheus, tmp_path / "2")).outputs["NAME"]
    assert (prometheus.folder / "data" / "snapshots" / name).is_dir()
    proved("prometheus", "snapshot", "server", WHAT)
    assert (await acted("delete_series", prometheus, tmp_path / "3")).ok
    wrong = await acted("delete_series", prometheus, tmp_path / "4", {"MATCH": ["{"]})
    assert not wrong.ok
    proved("prometheus", "delete_series", "server", WHAT)


async def test_a_token_goes_along_where_there_is_one(tmp_path: Path) -> None:
    async with FakeServer(Reply(body={"status": "success"})) as server:
        environ = {"PUP_TUI_PROMETHEUS_URL": server.url}
        await carried_out("prometheus", "ready", tmp_path / "1", environ)
        await carried_out(
            "prometheus",
            "ready",
            tmp_path / "2",
            {**environ, "PUP_TUI_PROMETHEUS_TOKEN": "a-token"},
        )
    assert [each.headers.get("authorization") for each in server.requests] == [
        None,
        "Bearer a-token",
    ]
