"""A *yes* to a confirm step counts for the dangerous step behind it only where it was given."""

from __future__ import annotations

import pytest

from pup_tui.core.plan import plan
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

DROP = "{name: drop, kind: shell, run: rm x, danger: true}"


def behind(confirm: str, step: str = DROP) -> str:
    return f"[{{name: sure, kind: confirm, message: '?'{confirm}}}, {step}]"


ASKED = {
    "it was skipped": behind(", if: 'false'"),
    "it was skipped for a value": behind(", if: GO"),
    "it was skipped for every item": behind(", foreach: [1, 2], if: item > 2"),
    "it was skipped for one item": behind(", foreach: [1, 2], if: item > 1"),
    "it had no items": behind(", foreach: []"),
    "another step is between": behind("", "{name: w, kind: wait, duration: 1s}, " + DROP),
    "the danger is a loop behind a skipped one": behind(
        ", if: GO", "{name: drop, kind: shell, run: rm x, danger: true, foreach: [1, 2]}"
    ),
    "the danger is a group behind a skipped one": behind(
        ", if: GO",
        "{name: drop, kind: group, danger: true, steps: [{name: rm, kind: shell, run: rm x}]}",
    ),
    "it could not be put, and the danger is for failures": (
        "[{name: fails, kind: shell, run: x}, "
        "{name: sure, kind: confirm, message: '{{ NO.y }}', when: always, on_failure: warn}, "
        "{name: drop, kind: shell, run: rm x, danger: true, when: on_failure}]"
    ),
}
NOT_ASKED = {
    "it was answered": behind(""),
    "its condition held": behind(", if: 'true'"),
    "it was answered for every item": behind(", foreach: [1, 2]"),
}
VARIABLES = "vars: {GO: {type: boolean, default: false}, NO: {required: false}}\n"


def played(steps: str, **answers: list[str]) -> Player:
    yes = {"sure": ["yes"], "sure[0]": ["yes"], "sure[1]": ["yes"], "drop": ["no"]}
    program = program_of(f"{VARIABLES}steps: {steps}")
    player = Player(program, answers={**yes, **answers}, results={"fails": [FAILS]})
    return player.create(GO=False, left_out=("NO",)).play()


def dropped(player: Player) -> bool:
    return any(started.step.startswith("drop") for started in player.started)


@pytest.mark.parametrize("steps", ASKED.values(), ids=ASKED)
def test_the_dangerous_step_asks_where_no_yes_was_given_before_it(steps: str) -> None:
    player = played(steps)
    assert "drop" in [asked.question.step for asked in player.asked]
    assert not dropped(player)


@pytest.mark.parametrize("steps", NOT_ASKED.values(), ids=NOT_ASKED)
def test_a_yes_right_before_is_one_to_the_dangerous_step_too(steps: str) -> None:
    player = played(steps)
    assert "drop" not in [asked.question.step for asked in player.asked]
    assert dropped(player)


def test_a_yes_counts_for_its_own_attempt_only() -> None:
    program = program_of(
        """
        steps:
          - name: again
            kind: group
            retry: {attempts: 2, delay: 1s}
            steps:
              - {name: look, kind: shell, run: ls, capture: N}
              - {name: sure, kind: confirm, message: "?", if: N == 1}
              - {name: drop, kind: shell, run: rm x, danger: true}
        """
    )
    player = Player(
        program,
        answers={"again/sure": ["yes"], "again/drop": ["no"]},
        results={
            "again/look": [Result(captures={"N": 1}), Result(captures={"N": 2})],
            "again/drop": [FAILS],
        },
    )
    player.create().play()
    assert [asked.question.step for asked in player.asked] == ["again/sure", "again/drop"]
    assert [started.step for started in player.started].count("again/drop") == 1


@pytest.mark.parametrize(
    ("condition", "asks"), [("GO", True), ("GO == false", False), ("MADE == 'x'", True)]
)
def test_a_plan_tells_whether_the_dangerous_step_may_ask(condition: str, asks: bool) -> None:
    program = program_of(
        VARIABLES
        + f"""
        steps:
          - {{name: look, kind: shell, run: ls, capture: MADE}}
          - {{name: sure, kind: confirm, message: "?", if: "{condition}"}}
          - {DROP}
        """.replace("\n        ", "\n")
    )
    steps = plan(program, {"GO": False}, ("NO",), "ada", lambda step: None)
    assert {step.id: step.confirm for step in steps}["drop"] is asks
