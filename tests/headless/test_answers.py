"""Questions on a plain terminal: a real pty, typed answers."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
import pexpect
import pytest

from tests.support.program import Program
from tests.support.terminal import ended, typed, typed_anew

ASK = """\
name: ask
vars: {NAME: {description: Whom to greet}}
steps:
  - {name: Really, kind: confirm, message: "Greet {{ NAME }}?"}
  - {name: Greet, kind: shell, run: "echo hello {{ NAME }}"}
"""


def test_a_missing_variable_is_asked_for_and_a_yes_goes_on(program: Program) -> None:
    program.write("ask", ASK)
    with typed(program, "run", "ask.yaml") as child:
        child.expect("Whom to greet")
        child.sendline("payments")
        child.expect("Greet payments\\?")
        child.expect("next: echo hello payments")
        child.expect("\\[y/N\\]")
        child.sendline("y")
        child.expect("hello payments")
        assert ended(child) == 0


def test_only_what_has_no_default_is_asked_for(program: Program) -> None:
    program.write(
        "ask",
        """\
name: ask
vars:
  NAME: {}
  UPPER: {default: "{{ NAME }}-x"}
steps: [{name: Greet, kind: shell, run: "echo hello {{ UPPER }}"}]
""",
    )
    with typed(program, "run", "ask.yaml") as child:
        child.expect("NAME: ")
        child.sendline("a")
        child.expect("hello a-x")
        assert ended(child) == 0


@pytest.mark.parametrize("answers", [["n"], [""], ["maybe", ""]])
def test_nothing_but_yes_is_a_yes(program: Program, answers: list[str]) -> None:
    program.write("ask", ASK)
    with typed(program, "run", "ask.yaml", "--arg", "NAME=x") as child:
        for answer in answers:
            child.expect("\\[y/N\\]")
            child.sendline(answer)
        assert ended(child) == 3


def test_the_expected_text_must_be_typed(program: Program) -> None:
    program.write(
        "drop",
        "name: drop\nsteps:\n"
        "  - {name: Sure, kind: confirm, message: Drop it?, expect: payments, danger: true}\n",
    )
    for last, code in (("", 3), ("payments", 0)):
        with typed(program, "run", "drop.yaml") as child:
            child.expect("This is dangerous. Type payments")
            child.sendline("yes")
            child.expect("That is not it")
            child.expect("Type payments")
            child.sendline(last)
            assert ended(child) == code


def test_a_checklist_is_ticked_item_by_item(program: Program) -> None:
    program.write(
        "work", "name: work\nsteps: [{name: Work, kind: manual, checklist: [one, two]}]\n"
    )
    with typed(program, "run", "work.yaml") as child:
        for item in ("one", "two"):
            child.expect(f"{item}: done")
            child.sendline("y")
        child.expect("note")
        child.sendline("went well")
        child.expect("went well")
        assert ended(child) == 0


def test_a_failure_can_be_retried(program: Program) -> None:
    program.write(
        "flaky",
        "name: flaky\nsteps:\n"
        "  - {name: a, kind: shell, on_failure: confirm, run: 'test -e once || { touch once; exit 4; }'}\n",
    )
    with typed(program, "run", "flaky.yaml") as child:
        child.expect("exited with 4")
        child.expect("\\[a\\]")
        child.sendline("r")
        assert ended(child) == 0


def test_ctrl_c_at_a_question_cancels_the_run(program: Program) -> None:
    program.write("ask", ASK)
    with typed(program, "run", "ask.yaml", "--arg", "NAME=x") as child:
        child.expect("\\[y/N\\]")
        child.sendcontrol("c")
        assert ended(child) == 130


def test_foreign_text_cannot_drive_the_terminal(program: Program) -> None:
    program.write(
        "evil",
        "name: evil\nvars: {X: a}\nsteps:\n"
        '  - {name: Ask, kind: confirm, message: "{{ X }}"}\n'
        "  - {name: a, kind: shell, run: \"printf '\\\\033]52;c;ZXZpbA==\\\\007\\\\033[2Jshown\\\\n'\"}\n",
    )
    with typed(program, "run", "evil.yaml", "--arg", "X=\x1b]0;pwn\x07\x1b[2J") as child:
        child.expect("\\[y/N\\]")
        before = child.before
        child.sendline("y")
        child.expect(pexpect.EOF)
        seen = (before or "") + (child.before or "")
    assert "shown" in seen
    for sequence in ("\x1b]", "\x1b[2J", "\x07"):
        assert sequence not in seen


VALUES = """\
name: values
vars: {WHO: ada}
steps:
  - name: Ask
    kind: input
    message: What do you see?
    vars:
      COLOUR: {type: enum, choices_from: "printf 'red\\ngreen\\n'"}
      SHADE: {default: "{{ COLOUR }}-{{ WHO }}"}
      WHY: {when: "COLOUR == 'red'", description: Why red}
      TOKEN: {type: secret}
  - name: Show
    kind: shell
    run: echo {{ COLOUR }} {{ SHADE }} {{ WHY | default('no reason') }} {{ TOKEN }}
