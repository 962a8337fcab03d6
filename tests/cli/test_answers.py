"""Answers to `input` steps from before the run, and questions that nobody can be asked."""

from __future__ import annotations

import json

import pytest

from tests.support.program import Program

RUNBOOK = """\
name: asks
steps:
  - {name: first, kind: shell, run: echo began}
  - {name: ask, kind: input, vars: {WHO: {}, HOW: {default: fast}, N: {type: integer, default: 1}}}
  - {name: use, kind: shell, run: "echo {{ WHO }} {{ HOW }} {{ N }}"}
"""


def steps(*lines: str) -> str:
    return "\n".join(["name: asks", "steps:", *(f"  - {line}" for line in lines), ""])


def test_values_by_set_and_by_a_file(program: Program) -> None:
    program.write("asks", RUNBOOK)
    done = program("run", "asks.yaml", "--set", "ask.WHO=a=b", "--arg", "ask.N=3")
    assert (done.code, done.out) == (0, "began\na=b fast 3\n")
    assert "  ? given by --" in done.err
    (program.cwd / "v.yaml").write_text("answers: {ask: {WHO: ada, HOW: slow}}\n")
    done = program("run", "asks.yaml", "--arg-file", "v.yaml", "--json")
    assert done.event("step.answered")["by"] == "--arg-file"
    done = program("run", "asks.yaml", "--arg-file", "v.yaml", "--set", "ask.WHO=bob")
    assert (done.code, done.out) == (0, "began\nbob slow 1\n")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("aks.WHO=x", "there is no input step `aks`: --set: did you mean `ask`?"),
        ("first.WHO=x", "there is no input step `first`: --set: steps that ask for values: `ask`"),
        ("ask.HWO=x", "`ask` does not ask for `HWO`: --set: did you mean `WHO`?"),
        ("ask.N=many", "ask.N: "),
        (".WHO=x", "there is no input step ``"),
    ],
)
@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_wrong_answer_is_refused_before_anything_runs(
    program: Program, command: str, given: str, told: str
) -> None:
    program.write("asks", RUNBOOK)
    done = program(command, "asks.yaml", "--set", "ask.WHO=x", "--set", given)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_secret_comes_by_a_file_only(program: Program) -> None:
    program.write("asks", steps("{name: ask, kind: input, vars: {T: {type: secret}}}"))
    done = program("run", "asks.yaml", "--set", "ask.T=hunter2-token")
    assert done.code == 2
    assert "ask.T is a secret" in done.err
    assert "answers: {ask: {T: …}}" in done.err
    assert "hunter2" not in done.err
    done = program("run", "asks.yaml")
    assert (done.code, "--arg-file a file with answers: {ask: {T: …}}" in done.err) == (2, True)
    (program.cwd / "v.yaml").write_text("answers: {ask: {T: hunter2-token}}\n")
    assert program("run", "asks.yaml", "--arg-file", "v.yaml").code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("answers: {ask: WHO}", "1:16: the answers of `ask` must be a map of values"),
        ("answers: {ask: {WHO: [a]}}", "ask.WHO must be one value, not a list"),
    ],
)
def test_a_wrong_file_is_told(program: Program, text: str, told: str) -> None:
    program.write("asks", RUNBOOK)
    (program.cwd / "v.yaml").write_text(text)
    done = program("run", "asks.yaml", "--arg-file", "v.yaml")
    assert done.code == 2
    assert told in done.err


def test_a_variable_may_be_called_answers(program: Program) -> None:
    program.write(
        "x",
        "name: x\nvars: {answers: }\nsteps: [{name: a, kind: shell, run: 'echo {{ answers }}'}]\n",
    )
    (program.cwd / "v.yaml").write_text("answers: none\n")
    assert program("run", "x.yaml", "--arg-file", "v.yaml").out == "none\n"


