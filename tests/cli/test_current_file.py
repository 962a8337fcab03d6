"""`pup-tui resume --with-current-file`: a run goes on with the file as it is today, by the ids of steps."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.test_resuming import effects, newest
from tests.support.program import Program
from tests.support.terminal import ended, typed

FAILS = """
name: killed
vars: {A: {default: one}}
steps:
  - {name: first, kind: shell, run: 'echo first >> effects; echo 1', capture: ONE}
  - name: g
    kind: group
    steps: [{name: in, kind: shell, run: echo in >> effects}]
  - {name: second, kind: shell, run: 'echo broken >> effects; false'}
  - {name: third, kind: shell, run: 'echo third {{ ONE }} {{ A }} >> effects'}
"""

MENDED = """
name: killed
vars: {A: {default: two}, B: {default: new}, T: {type: secret}}
steps:
  - {name: zero, kind: shell, run: echo zero >> effects}
  - {name: first, kind: shell, run: 'echo first >> effects; echo 1', capture: ONE}
  - name: g
    kind: group
    steps:
      - {name: in, kind: shell, run: echo in >> effects}
      - {name: late, kind: shell, run: echo late >> effects}
  - {name: second, kind: shell, run: 'echo mended {{ ONE }} {{ B }} >> effects'}
  - {name: added, kind: shell, run: 'echo added >> effects'}
  - {name: third, kind: shell, run: 'echo third {{ ONE }} {{ A }} >> effects'}
