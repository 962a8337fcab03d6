"""Each action for NATS against a real server."""

from __future__ import annotations

from pathlib import Path

from tests.support.databases import Server
from tests.support.http_server import FakeServer, Reply
from tests.support.integrations import carried_out, proved

WHAT = "nats-server 2"


async def test_what_the_server_tells(nats: Server, tmp_path: Path) -> None:
    environ = {"PUP_TUI_NATS_MONITOR_URL": f"http://127.0.0.1:{nats.port}"}
    outputs = {}
    for action in ("health", "server", "connections", "streams"):
        done = await carried_out("nats", action, tmp_path / action, environ, {})
        assert done.ok, done.reason
        outputs[action] = done.outputs
        proved("nats", action, "server", WHAT)
    assert outputs["health"] == {"STATUS": "ok"}
    assert outputs["server"]["VERSION"].startswith("2.")
    assert outputs["server"]["SLOW"] == 0
    assert outputs["connections"] == {"CONNECTIONS": [], "TOTAL": 0}
    assert outputs["streams"]["MESSAGES"] == 0


async def test_a_server_that_is_not_there_or_has_no_streams(tmp_path: Path) -> None:
    away = {"PUP_TUI_NATS_MONITOR_URL": "http://127.0.0.1:1"}
    for action in ("health", "server", "connections"):
        assert not (await carried_out("nats", action, tmp_path / action, away)).ok
    async with FakeServer(Reply(body={"disabled": True})) as server:
        environ = {"PUP_TUI_NATS_MONITOR_URL": server.url}
        done = await carried_out("nats", "streams", tmp_path / "streams", environ)
    assert "The server has no JetStream." in done.reason
