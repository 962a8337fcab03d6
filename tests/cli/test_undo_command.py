"""`pup-tui undo`: what a past run did is taken back, and nothing else of it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_resuming import DIES, effects, newest
from tests.support.program import Program
from tests.support.terminal import ended, typed

BOOK = """
name: moved
steps:
  - {name: one, kind: shell, run: echo one >> effects, undo: {kind: shell, run: echo not one >> effects}}
  - name: two
    kind: shell
    run: echo two >> effects; echo 7
    capture: TWO
    undo: {kind: shell, run: 'echo not {{ TWO }} >> effects; [ ! -e stuck ]'}
  - {name: bad, kind: shell, run: 'false'}
  - {name: after, kind: shell, run: echo after >> effects}
  - {name: told, kind: shell, run: echo told >> effects, when: on_failure}
"""


@pytest.fixture
def failed(program: Program) -> str:
    """A run that failed, with nothing taken back."""
    assert program("run", str(program.write("moved", BOOK))).code == 1
    assert effects(program) == ["one", "two", "told"]
    run: str = newest(program)["run"]
    return run


def test_it_takes_back_what_was_done_last_first_and_begins_nothing_else(
    program: Program, failed: str
) -> None:
    undone = program("undo", failed, "--yes", "--json")
    assert undone.code == 0
    assert effects(program)[3:] == ["not 7", "not one"]
    told = undone.err.splitlines()
    assert f"run {failed} · it was failed" in told[0]
    assert [line.strip() for line in told[1:]] == [
        "two: echo not 7 >> effects; [ ! -e stuck ]",
        "one: echo not one >> effects",
    ]
    assert undone.event("run.finished")["status"] == "failed"
    assert undone.event("step.answered", step=":undo")["by"] == "--yes"
    again = program("undo", failed, "--yes")
    assert again.code == 2
    assert "nothing that can be taken back" in again.err
    assert len(effects(program)) == 5


def test_off_a_terminal_it_has_to_be_said(program: Program, failed: str) -> None:
    refused = program("undo", failed)
    assert refused.code == 5
    assert f"`pup-tui undo {failed} --yes`" in refused.err
    assert len(effects(program)) == 3


@pytest.mark.parametrize(("said", "code", "done"), [("n", 3, []), ("y", 0, ["not 7", "not one"])])
def test_on_a_terminal_it_is_asked_with_what_it_does(
    program: Program, failed: str, said: str, code: int, done: list[str]
) -> None:
    with typed(program, "undo", failed) as child:
        child.expect("two: echo not 7")
        child.expect("Take back these 2 steps")
        child.sendline(said)
        if said == "y":
            child.expect_exact("all 2 steps were taken back; the run itself stays failed")
        assert ended(child) == code
    assert effects(program)[3:] == done


def test_an_undo_that_fails_is_told(program: Program, failed: str) -> None:
    (program.cwd / "stuck").touch()
    assert program("undo", failed, "--yes").code == 1
    assert effects(program)[3:] == ["not 7"]
    refused = program("undo", failed, "--yes")
    assert refused.code == 5
    assert "what became of `two`" in refused.err
    assert "--unknown=retry" in refused.err


@pytest.mark.parametrize(
    ("unknown", "then"),
    [("done", ["not one"]), ("retry", ["not 7", "not one"]), ("skip", ["not 7", "not one"])],
)
def test_an_undo_that_did_not_finish_was_done_or_runs_again(
    program: Program, failed: str, unknown: str, then: list[str]
) -> None:
    (program.cwd / "stuck").touch()
    assert program("undo", failed, "--yes").code == 1
    (program.cwd / "stuck").unlink()
    assert program("undo", failed, "--yes", f"--unknown={unknown}").code == 0
    assert effects(program)[4:] == then
    shown = program("show", failed, "--json").json
    told = [each["step"] for each in shown["decisions"] if each["answer"] == "taken-back"]
    assert told == (["two"] if unknown == "done" else [])
    again = program("undo", failed, "--yes")
    assert (again.code, "nothing that can be taken back" in again.err) == (2, True)


DIED = BOOK.replace("run: 'false'", f"run: '{DIES.format(name='dies')}'")
DIED_IN_UNDOABLE = """
name: moved
steps:
  - {{name: one, kind: shell, run: echo one >> effects, undo: {{kind: shell, run: echo not one >> effects}}}}
  - name: around
    kind: group
    steps:
      - name: two
        kind: shell
        run: '{dies}'
        capture: TWO
        undo: {{kind: shell, run: 'echo not {{{{ TWO }}}} >> effects'}}{more}
  - {{name: after, kind: shell, run: echo after >> effects}}
