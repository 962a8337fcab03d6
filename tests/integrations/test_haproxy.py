"""Each action for HAProxy against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.haproxy import BACKEND, Proxy, haproxy
from tests.support.integrations import Done, carried_out, proved
from tests.support.waiting import until

WHAT = "HAProxy 2.6"
ONE = {"BACKEND": BACKEND, "SERVER": "web-1"}
OTHER = {"BACKEND": BACKEND, "SERVER": "web-3"}


@pytest.fixture(scope="module")
def _proxy() -> Iterator[Proxy]:
    with haproxy() as up:
        yield up


@pytest.fixture
def proxy(_proxy: Proxy) -> Iterator[Proxy]:
    """The proxy with both servers ready, and ready again behind the test."""
    comes_to(_proxy, "UP")
    yield _proxy
    _proxy.asked(f"set server {BACKEND}/web-1 state ready")
    _proxy.asked(f"set weight {BACKEND}/web-1 1")


def comes_to(proxy: Proxy, status: str) -> None:
    until(lambda: proxy.status("web-1") == status)


def comes_to_have(proxy: Proxy, sessions: int) -> None:
    until(lambda: proxy.sessions("web-1") == sessions)


async def acted(
    action: str, proxy: Proxy, folder: Path, given: dict[str, Any] | None = None, **more: Any
) -> Done:
    environ = {"PUP_TUI_HAPROXY_SOCKET": str(proxy.api)}
    return await carried_out("haproxy", action, folder, environ, given, **more)


async def test_what_looks(proxy: Proxy, tmp_path: Path) -> None:
    told = (await acted("info", proxy, tmp_path / "1")).outputs
    assert told["VERSION"].startswith("2.")
    assert told["MAX_CONNECTIONS"] > told["CONNECTIONS"] >= 0
    proved("haproxy", "info", "server", WHAT)
    with proxy.connected():
        servers = (await acted("servers", proxy, tmp_path / "2", {"BACKEND": BACKEND})).outputs
    assert [each["server"] for each in servers["SERVERS"]] == ["web-1", "web-2"]
    assert sum(each["sessions"] for each in servers["SERVERS"]) == 1
    assert servers["UP"] == ["web-1", "web-2"]
    missing = await acted("servers", proxy, tmp_path / "3", {"BACKEND": "payments"})
    assert "There is no backend payments with servers." in missing.reason
    proved("haproxy", "servers", "server", WHAT)


async def test_how_a_server_stands_and_what_the_others_could_take(
    proxy: Proxy, tmp_path: Path
) -> None:
    with proxy.connected(), proxy.connected():
        told = (await acted("server", proxy, tmp_path / "1", ONE)).outputs
    assert (told["STATUS"], told["SESSIONS"], told["ERRORS"]) == ("UP", 1, 0)
    assert [each["server"] for each in told["OTHERS"]] == ["web-2"]
    assert told["ROOM"] == -1
    missing = await acted("server", proxy, tmp_path / "2", OTHER)
    assert "There is no server web-3 in checkout." in missing.reason
    with haproxy(limit=7) as limited:
        comes_to(limited, "UP")
        with limited.connected(), limited.connected():
            told = (await acted("server", limited, tmp_path / "3", ONE)).outputs
        assert told["ROOM"] == 6
        limited.webs["web-2"].stop()
        until(lambda: limited.status("web-2") == "DOWN")
        told = (await acted("server", limited, tmp_path / "4", ONE)).outputs
        assert (told["OTHERS"], told["ROOM"]) == ([], 0)
    proved("haproxy", "server", "server", WHAT)


async def test_a_server_is_drained_and_taken_back(proxy: Proxy, tmp_path: Path) -> None:
    assert (await acted("drain", proxy, tmp_path / "1", ONE)).ok
    assert proxy.status("web-1") == "DRAIN"
    proxy.asked(f"set server {BACKEND}/web-1 state ready")
    comes_to(proxy, "UP")
    await acted("drain", proxy, tmp_path / "2", ONE, undone=True)
    comes_to(proxy, "UP")
    missing = await acted("drain", proxy, tmp_path / "3", OTHER)
    assert "There is no server web-3 in checkout." in missing.reason


async def test_a_server_that_is_down_is_drained_too(proxy: Proxy, tmp_path: Path) -> None:
    proxy.webs["web-1"].stop()
    comes_to(proxy, "DOWN")
    try:
        done = await acted("drain", proxy, tmp_path, {**ONE, "WAIT": "5s"})
        assert done.ok, done.reason
    finally:
        proxy.webs["web-1"].start()
    comes_to(proxy, "DRAIN")


async def test_sessions_that_do_not_end_keep_a_server_from_being_drained(
    proxy: Proxy, tmp_path: Path
) -> None:
    # One of two sessions is on each server.
    with proxy.connected(), proxy.connected():
        assert proxy.sessions("web-1") == 1
        still = await acted("drain", proxy, tmp_path / "1", {**ONE, "WAIT": "3s"})
        assert not still.ok
        closed = await acted("close_sessions", proxy, tmp_path / "2", ONE)
        assert closed.ok
        comes_to_have(proxy, 0)
        assert (await acted("drain", proxy, tmp_path / "3", ONE)).ok
    missing = await acted("close_sessions", proxy, tmp_path / "4", OTHER)
    assert "HAProxy did not do it: No such server." in missing.reason
    assert "No such server." in missing.texts
    proved("haproxy", "drain", "server", WHAT)
    proved("haproxy", "close_sessions", "server", WHAT)


@pytest.mark.parametrize(
    ("former", "status"), [("maint", "MAINT"), ("drain", "DRAIN"), ("ready", "UP")]
)
async def test_a_server_gets_sessions_again_and_is_taken_back(
    proxy: Proxy, tmp_path: Path, former: str, status: str
) -> None:
    proxy.asked(f"set server {BACKEND}/web-1 state {former}")
    comes_to(proxy, status)
    assert (await acted("ready", proxy, tmp_path / "1", ONE)).ok
    assert proxy.status("web-1") == "UP"
    proxy.asked(f"set server {BACKEND}/web-1 state {former}")
    await acted("ready", proxy, tmp_path / "2", ONE, undone=True)
    comes_to(proxy, status)
    missing = await acted("ready", proxy, tmp_path / "3", OTHER)
    assert "There is no server web-3 in checkout." in missing.reason
    proved("haproxy", "ready", "server", WHAT)


async def test_a_server_is_taken_out_and_back(proxy: Proxy, tmp_path: Path) -> None:
    await acted("maintenance", proxy, tmp_path / "1", ONE, undone=True)
    comes_to(proxy, "UP")
    assert (await acted("maintenance", proxy, tmp_path / "2", ONE)).ok
    assert proxy.status("web-1") == "MAINT"
    missing = await acted("maintenance", proxy, tmp_path / "3", OTHER)
    assert "There is no server web-3 in checkout." in missing.reason
    proved("haproxy", "maintenance", "server", WHAT)


async def test_a_weight_is_changed_and_taken_back(proxy: Proxy, tmp_path: Path) -> None:
    given = {**ONE, "WEIGHT": 7}
    changed = await acted("set_weight", proxy, tmp_path / "1", given)
    assert changed.outputs == {"FORMER_WEIGHT": 1}
    assert proxy.columns("web-1")[18] == "7"
    await acted("set_weight", proxy, tmp_path / "2", {**ONE, "WEIGHT": 9}, undone=True)
    assert proxy.columns("web-1")[18] == "7"
    missing = await acted("set_weight", proxy, tmp_path / "3", {**OTHER, "WEIGHT": 7})
    assert "HAProxy did not do it: No such server." in missing.reason
    assert "No such server." in missing.texts
    proved("haproxy", "set_weight", "server", WHAT)


async def test_a_socket_that_is_not_there(proxy: Proxy, tmp_path: Path) -> None:
    environ = {"PUP_TUI_HAPROXY_SOCKET": "/nowhere/admin.sock"}
    for action, given in {"info": {}, "servers": {"BACKEND": BACKEND}, "drain": ONE}.items():
        done = await carried_out("haproxy", action, tmp_path / action, environ, given)
        assert not done.ok
        assert "/nowhere/admin.sock" in "\n".join(done.texts)
