"""Actions for a Linux host against real servers of `ssh`, but those that need a systemd that runs."""

from __future__ import annotations

import gzip
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.integrations import Done, carried_out, proved
from tests.support.needed import needs_sudo
from tests.support.small_host import SmallHost, small_host
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

WHAT = "OpenSSH 9.2"
TELLS_PRESSURE = Path("/proc/pressure").exists()


@pytest.fixture(scope="module")
def small(fleet: Fleet) -> Iterator[SmallHost]:
    with small_host(fleet, "small") as host:
        yield host


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(words, stdout=subprocess.PIPE) as own:
        yield own
        own.kill()


async def acted(
    action: str, fleet: Fleet, folder: Path, *, undone: bool = False, **given: Any
) -> Done:
    return await carried_out(
        "host",
        action,
        folder,
        {"PUP_TUI_HOST_PROBE": given.pop("probe", "web1")},
        given,
        undone=undone,
        around=fleet.around,
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
    assert 0 <= disk["FILES_USED_PERCENT"] <= 100
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


async def test_what_is_lacking_and_blocked(fleet: Fleet, tmp_path: Path) -> None:
    told = (await acted("pressure", fleet, tmp_path / "1", HOST="web1")).outputs
    assert [percent >= 0 for percent in told.values()] == [TELLS_PRESSURE] * 3
    blocked = await acted("blocked", fleet, tmp_path / "2", HOST="web1")
    assert all(line.split()[3].startswith("D") for line in blocked.outputs["BLOCKED"])
    for number, action in enumerate(("pressure", "blocked")):
        away = await acted(action, fleet, tmp_path / f"away{number}", HOST="unreachable")
        assert "cannot reach unreachable" in away.reason
        proved("host", action, "server", WHAT)


async def test_a_process_stands_back_and_ends(fleet: Fleet, tmp_path: Path) -> None:
    with process("sleep", "600") as own:
        given: dict[str, Any] = {"HOST": "web1", "PID": own.pid}
        told = (await acted("process", fleet, tmp_path / "1", **given)).outputs
        assert (told["COMMAND"], told["NICE"]) == ("sleep 600", os.getpriority(os.PRIO_PROCESS, 0))
        assert told["USER"] == pwd.getpwuid(os.getuid()).pw_name
        proved("host", "process", "server", WHAT)

        for number, action in enumerate(("renice", "end_process")):
            folder = tmp_path / f"other{number}"
            other = await acted(action, fleet, folder, **given, STARTED="7")
            assert "that process has ended" in other.texts
        given["STARTED"] = told["STARTED"]
        needs_sudo()
        done = await acted("renice", fleet, tmp_path / "2", **given)
        assert os.getpriority(os.PRIO_PROCESS, own.pid) == 19
        assert done.outputs == {"FORMER_NICE": told["NICE"]}
        os.setpriority(os.PRIO_PROCESS, own.pid, 7)
        await acted("renice", fleet, tmp_path / "3", **given, undone=True)
        assert os.getpriority(os.PRIO_PROCESS, own.pid) == 7
        proved("host", "renice", "server", WHAT)

        assert (await acted("end_process", fleet, tmp_path / "4", **given)).ok
        assert own.wait() == -signal.SIGTERM
    gone = await acted("process", fleet, tmp_path / "5", HOST="web1", PID=own.pid)
    assert "there is no such process" in gone.texts


async def test_a_process_that_does_not_end(fleet: Fleet, tmp_path: Path) -> None:
    needs_sudo()
    stubborn = "trap '' TERM; echo ready; exec sleep 600"
    with process("sh", "-c", stubborn) as own:
        assert own.stdout is not None
        own.stdout.readline()
        given: dict[str, Any] = {"HOST": "web1", "PID": own.pid}
        given["STARTED"] = (await acted("process", fleet, tmp_path / "1", **given)).outputs[
            "STARTED"
        ]
        failed = await acted("end_process", fleet, tmp_path / "2", **given, WAIT="1s")
        assert "was not met within 1 s" in failed.reason
    proved("host", "end_process", "server", WHAT)


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


async def test_deleted_files_that_are_open(fleet: Fleet, small: SmallHost, tmp_path: Path) -> None:
    place = small.write('a "large"\\one.log', 0.1)
    given: dict[str, Any] = {"HOST": small.name, "PATH": "/var/log"}
    with place.open("ab") as held:
        told = await acted("deleted_open", fleet, tmp_path / "1", **given)
        assert told.outputs == {"HELD": []}
        place.unlink()
        (found,) = (await acted("deleted_open", fleet, tmp_path / "2", **given)).outputs["HELD"]
        assert found["kilobytes"] * 1024 >= small.size * 0.09
        assert found["file"] == '/var/log/app/a "large"\\one.log'
        ours: dict[str, Any] = {"HOST": small.name, "PID": os.getpid(), "FD": held.fileno()}
        assert (found["pid"], found["fd"]) == (ours["PID"], ours["FD"])
        wrong = await acted("empty_deleted", fleet, tmp_path / "3", **ours, FILE="/var/log/another")
        assert "does not hold that deleted file open any more" in "".join(wrong.texts)
        assert os.fstat(held.fileno()).st_size > 0
        done = await acted("empty_deleted", fleet, tmp_path / "4", **ours, FILE=found["file"])
        assert done.ok, done.texts
        assert os.fstat(held.fileno()).st_size == 0
    missing = await acted("deleted_open", fleet, tmp_path / "5", HOST=small.name, PATH="/none")
    assert not missing.ok
    proved("host", "deleted_open", "server", WHAT)
    proved("host", "empty_deleted", "server", WHAT)


async def test_a_file_that_is_there_is_not_emptied(
    fleet: Fleet, small: SmallHost, tmp_path: Path
) -> None:
    place = small.write("there.log (deleted)", 0.01)
    with place.open("ab") as held:
        given: dict[str, Any] = {
            "PID": os.getpid(),
            "FD": held.fileno(),
            "FILE": "/var/log/app/there.log",
        }
        done = await acted("empty_deleted", fleet, tmp_path, HOST=small.name, **given)
        assert not done.ok
        assert place.stat().st_size > 0


async def test_the_journal(fleet: Fleet, small: SmallHost, tmp_path: Path) -> None:
    small.run("seq 1 9000 | systemd-cat -t shop && journalctl --sync")
    told = (await acted("journal", fleet, tmp_path / "1", HOST=small.name)).outputs
    assert told["JOURNAL"].endswith("M")
    assert "/var/log" in told["JOURNAL_ON"]
    before = small.used
    done = await acted("vacuum_journal", fleet, tmp_path / "2", HOST=small.name, KEEP_MB=1)
    assert done.ok, done.texts
    assert small.used < before
    away = await acted("journal", fleet, tmp_path / "3", HOST="unreachable")
    assert "cannot reach unreachable" in away.reason
    for action in ("journal", "vacuum_journal"):
        proved("host", action, "server", "systemd 252, by OpenSSH 9.2")


async def test_logs_are_rotated_found_and_compressed(
    fleet: Fleet, small: SmallHost, tmp_path: Path
) -> None:
    host: dict[str, Any] = {"HOST": small.name}
    where: dict[str, Any] = {**host, "PATH": "/var/log", "LARGER_THAN": 100}
    log = small.write("it's a log", 0.1)
    config = small.logs / "app" / "rotate.conf"
    config.write_text('"/var/log/app/it\'s a log" {\n  rotate 3\n  create\n}\n')
    done = await acted(
        "rotate_logs", fleet, tmp_path / "1", **host, CONFIG="/var/log/app/rotate.conf"
    )
    assert done.ok, done.texts
    assert log.stat().st_size == 0
    missing = await acted("rotate_logs", fleet, tmp_path / "2", **host, CONFIG="/none")
    assert "there is no such file" in missing.texts
    proved("host", "rotate_logs", "server", "logrotate 3.21, by OpenSSH 9.2")

    file = "/var/log/app/it's a log.1"
    rotated = small.logs / "app" / "it's a log.1"
    text = rotated.read_bytes()
    with rotated.open("ab"):
        (found,) = (await acted("rotated_logs", fleet, tmp_path / "3", **where)).outputs["ROTATED"]
        assert (found["file"], found["open"]) == (file, True)
        held = await acted("compress", fleet, tmp_path / "4", **host, FILE=file)
        assert f"A process holds {file} open." in held.reason
    (found,) = (await acted("rotated_logs", fleet, tmp_path / "5", **where)).outputs["ROTATED"]
    assert found["open"] is False
    assert found["kilobytes"] == rotated.stat().st_blocks // 2
    none = await acted("rotated_logs", fleet, tmp_path / "6", **{**where, "FOLDER": "/none"})
    assert "there is no such folder" in none.texts
    proved("host", "rotated_logs", "server", WHAT)

    assert (await acted("compress", fleet, tmp_path / "7", **host, FILE=file)).ok
    small_one = rotated.with_name("it's a log.1.gz")
    assert gzip.decompress(small_one.read_bytes()) == text
    assert not rotated.exists()
    again = await acted("compress", fleet, tmp_path / "8", **host, FILE=file)
    assert "there is no such file" in again.texts
    small_one.rename(rotated)
    rotated.write_bytes(text)
    await acted("compress", fleet, tmp_path / "9", **host, FILE=file, undone=True)
    assert rotated.read_bytes() == text
    assert not small_one.exists()
    proved("host", "compress", "server", "gzip 1.12, by OpenSSH 9.2")
