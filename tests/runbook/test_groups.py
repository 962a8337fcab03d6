"""Groups of steps from files: what they take and give back, what they see, and where they are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.load import Loaded, load, load_files
from pup_tui.runbook.model import Call, GroupStep, WaitStep
from pup_tui.runbook.parts import Variable

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

GATE = """\
description: Stop unless the service's SLOs hold.
params: {SERVICE: {description: Service to look at}, MOST: {type: integer, default: 3}}
steps:
  - {name: Read the SLOs, kind: pup, run: 'slos list --query="{{ SERVICE }}"', capture: SLOS}
  - {name: Judge, kind: shell, run: 'test {{ SLOS.data | length }} -lt {{ MOST }}'}
outputs: {SLO_COUNT: "SLOS.data | length", WORD: steps.judge.output}
"""
WAIT = "kind: wait\nduration: 1s\n"


def runbook(*keys: str, after: str = "", top: str = "") -> str:
    lines = "".join(f"    {key}\n" for key in keys)
    head = f"name: runbook\n{top}vars: {{A: {{default: x}}}}\nsteps:\n"
    return f"{head}  - name: gate\n{lines}{after}"


def test_a_group_is_called(check: Check) -> None:
    keys = ["template: gate", "with: {SERVICE: '{{ A }}', MOST: 5}"]
    (step,) = check(runbook(*keys), gate=GATE).require().steps
    assert isinstance(step, GroupStep)
    assert (step.kind, step.name, step.id) == ("group", "gate", "gate")
    assert step.given == {"SERVICE": "{{ A }}", "MOST": 5}
    assert step.call == Call(
        template="gate",
        description="Stop unless the service's SLOs hold.",
        params={
            "SERVICE": Variable(description="Service to look at"),
            "MOST": Variable(type="integer", default="3"),
        },
        outputs={"SLO_COUNT": "SLOS.data | length", "WORD": "steps.judge.output"},
    )
    assert [inner.id for inner in step.steps] == ["read_the_slos", "judge"]


@pytest.mark.parametrize(
    "key",
    [
        "id: own",
        "when: always",
        "if: A == 1",
        "on_failure: warn",
        "foreach: [1, 2]",
        "confirm: Sure?",
        "danger: true",
        "undo: {kind: shell, run: echo}",
        "undo: {template: gate, with: {SERVICE: x}}",
        "timeout: 5m",
        "retry: {attempts: 2}",
        "env: {X: y}",
        "cwd: /tmp",
        "description: look",
        "links: [{title: a, url: b}]",
        "optional: true",
    ],
)
def test_keys_beside_a_group(key: str, check: Check) -> None:
    text = runbook("template: gate", "with: {SERVICE: x}", key)
    assert isinstance(check(text, gate=GATE).require().steps[0], GroupStep)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("kind: group", "`kind` does not belong beside a `template` that is a group"),
        ("steps: [{name: x, kind: wait, duration: 1s}]", "`steps` does not belong beside"),
        ("capture: X", "a group step has no output to capture from"),
        ("assert: empty", "a group step has no output to assert anything over"),
        ("poll: {until: empty}", "a group step has no output for `empty` to judge"),
        ("run: echo", "unknown key `run`"),
        ("call: {template: x}", "unknown key `call`"),
    ],
)
def test_keys_that_do_not_belong_beside_a_group(key: str, message: str, errors: Errors) -> None:
    (told,) = errors(runbook("template: gate", "with: {SERVICE: x}", key), gate=GATE)
    assert message in told


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ("with: {SERVICE: x}", []),
        ("with: {SERVICE: '{{ A }}', MOST: '{{ A }}'}", []),
        ("with: {SERVICE: x, MOST: 7}", []),
        ("with: {SERVICE: [a, {b: '{{ A }}'}]}", []),
        ("with: {}", ["the group `gate` needs `SERVICE`"]),
        ("when: always", ["the group `gate` needs `SERVICE`"]),
        ("with: {SERVICE: x, SERVCE: y}", ["the group `gate` has no variable `SERVCE`"]),
        ("with: {SERVICE: x, MOST: many}", ["`MOST` does not fit: "]),
        ("with: {SERVICE: x, MOST: [1]}", ["`MOST` does not fit: "]),
        ("with: {SERVICE: '{{ NOWHERE }}'}", ["`NOWHERE` is not defined"]),
        ("with: [SERVICE]", ["`with` must be a map, not a list"]),
    ],
)
def test_what_a_group_is_given(given: str, messages: list[str], errors: Errors) -> None:
    told = errors(runbook("template: gate", given), gate=GATE)
    assert len(told) == len(messages)
    assert all(message in one for message, one in zip(messages, told, strict=True))


def test_a_param_that_nobody_knows_is_suggested(check: Check) -> None:
    text = runbook("template: gate", "with: {SERVICE: x, SERVCE: y}")
    assert check(text, gate=GATE).errors[0].hint == "did you mean `SERVICE`?"


def test_a_group_sees_its_params_only(errors: Errors, check: Check) -> None:
    before = "  - {name: before, kind: shell, run: echo, capture: X}\n"
    text = runbook("kind: wait", "duration: 1s") + before
    text += "  - {name: call, template: g, foreach: [1]}\n"
    group = "steps:\n  - {name: s, kind: shell, run: 'echo {{ A }} {{ X }} {{ item }}'}\n"
    group += "  - {name: t, kind: shell, run: 'echo {{ steps.before.output }} {{ run.id }}'}\n"
    loaded = check(text, g=group)
    assert {problem.path for problem in loaded.errors} == {"_templates/g.yaml"}
    assert sorted(problem.message for problem in loaded.errors) == [
        "`A` is not defined",
        "`X` is not defined",
        "`item` is not defined",
        "there is no step `before`",
    ]
    hints = {problem.hint for problem in loaded.errors if "`A`" in problem.message}
    assert hints == {"declare it under `params`, or write A | default(…)"}


def test_a_group_gives_back_its_outputs_only(errors: Errors) -> None:
    keys = ["template: gate", "with: {SERVICE: x}"]
    after = "  - {name: after, kind: shell, run: 'echo {{ SLO_COUNT }} {{ WORD }}'}\n"
    assert errors(runbook(*keys, after=after), gate=GATE) == []
    after = "  - {name: after, kind: shell, run: 'echo {{ SLOS }} {{ steps.judge.output }}'}\n"
    assert [told.partition(": ")[2] for told in errors(runbook(*keys, after=after), gate=GATE)] == [
        "`SLOS` is not defined",
        "there is no step `judge`",
    ]


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ("{N: NOWHERE}", "`NOWHERE` is not defined"),
        ("{N: A}", "`A` is not defined"),
        ("{N: steps.nope.output}", "there is no step `nope`"),
        ("{N: 'SLOS.'}", ""),
        ("{in: SLOS}", "`in` has a meaning of its own in templates"),
        ("{N: LATE}", "`LATE` is captured only by step `late`"),
        ("{N: output}", "`output` is known only in until"),
        ("[SLOS]", "`outputs` must be a map, not a list"),
    ],
)
def test_wrong_outputs(outputs: str, message: str, check: Check) -> None:
    group = "steps:\n  - {name: s, kind: shell, run: echo, capture: SLOS}\n"
    group += "  - {name: late, kind: shell, run: echo, capture: LATE, when: cleanup}\n"
    (problem,) = check(runbook("template: g"), g=f"{group}outputs: {outputs}\n").errors
    assert problem.path == "_templates/g.yaml"
    assert message in problem.message


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("{P: {tpye: string}}", "unknown key `tpye`"),
        ("{a-b: x}", "`a-b` cannot be the name of a variable"),
        ("{P: {type: integer, default: many}}", "the default does not fit"),
        ("{P: {default: '{{ Q }}'}, Q: {default: x}}", "`Q` stands below `P`"),
        ("{P: {default: '{{ A }}'}}", "`A` is not a variable"),
        ("{Q: {default: x}, P: {default: x, when: A == 1}}", "`A` is not known here"),
        ("[P]", "`params` must be a map, not a list"),
    ],
)
def test_wrong_params(params: str, message: str, check: Check) -> None:
    group = f"params: {params}\nsteps: [{{name: s, kind: wait, duration: 1s}}]\n"
    (problem,) = check(runbook("template: g"), g=group).errors
    assert problem.path == "_templates/g.yaml"
    assert message in problem.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("steps: []\n", "the `steps` of a group must be a list of steps"),
        ("steps: {a: b}\n", "the `steps` of a group must be a list of steps, not a map"),
        ("steps: [x]\n", "must be a map, not text"),
        ("parms: {}\nsteps: [{name: s, kind: wait, duration: 1s}]\n", "unknown key `parms`"),
        ("name: g\nsteps: [{name: s, kind: wait, duration: 1s}]\n", "unknown key `name`"),
    ],
)
def test_wrong_group_files(body: str, message: str, check: Check) -> None:
    problems = check(runbook("template: g"), g=body).errors
    assert [problem.path for problem in problems] == ["_templates/g.yaml"]
    assert message in problems[0].message


def test_ids_and_captures_of_calls_do_not_meet(check: Check) -> None:
    again = "  - {name: again, template: gate, with: {SERVICE: y}}\n"
    text = runbook("template: gate", "with: {SERVICE: x}", "foreach: [1]", after=again)
    first, second = check(text, gate=GATE).require().steps
    assert isinstance(first, GroupStep)
    assert isinstance(second, GroupStep)
    assert [s.id for s in first.steps] == [s.id for s in second.steps] == ["read_the_slos", "judge"]


def test_groups_use_templates_of_both_sorts(check: Check) -> None:
    outer = (
        "params: {S: {}}\nsteps:\n  - {name: a, template: wait}\n"
        "  - {name: b, template: gate, with: {SERVICE: '{{ S }}'}}\n"
        "outputs: {N: SLO_COUNT}\n"
    )
    after = "  - {name: after, kind: shell, run: 'echo {{ N }}'}\n"
    text = runbook("template: outer", "with: {S: x}", after=after)
    step = check(text, outer=outer, gate=GATE, wait=WAIT).require().steps[0]
    assert isinstance(step, GroupStep)
    wait, gate = step.steps
    assert isinstance(wait, WaitStep)
    assert isinstance(gate, GroupStep)
    assert gate.call is not None


def test_a_block_template_shares_the_names_of_the_runbook(errors: Errors) -> None:
    block = "kind: parallel\nsteps: [{name: s, kind: shell, run: 'echo {{ A }}', capture: X}]\n"
    after = "  - {name: after, kind: shell, run: 'echo {{ X }}'}\n"
    assert errors(runbook("template: b", after=after), b=block) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("steps: [{name: s, template: #}]\n", "steps: [{name: s, template: #}]\n"),
        ("kind: group\nsteps: [{name: s, template: #}]\n", "steps: [{name: s, template: #}]\n"),
        (
            "kind: shell\nrun: x\nundo: {template: #}\n",
            "kind: group\nsteps: [{name: s, template: #}]",
        ),
    ],
)
def test_templates_that_go_round_in_a_circle(first: str, second: str, check: Check) -> None:
    templates = {"one": first.replace("#", "two"), "two": second.replace("#", "one")}
    (problem,) = check(runbook("template: one"), **templates).errors
    assert problem.message == "the templates go round in a circle: one -> two -> one"
    (problem,) = check(runbook("template: one"), one=first.replace("#", "one")).errors
    assert problem.message == "the templates go round in a circle: one -> one"


def test_a_block_template_can_be_used_inside_itself_by_the_runbook(check: Check) -> None:
    inner = "{name: i, template: b, steps: [{name: w, kind: wait, duration: 1s}]}"
    text = runbook("template: b", f"steps: [{inner}]")
    assert check(text, b="kind: group\ntimeout: 5m\nsteps: []\n").ok


@pytest.mark.parametrize(("deep", "valid"), [(10, True), (11, False)])
def test_how_deep_groups_nest(deep: int, valid: bool, check: Check) -> None:
    templates = {f"g{n}": f"steps: [{{name: s, template: g{n + 1}}}]\n" for n in range(1, deep)} | {
        f"g{deep}": "steps: [{name: s, kind: wait, duration: 1s}]\n"
    }
    loaded = check(runbook("template: g1"), **templates)
    assert loaded.ok is valid
    if not valid:
        assert "templates are nested more than 10 deep" in loaded.errors[0].message


def test_steps_of_groups_count_against_the_limit(check: Check) -> None:
    group = "steps:\n" + "  - {name: s, kind: wait, duration: 1s}\n" * 99
    calls = "  - {name: c, template: g}\n"
    assert check("name: runbook\nsteps:\n" + calls * 10, g=group).ok
    (problem,) = check("name: runbook\nsteps:\n" + calls * 11, g=group).errors
    assert problem.message == "with nested and called steps more than 1,000 steps"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A directory with the runbook, and a pack."""
    pack = tmp_path / "pack"
    (tmp_path / "own" / "_templates").mkdir(parents=True)
    (pack / "_templates" / "notify").mkdir(parents=True)
    (pack / "_templates" / "notify" / "slack.yaml").write_text(
        "params: {TEXT: {}}\nsteps: [{name: s, template: beside}]\n"
    )
    (pack / "_templates" / "beside.yml").write_text(WAIT)
    return tmp_path / "own" / "runbook.yaml", pack


