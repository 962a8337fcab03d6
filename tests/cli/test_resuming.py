"""`pup-tui resume`: a run goes on where it stood, and what nobody knows is not done twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import pup_tui
from tests.support.journals import aged
from tests.support.program import Program

DIES = "echo {name} >> effects; [ -e again ] || {{ touch again; kill -9 $PPID; exit 1; }}"
"""A script that kills the program which runs it, the first time."""

KILLED = f"""
name: killed
vars:
  T: {{type: secret, from: 'env:T'}}
steps:
  - {{name: one, kind: shell, run: 'echo one >> effects; echo 1', capture: ONE}}
  - name: two
    kind: shell
    run: |
      {DIES.format(name="two")}
      echo {{{{ T }}}}-2
    capture: TWO
  - {{name: three, kind: shell, run: 'echo {{{{ ONE }}}} {{{{ TWO }}}} >> effects'}}
"""

TOKEN = "hunter2-token"


def effects(program: Program) -> list[str]:
    return (program.cwd / "effects").read_text().splitlines()


def killed(program: Program, text: str = KILLED, **environ: str) -> None:
    path = program.write("killed", text)
    process = program.start("run", str(path), "--json", **environ)
    process.communicate(timeout=200)
    assert process.returncode == -9


def newest(program: Program) -> Any:
    run = program("history", "--json").json[0]["run"]
    return program("show", run, "--json").json


@pytest.mark.proves("F02", "P11")
def test_off_a_terminal_what_nobody_knows_is_refused_by_name(program: Program) -> None:
    killed(program, T=TOKEN)
    refused = program("resume", T=TOKEN)
    assert refused.code == 5
    assert "`two`" in refused.err
    assert "--unknown=retry" in refused.err
    assert "three: is still to come" in refused.err
    assert effects(program) == ["one", "two"]
    assert newest(program)["status"] == "interrupted"


@pytest.mark.proves("F05", "P11")
def test_it_is_run_again_and_what_is_done_is_not(program: Program) -> None:
    killed(program, T=TOKEN)
    done = program("resume", "--unknown=retry", "--json", T=TOKEN)
    assert done.code == 0, done.err
    assert effects(program) == ["one", "two", "two", f"1 {TOKEN}-2"]
    told = done.event("run.resumed")
    assert (told["leg"], told["finished"], told["unknown"]) == (2, 1, ["two"])
    shown = newest(program)
    assert shown["status"] == "succeeded"
    assert [step["attempts"] for step in shown["steps"]] == [1, 2, 1]
    assert TOKEN not in done.out + done.err + json.dumps(shown)
    assert program("resume").code == 2


def test_it_was_done_takes_what_it_captured(program: Program) -> None:
    killed(program, KILLED.replace("capture: TWO", "capture: TWO"), T=TOKEN)
    refused = program("resume", "--unknown=done", T=TOKEN)
    assert refused.code == 5
    assert "TWO" in refused.err
    given = program.cwd / "given.yaml"
    given.write_text("captures: {two: {TWO: typed}}\n")
    done = program("resume", "--unknown=done", "--arg-file", str(given), T=TOKEN)
    assert done.code == 0, done.err
    assert effects(program) == ["one", "two", "1 typed"]


def test_a_secret_comes_from_where_it_came_from(program: Program) -> None:
    killed(program, T=TOKEN)
    refused = program("resume", "--unknown=retry")
    assert refused.code == 2
    assert "T" in refused.err
    given = program.cwd / "given.yaml"
    given.write_text("T: another-token\n")
    done = program("resume", "--unknown=retry", "--arg-file", str(given))
    assert done.code == 0, done.err
    assert effects(program)[-1] == "1 another-token-2"


MADE_SECRETS = """
name: killed
vars:
  REGION: {default: eu1}
  NOTE: {required: false}
  T: {type: secret, from: 'env:T'}
  MADE: {from: "command:printf '%s-%s%s' {{ T[3:] }} {{ REGION }} {{ NOTE }}"}
steps:
  - {name: two, kind: shell, run: "echo {{ MADE }} >> effects; test -e again"}
