"""Interactive steps without the console: the program on a real pty, and somebody who types."""

from __future__ import annotations

from tests.support.program import Program
from tests.support.terminal import ended, typed

INTERACTIVE = """\
name: talk
steps:
  - {name: Before, kind: shell, run: echo before}
  - name: Talk
    kind: shell
    interactive: true
    run: "printf 'who? '; read who; echo hello $who; exit 0"
  - {name: After, kind: shell, run: echo after}
"""


def test_the_terminal_is_handed_over_and_taken_back(program: Program) -> None:
    program.write("talk", INTERACTIVE)
    with typed(program, "run", "talk.yaml") as child:
        child.expect("before")
        child.expect("who\\? ")
        child.sendline("ada")
        child.expect("hello ada")
        child.expect("what it shows there is not recorded")
        child.expect("after")
        assert ended(child) == 0


def test_what_it_shows_is_not_recorded(program: Program) -> None:
    program.write("talk", INTERACTIVE)
    with typed(program, "run", "talk.yaml") as child:
        child.expect("who\\? ")
        child.sendline("ada")
        assert ended(child) == 0
    kept = [path.read_bytes() for path in (program.cwd.parent / "state").rglob("*.log")]
    assert len(kept) == 3
    assert not any(b"hello" in content or b"who?" in content for content in kept)


def test_ctrl_c_ends_the_step_and_not_the_run(program: Program) -> None:
    program.write(
        "talk",
        """\
name: talk
steps:
  - {name: Talk, kind: shell, interactive: true, on_failure: warn, run: "echo ready; exec sleep 600"}
  - {name: After, kind: shell, run: echo after}
""",
    )
    with typed(program, "run", "talk.yaml") as child:
        child.expect("\nready\r\n")
        child.sendcontrol("c")
        child.expect("after")
        assert ended(child) == 0


def test_questions_and_steps_have_it_one_after_the_other(program: Program) -> None:
    program.write(
        "talk",
        """\
name: talk
steps:
  - name: Both
    kind: parallel
    steps:
      - {name: One, kind: confirm, message: One?}
      - {name: Two, kind: confirm, message: Two?}
  - {name: Talk, kind: shell, interactive: true, run: "printf 'x? '; read x; echo x=$x"}
  - {name: Three, kind: confirm, message: Three?}
""",
    )
    with typed(program, "run", "talk.yaml") as child:
        for _ in ("One", "Two"):
            child.expect("\\[y/N\\] ")
            child.sendline("y")
        child.expect("x\\? ")
        child.sendline("typed")
        child.expect("x=typed")
        child.expect("\\[y/N\\] ")
        child.sendline("y")
        assert ended(child) == 0


def test_without_a_terminal_the_step_fails_with_a_reason(program: Program) -> None:
    program.write("talk", INTERACTIVE)
    done = program("run", "talk.yaml", "--yes")
    assert done.code == 1
    assert "`interactive` hands over the operator's terminal, and there is none here" in done.err
