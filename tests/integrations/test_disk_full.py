"""The runbook for a full disk on a host whose disk for logs is small, by a real `ssh`."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.core.state import RunStatus
from tests.support.library_runs import After, Answers, Ran, outcomes, run_of, troubles
from tests.support.small_host import SmallHost, small_host
from tests.support.sshd import Fleet, fleet

__all__ = ["fleet"]

pytestmark = pytest.mark.library

FULL = 60
CONFIG = "/var/log/app/logrotate.conf"
JOURNAL_ONLY: Answers = {"first": {"JOURNAL_MB": "1"}}


@pytest.fixture
def full(fleet: Fleet, request: pytest.FixtureRequest) -> Iterator[SmallHost]:
    """A host whose disk for logs is nearly full: of a journal, a log, and one that was rotated."""
    name = request.node.name.replace("_", "-")
    with small_host(fleet, name) as host:
        host.run("seq 1 9000 | systemd-cat -t shop && journalctl --sync")
        host.write("access.log", 0.15)
        host.write("error.log.1", 0.1)
        yield host


def fill(host: SmallHost, share: float) -> None:
    """Write what is no log, until so much of the disk is taken."""
    host.write("data", share - host.used / 100)


async def run(
    fleet: Fleet,
    host: SmallHost,
    folder: Path,
    answers: Answers,
    after: After | None = None,
) -> Ran:
    return await run_of(
        "hosts/disk-full",
        folder,
        {"HOST": host.name, "FOLDER": "/var/log", "LOGS": "/var/log/app", "FULL": FULL},
        environ={},
        around=fleet.around,
        answers=answers,
        after=after,
    )


async def test_room_is_made_in_small_steps(fleet: Fleet, full: SmallHost, tmp_path: Path) -> None:
    (full.logs / "app" / "logrotate.conf").write_text(
        "/var/log/app/access.log {\n  rotate 3\n  create\n}\n"
    )
    deleted = full.write("old.log", 0.15)
    with deleted.open("ab") as held:
        deleted.unlink()
        fill(full, 0.95)
        before = full.run("journalctl --disk-usage")
        answers: Answers = {
            "first": {
                "JOURNAL_MB": "1",
                "ROTATE": CONFIG,
                "EMPTY": f'["{os.getpid()}/{held.fileno()}"]',
            }
        }
        state, seen = await run(fleet, full, tmp_path, answers)
        assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
        assert os.fstat(held.fileno()).st_size == 0
    assert full.used < FULL
    assert full.run("journalctl --disk-usage") != before
    logs = {path.name for path in (full.logs / "app").iterdir()}
    assert logs == {"access.log", "access.log.1.gz", "error.log.1.gz", "logrotate.conf", "data"}
    first = seen.questions[0].message
    assert "/var/log/app/old.log" in first
    assert "\t/var/log/app/data" in first


async def test_a_log_for_which_there_is_no_room_fails_and_the_other_is_as_it_was(
    fleet: Fleet, full: SmallHost, tmp_path: Path
) -> None:
    noise = full.logs / "app" / "noise.log.1"
    noise.write_bytes(os.urandom(int(full.size * 0.3)))
    fill(full, 0.95)
    log = full.logs / "app" / "error.log.1"
    text = log.read_bytes()
    seen_small: list[bytes] = []

    def compressed() -> None:
        seen_small.append(gzip.decompress(log.with_name("error.log.1.gz").read_bytes()))
        assert not log.exists()

    state, seen = await run(
        fleet, full, tmp_path, {"first": {"JOURNAL_MB": "0"}}, {"compress[0]": compressed}
    )
    assert state.status is RunStatus.FAILED, troubles(state, seen)
    assert outcomes(state)["compress"] == "failed", troubles(state, seen)
    assert any("No space left on device" in line.text for _, line in seen.lines)
    assert seen_small == [text]
    assert log.read_bytes() == text
    assert noise.exists()
    assert not noise.with_name("noise.log.1.gz").exists()


async def test_a_file_that_is_held_open_no_more_is_not_emptied(
    fleet: Fleet, full: SmallHost, tmp_path: Path
) -> None:
    deleted = full.write("old.log", 0.15)
    fill(full, 0.8)
    with deleted.open("ab") as held, (full.logs / "app" / "data").open("ab") as other:
        deleted.unlink()
        handle = held.fileno()

        def reopened() -> None:
            os.dup2(other.fileno(), handle)

        answers: Answers = {"first": {"JOURNAL_MB": "0", "EMPTY": f'["{os.getpid()}/{handle}"]'}}
        state, seen = await run(fleet, full, tmp_path, answers, {"first": reopened})
    assert state.status is RunStatus.FAILED, troubles(state, seen)
    assert any("does not hold that deleted file" in line.text for _, line in seen.lines)
    assert (full.logs / "app" / "data").stat().st_size > 0


async def test_nothing_is_done_where_there_is_room(
    fleet: Fleet, full: SmallHost, tmp_path: Path
) -> None:
    state, seen = await run(fleet, full, tmp_path, JOURNAL_ONLY)
    assert state.status is RunStatus.SUCCEEDED, troubles(state, seen)
    assert seen.questions == []