"""

TOKEN = "hunter2-token"


def failed(program: Program) -> str:
    path = program.write("killed", FAILS)
    assert program("run", str(path)).code == 1
    assert effects(program) == ["first", "in", "broken"]
    return str(newest(program)["run"])


def secret(program: Program) -> tuple[str, str]:
    path = program.cwd / "given.yaml"
    path.write_text(f"T: {TOKEN}\n")
    return ("--arg-file", str(path))


def test_what_was_done_stays_and_the_rest_is_as_the_file_has_it(program: Program) -> None:
    failed(program)
    path = program.write("killed", MENDED)
    lacks = program("resume", "--with-current-file")
    assert (lacks.code, "T" in lacks.err) == (2, True), lacks.err
    done = program("resume", "--with-current-file", "--json", *secret(program))
    assert done.code == 0, done.err
    assert "what runs is the file as it is now; they differ so" in done.err
    assert "+  - {name: added" in done.err
    assert effects(program)[3:] == ["zero", "mended 1 new", "added", "third 1 one"]
    source = {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert done.event("run.resumed")["source"] == source
    record = newest(program)
    steps = {step["step"]: step for step in record["steps"]}
    assert {step["status"] for id_, step in steps.items() if id_ != "g/late"} == {"succeeded"}
    assert steps["g/late"]["reason"] == "`g` had ended before it was added"
    assert [leg["source"] == source for leg in record["legs"]] == [False, True]
    assert record["legs"][1]["changed"] == {"B": "new"}
    assert TOKEN not in done.out + done.err + json.dumps(record)


def test_each_step_keeps_its_output_and_a_third_leg_its_text(program: Program) -> None:
    run = failed(program)
    program.write("killed", MENDED.replace("echo added >> effects", "[ -e ok ] && echo added now"))
    assert program("resume", "--with-current-file", *secret(program)).code == 1
    program.write("killed", "name: killed\nsteps: [{name: other, kind: shell, run: ls}]\n")
    (program.cwd / "ok").touch()
    done = program("resume", *secret(program))
    assert done.code == 0, done.err
    assert "what runs is the recorded text" in done.err
    assert "it cannot go on with the file as it is now: " in done.err
    shown = program("show", run).out
    assert "1. zero" in shown
    printed = [line.strip() for line in shown.splitlines()]
    assert printed[printed.index("$ echo first >> effects; echo 1") + 1] == "1"
    assert "added now" in printed
    assert "went on with the file as it was then" in shown
    assert program("history", "--json").json[0]["legs"][1]["source"]["path"].endswith("killed.yaml")


def test_a_secret_that_came_with_a_later_text_is_wanted_again(program: Program) -> None:
    failed(program)
    uses = "n=${{#T}}; echo length $n >> effects; [ -e ok ]".replace("{{#T}}", "{#T}")
    step = f"{{name: added, kind: shell, env: {{T: '{{{{ T }}}}'}}, run: '{uses}'}}"
    old = "{name: added, kind: shell, run: 'echo added >> effects'}"
    assert old in MENDED
    program.write("killed", MENDED.replace(old, step))
    assert program("resume", "--with-current-file", *secret(program)).code == 1
    (program.cwd / "ok").touch()
    lacks = program("resume")
    assert (lacks.code, "T" in lacks.err) == (2, True), lacks.err
    done = program("resume", *secret(program))
    assert done.code == 0, done.err
    lengths = [line for line in effects(program) if line.startswith("length")]
    assert lengths == [f"length {len(TOKEN)}"] * 2


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (FAILS.replace("name: first", "name: other"), "`first`"),
        (FAILS.replace("name: in,", "name: out,"), "`g/in`"),
        (FAILS.replace("steps: [{name: in", "foreach: [1]\n    steps: [{name: in"), "`g`"),
    ],
)
def test_a_file_without_what_was_done_is_refused(program: Program, text: str, gone: str) -> None:
    failed(program)
    program.write("killed", text.replace("{{ ONE }}", "x"))
    refused = program("resume", "--with-current-file")
    assert refused.code == 2
    assert f"no longer has what was done, or may have been: {gone}" in refused.err
    assert len(newest(program)["legs"]) == 1


def test_a_file_with_errors_is_refused_and_one_without_changes_is_the_same(
    program: Program,
) -> None:
    failed(program)
    program.write("killed", FAILS.replace("kind: group", "kind: gruop"))
    assert program("resume", "--with-current-file").code == 2
    program.write("killed", FAILS)
    assert program("resume", "--with-current-file").code == 1
    assert [leg["source"] is None for leg in newest(program)["legs"]] == [False, True]
    assert effects(program)[3:] == ["broken"]


def test_a_step_that_failed_may_be_gone_from_the_file_and_is_still_shown(program: Program) -> None:
    failed(program)
    program.write("killed", FAILS.replace("second", "instead").replace("; false", ""))
    done = program("resume", "--with-current-file", "--json")
    assert done.code == 0, done.err
    assert effects(program)[3:] == ["broken", "third 1 one"]
    steps = newest(program)["steps"]
    assert [step["step"] for step in steps] == ["first", "g", "g/in", "instead", "third", "second"]
    assert (steps[-1]["status"], steps[-1]["reason"]) == ("failed", "exited with 1")


UNDONE = """
name: undone
steps:
  - {name: a, kind: shell, run: echo a >> effects, undo: {kind: shell, run: echo back >> effects}}
  - {name: bad, kind: shell, run: test -e again}
"""


def taken_back(program: Program, text: str) -> None:
    """A run of which `a` was taken back, and whose file has since lost it."""
    path = program.write("undone", text)
    assert program("run", str(path), "--undo").code == 1
    lines = text.splitlines(keepends=True)
    program.write("undone", "".join(line for line in lines if "name: a," not in line))
    (program.cwd / "again").mkdir()


@pytest.mark.proves("P11")
def test_what_was_taken_back_and_is_gone_is_said_before_a_person_goes_on(program: Program) -> None:
    taken_back(program, UNDONE)
    refused = program("resume", "--with-current-file", "--yes")
    assert (refused.code, "the file no longer has it: `a`" in refused.err) == (5, True)
    with typed(program, "resume", "--with-current-file") as child:
        child.expect_exact("a: taken back or cleaned up, and not in the file any more")
        child.expect_exact("Go on?")
        child.sendline("y")
        child.expect_exact("`bad` failed")
        child.expect_exact("or [a]bort")
        child.sendline("r")
        assert ended(child) == 0
    assert effects(program) == ["a", "back"]


@pytest.mark.proves("P11")
def test_a_file_by_which_what_has_to_run_again_would_not_is_refused(program: Program) -> None:
    stays = "  - {name: c, kind: shell, run: echo c >> effects}\n  - {name: bad"
    taken_back(program, UNDONE.replace("  - {name: bad", stays))
    refused = program("resume", "--with-current-file")
    assert refused.code == 2
    assert "would not run again: `c`" in refused.err
    assert "--with-current-file" in refused.err
    assert effects(program) == ["a", "c", "back"]


USES = """
name: uses
import: [packed]
steps:
  - {name: first, kind: shell, run: echo first >> effects}
  - {name: told, template: told}
  - {name: packed, template: packed}
  - {name: called, kind: runbook, runbook: called}
