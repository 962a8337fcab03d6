"""`run` and `plan` with `--from`, `--only` and `--skip`: what is left out is recorded, and missed aloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.program import Ended, Program
from tests.support.terminal import ended, typed

RELEASE = """
name: release
steps:
  - {name: build, kind: shell, run: 'echo build >> effects; echo 1.2', capture: VERSION}
  - {name: sure, kind: confirm, message: Sure?}
  - name: roll
    kind: group
    steps:
      - {name: out, kind: shell, run: 'echo out {{ VERSION }} >> effects'}
      - {name: see, kind: shell, run: 'echo see >> effects'}
  - {name: tidy, kind: shell, run: 'echo tidy >> effects', when: cleanup}
"""

WHY = ("--reason", "built by hand: hunter2-token")


def effects(program: Program) -> list[str]:
    path = program.cwd / "effects"
    return path.read_text().splitlines() if path.exists() else []


def run(program: Program, *options: str, text: str = RELEASE) -> Ended:
    return program("run", str(program.write("release", text)), *options)


def captures(program: Program, text: str) -> tuple[str, str]:
    path = program.cwd / "given.yaml"
    path.write_text(text)
    return ("--arg-file", str(path))


def shown(program: Program) -> Any:
    row = program("history", "--json").json[0]
    return program("show", row["run"], "--json").json


@pytest.mark.parametrize("given", ["{build: {VERSION: '1.1'}}", "{VERSION: '1.1'}"])
def test_a_run_begins_at_a_step_with_what_is_given(program: Program, given: str) -> None:
    file = captures(program, f"captures: {given}\n")
    done = run(program, "--from", "roll", *WHY, *file, "--yes", "--json")
    assert done.code == 0, done.err
    assert effects(program) == ["out 1.1", "see", "tidy"]
    assert done.statuses()["build"] == "skipped"
    told = done.event("step.waiting", step="roll")
    assert told["message"] == "Go on past `sure`? Nobody was asked there."
    assert done.event("step.answered", step="roll")["by"] == "--yes"


def test_what_is_left_out_stands_in_the_record(program: Program) -> None:
    file = captures(program, "captures: {VERSION: '1.1'}\n")
    run(program, "--from", "roll/see", *WHY, *file, "--yes")
    assert effects(program) == ["see", "tidy"]
    record = shown(program)
    steps = {step["step"]: step for step in record["steps"]}
    why = f"skipped by {record['operator']}: {WHY[1]}"
    for left in ("build", "sure", "roll/out"):
        assert (steps[left]["status"], steps[left]["reason"]) == ("skipped", why)
    reasons = dict.fromkeys(("build", "sure", "roll/out"), WHY[1])
    assert record["legs"][0]["skipped"] == reasons
    assert record["legs"][0]["given"] == {"build": ["VERSION"]}
    history = program("history", "--json").json[0]
    assert history["legs"][0]["skipped"] == reasons
    assert f"build: skipped: {WHY[1]}" in program("show", record["run"]).out


@pytest.mark.parametrize("option", [("--from", "roll"), ("--only", "roll"), ("--skip", "build")])
def test_what_is_missing_is_refused_before_anything_runs(
    program: Program, option: tuple[str, str]
) -> None:
    refused = run(program, *option, *WHY, "--yes")
    assert refused.code == 2
    assert "`roll/out` needs VERSION, which `build` would have made" in refused.err
    assert "captures: {build: {VERSION: …}}" in refused.err
    assert effects(program) == []
    assert program("history", "--json").json == []


def test_nobody_goes_past_a_question_off_a_terminal(program: Program) -> None:
    file = captures(program, "captures: {VERSION: '1.1'}\n")
    refused = run(program, "--from", "roll", *WHY, *file)
    assert refused.code == 3
    assert "the run ends where it asks whether to go on past `sure`" in refused.err
    assert effects(program) == ["tidy"]


def test_a_question_with_nothing_behind_it_that_runs_ends_no_run(program: Program) -> None:
    done = run(program, "--only", "build", *WHY)
    assert done.code == 0
    assert "the run ends where" not in done.err
    assert effects(program) == ["build", "tidy"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--skip", "build"), "--from, --only and --skip need a reason"),
        (("--skip", "build", "--reason", " "), "--from, --only and --skip need a reason"),
        (("--reason", "why"), "--reason says why steps are left out, and none are"),
        (("--from", "roll", "--only", "roll", *WHY), "--from and --only exclude each other"),
        (("--skip", "bulid", *WHY), "there is no step `bulid`: did you mean `build`?"),
        (("--only", "out", *WHY), "did you mean `roll/out`?"),
    ],
)
@pytest.mark.parametrize("command", ["run", "plan"])
def test_options_that_make_no_sense_are_refused(
    program: Program, command: str, options: tuple[str, ...], told: str
) -> None:
    refused = program(command, str(program.write("release", RELEASE)), *options)
    assert (refused.code, told in refused.err) == (2, True), refused.err
    assert effects(program) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{build: {VERSION: ' '}}", "VERSION of `build`: it may not be blank"),
        ("{build: {VERSION: x, OTHER: y}}", "`OTHER` stands under `captures`"),
        ("{sure: {VERSION: x}, tidy: {X: y}}", "`X` stands under `captures`"),
    ],
)
def test_captures_that_would_be_lost_or_empty_are_refused(
    program: Program, given: str, told: str
) -> None:
    refused = run(program, "--from", "roll", *WHY, *captures(program, f"captures: {given}\n"))
    assert (refused.code, told in refused.err) == (2, True), refused.err


def test_a_capture_for_each_item_cannot_be_given(program: Program) -> None:
    text = """