"""


def test_values_are_asked_for_one_after_the_other(program: Program) -> None:
    program.write("values", VALUES)
    with typed(program, "run", "values.yaml") as child:
        child.expect("What do you see")
        child.expect("COLOUR \\[red, green\\]: ")
        child.sendline("")
        child.expect("it needs a value")
        child.expect("COLOUR \\[red, green\\]: ")
        child.sendline("blue")
        child.expect("`blue` is not one of the choices")
        child.expect("COLOUR \\[red, green\\]: ")
        child.sendline("green")
        child.expect("SHADE {green-ada}: ")
        child.sendline("")
        child.expect("TOKEN: ")
        assert "WHY" not in (child.before or "")
        child.sendline("hunter22")
        child.expect("green green-ada no reason")
        seen = child.before or ""
        assert ended(child) == 0
        assert "hunter22" not in seen + (child.before or "")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    files = [path for path in state.rglob("*") if path.is_file()]
    assert files
    assert not any(b"hunter22" in path.read_bytes() for path in files)


def test_what_was_given_before_is_not_asked_for(program: Program) -> None:
    program.write("values", VALUES)
    (program.cwd / "v.yaml").write_text("answers: {ask: {TOKEN: hunter22, SHADE: dark}}\n")
    with typed(program, "run", "values.yaml", "--arg-file", "v.yaml") as child:
        child.expect("COLOUR \\[red, green\\]: ")
        child.sendline("green")
        child.expect("green dark no reason")
        assert "TOKEN: " not in (child.before or "")
        assert ended(child) == 0


def test_a_variable_that_matters_now_is_asked_for(program: Program) -> None:
    program.write("values", VALUES)
    with typed(program, "run", "values.yaml") as child:
        child.expect("COLOUR")
        child.sendline("red")
        child.expect("SHADE")
        child.sendline("dark")
        child.expect("WHY \\(Why red\\): ")
        child.sendline("roses")
        child.expect("TOKEN")
        child.sendline("123")
        child.expect("at least 6 characters")
        child.expect("TOKEN")
        child.sendline("hunter22")
        child.expect("red dark roses")
        assert ended(child) == 0


def test_questions_at_the_same_time_are_asked_one_after_the_other(program: Program) -> None:
    program.write(
        "both",
        """\
name: both
steps:
  - name: Both
    kind: parallel
    steps:
      - {name: First, kind: confirm, message: The first?}
      - {name: Second, kind: confirm, message: The second?}
""",
    )
    with typed(program, "run", "both.yaml") as child:
        child.expect("The second\\?")
        child.expect("First: Go on\\? \\[y/N\\]")
        child.sendline("y")
        child.expect("The second\\?")
        child.expect("Go on\\? \\[y/N\\]")
        child.sendline("y")
        assert ended(child) == 0


def test_required_variables_are_asked_for_with_their_choices(program: Program) -> None:
    program.write(
        "start",
        """\
name: start
vars:
  REGION: {type: enum, choices: [{value: eu, label: Europe}, {value: us, label: America}]}
  HOST: {type: enum, choices_from: "printf '{{ REGION }}-1\\n{{ REGION }}-2\\n'"}
  TICKET: {when: "REGION == 'us'"}
