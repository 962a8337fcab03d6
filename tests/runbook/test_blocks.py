"""Groups and parallel blocks: steps inside steps, their ids, and which names they see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pup_tui.runbook.load import Loaded
from pup_tui.runbook.model import GroupStep, ParallelStep

Check = Callable[..., Loaded]
Errors = Callable[..., list[str]]

HEAD = "name: runbook\nvars: {A: {default: x}}\nsteps:\n"


def shell(name: str, run: str = "echo", keys: str = "") -> str:
    return f"{{name: {name}, kind: shell, run: '{run}'{keys and ', ' + keys}}}"


def block(kind: str, *steps: str, name: str = "block") -> str:
    lines = "".join(f"      - {step}\n" for step in steps)
    return f"  - name: {name}\n    kind: {kind}\n    steps:\n{lines}"


def test_nested_steps_are_loaded_with_their_own_ids(check: Check) -> None:
    text = HEAD + "  - name: outer\n    kind: group\n    steps:\n      - " + shell("first") + "\n"
    text += "      - {name: inner, kind: parallel, steps: [" + shell("left") + ", " + shell("r")
    text += "]}\n"
    (outer,) = check(text).require().steps
    assert isinstance(outer, GroupStep)
    first, inner_step = outer.steps
    assert isinstance(inner_step, ParallelStep)
    assert [outer.id, first.id, inner_step.id] == ["outer", "first", "inner"]
    assert [step.id for step in inner_step.steps] == ["left", "r"]


def test_ids_are_unique_in_all_of_a_runbook(check: Check, errors: Errors) -> None:
    text = HEAD + block("group", shell("a"), shell("a"), name="a") + f"  - {shell('a')}\n"
    outer, last = check(text).require().steps
    assert isinstance(outer, GroupStep)
    assert [outer.id, *(step.id for step in outer.steps), last.id] == ["a", "a_2", "a_3", "a_4"]
    text = HEAD + block("group", shell("b", keys="id: x")) + f"  - {shell('c', keys='id: x')}\n"
    assert errors(text) == ["8:45: the id `x` is given twice"]


def test_a_step_without_letters_is_numbered_in_the_order_of_the_file(check: Check) -> None:
    outer, last = (
        check(HEAD + block("group", shell("'?'")) + "  - " + shell("'!'") + "\n").require().steps
    )
    assert isinstance(outer, GroupStep)
    assert [outer.steps[0].id, last.id] == ["step_2", "step_3"]


@pytest.mark.parametrize("kind", ["group", "parallel"])
def test_names_go_into_a_block_and_out_of_it(kind: str, errors: Errors) -> None:
    text = HEAD + f"  - {shell('before', keys='capture: B')}\n"
    text += block(
        kind, shell("inside", "echo {{ A }} {{ B }} {{ steps.before.output }}", "capture: I")
    )
    text += f"  - {shell('after', 'echo {{ I }} {{ steps.inside.output }}')}\n"
    assert errors(text) == []


def test_what_runs_later_is_not_known_in_a_block(errors: Errors) -> None:
    text = HEAD + block("group", shell("inside", "echo {{ L }} {{ steps.late.output }}"))
    text += f"  - {shell('late', keys='capture: L')}\n"
    assert [told.partition(": ")[2] for told in errors(text)] == [
        "`L` is captured only by step `late`, which runs later",
        "step `late` has not run when this step runs",
    ]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("{name: first, kind: group, steps: [{name: w, kind: wait, duration: 1s}]}", "group"),
        ("{name: first, kind: confirm, message: Go on?}", "confirm"),
        ("{name: first, kind: wait, duration: 1s}", "wait"),
    ],
)
def test_steps_without_an_output_have_no_results(step: str, kind: str, errors: Errors) -> None:
    text = f"{HEAD}  - {step}\n  - {shell('s', 'echo {{ steps.first.output }}')}\n"
    (told,) = errors(text)
    assert f"step `first` is a {kind} step, which has no results" in told
    text = f"{HEAD}  - {step}\n  - {shell('s', 'echo {{ steps.first.output | default(1) }}')}\n"
    assert errors(text) == []


def test_steps_of_a_group_see_each_other_and_those_of_a_parallel_do_not(errors: Errors) -> None:
    steps = [
        shell("one", keys="capture: X"),
        shell("two", "echo {{ X }} {{ steps.one.output }}"),
    ]
    assert errors(HEAD + block("group", *steps)) == []
    assert [told.partition(": ")[2] for told in errors(HEAD + block("parallel", *steps))] == [
        "`X` is captured only by step `one`, which runs at the same time",
        "step `one` runs at the same time",
    ]


def test_steps_within_one_branch_of_a_parallel_see_each_other(errors: Errors) -> None:
    one, two = shell("one", keys="capture: X"), shell("two", "echo {{ X }}")
    branch = f"{{name: branch, kind: group, steps: [{one}, {two}]}}"
    assert errors(HEAD + block("parallel", branch, shell("beside"))) == []
    beside = shell("beside", "echo {{ X }}")
    (told,) = errors(HEAD + block("parallel", branch, beside))
    assert "`X` is captured only by step `one`, which runs at the same time" in told


def test_cleanup_steps_of_a_parallel_run_after_all_of_it(errors: Errors) -> None:
    steps = [shell("one", keys="capture: X"), shell("two", "echo {{ X }}", "when: cleanup")]
    assert errors(HEAD + block("parallel", *steps)) == []


def test_a_result_that_may_be_missing_is_used_anywhere(errors: Errors) -> None:
    text = HEAD + block("group", shell("inside", 'echo {{ steps.late.output | default("") }}'))
    assert errors(text + f"  - {shell('late')}\n") == []


@pytest.mark.parametrize("when", ["on_failure", "always"])
def test_what_comes_after_others_is_refused_in_a_parallel(when: str, errors: Errors) -> None:
    step = shell("s", keys=f"when: {when}")
    assert errors(HEAD + block("group", step)) == []
    (told,) = errors(HEAD + block("parallel", step))
    assert f"`when: {when}` has no meaning for a step of a `parallel` block" in told
    inside = f"{{name: g, kind: group, steps: [{step}]}}"
    assert errors(HEAD + block("parallel", inside)) == []


INTERACTIVE = shell("s", keys="interactive: true")
OTHERS = {"other.yaml": f"name: other\nsteps: [{INTERACTIVE}]\n"}
CALLS = {
    "itself": INTERACTIVE,
    "a group": f"{{name: g, kind: group, steps: [{INTERACTIVE}]}}",
    "a group from a file": "{name: t, template: t}",
    "a runbook": "{name: r, kind: runbook, runbook: other}",
    "a runbook in a group": "{name: g, kind: group, steps: [{name: r, kind: runbook, runbook: other}]}",
}


@pytest.mark.parametrize("call", CALLS)
def test_interactive_steps_do_not_share_the_terminal(call: str, check: Check) -> None:
    step, template = CALLS[call], f"steps: [{INTERACTIVE}]\n"

    def told(steps: str) -> list[str]:
        problems = check(HEAD + steps, OTHERS, t=template).errors
        return [f"{problem.message} {problem.hint}" for problem in problems]

    loop = "  - {name: l, kind: group, foreach: [1], max_parallel: #, steps: [" + step + "]}\n"
    assert told(f"  - {step}\n") == told(block("group", step)) == told(loop.replace("#", "1")) == []
    for steps in (block("parallel", step), loop.replace("#", "2")):
        (problem,) = told(steps)
        assert "cannot run beside others" in problem


def test_what_runs_at_another_time_may_have_the_terminal(errors: Errors) -> None:
    cleanup = shell("c", keys="interactive: true, when: cleanup")
    undo = shell("u", keys="undo: {kind: shell, run: x, interactive: true}")
    inside = f"{{name: g, kind: group, steps: [{cleanup}]}}"
    assert errors(HEAD + block("parallel", cleanup, undo, inside)) == []


def test_errors_inside_of_blocks_are_told_with_the_others(errors: Errors) -> None:
    steps = [shell("one", keys="timout: 1s"), "{name: two, kind: wait}", shell("three", "{{ N }}")]
    assert errors(HEAD + block("group", *steps) + "  - {kind: wait, duration: 1s}\n") == [
        "7:47: unknown key `timout`",
        "8:9: step 1.2 has no `duration`",
        "9:45: `N` is not defined",
        "10:5: step 2 has no `name`",
    ]


@pytest.mark.parametrize(("count", "valid"), [(998, True), (999, True), (1000, False)])
def test_nested_steps_count_against_the_limit(count: int, valid: bool, check: Check) -> None:
    steps = ["{name: s, kind: wait, duration: 1s}"] * count
    assert check(HEAD + block("group", *steps)).ok is valid


def test_undo_steps_count_against_the_limit(check: Check) -> None:
    step = "  - {name: s, kind: shell, run: a, undo: {kind: shell, run: b}}\n"
    assert check(HEAD + step * 500).ok
    loaded = check(HEAD + step * 501)
    assert "more than 1,000 steps" in loaded.errors[0].message


def test_blocks_nest_as_deep_as_yaml_does(check: Check) -> None:
    def nested(deep: int) -> str:
        inner = "{name: s, kind: wait, duration: 1s}"
        for _ in range(deep):
            inner = f"{{name: g, kind: group, steps: [{inner}]}}"
        return f"name: runbook\nsteps: [{inner}]\n"

    assert check(nested(14)).ok
    assert "nested deeper than 32 levels" in check(nested(15)).errors[0].message


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        ("fixed", None),
        ("x/{{ A }}", None),
        ("{{ run.runbook }}/{{ run.operator }}", None),
        ("{{ X }}", "`X` is not known in `lock`, which sees variables only"),
        ("{{ steps.s.output }}", "`steps` is not known in `lock`, which sees variables only"),
        (" ", "`lock` must not be empty"),
        ("{{ TOKEN }}", "`TOKEN` is a secret and may not stand in `lock`"),
        ('{{ TOKEN | default("") }}', "`TOKEN` is a secret and may not stand in `lock`"),
        ("{{ TOKEN[:4] }}", "`TOKEN` is a secret and may not stand in `lock`"),
        ('{{ "a" if TOKEN else "b" }}/{{ TOKEN | length }}', None),
        ("{{ HOLDS }}", "`HOLDS` is a secret and may not stand in `lock`"),
        ("{{ NOWHERE }}", "`NOWHERE` is not known in `lock`"),
    ],
)
def test_lock(lock: str, message: str | None, errors: Errors) -> None:
    text = f"name: runbook\nlock: '{lock}'\nvars: {{A: {{}}, TOKEN: {{type: secret}}, "
    text += "HOLDS: 'x{{ TOKEN }}'}\nsteps:\n"
    told = errors(text + f"  - {shell('s', keys='capture: X')}\n")
    assert len(told) == (message is not None)
    assert message is None or message in told[0]
