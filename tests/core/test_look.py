"""What of a run is run for a plan: the steps that only look, from the first one on."""

from __future__ import annotations

import pytest

from pup_tui.catalog.effects import may_change
from pup_tui.core.look import Looking, looking
from tests.support.runbooks import program_of

READ = "kind: http, url: 'https://example.com/'"
CHANGE = "kind: http, method: POST, url: 'https://example.com/'"
SCRIPT = "kind: shell, run: echo, read_only: true"


def looked(*steps: str, scripts: bool = True) -> Looking:
    text = "steps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)
    program = program_of(text)
    changing = may_change(program, is_believed=True)
    return looking(program, changing, scripts=scripts)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (CHANGE, "it may change something"),
        ("kind: shell, run: echo", "it may change something"),
        ("kind: confirm, message: Go?", "it asks somebody"),
        ("kind: input, vars: {V: {}}", "it asks somebody"),
        ("kind: manual, message: Do", "it asks somebody"),
        (f"{READ}, confirm: Sure?", "it asks somebody"),
        (f"kind: group, confirm: Sure?, steps: [{{name: i, {READ}}}]", "it asks somebody"),
        (f"kind: parallel, steps: [{{name: i, {READ}}}, {{name: j, {CHANGE}}}]", "it may change"),
        (f"kind: group, foreach: [1], steps: [{{name: i, {CHANGE}}}]", "it may change something"),
    ],
)
def test_it_ends_before_the_first_step_that_does_more(step: str, why: str) -> None:
    found = looked(f"name: a, {READ}", f"name: b, {step}", f"name: c, {READ}")
    assert (found.until, sorted(found.out)) == ("b", ["b", "c"])
    assert found.why.startswith(why)
    assert "behind" in found.out["c"]


@pytest.mark.parametrize(
    "step",
    [
        READ,
        SCRIPT,
        f"{READ}, foreach: [1, 2]",
        f"{READ}, if: 1 > 2",
        f"{READ}, undo: {{{CHANGE}}}",
        "kind: stop, status: succeeded, if: 1 > 2",
        f"kind: parallel, steps: [{{name: i, {READ}}}, {{name: j, {READ}}}]",
        f"kind: group, foreach: [1], steps: [{{name: i, {READ}}}]",
    ],
)
def test_what_looks_is_run(step: str) -> None:
    found = looked(f"name: a, {step}")
    assert (found.until, found.out) == ("", {})


@pytest.mark.parametrize(
    "step",
    [
        "kind: wait, duration: 5m",
        f"{READ}, when: on_failure",
        f"{CHANGE}, when: on_failure",
        f"{READ}, when: cleanup",
        f"{CHANGE}, when: cleanup",
    ],
)
def test_waits_failures_and_cleanup_are_left_out_and_end_nothing(step: str) -> None:
    found = looked(f"name: a, {step}", f"name: b, {READ}")
    assert (found.until, list(found.out)) == ("", ["a"])


def test_a_group_that_only_names_its_steps_is_entered() -> None:
    inner = f"{{name: i, {READ}}}, {{name: j, {CHANGE}}}, {{name: k, {READ}}}"
    found = looked(f"name: g, kind: group, steps: [{inner}]", f"name: b, {READ}")
    assert (found.until, sorted(found.out)) == ("g/j", ["b", "g/j", "g/k"])


def test_scripts_are_named_and_not_run_where_nobody_agreed() -> None:
    steps = (f"name: a, {READ}", f"name: b, {SCRIPT}", f"name: c, {READ}")
    assert looked(*steps).shells == ["b"]
    found = looked(*steps, scripts=False)
    assert (found.until, sorted(found.out), found.shells) == ("b", ["b", "c"], [])
