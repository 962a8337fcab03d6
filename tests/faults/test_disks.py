"""State folders that cannot be written: full, limited, read-only, missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.conftest import Under
from tests.support.disks import small_disk
from tests.support.program import Program

QUICK = "name: quick\nsteps: [{name: a, kind: shell, run: echo hi >>effects}]\n"
CHATTY = """
name: chatty
steps:
  - {name: a, kind: shell, run: seq 100000}
  - {name: b, kind: shell, run: touch effects}
"""


@pytest.fixture
def state(program: Program) -> Path:
    return Path(program.environ["PUP_TUI_STATE_DIR"])


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder on which nothing can be written for now; skipped where nobody may mount."""
    mount = ["mount", "--bind", str(folder), str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a folder can be made read-only for root by root only")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.proves("F09b", "P14")
def test_a_disk_that_is_full_from_the_start(program: Program, state: Path) -> None:
    program.write("quick", QUICK)
    with small_disk(state, kilobytes=64) as disk:
        (disk / "filler").write_bytes(b"x" * 64 * 1024)
        ended = program("run", "quick.yaml")
        assert ended.code == 1
        assert str(state) in ended.err
        assert not (program.cwd / "effects").exists()


@pytest.mark.proves("F09b", "P14")
def test_the_history_on_a_disk_that_became_full(program: Program, state: Path) -> None:
    program.write("quick", QUICK)
    with small_disk(state, kilobytes=512) as disk:
        assert program("run", "quick.yaml").code == 0
        with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"x" * 4096)
        told = program("history", "--json")
        assert told.code in (0, 1)
        if told.code == 0:
            assert told.json[0]["status"] == "succeeded"
        else:
            assert str(state) in told.err


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit is not installed")
@pytest.mark.proves("F10", "P14")
def test_a_limit_on_the_size_of_files(program: Program, under: Under) -> None:
    program.write("chatty", CHATTY)
    ended = under(["prlimit", "--fsize=307200"], "run", "chatty.yaml")
    assert ended.code == 1
    assert "cannot be kept: " in ended.err
    assert "0000-a.log" in ended.err
    assert not (program.cwd / "effects").exists()


@pytest.mark.proves("F12", "P14")
def test_a_read_only_state_folder(program: Program, state: Path) -> None:
    program.write("quick", QUICK)
    state.mkdir(mode=0o700)
    with read_only(state):
        assert program("validate", "quick.yaml").code == 0
        assert program("plan", "quick.yaml").code == 0
        refused = program("run", "quick.yaml")
        assert refused.code == 1
        assert str(state) in refused.err
        assert "PUP_TUI_STATE_DIR" in refused.err
        assert not (program.cwd / "effects").exists()
        assert program("run", "quick.yaml", "--no-journal").code == 0
        assert (program.cwd / "effects").exists()