NESTED = """\
name: asks
steps:
  - name: outer
    kind: group
    foreach: [a, b]
    as: letter
    steps:
      - {name: ask, kind: input, vars: {WHO: {}}}
      - {name: use, kind: shell, run: "echo {{ letter }} {{ WHO }}"}
"""


def test_items_share_an_answer_and_nested_steps_are_named_whole(program: Program) -> None:
    program.write("asks", NESTED)
    done = program("run", "asks.yaml", "--set", "outer/ask.WHO=ada")
    assert (done.code, done.out) == (0, "a ada\nb ada\n")


ASK = "kind: input, vars: {WHO: {}}"


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (f"{{name: ask, {ASK}}}", "`ask` (WHO)"),
        ("{name: ask, kind: input, vars: {WHO: {default: a}}}", "`ask` (WHO)"),
        (f"{{name: g, kind: group, steps: [{{name: ask, {ASK}}}]}}", "`g/ask` (WHO)"),
        (f"{{name: ask, when: cleanup, {ASK}}}", "`ask` (WHO)"),
    ],
)
def test_a_question_without_an_answer_ends_it_before_the_first_step(
    program: Program, step: str, named: str
) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", step))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (2, "")
    assert f"there is no answer to {named}" in done.err
    assert "ask.WHO=VALUE" in done.err


def test_an_answer_that_is_not_whole_is_none(program: Program) -> None:
    program.write("asks", RUNBOOK)
    done = program("run", "asks.yaml", "--set", "ask.HOW=slow")
    assert (done.code, done.out) == (2, "")
    assert "there is no answer to `ask` (WHO)" in done.err


@pytest.mark.parametrize(
    "step",
    [
        f"{{name: ask, if: 'false', {ASK}}}",
        f"{{name: ask, foreach: [], {ASK}}}",
        f"{{name: ask, when: on_failure, {ASK}}}",
        f"{{name: g, kind: group, if: 'false', steps: [{{name: ask, {ASK}}}]}}",
    ],
)
def test_a_question_that_may_not_come_is_a_warning(program: Program, step: str) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", step))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (0, "began\n")
    assert "nobody can be asked here: the run ends where it asks `" in done.err


STOP = "{name: st, kind: stop, status: succeeded, message: m}"


@pytest.mark.parametrize(
    "question",
    [
        (STOP, f"{{name: ask, {ASK}}}"),
        (STOP, "{name: ask, kind: confirm, message: m}"),
        (
            "{name: st, kind: stop, status: succeeded, if: 'true', message: m}",
            f"{{name: ask, {ASK}}}",
        ),
        (f"{{name: g, kind: group, steps: [{STOP}]}}", f"{{name: ask, {ASK}}}"),
        (STOP, f"{{name: g, kind: group, steps: [{{name: ask, {ASK}}}]}}"),
        (STOP, f"{{name: g, kind: group, steps: [{{name: ask, when: cleanup, {ASK}}}]}}"),
        (f"{{name: g, kind: group, foreach: [a], steps: [{STOP}]}}", f"{{name: ask, {ASK}}}"),
    ],
)
def test_a_question_behind_a_stop_is_a_warning(program: Program, question: tuple[str, str]) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", *question))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (0, "began\n")
    assert "nobody can be asked here: the run ends where it asks `" in done.err


@pytest.mark.parametrize(
    "question",
    [
        (f"{{name: ask, {ASK}}}", STOP),
        (STOP, f"{{name: ask, when: cleanup, {ASK}}}"),
        (
            "{name: st, kind: stop, when: on_failure, status: failed, message: m}",
            f"{{name: ask, {ASK}}}",
        ),
        (
            f"{{name: g, kind: parallel, steps: [{STOP}, {{name: ask, {ASK}}}]}}",
            "{name: last, kind: shell, run: ls}",
        ),
    ],
)
def test_a_question_that_no_stop_keeps_from_coming_ends_it(
    program: Program, question: tuple[str, str]
) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", *question))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (2, "")
    assert "there is no answer to `" in done.err