"""


def died(program: Program, text: str) -> str:
    program.start("run", str(program.write("moved", text))).communicate(timeout=200)
    run: str = newest(program)["run"]
    return run


def test_a_step_that_did_not_finish_is_left_as_it_is(program: Program) -> None:
    run = died(program, DIED)
    refused = program("undo", run, "--yes")
    assert refused.code == 5
    assert "what became of `bad`" in refused.err
    assert "--unknown=skip" in refused.err
    assert effects(program) == ["one", "two", "dies"]
    assert program("undo", run, "--yes", "--unknown=retry").code == 2
    assert program("undo", run, "--yes", "--unknown=skip").code == 0
    assert effects(program)[3:] == ["not 7", "not one"]
    shown = program("show", run, "--json").json
    assert {step["step"]: step["status"] for step in shown["steps"]}["bad"] == "unknown"
    asks = program("resume", run)
    assert (asks.code, "bad: is behind what was taken back" in asks.err) == (5, True)


@pytest.mark.parametrize("more", ["", "\n        idempotent: true"])
def test_a_step_that_did_not_finish_and_was_done_is_taken_back_too(
    program: Program, more: str
) -> None:
    run = died(program, DIED_IN_UNDOABLE.format(dies=DIES.format(name="two"), more=more))
    unknown = program("undo", run, "--yes", "--unknown=done")
    assert (unknown.code, "captured TWO" in unknown.err) == (5, True)
    made = program.cwd / "made.yaml"
    made.write_text("captures: {around/two: {TWO: 7}}\n")
    undone = program("undo", run, "--yes", "--unknown=done", "--arg-file", str(made))
    assert undone.code == 0
    assert effects(program) == ["one", "two", "not 7", "not one"]
    (settled, _) = program("show", run, "--json").json["decisions"]
    assert (settled["step"], settled["answer"], settled["by"]) == ("around/two", "done", "ada")


@pytest.mark.parametrize(
    ("said", "code", "then"),
    [("y", 0, ["not 7", "not one"]), ("n", 0, ["not one"]), ("a", 3, [])],
)
def test_on_a_terminal_it_is_asked_what_became_of_a_step(
    program: Program, said: str, code: int, then: list[str]
) -> None:
    run = died(program, DIED_IN_UNDOABLE.format(dies=DIES.format(name="two"), more=""))
    with typed(program, "undo", run) as child:
        child.expect("`around/two` began and did not finish: was it done")
        child.sendline(said)
        if said == "y":
            child.expect("TWO, which `around/two` captured")
            child.sendline("7")
        if said != "a":
            child.expect("Take back")
            child.sendline("y")
        assert ended(child) == code
    assert effects(program)[2:] == then


def test_a_run_that_failed_names_the_way_back_where_there_is_one(program: Program) -> None:
    failed = program("run", str(program.write("moved", BOOK)))
    run = newest(program)["run"]
    assert f"`pup-tui undo {run}` takes back what it did" in failed.err
    assert "Not taken back, since --undo was not given" in failed.err
    assert "answered by nobody" not in failed.err
    assert "undo nothing since nobody was asked (--undo was not given)" in program("show", run).out
    assert "takes back what it did" not in program("resume", run, "--undo").err


INNER = """
params: {TOKEN: {type: secret}}
steps:
  - name: use
    kind: shell
    env: {T: "{{ TOKEN }}"}
    run: echo "by $T" >> effects
    undo: {kind: shell, env: {T: "{{ TOKEN }}"}, run: 'echo "not by $T" >> effects'}
