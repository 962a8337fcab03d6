"""`pup-tui resume` on a terminal: what is shown, asked for and agreed to before a run goes on."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.cli.test_resuming import DIES, FAILS_ONCE, SECRET_CAPTURE, effects, killed, newest
from tests.support.program import Program
from tests.support.terminal import ended, typed


def test_a_secret_that_a_step_captured_is_asked_for_and_not_shown(program: Program) -> None:
    killed(program, SECRET_CAPTURE)
    with typed(program, "resume") as child:
        child.expect("S, a secret that `login` captured")
        child.sendline("session-5678")
        assert ended(child) == 0
        assert "session-5678" not in (child.before or "")
    assert effects(program) == ["in", "two", "two", "session-5678"]
    assert "session-5678" not in json.dumps(newest(program))


def test_enter_lets_its_step_run_again(program: Program) -> None:
    killed(program, SECRET_CAPTURE)
    with typed(program, "resume") as child:
        child.expect("S, a secret that `login` captured")
        child.sendline("")
        assert ended(child) == 0
    assert effects(program) == ["in", "two", "in", "two", "session-1234"]


@pytest.mark.parametrize(("said", "code"), [("y", 0), ("n", 3), ("", 3)])
@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_what_would_run_again_is_shown_and_agreed_to(
    program: Program, options: tuple[str, ...], said: str, code: int
) -> None:
    path = program.write("killed", FAILS_ONCE)
    (program.cwd / "again").mkdir()
    assert program("run", str(path)).code == 1
    (program.cwd / "again").rmdir()
    with typed(program, "resume", *options) as child:
        child.expect("tidy: ran for the failure or at the end")
        child.expect("Go on")
        child.sendline(said)
        if code == 0 and not options:
            child.expect("`two` failed: ")
            child.expect_exact("leaves the run as it is?")
            child.sendline("r")
        assert ended(child) == code
    assert effects(program) == ["one", "two", "tidy", *(["two", "tidy"] if code == 0 else [])]


CAPTURES = f"""
name: killed
steps:
  - name: two
    kind: shell
    run: '{DIES.format(name="two")}'
    capture: {{A: {{}}, B: {{}}, C: {{secret: true}}}}
  - {{name: use, kind: shell, run: 'echo {{{{ B }}}} {{{{ C }}}} >> effects'}}
"""


def test_only_what_later_steps_name_is_asked_for(program: Program) -> None:
    killed(program, CAPTURES)
    with typed(program, "resume") as child:
        child.expect_exact("or [a]bort? [a] ")
        child.sendline("d")
        assert child.expect(["A, which it captured", "B, which it captured"]) == 1
        child.sendline("typed")
        child.expect("C, which it captured: ")
        child.sendline("hidden-12345")
        assert ended(child) == 0
        assert "hidden-12345" not in (child.before or "")
    assert effects(program) == ["two", "typed hidden-12345"]
    shown = newest(program)
    assert "hidden-12345" not in json.dumps(shown)
    assert shown["decisions"][-1]["values"] == {"B": "typed", "C": "***"}


def test_off_a_terminal_as_well(program: Program) -> None:
    killed(program, CAPTURES)
    refused = program("resume", "--unknown=done")
    assert refused.code == 5
    assert "`two` would have captured B, C" in refused.err
    given = program.cwd / "given.yaml"
    given.write_text("captures: {two: {B: typed, C: hidden-12345}}\n")
    done = program("resume", "--unknown=done", "--arg-file", str(given), "--json")
    assert done.code == 0, done.err
    assert effects(program) == ["two", "typed hidden-12345"]
    assert "hidden-12345" not in done.out + json.dumps(newest(program))


LIVES = """
name: killed
steps:
  - name: two
    kind: shell
    run: |
      echo two >> effects
      [ ! -e again ] || exit 0
      touch again
      echo $$ > child
      kill -9 $PPID
      while [ ! -e go ]; do sleep 0.1; done
      echo late >> effects
