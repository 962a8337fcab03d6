"""Each action for etcd against a real server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Server
from tests.support.integrations import Done, carried_out, proved
from tests.support.needed import needs_program

WHAT = "etcd 3.4, by etcdctl"


async def acted(
    action: str, server: Server, folder: Path, given: Mapping[str, Any] | None = None
) -> Done:
    environ = {"ETCDCTL_ENDPOINTS": f"http://127.0.0.1:{server.port}"}
    return await carried_out("etcd", action, folder, environ, given or {})


@pytest.fixture(autouse=True)
def _needs_etcdctl() -> None:
    needs_program("etcdctl", "etcd-client")


async def test_what_looks(etcd: Server, tmp_path: Path) -> None:
    own = f"http://127.0.0.1:{etcd.port}"
    (member,) = (await acted("health", etcd, tmp_path / "1")).outputs["HEALTH"]
    assert (member["endpoint"], member["health"]) == (own, True)
    proved("etcd", "health", "server", WHAT)
    told = (await acted("status", etcd, tmp_path / "2")).outputs
    assert told["LARGEST"] >= told["IN_USE"] > 0
    assert told["MEMBERS"][0]["Status"]["leader"]
    proved("etcd", "status", "server", WHAT)
    members = (await acted("members", etcd, tmp_path / "3")).outputs
    assert (members["URLS"], members["MEMBERS"][0]["name"]) == ([own], "one")
    proved("etcd", "members", "server", WHAT)
    assert (await acted("alarms", etcd, tmp_path / "4")).outputs == {"ALARMS": []}
    proved("etcd", "alarms", "server", WHAT)


async def test_a_member_that_does_not_answer(tmp_path: Path) -> None:
    environ = {"ETCDCTL_ENDPOINTS": "http://127.0.0.1:1"}
    done = await carried_out("etcd", "health", tmp_path, environ)
    assert not done.ok


async def test_a_snapshot_is_whole_and_never_written_over(etcd: Server, tmp_path: Path) -> None:
    file = tmp_path / "etcd.db"
    done = await acted("snapshot", etcd, tmp_path / "1", {"FILE": str(file)})
    assert done.ok, done.reason
    # Behind the data stands its hash.
    assert file.stat().st_size == done.outputs["SIZE"] + 32
    again = await acted("snapshot", etcd, tmp_path / "2", {"FILE": str(file)})
    assert "There is such a file already." in again.reason
    proved("etcd", "snapshot", "server", WHAT)


async def test_space_is_given_back_and_alarms_are_taken_away(etcd: Server, tmp_path: Path) -> None:
    own = f"http://127.0.0.1:{etcd.port}"
    assert (await acted("defragment", etcd, tmp_path / "1", {"MEMBER": own})).ok
    wrong = await acted("defragment", etcd, tmp_path / "2", {"MEMBER": "http://127.0.0.1:1"})
    assert not wrong.ok
    proved("etcd", "defragment", "server", WHAT)
    assert (await acted("disarm", etcd, tmp_path / "3")).ok
    proved("etcd", "disarm", "server", WHAT)