"""


def test_what_a_command_makes_out_of_a_secret_is_made_again_beside_open_values(
    program: Program,
) -> None:
    failed = program("run", str(program.write("killed", MADE_SECRETS)), "--yes", T=TOKEN)
    assert failed.code == 1, failed.err
    (program.cwd / "again").touch()
    done = program("resume", T=TOKEN)
    assert done.code == 0, done.err
    assert effects(program) == [f"{TOKEN[3:]}-eu1"] * 2
    assert TOKEN[3:] not in failed.out + done.out + json.dumps(newest(program))


SECRET_CAPTURE = f"""
name: killed
steps:
  - name: login
    kind: shell
    run: echo in >> effects; echo session-1234
    capture: {{S: {{secret: true}}}}
  - {{name: two, kind: shell, run: '{DIES.format(name="two")}', idempotent: true}}
  - {{name: use, kind: shell, run: 'echo {{{{ S }}}} >> effects'}}
"""


def test_a_secret_that_a_step_captured_is_given_or_captured_again(program: Program) -> None:
    killed(program, SECRET_CAPTURE)
    refused = program("resume")
    assert refused.code == 5
    assert "`login`" in refused.err
    given = program.cwd / "given.yaml"
    given.write_text("captures: {login: {S: session-5678}}\n")
    done = program("resume", "--arg-file", str(given))
    assert done.code == 0, done.err
    assert effects(program) == ["in", "two", "two", "session-5678"]
    assert "session-5678" not in done.out + done.err + json.dumps(newest(program))


def test_where_a_step_may_be_done_twice_its_secret_is_captured_again(program: Program) -> None:
    killed(program, SECRET_CAPTURE.replace("name: login", "name: login\n    idempotent: true"))
    done = program("resume")
    assert done.code == 0, done.err
    assert effects(program) == ["in", "two", "in", "two", "session-1234"]


FAILS_ONCE = """
name: killed
steps:
  - {name: one, kind: shell, run: echo one >> effects}
  - {name: two, kind: shell, run: 'echo two >> effects; mkdir again'}
  - {name: tidy, kind: shell, run: echo tidy >> effects, when: cleanup}
