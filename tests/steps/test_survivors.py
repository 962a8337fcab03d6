from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pup_tui.steps.executor import RUN_MARK, STEP_MARK
from pup_tui.steps.survivors import (
    Survivor,
    group_lives,
    having_open,
    holding,
    in_session,
    listed,
    marked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Child = subprocess.Popen[bytes]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """A process that bears the marks of run TMP_PATH, step `a/b[0]`, and has an awkward name."""
    code = (
        "import os, time\n"
        "with open('/proc/self/comm', 'w') as comm: comm.write('a) R (b')\n"
        "os.write(1, b'up\\n'); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={RUN_MARK: str(tmp_path), STEP_MARK: "a/b[0]"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        yield process
        process.kill()


def test_found_by_the_marks_of_run_and_step(child: Child, tmp_path: Path) -> None:
    found = [Survivor(child.pid, "a) R (b")]
    assert marked(str(tmp_path)) == found
    assert marked(str(tmp_path), "a/b[0]") == found
    assert marked(str(tmp_path), "a/b[1]") == []
    assert marked(str(tmp_path)[:-1]) == []


def test_found_by_session_and_by_pipe(child: Child) -> None:
    assert child.stdout is not None
    found = [Survivor(child.pid, "a) R (b")]
    assert in_session(child.pid) == found
    assert holding({os.readlink(f"/proc/self/fd/{child.stdout.fileno()}")}) == found
    assert holding(set()) == []


def test_process_that_waits_to_be_reaped_is_dead(child: Child, tmp_path: Path) -> None:
    assert group_lives(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not group_lives(child.pid)
    assert in_session(child.pid) == []
    assert marked(str(tmp_path)) == []


def test_listing_names_a_few_and_counts_the_rest() -> None:
    many = [Survivor(pid, "sleep") for pid in (3, 1, 2, 1)]
    assert listed(many) == "sleep (pid 1), sleep (pid 2), sleep (pid 3)"
    assert listed(many, limit=1) == "sleep (pid 1) and 2 more"
    assert listed([]) == ""


def test_found_by_a_file_that_it_has_open_by_whatever_name(tmp_path: Path) -> None:
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    with open(folder / "file", "w") as file:
        child = subprocess.Popen(["sleep", "600"], pass_fds=[file.fileno()])
        try:
            assert {s.pid for s in having_open(link / "file")} == {os.getpid(), child.pid}
            file.close()
            assert having_open(link / "file") == [Survivor(child.pid, "sleep")]
        finally:
            child.kill()
            child.wait()