SLACK = ["template: notify/slack", "with: {TEXT: hi}"]


def test_an_imported_group_is_found_in_a_pack(places: tuple[Path, Path]) -> None:
    path, pack = places
    path.write_text(runbook(*SLACK, top="import: [notify/slack]\n"))
    loaded = load(path, packs=[pack])
    assert isinstance(loaded.require().steps[0], GroupStep)
    assert sorted(loaded.files) == [
        "pack-1/_templates/beside.yml",
        "pack-1/_templates/notify/slack.yaml",
        "runbook.yaml",
    ]
    again = load_files("runbook", loaded.files, Path("/nowhere/runbook.yaml"))
    assert (again.runbook, again.files) == (loaded.runbook, loaded.files)


def test_packs_are_looked_at_in_their_order(places: tuple[Path, Path], tmp_path: Path) -> None:
    path, pack = places
    (tmp_path / "first").mkdir()
    path.write_text(runbook(*SLACK, top="import: [notify/slack]\n"))
    files = load(path, packs=[path.parent, tmp_path / "first", pack]).files
    assert "pack-3/_templates/notify/slack.yaml" in files


def test_a_template_beside_the_runbook_wins(places: tuple[Path, Path]) -> None:
    path, pack = places
    path.write_text(runbook("template: beside", top="import: [beside]\n"))
    (path.parent / "_templates" / "beside.yaml").write_text("kind: wait\nduration: 9s\n")
    loaded = load(path, packs=[pack])
    (step,) = loaded.require().steps
    assert isinstance(step, WaitStep)
    assert step.duration == "9s"
    assert sorted(loaded.files) == ["_templates/beside.yaml", "runbook.yaml"]