"""
OUTER = """
params: {OWN: {type: secret, from: "env:OWN_TOKEN"}}
steps: [{name: inner, template: inner, with: {TOKEN: "{{ OWN }}"}}]
"""
CALLED = OUTER.replace("params:", "name: called\nvars:")
HOLDING = """
name: holding
vars: {OF_THE_RUN: {type: secret, from: "env:RUN_TOKEN"}}
steps:
  - {name: outer, template: outer}
  - {name: called, kind: runbook, runbook: called}
  - {name: each, template: inner, foreach: [a], with: {TOKEN: "{{ OF_THE_RUN }}"}}
  - name: twice
    kind: group
    retry: {attempts: 2, delay: 10ms}
    steps:
      - {name: in, template: inner, with: {TOKEN: "{{ OF_THE_RUN }}"}}
      - {name: bad, kind: shell, run: 'false'}
"""


SECRETS = {"OWN_TOKEN": "hunter-own", "RUN_TOKEN": "hunter-run"}


@pytest.fixture
def holding(program: Program) -> str:
    """A run that failed, whose steps had secrets of what they stand in."""
    (program.cwd / "_templates").mkdir()
    (program.cwd / "_templates" / "inner.yaml").write_text(INNER)
    (program.cwd / "_templates" / "outer.yaml").write_text(OUTER)
    program.write("called", CALLED)
    done = program("run", str(program.write("holding", HOLDING)), **SECRETS)
    assert (done.code, len(effects(program))) == (1, 5)
    run: str = newest(program)["run"]
    return run


@pytest.mark.parametrize("again", [False, True])
def test_secrets_of_what_steps_stand_in_are_found_again(
    program: Program, holding: str, again: bool
) -> None:
    if again:
        assert program("resume", holding, "--yes", **SECRETS).code == 1
    before = len(effects(program))
    undone = program("undo", holding, "--yes", **SECRETS)
    assert undone.code == 0, undone.err
    taken_back = ["not by hunter-run"] * (before - 2) + ["not by hunter-own"] * 2
    assert effects(program)[before:] == taken_back
    shown = program("show", holding)
    assert "hunter" not in undone.out + undone.err + shown.out
    replayed = program("replay", holding, "--cast", "cast")
    assert replayed.code == 0, replayed.err


def test_nothing_is_taken_back_without_the_secret_that_it_needs(
    program: Program, holding: str
) -> None:
    undone = program("undo", holding, "--yes", RUN_TOKEN=SECRETS["RUN_TOKEN"])
    assert undone.code == 1
    assert "`OWN` is required: env:OWN_TOKEN holds none" in undone.err
    assert effects(program)[5:] == ["not by hunter-run"] * 3
    assert "***" not in "".join(effects(program))


@pytest.mark.parametrize("command", ["undo", "resume"])
def test_a_run_goes_on_with_its_own_profile_only(program: Program, command: str) -> None:
    folder = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    folder.mkdir(parents=True)
    for name in ("eu", "us"):
        (folder / f"{name}.yaml").write_text("danger: true\n")
    book = str(program.write("moved", BOOK))
    assert program("run", book, "--profile", "eu").code == 1
    run = newest(program)["run"]
    for other, here in ((["--profile", "us"], "with us"), ([], "without one")):
        refused = program(command, run, "--yes", *other)
        assert refused.code == 5
        told = f"was made with the profile eu, and would go on {here}: --profile eu"
        assert told in refused.err
    assert "not one" not in effects(program)
    own = program(command, run, "--yes", "--profile", "eu")
    assert "was made with" not in own.err
    assert ("not one" in effects(program)) == (command == "undo")
