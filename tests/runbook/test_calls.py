"""Runbooks that run other runbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.load import Loaded, load, load_files
from pup_tui.runbook.model import RunbookStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

OTHER = """\
name: other
vars:
  WHO: {}
  MANY: {type: integer, default: 3}
  FROM: {from: "env:X"}
  SOMETIMES: {when: MANY > 5}
steps:
  - {name: tell, kind: shell, run: 'echo {{ WHO }}', capture: TOLD}
  - {name: wait, template: t}
"""
T = "kind: wait\nduration: 1s\n"
WAIT = "{name: w, kind: wait, duration: 1s}"


def call(*keys: str, runbook: str = "other", after: str = "") -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    head = "name: runbook\nvars: {A: {default: x}}\nsteps:\n  - name: call\n    kind: runbook\n"
    return f"{head}    runbook: {runbook}\n{lines}{after}"


def test_a_called_runbook_is_loaded_with_its_templates(check: Check) -> None:
    loaded = check(call("vars: {WHO: '{{ A }}'}"), {"other.yaml": OTHER}, t=T)
    (step,) = loaded.require().steps
    assert isinstance(step, RunbookStep)
    assert step.called is not None
    assert step.called.name == "other"
    assert [inner.id for inner in step.called.steps] == ["tell", "wait"]
    assert sorted(loaded.files) == ["_templates/t.yaml", "other.yaml", "runbook.yaml"]


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("vars: {WHO: x, MANY: 5, FROM: y, SOMETIMES: z}", []),
        ("vars: {WHO: '{{ A }}', MANY: '{{ A }}'}", []),
        ("when: always", ["runbook `other` needs `WHO`"]),
        ("vars: {WHO: x, WHOM: y}", ["runbook `other` has no variable `WHOM`"]),
        ("vars: {WHO: x, MANY: lots}", ["`MANY` does not fit: "]),
        ("vars: {WHO: '{{ NOWHERE }}'}", ["`NOWHERE` is not defined"]),
    ],
)
def test_what_a_runbook_is_given(given: str, messages: list[str], errors: Errors) -> None:
    told = errors(call(given), {"other.yaml": OTHER}, t=T)
    assert len(told) == len(messages)
    assert all(message in one for message, one in zip(messages, told, strict=True))


def test_names_stay_within_each_runbook(check: Check) -> None:
    after = "  - {name: s, kind: shell, run: 'echo {{ TOLD }} {{ steps.tell.output }}'}\n"
    other = "name: other\nsteps: [{name: tell, kind: shell, run: 'echo {{ A }}', capture: TOLD}]\n"
    loaded = check(call(after=after), {"other.yaml": other})
    assert [(problem.path, problem.message) for problem in loaded.errors] == [
        ("other.yaml", "`A` is not defined"),
        ("runbook.yaml", "`TOLD` is not defined"),
        ("runbook.yaml", "there is no step `tell`"),
    ]


def test_errors_of_a_called_runbook_are_told_once_under_its_path(check: Check) -> None:
    again = "  - {name: again, kind: runbook, runbook: other}\n"
    other = "name: other\nsteps: [{name: s, kind: wait, duration: soon}]\n"
    (problem,) = check(call(after=again), {"other.yaml": other}).errors
    assert str(problem).startswith("other.yaml:2:41: `duration`: 'soon' is not a duration")


@pytest.mark.parametrize("other", ["just text\n", "a: [\n", "", "name: other\n"])
def test_a_called_file_that_is_no_runbook(other: str, check: Check) -> None:
    problems = check(call(), {"other.yaml": other}).errors
    assert problems
    assert {problem.path for problem in problems} == {"other.yaml"}


def test_a_runbook_that_is_not_there(check: Check) -> None:
    (problem,) = check(call(runbook="nope")).errors
    assert problem.message == "there is no runbook `nope`"
    assert problem.hint == "looked for nope.yaml"


@pytest.mark.parametrize("name", ["../other", "a/b", "/etc/passwd", ".hidden", "'a\\b'"])
def test_names_that_could_leave_the_directory(name: str, errors: Errors) -> None:
    (told,) = errors(call(runbook=name))
    assert "is not the id of a runbook" in told


def calling(name: str, other: str) -> str:
    return f"name: {name}\nsteps: [{{name: s, kind: runbook, runbook: {other}}}]\n"


def test_runbooks_that_call_each_other_in_a_circle(check: Check) -> None:
    (problem,) = check(call(runbook="runbook")).errors
    assert problem.message == "the runbooks call each other in a circle: runbook -> runbook"
    others = {"other.yaml": calling("other", "third"), "third.yaml": calling("third", "runbook")}
    (problem,) = check(call(), others).errors
    assert problem.path == "third.yaml"
    told = "the runbooks call each other in a circle: runbook -> other -> third -> runbook"
    assert problem.message == told
    others = {"other.yaml": calling("other", "third"), "third.yaml": calling("third", "other")}
    (problem,) = check(call(), others).errors
    assert problem.message == "the runbooks call each other in a circle: other -> third -> other"


@pytest.mark.parametrize(("deep", "valid"), [(10, True), (11, False)])
def test_how_deep_runbooks_call(deep: int, valid: bool, check: Check) -> None:
    others = {f"r{n}.yaml": calling(f"r{n}", f"r{n + 1}") for n in range(1, deep)}
    others[f"r{deep}.yaml"] = f"name: r{deep}\nsteps: [{WAIT}]\n"
    loaded = check(call(runbook="r1"), others)
    assert loaded.ok is valid
    if not valid:
        assert loaded.errors[0].message == "runbooks are nested more than 10 deep"


def test_a_runbook_that_was_checked_is_not_too_deep_only_where_it_comes_first(check: Check) -> None:
    others = {f"r{n}.yaml": calling(f"r{n}", f"r{n + 1}") for n in range(1, 10)}
    others["r10.yaml"] = f"name: r10\nsteps: [{WAIT}]\n"
    others["deeper.yaml"] = calling("deeper", "r1")
    after = "  - {name: deeper, kind: runbook, runbook: deeper}\n"
    (problem,) = check(call(runbook="r1", after=after), others).errors
    assert (problem.path, problem.message) == (
        "deeper.yaml",
        "runbooks are nested more than 10 deep",
    )


def test_steps_of_called_runbooks_count_against_the_limit(check: Check) -> None:
    others = {"other.yaml": "name: other\nsteps:\n" + f"  - {WAIT}\n" * 99}
    one = "  - {name: c, kind: runbook, runbook: other}\n"
    assert check("name: runbook\nsteps:\n" + one * 10, others).ok
    (problem,) = check("name: runbook\nsteps:\n" + one * 11, others).errors
    assert problem.message == "with nested and called steps more than 1,000 steps"


def test_a_call_inside_of_a_block_a_group_and_an_undo(check: Check) -> None:
    text = (
        "name: runbook\nsteps:\n"
        "  - {name: b, kind: group, steps: [{name: c, kind: runbook, runbook: other}]}\n"
        "  - {name: g, template: g}\n"
        "  - {name: u, kind: shell, run: x, undo: {kind: runbook, runbook: other}}\n"
    )
    group = "steps: [{name: c, kind: runbook, runbook: other}]\n"
    others = {"other.yaml": f"name: other\nsteps: [{WAIT}]\n"}
    block, group_step, undone = check(text, others, g=group).require().steps
    for step in (block.steps[0], group_step.steps[0], undone.undo):  # type: ignore[union-attr]
        assert isinstance(step, RunbookStep)
        assert step.called is not None


def test_a_runbook_of_a_pack_uses_what_lies_beside_it(tmp_path: Path) -> None:
    own, pack = tmp_path / "own", tmp_path / "pack"
    for folder in (own, pack):
        (folder / "_templates").mkdir(parents=True)
    (own / "runbook.yaml").write_text(call("vars: {WHO: x}"))
    (own / "_templates" / "t.yaml").write_text("kind: wait\nduration: 9s\n")
    (pack / "other.yml").write_text(OTHER)
    (pack / "_templates" / "t.yaml").write_text(T)
    loaded = load(own / "runbook.yaml", packs=[pack])
    (step,) = loaded.require().steps
    assert isinstance(step, RunbookStep)
    assert step.called is not None
    assert step.called.steps[1].duration == "1s"  # type: ignore[union-attr]
    assert sorted(loaded.files) == [
        "pack-1/_templates/t.yaml",
        "pack-1/other.yml",
        "runbook.yaml",
    ]
    again = load_files("runbook", loaded.files, Path("/nowhere/runbook.yaml"))
    assert (again.runbook, again.files) == (loaded.runbook, loaded.files)


def test_a_runbook_beside_the_caller_wins_over_one_of_a_pack(tmp_path: Path) -> None:
    for folder, duration in ((tmp_path / "own", "1s"), (tmp_path / "pack", "9s")):
        folder.mkdir()
        (folder / "other.yaml").write_text(
            f"name: other\nsteps: [{{name: w, kind: wait, duration: {duration}}}]\n"
        )
    (tmp_path / "own" / "runbook.yaml").write_text(call())
    loaded = load(tmp_path / "own" / "runbook.yaml", packs=[tmp_path / "pack"])
    assert sorted(loaded.files) == ["other.yaml", "runbook.yaml"]


def test_a_runbook_of_a_pack_calls_one_of_the_directory_where_it_all_began(tmp_path: Path) -> None:
    own, pack = tmp_path / "own", tmp_path / "pack"
    own.mkdir()
    pack.mkdir()
    (own / "runbook.yaml").write_text(call())
    (pack / "other.yaml").write_text(calling("other", "third"))
    (own / "third.yaml").write_text(f"name: third\nsteps: [{WAIT}]\n")
    loaded = load(own / "runbook.yaml", packs=[own, pack])
    assert sorted(loaded.files) == ["pack-1/third.yaml", "pack-2/other.yaml", "runbook.yaml"]
    again = load_files("runbook", loaded.files, Path("/nowhere/runbook.yaml"))
    assert (again.runbook, again.files) == (loaded.runbook, loaded.files)
    (own / "third.yaml").write_text(calling("third", "runbook"))
    problems = load(own / "runbook.yaml", packs=[own, pack]).errors
    assert "the runbooks call each other in a circle" in problems[0].message


def test_a_template_that_is_used_from_two_places_is_loaded_again_from_both(tmp_path: Path) -> None:
    own, pack = tmp_path / "own", tmp_path / "pack"
    (own / "_templates").mkdir(parents=True)
    pack.mkdir()
    (own / "_templates" / "outer.yaml").write_text("steps: [{name: i, template: inner}]\n")
    (own / "_templates" / "inner.yaml").write_text(T)
    (own / "runbook.yaml").write_text(call(after="  - {name: use, template: outer}\n"))
    (own / "third.yaml").write_text("name: third\nsteps: [{name: s, template: outer}]\n")
    (pack / "other.yaml").write_text(calling("other", "third"))
    loaded = load(own / "runbook.yaml", packs=[own, pack])
    again = load_files("runbook", loaded.files, Path("/nowhere/runbook.yaml"))
    assert again.problems == ()
    assert (again.runbook, again.files) == (loaded.runbook, loaded.files)


def test_a_missing_runbook_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "runbook.yaml").write_text(call(runbook="nope"))
    (problem,) = load(tmp_path / "runbook.yaml", packs=[tmp_path / "pack"]).errors
    assert str(tmp_path / "nope.yaml") in problem.hint
    assert str(tmp_path / "pack" / "nope.yaml") in problem.hint


def test_stamps_of_everything_that_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "runbook.yaml").write_text(call())
    stamps = load(tmp_path / "runbook.yaml").stamps
    assert stamps[tmp_path / "runbook.yaml"] is not None
    assert stamps[tmp_path / "other.yaml"] is None
    assert stamps[tmp_path / "other.yml"] is None


EXPOSING = """\
name: exposing
vars: {Q: {}, R: {default: "{{ Q }}!"}}
steps:
  - {name: look, kind: pup, run: 'monitors search --query {{ R }}'}
"""
BETWEEN = """\
name: between
vars: {M: {}}
steps:
  - {name: call, kind: runbook, runbook: exposing, vars: {Q: 'x{{ M }}'}}
"""


@pytest.mark.parametrize(
    ("runbook", "given", "refused"),
    [
        ("exposing", "Q: '{{ A }}'", True),
        ("exposing", "Q: '{{ A | length }}'", False),
        ("exposing", "Q: '{{ B }}'", False),
        ("between", "M: '{{ A }}'", True),
        ("between", "M: '{{ B }}'", False),
    ],
)
def test_a_secret_that_a_called_runbook_would_expose(
    runbook: str, given: str, refused: bool, errors: Errors
) -> None:
    text = call(f"vars: {{{given}}}", runbook=runbook)
    text = text.replace("vars: {A: {default: x}}", "vars: {A: {type: secret}, B: {default: x}}")
    told = errors(text, {"exposing.yaml": EXPOSING, "between.yaml": BETWEEN})
    name = given[0]
    assert told == (
        [f"7:15: `{name}` is given a secret, which may not stand in an argument list"]
        if refused
        else []
    )
