"""`pup-tui resume` of a run that was killed while a step was taken back."""

from __future__ import annotations

import pytest

from tests.cli.test_resuming import DIES, effects
from tests.support.program import Program
from tests.support.terminal import ended, typed

BOOK = f"""
name: killed
steps:
  - name: one
    kind: shell
    run: echo one >> effects
    undo: {{kind: shell, run: '{DIES.format(name="back")}'}}
  - {{name: bad, kind: shell, run: 'echo bad >> effects; [ $(grep -c bad effects) = 2 ]'}}
"""


@pytest.fixture
def killed(program: Program) -> Program:
    killed = program.start("run", str(program.write("killed", BOOK)), "--undo")
    killed.communicate(timeout=200)
    assert killed.returncode == -9
    return program


@pytest.mark.proves("P11")
def test_without_a_terminal_it_can_be_said_that_it_was_not_taken_back(killed: Program) -> None:
    refused = killed("resume")
    assert refused.code == 5
    assert "nobody knows whether `one` was taken back" in refused.err
    assert "taken back: runs again" not in refused.err
    assert killed("resume", "--unknown=skip").code == 0
    assert effects(killed) == ["one", "bad", "back", "bad"]


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("unknown", "done"),
    [
        ("done", ["one", "bad", "back", "one", "bad"]),
        ("retry", ["one", "bad", "back", "back", "one", "bad"]),
    ],
)
def test_what_runs_again_because_of_it_takes_a_person(
    killed: Program, unknown: str, done: list[str]
) -> None:
    arguments = ("resume", f"--unknown={unknown}", "--yes")
    refused = killed(*arguments)
    assert refused.code == 5
    assert "taken back or cleaned up would run again: `one`" in refused.err
    assert effects(killed) == ["one", "bad", "back"]
    with typed(killed, *arguments) as child:
        child.expect_exact("Go on?")
        child.sendline("y")
        assert ended(child) == 0
    assert effects(killed) == done


REPEATED = """
name: killed
steps:
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1ms}
    steps:
      - name: x
        kind: shell
        run: echo x >> effects
        undo:
          kind: shell
          run: echo back >> effects; [ $(grep -c back effects) != 2 ] || kill -9 $PPID
      - {name: y, kind: shell, run: '[ $(grep -c x effects) != 1 ]'}
  - {name: bad, kind: shell, run: 'false'}
"""


@pytest.mark.proves("P11")
def test_what_an_earlier_attempt_did_is_not_taken_back_twice(program: Program) -> None:
    killed = program.start("run", str(program.write("killed", REPEATED)), "--undo")
    killed.communicate(timeout=200)
    assert killed.returncode == -9
    with typed(program, "resume", "--yes") as child:
        child.expect("taken back: runs again")
        child.expect("Go on")
        child.sendline("y")
        child.expect("Not taken back, since nobody knows whether it was:")
        child.expect(r"x \(attempt 1\): its undo began before and did not finish")
        assert ended(child) == 1
    assert effects(program) == ["x", "x", "back", "back", "x", "back"]