def test_a_question_behind_a_called_runbook_that_stops_ends_it(program: Program) -> None:
    program.write("called", steps(STOP))
    program.write(
        "asks", steps("{name: c, kind: runbook, runbook: called}", f"{{name: ask, {ASK}}}")
    )
    assert program("run", "asks.yaml").code == 2


def test_a_yes_that_nobody_can_give_ends_it_before_the_first_step(program: Program) -> None:
    program.write(
        "asks",
        steps(
            "{name: first, kind: shell, run: echo began}",
            "{name: sure, kind: confirm, message: Sure?}",
            "{name: harm, kind: shell, danger: true, run: echo harm}",
            "{name: more, kind: shell, danger: true, run: echo more}",
        ),
    )
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (2, "")
    assert "there is no answer to `sure`, `more`: answer on a terminal, or give --yes" in done.err
    done = program("run", "asks.yaml", "--yes")
    assert (done.code, "nobody can be asked" in done.err) == (0, False)


@pytest.mark.parametrize(
    "step",
    [
        "{name: sure, kind: manual, message: Do it}",
        "{name: sure, kind: shell, confirm: Sure?, run: echo did}",
        "{name: sure, kind: wait, duration: 1ms, when: cleanup, confirm: Sure?}",
        "{name: sure, kind: confirm, message: Sure?, timeout: 1ms}",
    ],
)
def test_each_question_that_surely_comes_ends_it(program: Program, step: str) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", step))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (2, "")
    assert "there is no answer to `sure`: answer on a terminal, or give --yes" in done.err


@pytest.mark.parametrize(
    "step",
    [
        "{name: sure, kind: confirm, if: \"'x' == 'x'\", message: Sure?}",
        "{name: sure, kind: shell, foreach: [a], confirm: Sure?, run: echo did}",
        "{name: sure, kind: shell, optional: true, danger: true, run: ls}",
    ],
)
def test_a_yes_that_may_not_be_asked_for_is_a_warning(program: Program, step: str) -> None:
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", step))
    done = program("run", "asks.yaml")
    assert (done.code, done.out) == (3, "began\n")
    assert "the run ends where it asks `sure`\n" in done.err


def test_all_that_has_no_answer_is_told_with_the_ways_to_give_one(program: Program) -> None:
    sure = "{name: sure, kind: confirm, message: Sure?}"
    program.write("asks", steps(f"{{name: ask, {ASK}}}", sure))
    done = program("run", "asks.yaml")
    assert done.code == 2
    assert "there is no answer to `ask` (WHO), `sure`: give --set ask.WHO=VALUE; answer" in done.err


def test_a_question_that_is_left_out_does_not_keep_the_run_from_beginning(program: Program) -> None:
    sure = "{name: sure, kind: confirm, message: Sure?}"
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", sure))
    assert program("run", "asks.yaml", "--only", "first", "--reason", "a try").code == 0


def test_what_yes_has_no_value_for_is_refused_before_the_first_step(program: Program) -> None:
    program.write("asks", RUNBOOK)
    done = program("run", "asks.yaml", "--yes")
    assert (done.code, done.out) == (2, "")
    assert "there is no answer to `ask` (WHO): give --set ask.WHO=VALUE\n" in done.err
    done = program("run", "asks.yaml", "--yes", "--set", "ask.WHO=ada")
    assert (done.code, done.out) == (0, "began\nada fast 1\n")


def test_what_yes_has_no_value_for_and_may_not_be_asked_is_a_warning(program: Program) -> None:
    asks = "{name: ask, kind: input, if: \"'x' == 'x'\", vars: {WHO: {}}}"
    program.write("asks", steps("{name: first, kind: shell, run: echo began}", asks))
    done = program("run", "asks.yaml", "--yes")
    assert (done.code, done.out) == (3, "began\n")
    assert "the run ends where it asks `ask`\n" in done.err