steps: [{name: Show, kind: shell, run: "echo on {{ HOST }}{{ TICKET }}"}]
""",
    )
    with typed(program, "run", "start.yaml") as child:
        child.expect("- eu  Europe")
        child.expect("REGION: ")
        child.sendline("eu")
        child.expect("HOST \\[eu-1, eu-2\\]: ")
        child.sendline("us-1")
        child.expect("not one of the choices")
        child.expect("HOST \\[eu-1, eu-2\\]: ")
        child.sendline("eu-2")
        child.expect("on eu-2")
        assert "TICKET" not in (child.before or "")
        assert ended(child) == 0


@pytest.mark.parametrize(("locale", "code"), [("C.UTF-8", 0), ("strict", 3)])
def test_what_is_typed_need_not_be_text(program: Program, locale: str, code: int) -> None:
    program.write("work", "name: work\nsteps: [{name: Work, kind: manual, message: Do it}]\n")
    if locale == "strict":
        program = replace(program, environ={**program.environ, "PYTHONIOENCODING": "utf-8:strict"})
    with typed_anew(program, "run", "work.yaml") as child:
        child.expect("done\\?")
        child.sendline("y")
        child.expect("note")
        os.write(child.child_fd, b"well \xff done\n")
        child.expect(
            "answered by ada \\(well . done\\)" if code == 0 else "the terminal cannot be read"
        )
        assert ended(child) == code


def test_a_prompt_stands_again_below_what_is_printed_meanwhile(program: Program) -> None:
    program.write(
        "both",
        """\
name: both
steps:
  - name: Both
    kind: parallel
    steps:
      - {name: Sure, kind: confirm, message: Sure?}
      - {name: Work, kind: shell, run: "until [ -e go ]; do sleep 0.05; done; echo printed"}
""",
    )
    with typed(program, "run", "both.yaml") as child:
        child.expect("\\[y/N\\] ")
        (program.cwd / "go").touch()
        child.expect("printed\r\n")
        assert child.before == "\r\n"
        child.expect_exact("Sure: Go on? [y/N] ")
        child.sendline("y")
        assert ended(child) == 0


ITEMS = """\
name: items
steps:
  - name: roll
    kind: group
    foreach: [eu1, us3]
    max_parallel: 2
    steps:
      - {name: sure, kind: confirm, message: Really?}
      - {name: tell, kind: shell, run: "echo {{ item }} >> told"}
"""


def test_a_prompt_names_the_item_and_one_typed_before_it_is_none_of_its_answers(
    program: Program,
) -> None:
    program.write("items", ITEMS)
    with typed(program, "run", "items.yaml") as child:
        child.expect_exact("roll[0]/sure · eu1: Go on? [y/N] ")
        child.send("y\ny\n")
        child.expect_exact("(what was typed before this was asked is not used)")
        child.expect_exact("roll[1]/sure · us3: Go on? [y/N] ")
        child.sendline("n")
        assert ended(child) == 3
    assert (program.cwd / "told").read_text() == "eu1\n"


def test_an_open_prompt_stands_again_below_a_question_that_comes_later(
    program: Program,
) -> None:
    program.write(
        "later",
        """\
name: later
steps:
  - name: p
    kind: parallel
    steps:
      - {name: first, kind: confirm, message: First?}
      - name: g
        kind: group
        steps:
          - {name: waits, kind: shell, run: "until [ -e go ]; do sleep 0.05; done"}
          - {name: second, kind: confirm, message: Second?}
""",
    )
    with typed(program, "run", "later.yaml") as child:
        child.expect_exact("first: Go on? [y/N] ")
        (program.cwd / "go").touch()
        child.expect_exact("Second?")
        child.expect_exact("(this is asked once `first` is answered)\r\nfirst: Go on? [y/N] ")
        child.sendline("y")
        child.expect_exact("second: Go on? [y/N] ")
        child.sendline("y")
        assert ended(child) == 0


def test_lines_of_a_list_may_be_pasted(program: Program) -> None:
    program.write(
        "lists",
        """\
name: lists
steps:
  - {name: ask, kind: input, vars: {HOSTS: {type: list}}}
  - {name: tell, kind: shell, run: "echo {{ HOSTS }} >> told"}
""",
    )
    with typed(program, "run", "lists.yaml") as child:
        child.expect_exact("an empty line ends: ")
        child.send("a\nb\nc\n\n")
        assert ended(child) == 0
    assert (program.cwd / "told").read_text() == '["a", "b", "c"]\n'


def test_on_a_terminal_how_it_ended_breaks_between_words_only(program: Program) -> None:
    why = "a reason that has more words than fit on one line of a terminal, for it is a long one"
    path = program.write(
        "x", f"name: x\nsteps: [{{name: a, kind: stop, status: failed, message: '{why}'}}]\n"
    )
    with typed(program, "run", str(path)) as child:
        assert ended(child) == 1
        lines = click.unstyle(str(child.before)).splitlines()
    last = lines[next(at for at, line in enumerate(lines) if line.startswith("failed: ")) :]
    assert max(map(len, last)) < 80
    assert f"failed: {why}" in " ".join(line.strip() for line in last)
