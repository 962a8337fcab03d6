"""The read-only mode of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = """
name: looks
steps:
  - {name: look, kind: shell, run: 'echo "$DD_READ_ONLY"', read_only: true}
  - {name: write, kind: shell, run: touch written, danger: true}
  - {name: end, kind: shell, run: touch end, when: always}
"""


def call(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {
        **{name: text for name, text in os.environ.items() if not name.startswith(("DD_", "PUP_"))},
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        **environ,
    }
    command = [sys.executable, "-m", "pup_tui", *args]
    return subprocess.run(
        command,
        cwd=folder,
        env=own,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "looks.yaml").write_text(TEXT.lstrip())
    return tmp_path


@pytest.mark.parametrize(
    ("args", "environ"),
    [
        (("run", "--read-only"), {}),
        (("--read-only", "run"), {}),
        (("run",), {"DD_READ_ONLY": "true"}),
        (("run",), {"DD_CLI_READ_ONLY": "1"}),
        (("run",), {"PUP_READ_ONLY": "true"}),
    ],
)
def test_what_may_change_something_does_not_begin(
    args: tuple[str, ...], environ: dict[str, str], folder: Path
) -> None:
    ran = call(folder, *args, "./looks.yaml", "--json", **environ)
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 1
    assert events[0]["read_only"] is True
    ended = {e["step"]: (e["status"], e["reason"]) for e in events if e["type"] == "step.finished"}
    refused = "refused: it may change something, and the run is read-only"
    assert ended["look"][0] == "succeeded"
    assert ended["write"] == ended["end"] == ("failed", refused)
    assert "true" in [e["text"] for e in events if e["type"] == "step.output"]
    assert not {"written", "end"} & {path.name for path in folder.iterdir()}


def test_the_plan_and_the_settings_say_so(folder: Path) -> None:
    planned = json.loads(call(folder, "plan", "--read-only", "./looks.yaml", "--json").stdout)
    assert ["refused" in step["reason"] for step in planned["steps"]] == [False, True, True]
    told = json.loads(call(folder, "config", "--read-only", "--json").stdout)["settings"]
    assert {"name": "read_only", "value": True, "source": "command line"} in told


def test_a_run_that_began_so_stays_so_when_it_is_resumed(folder: Path) -> None:
    assert call(folder, "run", "--read-only", "./looks.yaml").returncode == 1
    resumed = call(folder, "resume", "--yes")
    assert "refused: it may change something" in resumed.stdout + resumed.stderr
    assert not (folder / "written").exists()


def test_it_stays_so_with_another_text_of_the_runbook(folder: Path) -> None:
    path = folder / "one.yaml"
    write = "  - {name: write, kind: shell, run: touch written}\n"
    path.write_text(f"name: one\nsteps:\n{write}")
    assert call(folder, "run", "--read-only", "./one.yaml").returncode == 1
    new = "  - {name: new, kind: shell, run: touch new}\n"
    path.write_text(f"name: one\nsteps:\n{new}{write}")
    resumed = call(folder, "resume", "--with-current-file", "--yes")
    assert "refused: it may change something" in resumed.stdout + resumed.stderr
    assert not {"written", "new"} & {path.name for path in folder.iterdir()}


def test_processes_of_a_run_that_began_so_are_told_it_when_it_is_resumed(folder: Path) -> None:
    (folder / "looks.yaml").write_text(
        "name: looks\nsteps: [{name: look, kind: shell, read_only: true, "
        "run: 'echo \"told: $DD_READ_ONLY\"; test -e there'}]\n"
    )
    assert call(folder, "run", "--read-only", "./looks.yaml").returncode == 1
    (folder / "there").touch()
    assert "told: true" in call(folder, "resume", "--yes").stdout


def test_a_run_that_was_resumed_so_stays_so_with_another_text(folder: Path) -> None:
    path = folder / "one.yaml"
    write = "  - {name: write, kind: shell, run: 'test -e wanted && touch written'}\n"
    path.write_text(f"name: one\nsteps:\n{write}")
    assert call(folder, "run", "./one.yaml").returncode == 1
    assert call(folder, "resume", "--read-only", "--yes").returncode == 1
    new = "  - {name: new, kind: shell, run: touch new}\n"
    path.write_text(f"name: one\nsteps:\n{new}{write}")
    resumed = call(folder, "resume", "--with-current-file", "--yes")
    assert "refused: it may change something" in resumed.stdout + resumed.stderr
    assert not (folder / "new").exists()


def test_off_a_terminal_only_the_step_says_that_it_is_refused(folder: Path) -> None:
    told = call(folder, "run", "--read-only", "./looks.yaml").stderr
    assert "refused when its turn comes" not in told
    assert "goes on from there, read-only as it was\n" in told
