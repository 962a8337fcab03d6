"""Gates that nobody could open: what stands behind them does not run, wherever they are nested."""

from __future__ import annotations

import pytest

from pup_tui.core.actions import Withdraw
from pup_tui.core.events import Answered
from pup_tui.core.program import Program
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

HANGS = [Result(hangs=True)]


def before(step: str) -> Program:
    """A step that is warned about, with steps after it that a closed gate keeps from running."""
    return program_of(
        f"""
        vars: {{X: {{required: false}}, BAD: {{default: soon}}}}
        steps:
          - {step}
          - {{name: b, kind: shell, run: ls}}
          - {{name: c, kind: shell, run: ls, when: always}}
        """
    )


NOBODY_SAID_YES = {
    "the question cannot be rendered": (
        "{name: g, kind: confirm, on_failure: warn, message: '{{ X.y }}'}"
    ),
    "the confirm key cannot be rendered": (
        "{name: g, kind: shell, run: ls, on_failure: warn, confirm: '{{ X.y }}'}"
    ),
    "the command behind the question cannot be rendered": (
        "{name: g, kind: shell, run: 'echo {{ X.y }}', on_failure: warn, confirm: Sure?}"
    ),
    "the group around it cannot begin": (
        "{name: g, kind: group, timeout: '{{ BAD }}', on_failure: warn,"
        " steps: [{name: sure, kind: confirm, message: '?'}]}"
    ),
    "the list that it is asked for cannot be rendered": (
        "{name: g, kind: group, foreach: '{{ X.y }}', on_failure: warn,"
        " steps: [{name: sure, kind: confirm, message: '?'}]}"
    ),
    "the group around it timed out while it was asked": (
        "{name: g, kind: group, timeout: 5s, on_failure: warn,"
        " steps: [{name: sure, kind: confirm, message: '?'}]}"
    ),
    "the group around it timed out before it was asked": (
        "{name: g, kind: group, timeout: 5s, on_failure: warn, steps: ["
        "{name: hangs, kind: shell, run: ls}, {name: sure, kind: confirm, message: '?'}]}"
    ),
    "the group around it timed out before its own group began": (
        "{name: g, kind: group, timeout: 5s, on_failure: warn, steps: ["
        "{name: hangs, kind: shell, run: ls},"
        " {name: h, kind: group, steps: [{name: sure, kind: confirm, message: '?'}]}]}"
    ),
    "a sibling failed while it was asked": (
        "{name: g, kind: parallel, fail_fast: true, on_failure: warn, steps: ["
        "{name: fails, kind: shell, run: ls}, {name: sure, kind: confirm, message: '?'}]}"
    ),
    "a sibling failed before it was asked": (
        "{name: g, kind: parallel, fail_fast: true, max_parallel: 1, on_failure: warn, steps: ["
        "{name: fails, kind: shell, run: ls}, {name: sure, kind: confirm, message: '?'}]}"
    ),
    "the step before it failed in an item": (
        "{name: g, kind: group, foreach: [x], on_failure: warn, steps: ["
        "{name: fails, kind: shell, run: ls}, {name: sure, kind: confirm, message: '?'}]}"
    ),
}


@pytest.mark.parametrize("step", NOBODY_SAID_YES.values(), ids=NOBODY_SAID_YES)
def test_a_gate_that_nobody_opened_is_closed_for_what_follows(step: str) -> None:
    results = {"g/fails": [FAILS], "g[0]/fails": [FAILS], "g/hangs": HANGS}
    player = Player(before(step), results=results).create(left_out=("X",), BAD="soon").play()
    statuses = player.statuses()
    assert (statuses["g"], statuses["b"], statuses["c"]) in (
        ("warned", "skipped", "skipped"),
        ("succeeded", "skipped", "skipped"),
    )
    assert player.machine.state.status == "failed"
    assert "c" in player.machine.state.reason


def test_a_gate_in_a_failed_item_closes_the_items_after_it() -> None:
    program = before(
        "{name: g, kind: group, foreach: [x, y], on_failure: warn, steps: ["
        "{name: fails, kind: shell, run: ls}, {name: sure, kind: confirm, message: '?'}]}"
    )
    player = Player(program, results={"g[0]/fails": [FAILS]}).create().play()
    assert player.statuses()["g[1]"] == "skipped"
    assert player.machine.state.status == "failed"


@pytest.mark.parametrize(
    "step",
    [
        "{name: g, kind: shell, run: ls, on_failure: warn, confirm: Sure?}",
        "{name: g, kind: shell, run: ls, foreach: [x], on_failure: warn, confirm: Sure?}",
        "{name: g, kind: confirm, message: '?', if: 1 > 2}",
        "{name: g, kind: shell, run: ls, on_failure: warn, danger: true}",
    ],
)
def test_a_gate_that_was_opened_or_is_not_wanted_stays_open(step: str) -> None:
    results = {"g": [FAILS], "g[0]": [FAILS]}
    player = Player(before(step), results=results, answers={"g": ["yes"]}).create(left_out=("X",))
    player.play()
    assert player.statuses()["b"] == "succeeded"


def test_steps_side_by_side_that_are_through_when_somebody_says_no_stay_what_they_are() -> None:
    program = program_of(
        """
        steps:
          - name: p
            kind: parallel
            steps:
              - {name: sure, kind: confirm, message: "?"}
              - name: busy
                kind: group
                undo: {kind: shell, run: undo work}
                steps: [{name: a, kind: shell, run: ls}]
              - name: more
                kind: group
                steps: [{name: b, kind: shell, run: ls}, {name: c, kind: shell, run: ls}]
        """
    )
    slow = [Result(takes=9)]
    player = Player(
        program, results={"p/busy/a": slow, "p/more/b": slow}, answers={"p/sure": ["no"]}, undo=[]
    )
    player.create().play()
    assert player.statuses() == {
        "p": "cancelled",
        "p/sure": "cancelled",
        "p/busy": "succeeded",
        "p/busy/a": "succeeded",
        "p/more": "cancelled",
        "p/more/b": "succeeded",
        "p/more/c": "skipped",
    }
    assert [offer.step for offer in player.asked[-1].question.offers] == ["p/busy:undo"]
    assert player.machine.state.status == "aborted"


def test_a_no_withdraws_what_else_waits_for_a_yes_and_lets_the_rest_go_on() -> None:
    program = program_of(
        """
        steps:
          - name: p
            kind: parallel
            steps:
              - {name: a, kind: shell, run: a, confirm: "A?"}
              - {name: b, kind: shell, run: b, confirm: "B?"}
              - {name: c, kind: confirm, message: "C?"}
              - {name: d, kind: manual, message: Do it}
              - {name: e, kind: shell, run: e}
        """
    )
    player = Player(program, answers={"p/a": ["no"]}, results={"p/e": [Result(takes=9)]}).create()
    player.play()
    withdrawn = [action.step for action in player.actions if isinstance(action, Withdraw)]
    assert withdrawn == ["p/b", "p/c"]
    player.tell(Answered(at=player.moment, step="p/b", answer="yes", by="ada"))
    player.tell(Answered(at=player.moment, step="p/d", answer="yes", by="ada"))
    assert player.statuses() == {
        "p": "cancelled",
        "p/a": "cancelled",
        "p/b": "cancelled",
        "p/c": "cancelled",
        "p/d": "succeeded",
        "p/e": "succeeded",
    }
    assert player.machine.state.reason == "`p/a`: answered no by ada"
