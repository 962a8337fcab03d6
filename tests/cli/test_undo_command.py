"""`pup-tui undo`: what a past run did is taken back, and nothing else of it begins."""

from __future__ import annotations

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
        assert ended(child) == code
    assert effects(program)[3:] == done


def test_an_undo_that_fails_is_told(program: Program, failed: str) -> None:
    (program.cwd / "stuck").touch()
    assert program("undo", failed, "--yes").code == 1
    assert effects(program)[3:] == ["not 7"]
    refused = program("undo", failed, "--yes")
    assert refused.code == 5
    assert "what became of `two`" in refused.err


def test_a_run_of_which_nobody_knows_what_became_is_settled_first(program: Program) -> None:
    dies = DIES.format(name="dies")
    text = BOOK.replace("run: 'false'", f"run: '{dies}'")
    process = program.start("run", str(program.write("moved", text)))
    process.communicate(timeout=200)
    run = newest(program)["run"]
    refused = program("undo", run, "--yes")
    assert refused.code == 5
    assert "what became of `bad`" in refused.err
    assert f"`pup-tui resume {run}`" in refused.err
    assert effects(program) == ["one", "two", "dies"]