"""


def test_a_changed_template_pack_or_called_file_is_shown_and_can_be_gone_on_with(
    program: Program,
) -> None:
    pack = program.cwd / "pack"
    files = {
        "_templates/told.yaml": "{kind: shell, run: echo told >> effects}",
        "pack/_templates/packed.yaml": "{kind: shell, run: echo packed >> effects}",
        "called.yaml": "name: c\nsteps: [{name: inner, kind: shell, run: 'echo inner >> effects; false'}]",
    }
    for name, text in files.items():
        (program.cwd / name).parent.mkdir(parents=True, exist_ok=True)
        (program.cwd / name).write_text(text)
    program.write("uses", USES)
    assert program("run", "uses.yaml", "--runbooks", str(pack)).code == 1
    assert effects(program) == ["first", "told", "packed", "inner"]
    for name, text in files.items():
        (program.cwd / name).write_text(text.replace("echo ", "echo new ").replace("; false", ""))
    done = program("resume", "--with-current-file", "--runbooks", str(pack))
    assert done.code == 0, done.err
    for name in files:
        assert f"+++ {program.cwd / name} (now)" in done.err
    assert effects(program)[4:] == ["new inner"]


def test_what_a_called_file_had_done_may_not_be_gone_from_it(program: Program) -> None:
    called = program.cwd / "called.yaml"
    done = "{name: a, kind: shell, run: echo a >> effects}"
    text = f"name: c\nsteps: [{done}, {{name: b, kind: shell, run: exit 1}}]"
    called.write_text(text)
    path = program.write(
        "uses", "name: uses\nsteps: [{name: called, kind: runbook, runbook: called}]\n"
    )
    assert program("run", str(path)).code == 1
    called.write_text(text.replace("name: a", "name: other"))
    refused = program("resume", "--with-current-file")
    assert refused.code == 2
    assert "no longer has what was done, or may have been: `called/a`" in refused.err
    assert effects(program) == ["a"]


def test_other_packs_and_a_profile_are_no_change_of_the_text(program: Program) -> None:
    profile = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles" / "prod.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text("env: {COLOUR: red}\n")
    for name in ("pack", "other"):
        (program.cwd / name / "_templates").mkdir(parents=True)
    packed = program.cwd / "pack" / "_templates" / "packed.yaml"
    packed.write_text("{kind: shell, run: 'echo $COLOUR >> effects; false'}")
    program.write(
        "uses", "name: uses\nimport: [packed]\nsteps: [{name: packed, template: packed}]\n"
    )
    given = ("--profile", "prod", "--runbooks")
    assert program("run", "uses.yaml", *given, str(program.cwd / "pack")).code == 1
    others = ("--runbooks", str(program.cwd / "other"), *given, str(program.cwd / "pack"))
    again = program("resume", "--with-current-file", *others)
    assert again.code == 1, again.err
    assert "has changed since" not in again.err
    assert effects(program) == ["red", "red"]
    assert [leg["source"] is None for leg in newest(program)["legs"]] == [False, True]


def test_where_the_recorded_text_runs_again_the_way_to_the_mended_file_is_named(
    program: Program,
) -> None:
    run = failed(program)
    program.write("killed", MENDED)
    again = program("resume", *secret(program))
    assert again.code == 1
    assert (
        f"`pup-tui resume {run} --with-current-file` goes on with the file as it is now"
        in again.err
    )
    assert "--with-current-file takes the file as it is then" in again.err
