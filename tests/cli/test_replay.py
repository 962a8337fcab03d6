"""`pup-tui replay --cast`: a past run as a recording that any player shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Program

RUNBOOK = """
name: played
vars: {T: {type: secret, from: 'env:T'}}
steps:
  - {name: first, kind: shell, run: 'echo one; echo {{ T }}; echo two >&2; echo ran >> ran'}
  - {name: sure, kind: confirm, message: Sure?}
  - {name: bad, kind: shell, run: 'printf "no end"; exit 3'}
"""


def recorded(program: Program) -> str:
    program.write("played", RUNBOOK)
    program("run", "./played.yaml", "--yes", T="hunter2-token")
    return str(program("history", "--json").json[0]["run"])


def cast(path: Path) -> tuple[dict[str, Any], list[list[Any]]]:
    head, *lines = path.read_text().splitlines()
    return json.loads(head), [json.loads(line) for line in lines]


@pytest.mark.proves("P28")
def test_a_cast_has_what_was_seen_and_when_and_nothing_runs(program: Program) -> None:
    run = recorded(program)
    path = program.cwd / "run.cast"
    done = program("replay", run, "--speed", "1", "--cast", str(path))
    assert done.code == 0, done.err
    head, frames = cast(path)
    assert (head["version"], head["title"]) == (2, f"played · {run}")
    times = [frame[0] for frame in frames]
    assert times == sorted(times)
    told = "".join(frame[2] for frame in frames)
    for text in ("one\r\n", "two\r\n", "***", "yes, answered by --yes", "no end", "exited with 3"):
        assert text in told
    assert "hunter2" not in path.read_text()
    assert (program.cwd / "ran").read_text() == "ran\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_faster_one_is_shorter(program: Program) -> None:
    run = recorded(program)
    for speed in ("1", "100"):
        program("replay", run, "--speed", speed, "--cast", f"{speed}.cast")
    slow, fast = (cast(program.cwd / f"{speed}.cast")[1][-1][0] for speed in ("1", "100"))
    assert fast <= slow


def test_what_is_there_is_not_overwritten(program: Program) -> None:
    run = recorded(program)
    (program.cwd / "x.cast").write_text("mine")
    refused = program("replay", run, "--cast", "x.cast")
    assert (refused.code, (program.cwd / "x.cast").read_text()) == (2, "mine")


def test_without_a_terminal_the_way_out_is_told(program: Program) -> None:
    refused = program("replay", recorded(program))
    assert refused.code == 2
    assert "--cast FILE" in refused.err


def test_a_run_that_there_is_not_and_a_time_that_is_none_are_refused(program: Program) -> None:
    assert program("replay", "nope", "--cast", "x.cast").code == 2
    refused = program("replay", recorded(program), "--at", "soon", "--cast", "x.cast")
    assert refused.code == 2
    assert "--at" in refused.err
    assert not (program.cwd / "x.cast").exists()


def test_a_killed_run_is_played_to_what_is_recorded_of_it(program: Program) -> None:
    step = "{name: a, kind: shell, run: 'echo here; kill -9 $PPID'}"
    program.write("killed", f"name: killed\nsteps:\n  - {step}\n")
    process = program.start("run", "./killed.yaml")
    process.communicate(timeout=200)
    run = program("history", "--json").json[0]["run"]
    assert program("replay", run, "--cast", "k.cast").code == 0
    assert "here" in (program.cwd / "k.cast").read_text()


def test_a_report_leads_to_its_moments(program: Program) -> None:
    run = recorded(program)
    told = program("report", run).out
    (line, *_) = [each for each in told.splitlines() if f"pup-tui replay {run} --at " in each]
    moment = line.split("--at ")[1].split("`")[0].split()[0]
    assert program("replay", run, "--at", moment, "--cast", "m.cast").code == 0
