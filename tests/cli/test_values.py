"""Values from commands and choices from commands, on the command line."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.support.program import Program
from tests.support.terminal import ended, typed

RUNBOOK = """\
name: values
vars:
  ENV: {type: enum, choices_from: "touch ran; cat envs"}
  WHO: {from: "command:touch ran; echo ada in {{ ENV }}"}
  TICKET: {when: "ENV == 'production'"}
steps:
  - {name: Show, kind: shell, run: "echo {{ WHO }}: {{ TICKET | default('no ticket') }}"}
"""


def runbook(program: Program, text: str = RUNBOOK) -> str:
    program.write("values", text)
    (program.cwd / "envs").write_text("staging\nproduction\n")
    return "values.yaml"


def test_a_run_finds_its_values(program: Program) -> None:
    done = program("run", runbook(program), "--arg", "ENV=staging")
    assert done.code == 0, done.err
    assert done.out == "ada in staging: no ticket\n"


@pytest.mark.proves("P1")
def test_nothing_runs_before_a_run_does(program: Program) -> None:
    path = runbook(program)
    described = program("describe", path)
    assert "required (one of what a command gives)" in described.out
    assert "required, asked for when ENV == 'production'" in described.out
    for command in (("validate", path), ("describe", "--json", path), ("list", "--runbooks", ".")):
        assert program(*command).code == 0
    planned = program("plan", path, "--arg", "ENV=anything")
    assert planned.code == 0, planned.err
    assert "WHO: not known before the run: from command:touch ran" in planned.out
    assert program("run", "--dry-run", path, "--arg", "ENV=anything").code == 0
    assert not (program.cwd / "ran").exists()


def test_a_value_that_is_none_of_the_choices(program: Program) -> None:
    done = program("run", runbook(program), "--arg", "ENV=stagin")
    assert done.code == 2
    assert "`stagin` is not one of the choices: did you mean `staging`?" in done.err


def test_a_value_that_is_not_asked_for(program: Program) -> None:
    done = program("run", runbook(program), "--arg", "ENV=staging", "--arg", "TICKET=T-1")
    assert done.code == 2
    assert "`TICKET` is not asked for here" in done.err
    done = program("run", runbook(program), "--arg", "ENV=production")
    assert done.code == 2
    assert "`TICKET` is required" in done.err


def test_of_several_values_that_lack_no_hint_is_told_that_fits_one_only(program: Program) -> None:
    path = program.write(
        "two",
        """\
name: two
vars:
  A: {}
  B: {from: "env:NOBODY_SET_THIS"}
steps: [{name: Say, kind: shell, run: "echo {{ A }}{{ B }}"}]
""",
    )
    done = program("run", str(path))
    assert done.code == 2
    first, second, last = done.err.splitlines()
    assert first == "  `A` is required: give it a value with --arg A=VALUE"
    assert second.startswith("  `B` is required: ")
    assert second.endswith("with --arg B=VALUE")
    assert last == "pup-tui: 2 values are missing or wrong: see the lines above"
    of_one = program("run", str(path), "--arg", "A=1").err
    assert "env:NOBODY_SET_THIS holds none; give it a value with --arg B=VALUE" in of_one


def test_choices_that_cannot_be_had_are_told_and_stop_nobody(program: Program) -> None:
    path = runbook(program)
    (program.cwd / "envs").unlink()
    done = program("run", path, "--arg", "ENV=other")
    assert done.code == 0, done.err
    assert "pup-tui: `ENV` could not be checked: the choices cannot be had" in done.err
    assert "envs: No such file" in done.err


def test_a_command_that_fails_stops_the_run_before_it_begins(program: Program) -> None:
    text = RUNBOOK.replace("echo ada in {{ ENV }}", "echo no such user >&2; exit 3")
    done = program("run", runbook(program, text), "--arg", "ENV=staging")
    assert done.code == 2
    assert "the command failed: exited with 3: no such user" in done.err
    assert done.out == ""


def test_choices_are_kept_only_with_the_journal(program: Program) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    path = runbook(program)
    assert program("run", path, "--arg", "ENV=staging", "--no-journal").code == 0
    assert not (state / "choices").exists()
    assert program("run", path, "--arg", "ENV=staging").code == 0
    assert len(list((state / "choices").iterdir())) == 1


def test_yes_aborts_where_a_value_turns_out_to_be_missing(program: Program) -> None:
    text = """\
name: values
steps:
  - {name: Know, kind: shell, run: echo yes, capture: KNOWN}
  - {name: Ask, kind: input, if: KNOWN == 'yes', vars: {WHO: {default: ada}, WHY: {}}}
  - {name: Show, kind: shell, run: "echo {{ WHO }} {{ WHY }}"}
"""
    done = program("run", runbook(program, text), "--yes")
    assert done.code == 3
    assert "`WHY` is required" in done.err
    done = program("run", runbook(program, text.replace("WHY: {}", "WHY: why")), "--yes")
    assert (done.code, done.out) == (0, "yes\nada why\n")


UNDO = """\
name: undo
steps:
  - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: echo back a}}
  - {name: b, kind: shell, run: echo b, undo: {kind: shell, run: echo back b}}
  - {name: c, kind: shell, run: exit 1}
"""


def test_finished_steps_are_taken_back_only_with_undo(program: Program) -> None:
    path = runbook(program, UNDO)
    done = program("run", path)
    assert (done.code, done.out) == (1, "a\nb\n")
    assert "--undo was not given" in done.err
    done = program("run", path, "--undo")
    assert (done.code, done.out) == (1, "a\nb\nback b\nback a\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is left")
def test_what_the_command_of_a_variable_leaves_running_is_named(program: Program) -> None:
    command = "setsid sleep 600 >/dev/null 2>&1 & echo $! > pid; echo value"
    vars_ = f"vars: {{V: {{from: 'command: {command}'}}}}"
    path = program.write(
        "left", f"name: left\n{vars_}\nsteps: [{{name: a, kind: shell, run: 'echo {{{{ V }}}}'}}]\n"
    )
    ended = program("run", str(path), "--json")
    os.kill(int((program.cwd / "pid").read_text()), signal.SIGKILL)
    assert ended.event("step.output", step="a", text="value")
    told = "pup-tui: a command that gives a value: still running, and not waited for: sleep (pid "
    assert told in ended.err


def test_on_a_terminal_the_values_stand_before_the_first_step(program: Program) -> None:
    path = program.write(
        "told",
        "name: told\nvars: {ENV: {default: production}, T: {type: secret, from: 'env:T'}}\n"
        "steps: [{name: Say, kind: shell, run: 'echo {{ ENV }}'}]\n",
    )
    known = Program(program.cwd, {**program.environ, "T": "hunter2-token"})
    with typed(known, "run", str(path)) as child:
        child.expect_exact("    ENV = production")
        child.expect_exact("    T = ***")
        child.expect_exact("1/1 Say")
        assert ended(child) == 0