name: release
steps:
  - name: each
    kind: group
    foreach: [1, 2]
    steps:
      - {name: a, kind: shell, run: echo 1, capture: A}
      - {name: b, kind: shell, run: 'echo {{ A }}'}
  - {name: c, kind: shell, run: 'echo {{ A | join(" ") }} >> effects'}
"""
    refused = run(program, "--skip", "each/a", *WHY, text=text)
    assert refused.code == 2
    assert "`each/a` makes A for each item of `each`" in refused.err
    file = captures(program, "captures: {A: [x, y]}\n")
    assert run(program, "--skip", "each", *WHY, *file, text=text).code == 0
    assert effects(program) == ["x y"]


def test_answers_stand_for_an_input_step_that_is_left_out(program: Program) -> None:
    text = """
name: release
steps:
  - {name: ask, kind: input, vars: {N: {type: integer}}}
  - {name: a, kind: shell, run: 'echo {{ N + 1 }} >> effects'}
"""
    wrong = run(program, "--skip", "ask", *WHY, *captures(program, "captures: {N: x}\n"), text=text)
    assert (wrong.code, "N of `ask`" in wrong.err) == (2, True)
    given = ("--skip", "ask", *WHY, "--set", "ask.N=4")
    plan = run(program, *given, "--dry-run", "--json", text=text).json
    assert not any(step["confirm"] for step in plan["steps"])
    done = run(program, *given, text=text)
    assert done.code == 0, done.err
    assert "nobody can be asked" not in done.err
    assert effects(program) == ["5"]


def test_a_secret_that_is_given_is_neither_shown_nor_stored(program: Program) -> None:
    text = """
name: release
steps:
  - {name: login, kind: shell, run: echo x, capture: {S: {secret: true}}}
  - name: use
    kind: shell
    run: 'echo "[$S]"; [ -e again ] || { touch again; exit 1; }'
    env: {S: '{{ S }}'}
"""
    file = captures(program, "captures: {S: session-5678}\n")
    done = run(program, "--skip", "login", *WHY, *file, "--json", text=text)
    assert done.code == 1
    assert "[***]" in done.out
    refused = program("resume")
    assert (refused.code, "`login` captured a secret" in refused.err) == (5, True), refused.err
    again = program("resume", *file, "--json")
    assert again.code == 0, again.err
    assert "[***]" in again.out
    for told in (done.out, again.out, json.dumps(shown(program))):
        assert "session-5678" not in told
    state = program.environ["PUP_TUI_STATE_DIR"]
    assert program.cwd.joinpath(state, "journal.db").read_bytes().find(b"session-5678") == -1


def test_on_a_terminal_what_is_missing_is_asked_for(program: Program) -> None:
    path = program.write("release", RELEASE)
    with typed(program, "run", str(path), "--only", "roll/out", "--reason", "again") as child:
        child.expect("VERSION, which `build` would have made")
        child.sendline("9.9")
        child.expect("Go on past `sure`")
        child.expect_exact("[y/N] ")
        child.sendline("y")
        assert ended(child) == 0
    assert effects(program) == ["out 9.9", "tidy"]


def test_a_plan_shows_what_would_be_left_out(program: Program) -> None:
    path = program.write("release", RELEASE)
    lacks = program("plan", str(path), "--from", "roll", *WHY)
    assert lacks.code == 0
    assert f": {WHY[1]})" in lacks.out
    assert "`roll/out` needs VERSION, which `build` would have made: a run asks for it" in lacks.err
    file = captures(program, "captures: {VERSION: '1.1'}\n")
    plan = run(program, "--from", "roll", *WHY, *file, "--dry-run", "--json").json
    steps = {step["id"]: step for step in plan["steps"]}
    assert steps["build"]["reason"].startswith("skipped by ")
    assert steps["build"]["known"] is True
    assert steps["roll/out"]["command"].startswith("echo out 1.1")
    assert [id_ for id_, step in steps.items() if step["confirm"]] == ["roll"]
    assert effects(program) == []
