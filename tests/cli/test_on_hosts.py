"""Runs on other computers as the program tells them, also when it was killed in the middle."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from pup_tui.core.events import AttemptFollows
from pup_tui.journal.reader import JournalReader
from pup_tui.steps.remote.left import LeftThere
from pup_tui.steps.survivors import status
from tests.support.program import Program, program_in
from tests.support.sshd import Fleet, fleet
from tests.support.waiting import until

__all__ = ["fleet"]

FLEET = """
name: fleet
steps:
  - {name: a, kind: shell, host: web1, run: "echo it is there"}
  - {name: b, kind: shell, run: echo here}
"""
SLOW = """
name: slow
steps:
  - name: a
    kind: shell
    host: web1
    %s
    run: |
      echo x >> %s/begun
      exec >/dev/null 2>&1
      while [ ! -e %s/go ]; do sleep 0.1; done
      echo x >> %s/done
"""


@pytest.fixture
def program(tmp_path: Path, fleet: Fleet) -> Program:
    made = program_in(tmp_path)
    return Program(made.cwd, {**made.environ, "PATH": fleet.path})


def test_where_a_step_runs_is_told(program: Program) -> None:
    program.write("fleet", FLEET)
    planned = program("plan", "fleet.yaml", "--json").json["steps"]
    assert [step["host"] for step in planned] == ["web1", ""]
    assert "[shell, may change, on web1]" in program("plan", "fleet.yaml").out
    assert "a (shell on web1)" in program("run", "fleet.yaml").err
    done = program("run", "fleet.yaml", "--json")
    assert [e["host"] for e in done.events if e["type"] == "step.started"] == ["web1", ""]
    shown = program("show", done.events[0]["run"], "--json").json["steps"]
    assert [step["host"] for step in shown] == ["web1", ""]


def test_check_reaches_the_hosts(program: Program) -> None:
    program.write("fleet", FLEET.replace("run: echo here", "host: unreachable, run: echo there"))
    checks = program("check", "fleet.yaml", "--json").json["checks"]
    found = {each["subject"]: each for each in checks}
    assert found["ssh"]["ok"]
    assert found["web1"]["detail"] == "lets scripts run by ssh"
    assert "cannot reach unreachable" in found["unreachable"]["detail"]
    assert not found["unreachable"]["stops"]


def killed(program: Program, folder: Path, keys: str = "") -> tuple[str, LeftThere]:
    """A run whose program was killed in the middle of a script on a host: its id, and what it has left."""
    program.write("slow", SLOW % (keys, folder, folder, folder))
    run = program.start("run", "slow.yaml", "--json")
    until((folder / "begun").exists)
    run.kill()
    run.communicate()
    (shown,) = program("history", "--json").json
    with closing(JournalReader.open(Path(program.environ["PUP_TUI_STATE_DIR"]))) as journal:
        (word,) = (e.what for e in journal.events(shown["run"]) if isinstance(e, AttemptFollows))
    return shown["run"], msgspec.json.decode(word, type=LeftThere)


def test_a_killed_program_leaves_word_of_what_runs_there(program: Program, tmp_path: Path) -> None:
    run, left = killed(program, tmp_path)
    assert status(left.begun.pid) is not None
    resumed = program.start("resume", run, "--json", "--unknown", "done")
    told = f"process {left.begun.pid} on web1 still runs, and its end is waited for"
    assert any(told in line for line in iter(resumed.stdout.readline, ""))
    (tmp_path / "go").touch()
    _, err = resumed.communicate()
    assert resumed.wait(timeout=100) == 0, err
    assert "what it started goes on: it is waited for" in err
    assert (tmp_path / "done").read_text() == "x\n"
    assert (tmp_path / "begun").read_text() == "x\n"


def test_one_that_may_be_done_twice_is(program: Program, tmp_path: Path) -> None:
    run, left = killed(program, tmp_path, "idempotent: true")
    os.killpg(left.begun.group, signal.SIGKILL)
    (tmp_path / "go").touch()
    done = program("resume", run, "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "begun").read_text() == "x\nx\n"
    assert done.statuses() == {"a": "succeeded"}
