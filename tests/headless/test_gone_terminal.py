"""What nobody typed is nobody's answer: a terminal that is closed, and words that are none of the choices."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

import pytest
from pexpect.fdpexpect import fdspawn

from tests.cli.test_resuming import DIES, effects, killed, newest
from tests.support.forked import PATIENCE
from tests.support.program import PROGRAM, Program
from tests.support.terminal import ended, typed

ASKS = """
name: asks
steps:
  - {{name: a, kind: shell, run: echo a >> effects, undo: {{kind: shell, run: echo back >> effects}}}}
  - {question}
  - {{name: b, kind: shell, run: echo b >> effects}}
"""

QUESTIONS = {
    "confirm": ("{name: q, kind: confirm, message: Go on?}", r"\[y/N\]"),
    "danger": ("{name: q, kind: shell, run: echo q, confirm: Go on?, danger: true}", r"\[y/N\]"),
    "manual": ("{name: q, kind: manual, message: Do it., checklist: [one]}", r"\[y/N\]"),
    "input": ("{name: q, kind: input, vars: {WHO: {}}}", "WHO"),
    "secret": ("{name: q, kind: input, vars: {WHO: {type: secret}}}", "WHO"),
    "failure": ("{name: q, kind: shell, run: exit 1, on_failure: confirm}", r"bort\? \[a\]"),
}


def left_at(program: Program, args: Sequence[str], said: Sequence[tuple[str, str]]) -> int:
    """The exit code of the program after its terminal, which sends no signal, was closed.

    `said` are what it is waited for, and what is then typed; at the last of it the terminal is closed.
    """
    ours, its = os.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *args],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=program.cwd,
        env={**program.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(its)
    child = fdspawn(ours, encoding="utf-8", timeout=PATIENCE)
    try:
        for prompt, answer in said:
            child.expect(prompt)
            if answer:
                child.sendline(answer)
        child.close()
        return process.wait(PATIENCE)
    finally:
        child.close()
        process.kill()
        process.wait()


@pytest.mark.proves("P11")
@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_terminal_that_is_closed_answers_nothing(program: Program, kind: str) -> None:
    question, prompt = QUESTIONS[kind]
    path = program.write("asks", ASKS.format(question=question))
    assert left_at(program, ["run", str(path)], [(prompt, "")]) == 129
    shown = newest(program)
    assert (shown["status"], shown["decisions"]) == ("interrupted", [])
    assert effects(program) == ["a"]


UNKNOWN = f"""
name: killed
steps:
  - {{name: a, kind: shell, run: '{DIES.format(name="a")}'}}
  - {{name: b, kind: shell, run: echo b >> effects}}
"""

WHAT = r"bort\? \[a\]"
WHY = r"Why is it skipped\?"


@pytest.mark.proves("P11")
@pytest.mark.parametrize("said", [[(WHAT, "")], [(WHAT, "s"), (WHY, "")]], ids=["what", "why"])
def test_nor_does_it_say_what_became_of_a_step(
    program: Program, said: Sequence[tuple[str, str]]
) -> None:
    killed(program, UNKNOWN)
    assert left_at(program, ["resume"], said) == 129
    shown = newest(program)
    assert (shown["status"], shown["decisions"]) == ("interrupted", [])
    assert effects(program) == ["a"]


def test_a_word_that_is_no_choice_and_a_skip_without_a_reason_are_asked_for_again(
    program: Program,
) -> None:
    killed(program, UNKNOWN)
    with typed(program, "resume") as child:
        for word in ("x", "yes", "donee"):
            child.expect(WHAT)
            child.sendline(word)
            child.expect_exact("That is none of them.")
        for nothing in ("", "  "):
            child.expect(WHAT)
            child.sendline("skip")
            child.expect(WHY)
            child.sendline(nothing)
        child.expect(WHAT)
        child.sendline("s")
        child.expect(WHY)
        child.sendline("It is there")
        assert ended(child) == 0
    [decision] = newest(program)["decisions"]
    assert (decision["answer"], decision["note"]) == ("skip", "It is there")
    assert effects(program) == ["a", "b"]


@pytest.mark.parametrize("kind", ["confirm", "manual", "failure"])
def test_other_questions_are_asked_again_too(program: Program, kind: str) -> None:
    question, prompt = QUESTIONS[kind]
    path = program.write("asks", ASKS.format(question=question))
    with typed(program, "run", str(path)) as child:
        child.expect(prompt)
        child.sendline("what")
        child.expect_exact("That is none of them.")
        child.expect(prompt)
        child.sendline("")
        # To abort after a failure is what the run fails of.
        assert ended(child) == (1 if kind == "failure" else 3)
    assert effects(program) == ["a"]


def test_control_d_at_a_question_is_its_default(program: Program) -> None:
    path = program.write("asks", ASKS.format(question=QUESTIONS["confirm"][0]))
    with typed(program, "run", str(path)) as child:
        child.expect(r"\[y/N\]")
        child.sendcontrol("d")
        assert ended(child) == 3


def test_before_a_run_goes_on_other_words_are_asked_for_again_too(program: Program) -> None:
    path = program.write(
        "fails", "name: fails\nsteps:\n  - {name: a, kind: shell, run: test -e a}\n"
    )
    assert program("run", str(path)).code == 1
    (program.cwd / "a").mkdir()
    with typed(program, "resume") as child:
        child.expect_exact("leaves the run as it is?")
        child.sendline("x")
        child.expect_exact("That is none of them.")
        child.expect_exact("leaves the run as it is?")
        child.sendline("r")
        assert ended(child) == 0