"""


def child_of(program: Program) -> int:
    return int((program.cwd / "child").read_text())


def is_alive(pid: int) -> bool:
    """Whether a process lives; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.proves("F03", "P11")
def test_off_a_terminal_a_child_that_lives_is_named_and_nothing_begins(program: Program) -> None:
    killed_but_its_child(program)
    try:
        for arguments in ((), ("--unknown=retry",)):
            refused = program("resume", *arguments)
            assert refused.code == 5
            assert f"`two` is still running: sh (pid {child_of(program)})" in refused.err
        assert effects(program) == ["two"]
    finally:
        (program.cwd / "go").touch()
    while is_alive(child_of(program)):
        time.sleep(0.05)
    done = program("resume", "--unknown=retry")
    assert done.code == 0, done.err
    assert effects(program) == ["two", "late", "two"]


@pytest.mark.parametrize(
    "hidden",
    [
        # The shell that the step was started with lives, and writes nowhere that is known.
        "env -i setsid sh -c 'echo $$ >child; exec sleep 600' >/dev/null 2>&1 & wait",
        # The shell is gone, and what it left holds its output.
        "env -i setsid sh -c 'echo $$ >child; exec sleep 600' & while [ ! -s child ]; do sleep 0.1; done",
    ],
)
def test_a_child_that_hides_is_named_by_show_and_by_resume(program: Program, hidden: str) -> None:
    noted = 'until grep -qr --include=children started "$PUP_TUI_STATE_DIR"; do sleep 0.1; done'
    step = f"{noted}; kill -9 $PPID; {hidden}"
    path = program.write(
        "killed", f"name: killed\nsteps: [{{name: two, kind: shell, run: {json.dumps(step)}}}]\n"
    )
    assert program("run", str(path), "--json").code == -9
    while not (program.cwd / "child").is_file() or not (program.cwd / "child").read_text():
        time.sleep(0.05)
    pid = child_of(program)
    try:
        run = program("history", "--json").json[0]["run"]
        (shown,) = program("show", run, "--json").json["steps"]
        assert f"sleep (pid {pid})" in shown["left_running"]
        assert f"still running: sleep (pid {pid})" in program("show", run).out
        refused = program("resume", "--unknown=retry")
        assert refused.code == 5
        assert f"sleep (pid {pid})" in refused.err
    finally:
        os.kill(pid, signal.SIGKILL)
    while is_alive(pid):
        time.sleep(0.05)
    assert program("show", run, "--json").json["steps"][0]["left_running"] == []


def killed_but_its_child(program: Program) -> None:
    """Nobody reads what the child would print; the program's own output goes to a file for that."""
    path = program.write("killed", LIVES)
    assert program("run", str(path), "--json").code == -9
    assert is_alive(child_of(program))


@pytest.mark.proves("F03", "P11")
def test_it_is_waited_for_and_then_asked_about(program: Program) -> None:
    killed_but_its_child(program)
    with typed(program, "resume") as child:
        child.expect("`two` is still running")
        child.expect_exact("or [a]bort?")
        child.sendline("w")
        (program.cwd / "go").touch()
        child.expect("`two` has ended")
        child.expect_exact("or [a]bort? [a] ")
        child.sendline("d")
        assert ended(child) == 0
    assert effects(program) == ["two", "late"]


@pytest.mark.proves("F03", "P11")
def test_it_is_ended_and_then_asked_about(program: Program) -> None:
    killed_but_its_child(program)
    pid = child_of(program)
    with typed(program, "resume") as child:
        child.expect("`two` is still running")
        child.expect_exact("or [a]bort?")
        child.sendline("e")
        child.expect("`two` has ended")
        assert not is_alive(pid)
        child.expect_exact("or [a]bort? [a] ")
        child.sendline("r")
        assert ended(child) == 0
    assert effects(program) == ["two", "two"]


def test_it_is_left_alone(program: Program) -> None:
    killed_but_its_child(program)
    try:
        with typed(program, "resume") as child:
            child.expect("`two` is still running")
            child.expect_exact("or [a]bort?")
            child.sendline("")
            assert ended(child) == 3
        assert is_alive(child_of(program))

    finally:
        (program.cwd / "go").touch()
    assert newest(program)["status"] == "interrupted"


