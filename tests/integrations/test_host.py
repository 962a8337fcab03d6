"""Actions for a Linux host against real servers of `ssh`, but those that need a systemd that runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.integrations import Done, carried_out, proved
from tests.support.runs import ENVIRON
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

WHAT = "OpenSSH 9.2"


async def acted(action: str, fleet: Fleet, folder: Path, **given: Any) -> Done:
    return await carried_out(
        "host",
        action,
        folder,
        {"PUP_TUI_HOST_PROBE": given.pop("probe", "web1")},
        given,
        around={**ENVIRON, "PATH": fleet.path},
    )


async def test_whether_it_lets_us_in(fleet: Fleet, tmp_path: Path) -> None:
    told = await acted("reachable", fleet, tmp_path / "1")
    assert told.outputs == {"WHO": f"{os.uname().nodename} {os.uname().release}"}
    barred = await acted("reachable", fleet, tmp_path / "2", probe="barred")
    assert "cannot reach barred" in barred.reason
    proved("host", "reachable", "server", WHAT)


async def test_load_and_memory(fleet: Fleet, tmp_path: Path) -> None:
    told = (await acted("load", fleet, tmp_path, HOST="web2")).outputs
    assert told["CPUS"] >= 1
    assert told["MEMORY"] > told["MEMORY_AVAILABLE"] > 0
    assert told["UPTIME"] > 0
    assert told["SWAP_USED"] >= 0
    proved("host", "load", "server", WHAT)


async def test_a_disk_and_what_is_large_on_it(fleet: Fleet, tmp_path: Path) -> None:
    place = tmp_path / 'it\'s "large" $HOME'
    place.mkdir()
    (place / "a").write_bytes(b"x" * 300_000)
    (place / "b").write_bytes(b"x" * 100_000)
    disk = (await acted("disk", fleet, tmp_path / "1", HOST="web1", PATH=str(place))).outputs
    found = os.statvfs(place)
    assert disk["SIZE"] == found.f_blocks * found.f_frsize // 1024
    assert 0 <= disk["USED_PERCENT"] <= 100
    assert place.is_relative_to(disk["MOUNTED_ON"])
    missing = await acted("disk", fleet, tmp_path / "2", HOST="web1", PATH=f"{place}/none")
    assert not missing.ok
    proved("host", "disk", "server", WHAT)
    large = await acted("largest", fleet, tmp_path / "3", HOST="web1", PATH=str(place), COUNT=2)
    paths = [line.split("\t")[1] for line in large.outputs["LARGEST"]]
    assert paths == [str(place), f"{place}/a"]
    missing = await acted("largest", fleet, tmp_path / "4", HOST="web1", PATH=f"{place}/none")
    assert not missing.ok
    assert "there is no such path" in missing.texts
    proved("host", "largest", "server", WHAT)


@pytest.mark.parametrize("by", ["cpu", "memory"])
async def test_processes(fleet: Fleet, tmp_path: Path, by: str) -> None:
    told = await acted("processes", fleet, tmp_path, HOST="web1", BY=by, COUNT=3)
    listed = told.outputs["PROCESSES"]
    assert len(listed) == 3
    column = 2 if by == "cpu" else 3
    used = [float(line.split()[column]) for line in listed]
    assert used == sorted(used, reverse=True)
    proved("host", "processes", "server", WHAT)


async def test_a_log(fleet: Fleet, tmp_path: Path) -> None:
    log = tmp_path / "the log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    told = await acted("log", fleet, tmp_path / "1", HOST="web1", FILE=str(log), COUNT=2)
    assert told.outputs == {"LINES": ["line 98", "line 99"]}
    missing = await acted("log", fleet, tmp_path / "2", HOST="web1", FILE=f"{log}-none")
    assert not missing.ok
    away = await acted("log", fleet, tmp_path / "3", HOST="unreachable", FILE=str(log))
    assert "cannot reach unreachable" in away.reason
    proved("host", "log", "server", WHAT)