"""


def test_what_was_cleaned_up_runs_again_on_the_word_of_a_person_only(program: Program) -> None:
    path = program.write("killed", FAILS_ONCE)
    (program.cwd / "again").mkdir()
    assert program("run", str(path)).code == 1
    (program.cwd / "again").rmdir()
    for options in ((), ("--yes",), ("--yes", "--unknown=retry")):
        refused = program("resume", *options)
        assert refused.code == 5
        assert "taken back or cleaned up would run again: `tidy`" in refused.err
    assert effects(program) == ["one", "two", "tidy"]


@pytest.mark.proves("F03", "P11")
def test_of_a_cleanup_that_did_not_finish_it_is_said_that_nobody_knows(program: Program) -> None:
    tidy = "  - {name: tidy, kind: shell, when: cleanup, run: 'SCRIPT'}\n"
    book = "name: killed\nsteps:\n  - {name: one, kind: shell, run: echo}\n" + tidy
    killed(program, book.replace("SCRIPT", DIES.format(name="tidy")))
    refused = program("resume")
    assert refused.code == 5
    assert "tidy: its last attempt did not finish: look whether it was done" in refused.err
    assert effects(program) == ["tidy"]


@pytest.mark.proves("P11", "P22")
def test_of_several_who_resume_a_run_one_does(program: Program) -> None:
    text = SECRET_CAPTURE.replace("capture: {S: {secret: true}}", "capture: S")
    waits = "use, kind: shell, run: 'while [ ! -e go ]; do sleep 0.1; done; "
    killed(program, text.replace("use, kind: shell, run: '", waits))
    (run,) = program("history", "--json").json
    calls = [program.start("resume", run["run"]) for _ in range(3)]
    try:
        while sum(call.poll() is not None for call in calls) < 2:
            time.sleep(0.05)
    finally:
        (program.cwd / "go").touch()
        told = [call.communicate(timeout=200) for call in calls]
    assert sorted(call.returncode for call in calls) == [0, 4, 4], told
    assert effects(program) == ["in", "two", "two", "session-1234"]


def test_every_lock_is_taken_again(program: Program) -> None:
    killed(program, f"lock: target\n{KILLED}", T=TOKEN)
    holds = "touch held; while [ -e held ]; do sleep 0.1; done"
    steps = f"steps: [{{name: a, kind: shell, run: '{holds}'}}]"
    other = program.write("other", f"name: o\nlock: target\n{steps}\n")
    holder = program.start("run", str(other))
    try:
        while not (program.cwd / "held").exists():
            assert holder.poll() is None
        refused = program("resume", "--unknown=retry", T=TOKEN)
        assert refused.code == 4, refused.err
    finally:
        (program.cwd / "held").unlink()
        holder.communicate(timeout=200)
    done = program("resume", "--unknown=retry", T=TOKEN)
    assert done.code == 0, done.err


def test_the_legs_of_a_run_are_told(program: Program) -> None:
    path = program.write("killed", FAILS_ONCE[: FAILS_ONCE.index("  - {name: tidy")])
    (program.cwd / "again").mkdir()
    assert program("run", str(path)).code == 1
    assert program("resume", USER="grace").code == 1
    (program.cwd / "again").rmdir()
    assert program("resume", USER="bo").code == 0
    assert effects(program) == ["one", "two", "two", "two"]
    titles, line = program("history").out.splitlines()
    assert line[titles.index("LEG") :].split()[0] == "3"
    (entry,) = program("history", "--json").json
    assert [leg["operator"] for leg in entry["legs"]] == ["ada", "grace", "bo"]
    legs = newest(program)["legs"]
    assert [(leg["leg"], leg["status"], leg["finished"]) for leg in legs] == [
        (1, "failed", 0),
        (2, "failed", 1),
        (3, "succeeded", 1),
    ]
    assert all(leg["host"] for leg in legs)
    told = program("show", entry["run"]).out
    assert "by grace on" in told
    assert told.count("it was failed: `two` failed: exited with 1, steps done: 1") == 2


def test_no_figure_counts_the_time_between_two_legs(program: Program) -> None:
    path = program.write("killed", FAILS_ONCE[: FAILS_ONCE.index("  - {name: tidy")])
    (program.cwd / "again").mkdir()
    assert program("run", str(path)).code == 1
    a_year = 365 * 24 * 3600
    aged(Path(program.environ["PUP_TUI_STATE_DIR"]), a_year)
    (program.cwd / "again").rmdir()
    told = program("resume", "--json")
    assert told.event("step.finished", step="two")["duration"] < a_year
    assert told.event("run.finished")["duration"] < a_year
    shown = newest(program)
    assert shown["duration"] < a_year
    assert all(step["duration"] < a_year for step in shown["steps"])
    assert program("history", "--json").json[0]["duration"] < a_year
    watched = program("watch", shown["run"], "--json")
    assert watched.event("run.finished")["duration"] < a_year


def test_what_a_leg_did_not_come_to_stands_as_it_was_left(program: Program) -> None:
    login = """
  - name: login
    kind: shell
    run: '[ ! -e again ] || [ -e twice ] || { touch twice; kill -9 $PPID; exit 1; }; echo session-1234'
    capture: {S: {secret: true}}
    idempotent: true
  - {name: mid, kind: shell, run: echo mid >> effects}
"""
    steps = SECRET_CAPTURE[SECRET_CAPTURE.index("  - {name: two") :]
    killed(program, f"name: killed\nsteps:{login}{steps}")
    assert program("resume").code == -9
    shown = newest(program)
    statuses = {step["step"]: step["status"] for step in shown["steps"]}
    assert statuses == {"login": "unknown", "mid": "succeeded", "two": "unknown", "use": "pending"}
    assert [leg["status"] for leg in shown["legs"]] == ["interrupted", "interrupted"]
    assert shown["legs"][1]["again"] == ["login"]
    assert program("resume").code == 0
    assert effects(program) == ["mid", "two", "two", "session-1234"]


def test_a_file_that_changed_is_told_and_the_recorded_text_runs(program: Program) -> None:
    killed(program, T=TOKEN)
    unchanged = program("resume", T=TOKEN)
    assert "has changed" not in unchanged.err
    path = program.cwd / "killed.yaml"
    path.write_text(path.read_text().replace("name: three", "name: \x1b[31mthree\u202e"))
    done = program("resume", "--unknown=retry", T=TOKEN)
    assert done.code == 0, done.err
    assert f"{path} has changed since" in done.err
    assert "-  - {name: three, " in done.err
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    assert effects(program)[-1] == f"1 {TOKEN}-2"


def test_a_file_that_is_gone_is_told_and_the_recorded_text_runs(program: Program) -> None:
    killed(program, T=TOKEN)
    (program.cwd / "killed.yaml").unlink()
    done = program("resume", "--unknown=retry", T=TOKEN)
    assert done.code == 0, done.err
    assert "cannot be read any more" in done.err


OTHER_VERSION = """
import sys
from pup_tui.core import machine
from pup_tui.core.run import Run
from pup_tui.drivers import launcher