FAILS_BY_A_VALUE = """
name: killed
vars: {WORD: {type: enum, choices: [bad, good], default: bad}}
steps:
  - {name: one, kind: shell, run: echo one >> effects}
  - {name: two, kind: shell, run: 'echo two {{ WORD }} >> effects; test {{ WORD }} = good'}
  - {name: three, kind: shell, run: echo three >> effects}
"""


def failed(program: Program) -> None:
    path = program.write("killed", FAILS_BY_A_VALUE)
    assert program("run", str(path)).code == 1


def test_a_step_that_failed_runs_again_with_another_value(program: Program) -> None:
    failed(program)
    with typed(program, "resume", "--json") as child:
        child.expect("`two` failed: ")
        child.expect_exact("or [a]bort, which leaves the run as it is?")
        child.sendline("v")
        child.expect("Which variable")
        child.sendline("WORD")
        child.expect_exact("WORD [bad]")
        child.sendline("neither")
        child.expect_exact("WORD [bad]")
        child.sendline("good")
        assert ended(child) == 0
    assert effects(program) == ["one", "two bad", "two good", "three"]
    shown = newest(program)
    assert shown["status"] == "succeeded"
    assert (shown["legs"][1]["operator"], shown["legs"][1]["changed"]) == ("ada", {"WORD": "good"})
    told = program("show", shown["run"]).out
    assert "  WORD = bad; from leg 2 on good, by ada\n" in told
    assert told.index("leg 2: resumed ") < told.index("  WORD was changed to good\n")
    assert shown["steps"][1]["command"].endswith("test good = good")
    (decision,) = shown["decisions"]
    assert (decision["step"], decision["answer"], decision["by"]) == ("two", "retry", "ada")
    assert decision["question"] == "failed: exited with 1"
    assert "two: retry by ada\n" in told[told.index("\nDecisions\n") :]


def test_a_step_that_failed_is_skipped_with_a_reason(program: Program) -> None:
    failed(program)
    with typed(program, "resume") as child:
        child.expect("`two` failed: ")
        child.expect_exact("or [a]bort, which leaves the run as it is?")
        child.sendline("s")
        child.expect("Why is it skipped")
        child.sendline("done by hand")
        assert ended(child) == 0
    assert effects(program) == ["one", "two bad", "three"]
    shown = newest(program)
    assert shown["legs"][1]["skipped"] == {"two": "done by hand"}
    two = shown["steps"][1]
    assert (two["status"], two["reason"]) == ("skipped", "skipped by ada: done by hand")
    told = program("show", shown["run"]).out
    assert "two: skipped: done by hand" in told
    assert "two: skip by ada (done by hand)\n" in told[told.index("\nDecisions\n") :]


def test_a_failed_run_is_left_as_it_is(program: Program) -> None:
    failed(program)
    with typed(program, "resume") as child:
        child.expect("`two` failed: ")
        child.expect_exact("or [a]bort, which leaves the run as it is?")
        child.sendline("")
        assert ended(child) == 3
    assert newest(program)["status"] == "failed"
    assert effects(program) == ["one", "two bad"]


BROKEN = """
name: killed
vars: {A: {default: 'x y'}}
steps:
  - {name: one, kind: shell, run: 'echo one >> effects'}
  - {name: two, kind: shell, run: 'false; echo {{ A }} >> effects', strict: true}
"""


def broken(program: Program, editor: str, text: str = BROKEN) -> Program:
    """A run whose second step failed, on a computer with an editor."""
    assert program("run", str(program.write("killed", text))).code == 1
    path = program.cwd / "editor"
    path.write_text(f"#!/bin/sh\n{editor}\n")
    path.chmod(0o700)
    return Program(program.cwd, {**program.environ, "EDITOR": str(path), "VISUAL": str(path)})