def test_what_is_not_imported_is_not_found(places: tuple[Path, Path]) -> None:
    path, pack = places
    path.write_text(runbook(*SLACK))
    (problem,) = load(path, packs=[pack]).errors
    assert problem.message == "no step template `notify/slack` beside the runbook"
    assert problem.hint == "add it to import: import: [notify/slack]"


def test_an_import_that_is_found_nowhere(places: tuple[Path, Path]) -> None:
    path, pack = places
    path.write_text(runbook("kind: wait", "duration: 1s", top="import: [nope]\n"))
    (problem,) = load(path, packs=[pack]).errors
    assert problem.message == "`nope` is imported and found nowhere"
    for place in (path.parent, pack):
        assert str(place / "_templates" / "nope.yaml") in problem.hint


def test_an_import_that_is_not_used_is_kept_for_loading_again(places: tuple[Path, Path]) -> None:
    path, pack = places
    path.write_text(runbook("kind: wait", "duration: 1s", top="import: [beside]\n"))
    loaded = load(path, packs=[pack])
    assert loaded.problems == ()
    again = load_files("runbook", loaded.files, path)
    assert (again.runbook, again.problems) == (loaded.runbook, ())


@pytest.mark.parametrize(
    ("imports", "message"),
    [
        ("[../x]", "`../x` is not the name of a step template or group"),
        ("['{{ A }}']", "cannot hold a template"),
        ("notify", "`import` must be a list, not text"),
        ("[[a]]", "item 1 of `import` must be text, not a list"),
        (f"[{', '.join(['a'] * 101)}]", "`import` has more than 100 names"),
    ],
)
def test_wrong_imports(imports: str, message: str, errors: Errors) -> None:
    (told,) = errors(runbook("kind: wait", "duration: 1s", top=f"import: {imports}\n"))
    assert message in told


def test_nothing_outside_a_pack_is_read(places: tuple[Path, Path], tmp_path: Path) -> None:
    path, pack = places
    (tmp_path / "outside.yaml").write_text(WAIT)
    (pack / "_templates" / "out.yaml").symlink_to(tmp_path / "outside.yaml")
    path.write_text(runbook("template: out", top="import: [out]\n"))
    problems = load(path, packs=[pack]).errors
    assert any("it leads out of" in problem.message for problem in problems)