launcher.__version__ = "0.0.1"
if sys.argv[1] == "begins":
    machine._wanted = lambda run, node: True
if sys.argv[1] == "ends":
    Run._failure_policy = lambda run, node: "ignore"
from pup_tui.cli.main import main

main(["run", "killed.yaml", "--json"])
"""
"""The program as another version of it, to which `if`, or else `on_failure`, means nothing."""


@pytest.mark.parametrize(
    ("how", "difference"),
    [
        ("alike", ""),
        ("begins", "`one` would have been skipped where it was under way"),
        ("ends", "`bad` would have been warned where it was ignored"),
    ],
)
@pytest.mark.parametrize("secrets", ["", "vars: {T: {type: secret, default: hunter2}}"])
def test_a_run_of_another_version_is_resumed_if_this_one_comes_to_the_same(
    program: Program, how: str, difference: str, secrets: str
) -> None:
    program.write(
        "killed",
        f"""
name: killed
{secrets}
steps:
  - {{name: bad, kind: shell, run: 'false', on_failure: warn}}
  - {{name: one, kind: shell, run: echo one >> effects, if: 1 == 2}}
  - {{name: two, kind: shell, run: '{DIES.format(name="two")}'}}
""",
    )
    call = [sys.executable, "-c", OTHER_VERSION, how]
    run = subprocess.run(
        call, cwd=program.cwd, env=program.environ, check=False, capture_output=True, timeout=200
    )
    assert run.returncode == -9, run.stderr
    resumed = program("resume", "--unknown=retry")
    if not difference:
        assert resumed.code == 0, resumed.err
        versions = [leg["version"] for leg in newest(program)["legs"]]
        assert versions == ["0.0.1", pup_tui.__version__]
    else:
        assert resumed.code == 1
        assert "recorded by pup-tui 0.0.1" in resumed.err
        assert difference in resumed.err
        assert len(newest(program)["legs"]) == 1


def test_a_step_between_two_attempts_is_told_as_that(program: Program) -> None:
    text = """
name: killed
steps:
  - name: p
    kind: parallel
    steps:
      - {name: tried, kind: shell, run: exit 7, retry: {attempts: 2, delay: 1h}}
      - name: kills
        kind: shell
        run: until grep -aq 'exited [w]ith 7' "$PUP_TUI_STATE_DIR"/*-wal; do sleep 0.1; done; kill -9 $PPID
"""
    killed(program, text)
    shown = newest(program)
    left = {step["step"]: (step["status"], step["reason"]) for step in shown["steps"]}
    assert left["p/tried"][0] == "cancelled"
    assert "between two attempts, and the last one had ended" in left["p/tried"][1]
    assert left["p/kills"][0] == "unknown"
    assert "look whether it was done" in left["p/kills"][1]


UNDONE = """
name: killed
steps:
  - name: one
    kind: shell
    run: echo one >> effects
    undo: {kind: shell, run: echo back >> effects}
  - name: two
    kind: shell
    run: echo two >> effects; [ $(grep -c two effects) = 3 ] || kill -9 $PPID; exit 1
"""


@pytest.mark.parametrize("said", [0, 1])
def test_what_undo_says_holds_for_later_legs(program: Program, said: int) -> None:
    """It is said by `run`, or by the first `resume`."""
    legs = [("run", str(program.write("killed", UNDONE))), ("resume", "--unknown=retry")]
    for number, leg in enumerate(legs):
        began = program.start(*leg, *(("--undo",) if number == said else ()))
        began.communicate(timeout=200)
        assert began.returncode == -9
    resumed = program("resume", "--unknown=retry")
    assert resumed.code == 1
    assert "--undo was said" in resumed.err
    assert effects(program) == ["one", "two", "two", "two", "back"]