def test_the_text_of_a_failed_step_is_edited_and_recorded(program: Program) -> None:
    edits = broken(program, "sed -i 's/false; //' \"$1\"")
    with typed(edits, "resume") as child:
        child.expect("(?s)or .e.dited text.*leaves the run as it is")
        child.sendline("e")
        child.expect_exact("${PUP_TUI_V0} is x y")
        assert ended(child) == 0
    assert effects(program) == ["one", "x y"]
    record = newest(program)
    assert record["legs"][1]["edited"] == {"two": 'echo "${PUP_TUI_V0}" >> effects'}
    assert record["steps"][1]["command"] == 'echo "${PUP_TUI_V0}" >> effects'
    assert record["legs"][1]["edited_values"] == {"two": {"PUP_TUI_V0": "x y"}}
    told = program("show", record["run"]).out
    legs = told[told.index("leg 2: resumed ") : told.index("  A = x y\n")]
    assert "by ada on" in legs
    assert "two: its text was changed:" in legs
    assert "    where PUP_TUI_V0 is x y\n" in legs


def test_a_script_with_a_secret_is_edited_around_it(program: Program) -> None:
    text = BROKEN.replace("{A: ", "{T: {type: secret, from: 'env:T'}, A: ").replace(
        "{{ A }}", "{{ T }}"
    )
    known = Program(program.cwd, {**program.environ, "T": "hunter2-token"})
    edits = broken(known, "sed -i 's/false; echo/printf %s%s, x/' \"$1\"", text)
    with typed(edits, "resume") as child:
        child.expect("(?s)or .e.dited text.*leaves the run as it is")
        child.sendline("e")
        child.expect_exact("${PUP_TUI_V0} is ***, a secret")
        assert ended(child) == 0
    assert effects(program) == ["one", "xhunter2-token,"]
    record = newest(program)
    assert record["legs"][1]["edited"] == {"two": 'printf %s%s, x "${PUP_TUI_V0}" >> effects'}
    assert record["legs"][1]["edited_values"] == {"two": {"PUP_TUI_V0": "***"}}
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    kept = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert b"hunter2" not in kept


def test_a_text_that_holds_a_secret_is_not_recorded(program: Program) -> None:
    text = BROKEN.replace("{A: ", "{T: {type: secret, from: 'env:T'}, A: ")
    edits = broken(
        Program(program.cwd, {**program.environ, "T": "hunter2-token"}),
        'echo echo hunter2-token > "$1"',
        text,
    )
    with typed(edits, "resume") as child:
        child.expect("(?s)or .e.dited text.*leaves the run as it is")
        child.sendline("e")
        child.expect("the edited text of `two` holds a secret")
        assert ended(child) == 1
    assert len(newest(program)["legs"]) == 1


def test_an_editor_that_fails_or_leaves_nothing_to_run_is_told(program: Program) -> None:
    edits = broken(program, "printf ' ' > \"$1\"")
    with typed(edits, "resume") as child:
        child.expect("(?s)or .e.dited text.*leaves the run as it is")
        child.sendline("e")
        child.expect("there is nothing left to run")
        child.expect("Edit it once more")
        child.sendline("n")
        assert ended(child) == 3
    assert effects(program) == ["one"]


def test_ctrl_c_at_what_became_of_a_step_leaves_the_run_as_it_was(program: Program) -> None:
    killed(program, CAPTURES)
    before = effects(program)
    with typed(program, "resume") as child:
        child.expect_exact("or [a]bort? [a] ")
        child.sendcontrol("c")
        assert ended(child) == 130
    assert effects(program) == before
    assert newest(program)["status"] == "interrupted"


def test_an_end_of_the_input_at_a_question_before_it_is_told(program: Program) -> None:
    failed(program)
    with typed(program, "resume") as child:
        child.expect_exact("leaves the run as it is? [a]: ")
        child.sendcontrol("d")
        child.expect_exact("stopped at a question")
        assert ended(child) == 130
    assert (newest(program)["status"], len(newest(program)["legs"])) == ("failed", 1)