def test_an_answer_that_its_question_refuses_ends_the_run(program: Program) -> None:
    program.write(
        "asks",
        steps("{name: ask, kind: input, vars: {A: {type: enum, choices_from: 'echo eu1'}}}"),
    )
    done = program("run", "asks.yaml", "--set", "ask.A=us9", "--json")
    assert done.code == 3
    answered = done.event("step.answered")
    assert (answered["answer"], answered["by"]) == ("no", "--set")
    assert "us9" in json.dumps(answered["note"])


RESULTS = """\
name: asks
vars: {T: {type: secret, from: "env:TOKEN"}}
steps:
  - {name: look, kind: shell, run: "echo web-1; echo web-2 >&2"}
  - {name: hide, kind: shell, run: "echo {{ T }}"}
  - name: ask
    kind: input
    vars:
      HOST: {default: "{{ steps.look.output }}"}
      OTHER: {from: "command: echo {{ steps.look.stderr }}"}
      BOTH: {default: "{{ HOST }} and {{ OTHER }}"}
      PASS: {default: "{{ steps.hide.output }}"}
  - {name: use, kind: shell, run: "echo {{ BOTH }} {{ PASS }}"}
"""


def test_defaults_are_made_out_of_what_earlier_steps_printed(program: Program) -> None:
    program.write("asks", RESULTS)
    done = program("run", "asks.yaml", "--yes", "--json", TOKEN="hunter2-token")
    assert done.code == 0
    values = {"HOST": "web-1", "OTHER": "web-2", "BOTH": "web-1 and web-2", "PASS": "***"}
    assert done.event("step.answered")["values"] == values
    assert [e["text"] for e in done.events if e["type"] == "step.output"][
        -1
    ] == "web-1 and web-2 ***"
    assert "hunter2" not in done.out + done.err


def test_a_default_out_of_a_step_that_did_not_run_is_told(program: Program) -> None:
    look = "{name: look, kind: shell, if: 'false', run: echo web-1}"
    asks = "{name: ask, kind: input, vars: {HOST: {default: '{{ steps.look.output }}'}}}"
    program.write("asks", steps(look, asks))
    done = program("run", "asks.yaml", "--yes")
    assert done.code == 3
    assert "the default of `HOST` cannot be worked out: " in done.err
    done = program("run", "asks.yaml", "--set", "ask.HOST=web-2")
    assert done.code == 0


CHOICE = """\
name: asks
steps:
  - name: ask
    kind: input
    vars: {HOW: {}, WHERE: {default: "near {{ HOW }}"}, T: {type: secret, required: false}}
  - {name: slow, kind: shell, if: HOW == 'slow', run: "echo {{ WHERE }} ${#T}", env: {T: "{{ T }}"}}
  - {name: fast, kind: shell, if: HOW == 'fast', run: echo fast}
  - {name: enough, kind: stop, if: T == 'hunter2-token'}
  - {name: more, kind: shell, run: echo more}
"""


def test_a_plan_knows_what_was_answered(program: Program) -> None:
    program.write("asks", CHOICE)
    reasons = {s["id"]: s for s in program("plan", "asks.yaml", "--json").json["steps"]}
    assert (reasons["slow"]["known"], reasons["fast"]["known"]) == (False, False)
    (program.cwd / "v.yaml").write_text("answers: {ask: {T: hunter2-token}}\n")
    done = program("plan", "asks.yaml", "--json", "--set", "ask.HOW=slow", "--arg-file", "v.yaml")
    steps = {step["id"]: step for step in done.json["steps"]}
    assert steps["slow"]["known"]
    assert steps["slow"]["command"] == "echo 'near slow' ${#T}"
    assert steps["fast"]["reason"] == "skipped: its `if` does not hold: HOW == 'fast'"
    assert steps["more"]["reason"] == "skipped: `enough` ends the runbook before it"
    assert "hunter2" not in done.out
