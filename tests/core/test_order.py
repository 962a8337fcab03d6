"""What runs after what: `when`, failures, gates and the result of the run."""

from __future__ import annotations

import pytest

from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of


def _steps(*steps: str) -> str:
    return "steps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)


SHELL = 'kind: shell, run: "true"'
CONFIRM = "kind: confirm, message: Go on?"

CASES = {
    "all succeed": (
        [f"name: a, {SHELL}", f"name: b, {SHELL}"],
        (),
        {},
        {"a": "succeeded", "b": "succeeded"},
        "succeeded",
    ),
    "a failure skips what needs success": (
        [f"name: a, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {},
        {"a": "failed", "b": "skipped"},
        "failed",
    ),
    "on_failure runs after a failure only": (
        [f"name: a, {SHELL}", f"name: b, when: on_failure, {SHELL}"],
        ("a",),
        {},
        {"a": "failed", "b": "succeeded"},
        "failed",
    ),
    "on_failure is skipped without a failure": (
        [f"name: a, {SHELL}", f"name: b, when: on_failure, {SHELL}"],
        (),
        {},
        {"a": "succeeded", "b": "skipped"},
        "succeeded",
    ),
    "a failure stays one after an always step that succeeded": (
        [f"name: a, {SHELL}", f"name: b, when: always, {SHELL}", f"name: c, {SHELL}"],
        ("a",),
        {},
        {"a": "failed", "b": "succeeded", "c": "skipped"},
        "failed",
    ),
    "a warning goes on": (
        [f"name: a, on_failure: warn, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {},
        {"a": "warned", "b": "succeeded"},
        "succeeded",
    ),
    "an ignored failure goes on": (
        [f"name: a, on_failure: ignore, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {},
        {"a": "ignored", "b": "succeeded"},
        "succeeded",
    ),
    "an optional step that fails is warned": (
        [f"name: a, optional: true, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {},
        {"a": "warned", "b": "succeeded"},
        "succeeded",
    ),
    "an optional step with a written policy keeps it": (
        [f"name: a, optional: true, on_failure: fail, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {},
        {"a": "failed", "b": "skipped"},
        "failed",
    ),
    "a no closes the gate for everything but the cleanup": (
        [
            f"name: ask, {CONFIRM}",
            f"name: a, {SHELL}",
            f"name: b, when: always, {SHELL}",
            f"name: c, when: on_failure, {SHELL}",
            f"name: d, when: cleanup, {SHELL}",
        ],
        (),
        {"ask": ["no"]},
        {"ask": "cancelled", "a": "skipped", "b": "skipped", "c": "skipped", "d": "succeeded"},
        "aborted",
    ),
    "a gate that was not asked because of a failure stays closed for always": (
        [
            f"name: a, {SHELL}",
            f"name: ask, {CONFIRM}",
            f"name: b, when: always, {SHELL}",
            f"name: c, when: on_failure, {SHELL}",
        ],
        ("a",),
        {},
        {"a": "failed", "ask": "skipped", "b": "skipped", "c": "succeeded"},
        "failed",
    ),
    "a gate whose own if skips it is open": (
        [f"name: ask, if: 'false', {CONFIRM}", f"name: a, when: always, {SHELL}"],
        (),
        {},
        {"ask": "skipped", "a": "succeeded"},
        "succeeded",
    ),
    "of a failure and a no the first decides": (
        [f"name: a, {SHELL}", f"name: ask, when: always, {CONFIRM}"],
        ("a",),
        {"ask": ["no"]},
        {"a": "failed", "ask": "cancelled"},
        "failed",
    ),
    "cleanup runs at the end, in the order of the file": (
        [
            f"name: c1, when: cleanup, {SHELL}",
            f"name: a, {SHELL}",
            f"name: c2, when: cleanup, {SHELL}",
        ],
        ("a",),
        {},
        {"c1": "succeeded", "a": "failed", "c2": "succeeded"},
        "failed",
    ),
    "a failing cleanup fails the run, and the rest of the cleanup goes on": (
        [
            f"name: a, {SHELL}",
            f"name: c1, when: cleanup, {SHELL}",
            f"name: c2, when: cleanup, {SHELL}",
        ],
        ("c1",),
        {},
        {"a": "succeeded", "c1": "failed", "c2": "succeeded"},
        "failed",
    ),
    "a dangerous step asks": (
        [f"name: a, danger: true, {SHELL}", f"name: b, {SHELL}"],
        (),
        {"a": ["no"]},
        {"a": "cancelled", "b": "skipped"},
        "aborted",
    ),
    "a dangerous step right behind a confirm does not ask again": (
        [f"name: ask, {CONFIRM}", f"name: a, danger: true, {SHELL}"],
        (),
        {"ask": ["yes"]},
        {"ask": "succeeded", "a": "succeeded"},
        "succeeded",
    ),
    "a failure may be gone past": (
        [f"name: a, on_failure: confirm, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {"a": ["continue"]},
        {"a": "warned", "b": "succeeded"},
        "succeeded",
    ),
    "a failure may be aborted": (
        [f"name: a, on_failure: confirm, {SHELL}", f"name: b, {SHELL}"],
        ("a",),
        {"a": ["abort"]},
        {"a": "failed", "b": "skipped"},
        "failed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_runs_after_what(case: str) -> None:
    steps, failing, answers, expected, result = CASES[case]
    player = Player(
        program_of(_steps(*steps)),
        results={step: [FAILS] for step in failing},
        answers=answers,
    )
    player.create().play()
    assert player.statuses() == expected
    assert player.machine.state.status == result


def test_steps_run_in_the_order_of_the_file_and_the_cleanup_last() -> None:
    program = program_of(
        _steps(f"name: c, when: cleanup, {SHELL}", f"name: a, {SHELL}", f"name: b, {SHELL}")
    )
    player = Player(program).create().play()
    assert [action.step for action in player.started] == ["a", "b", "c"]


def test_always_steps_behind_a_closed_gate_are_named_at_the_end() -> None:
    program = program_of(_steps(f"name: ask, {CONFIRM}", f"name: tidy up, when: always, {SHELL}"))
    player = Player(program, answers={"ask": ["no"]}).create().play()
    assert "tidy_up" in player.machine.state.reason


def test_everything_skipped_says_why() -> None:
    program = program_of(_steps(f"name: a, {SHELL}", f"name: b, {SHELL}"))
    player = Player(program, results={"a": [FAILS]}).create().play()
    assert player.machine.state.steps["b"].reason == "`a` failed"


@pytest.mark.parametrize(("result", "runs"), [(FAILS, True), (OK, False)])
def test_steps_inside_a_cleanup_group_know_whether_the_run_failed(
    result: Result, runs: bool
) -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: ls}
          - name: z
            kind: group
            when: cleanup
            steps: [{name: page, kind: shell, run: ls, when: on_failure}]
        """
    )
    player = Player(program, results={"a": [result]}).create().play()
    assert player.statuses()["z/page"] == ("succeeded" if runs else "skipped")
