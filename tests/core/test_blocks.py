"""Steps that hold others: groups, parallel steps, items of a foreach, called groups."""

from __future__ import annotations

import pytest

from pup_tui.core import loops
from pup_tui.core.events import CancelRequested
from pup_tui.core.notices import StepFinished, StepStarted
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of


def shown(player: Player) -> list[str]:
    return [action.shown for action in player.started]


def test_a_group_runs_its_steps_in_order_and_shares_names() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            steps:
              - {name: a, kind: shell, run: ls, capture: A}
              - {name: b, kind: shell, run: "echo {{ A }} {{ X }}"}
          - {name: c, kind: shell, run: "echo {{ A }}"}
        vars: {X: x}
        """
    )
    player = Player(program, results={"g/a": [Result(captures={"A": "1"})]}).create(X="x").play()
    assert shown(player) == ["ls", "echo 1 x", "echo 1"]
    assert player.statuses() == dict.fromkeys(["g", "g/a", "g/b", "c"], "succeeded")


def test_a_failure_inside_is_the_groups_failure() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            steps:
              - {name: a, kind: shell, run: ls}
              - {name: b, kind: shell, run: ls}
          - {name: c, kind: shell, run: ls}
          - {name: d, kind: shell, run: ls, when: on_failure}
        """
    )
    player = Player(program, results={"g/a": [FAILS]}).create().play()
    assert player.statuses() == {
        "g": "failed",
        "g/a": "failed",
        "g/b": "skipped",
        "c": "skipped",
        "d": "succeeded",
    }
    assert player.machine.state.reason == "`g/a` failed: exited with 1"


def test_a_groups_on_failure_takes_what_failed_inside() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            on_failure: warn
            steps: [{name: a, kind: shell, run: ls}]
          - {name: b, kind: shell, run: ls}
        """
    )
    player = Player(program, results={"g/a": [FAILS]}).create().play()
    assert player.statuses() == {"g": "warned", "g/a": "failed", "b": "succeeded"}
    assert player.machine.state.status == "succeeded"


def test_a_groups_failure_is_asked_about_once_whatever_it_passed_over() -> None:
    text = """
steps:
  - name: G
    kind: group
    on_failure: confirm
    steps:
      - {name: a, kind: shell, run: one}
      - {name: b, kind: shell, run: two}
"""
    answers = {"g": ["continue"]}
    player = Player(program_of(text), results={"g/a": [FAILS]}, answers=answers).create().play()
    assert [asked.question.step for asked in player.asked] == ["g"]
    assert player.machine.state.status == "succeeded"


def test_a_group_that_does_not_begin_skips_what_is_inside() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            if: "false"
            steps:
              - {name: a, kind: shell, run: ls}
              - {name: z, kind: shell, run: ls, when: cleanup}
          - {name: b, kind: shell, run: ls}
        """
    )
    player = Player(program).create().play()
    assert player.statuses() == {
        "g": "skipped",
        "g/a": "skipped",
        "g/z": "skipped",
        "b": "succeeded",
    }
    finished = [n.step for n in player.notices if isinstance(n, StepFinished)]
    assert sorted(finished) == ["b", "g", "g/a", "g/z"]


def test_a_confirmation_inside_a_failed_group_stays_closed_for_what_follows() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            on_failure: warn
            steps:
              - {name: a, kind: shell, run: ls}
              - {name: sure, kind: confirm, message: "Sure?"}
          - {name: b, kind: shell, run: ls}
          - {name: c, kind: shell, run: ls, when: always}
        """
    )
    player = Player(program, results={"g/a": [FAILS]}).create().play()
    assert player.statuses()["b"] == "skipped"
    assert player.statuses()["c"] == "skipped"
    assert player.machine.state.status == "failed"


def test_a_no_inside_aborts_the_run() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            steps:
              - {name: sure, kind: confirm, message: "Sure?"}
              - {name: a, kind: shell, run: ls}
          - {name: z, kind: shell, run: ls, when: cleanup}
        """
    )
    player = Player(program, answers={"g/sure": ["no"]}).create().play()
    assert player.statuses() == {
        "g": "cancelled",
        "g/sure": "cancelled",
        "g/a": "skipped",
        "z": "succeeded",
    }
    assert player.machine.state.status == "aborted"


def test_nested_cleanup_steps_run_at_the_end_of_the_run() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            steps:
              - {name: a, kind: shell, run: echo a}
              - {name: z, kind: shell, run: echo z, when: cleanup}
          - {name: b, kind: shell, run: echo b}
        """
    )
    player = Player(program, results={"b": [FAILS]}).create().play()
    assert shown(player) == ["echo a", "echo b", "echo z"]


PARALLEL = """
steps:
  - name: p
    kind: parallel
    {keys}
    steps:
      - {{name: a, kind: shell, run: echo a}}
      - {{name: b, kind: shell, run: echo b}}
      - {{name: c, kind: shell, run: echo c}}
"""


def test_parallel_steps_run_side_by_side() -> None:
    player = Player(program_of(PARALLEL.format(keys="description: d"))).create()
    assert shown(player) == ["echo a", "echo b", "echo c"]
    player.play()
    assert player.machine.state.status == "succeeded"


@pytest.mark.parametrize(("most", "at_once"), [(1, 1), (2, 2), (5, 3)])
def test_max_parallel_limits_how_many_run_at_once(most: int, at_once: int) -> None:
    program = program_of(PARALLEL.format(keys=f"max_parallel: {most}"))
    player = Player(program).create()
    assert len(player.started) == at_once
    player.play()
    assert len(player.started) == 3


def test_a_parallel_failure_lets_the_others_go_on() -> None:
    program = program_of(PARALLEL.format(keys="max_parallel: 1"))
    player = Player(program, results={"p/a": [FAILS]}).create().play()
    assert player.statuses() == {
        "p": "failed",
        "p/a": "failed",
        "p/b": "succeeded",
        "p/c": "succeeded",
    }


def test_fail_fast_cancels_the_others() -> None:
    program = program_of(PARALLEL.format(keys="fail_fast: true\n    max_parallel: 2"))
    player = Player(program, results={"p/a": [FAILS], "p/b": [Result(hangs=True)]})
    player.create().play()
    assert player.statuses() == {
        "p": "failed",
        "p/a": "failed",
        "p/b": "cancelled",
        "p/c": "skipped",
    }
    assert player.machine.state.status == "failed"


def test_a_blocks_timeout_ends_what_runs_inside() -> None:
    program = program_of(PARALLEL.format(keys="timeout: 5s\n    max_parallel: 2"))
    player = Player(program, results={"p/b": [Result(hangs=True)], "p/c": [Result(hangs=True)]})
    player.create().play()
    assert player.statuses() == {
        "p": "failed",
        "p/a": "succeeded",
        "p/b": "cancelled",
        "p/c": "cancelled",
    }
    assert player.machine.state.reason == "`p` failed: timed out after 5 s"


def test_a_cancel_ends_all_that_run_side_by_side() -> None:
    program = program_of(PARALLEL.format(keys="description: d"))
    hangs = [Result(hangs=True)]
    player = Player(program, results={"p/a": hangs, "p/b": hangs, "p/c": hangs}).create()
    player.later(1, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert set(player.statuses().values()) == {"cancelled"}
    assert player.machine.state.status == "cancelled"


FOREACH = """
steps:
  - name: each
    kind: shell
    run: echo {{{{ item }}}}
    foreach: {items}
    {keys}
  - {{name: after, kind: shell, run: "echo {{{{ OUT }}}}"}}
"""


def test_foreach_runs_the_step_for_every_item_and_gathers_captures() -> None:
    program = program_of(FOREACH.format(items="[x, y, z]", keys="capture: OUT"))
    results = {f"each[{n}]": [Result(captures={"OUT": n})] for n in range(3)}
    player = Player(program, results=results).create().play()
    assert shown(player) == ["echo x", "echo y", "echo z", "echo '[0, 1, 2]'"]
    assert list(player.statuses()) == ["each", "after", "each[0]", "each[1]", "each[2]"]
    assert program.in_order(player.statuses()) == ["each", "each[0]", "each[1]", "each[2]", "after"]


def test_items_that_made_nothing_leave_a_gap() -> None:
    program = program_of(FOREACH.format(items="[x, y]", keys="capture: OUT\n    if: item == 'y'"))
    player = Player(program, results={"each[1]": [Result(captures={"OUT": "b"})]}).create().play()
    assert player.statuses()["each[0]"] == "skipped"
    assert shown(player)[-1] == "echo '[null, \"b\"]'"


@pytest.mark.parametrize(("items", "shown_"), [("[]", "[]"), ("[x]", "[null]")])
def test_what_no_item_of_a_block_made_is_a_list_as_well(items: str, shown_: str) -> None:
    program = program_of(
        f"""
        steps:
          - name: each
            kind: group
            foreach: {items}
            steps:
              - {{name: a, if: 1 > 2, kind: shell, run: make, capture: OUT}}
          - {{name: after, kind: shell, run: "echo {{{{ OUT }}}} {{{{ steps.a.exit_code }}}}"}}
        """
    )
    player = Player(program).create().play()
    assert shown(player) == [f"echo '{shown_}' '{shown_}'"]


def test_a_failed_item_lets_no_other_begin() -> None:
    program = program_of(
        FOREACH.format(items="[x, y, z]", keys="capture: OUT\n    max_parallel: 2")
    )
    results = {"each[0]": [FAILS], "each[1]": [Result(captures={"OUT": 1}, takes=5)]}
    player = Player(program, results=results).create().play()
    assert player.statuses() == {
        "each": "failed",
        "after": "skipped",
        "each[0]": "failed",
        "each[1]": "succeeded",
        "each[2]": "skipped",
    }


def test_on_failure_holds_for_each_item() -> None:
    program = program_of(FOREACH.format(items="[x, y]", keys="capture: OUT\n    on_failure: warn"))
    results = {"each[0]": [FAILS], "each[1]": [Result(captures={"OUT": 1})]}
    player = Player(program, results=results).create().play()
    assert player.statuses()["each"] == "succeeded"
    assert player.statuses()["each[0]"] == "warned"
    assert shown(player)[-1] == "echo '[null, 1]'"


def test_an_empty_list_succeeds() -> None:
    program = program_of(FOREACH.format(items="[]", keys="capture: OUT"))
    player = Player(program).create().play()
    assert player.statuses() == {"each": "succeeded", "after": "succeeded"}


@pytest.mark.parametrize(
    ("items", "told"),
    [("X", "`foreach` needs a list"), ("'{{ X }}'", "`foreach` needs a list")],
)
def test_what_is_no_list_fails_the_step(items: str, told: str) -> None:
    text = "vars: {X: x}\n" + FOREACH.format(items=items, keys="capture: OUT")
    player = Player(program_of(text)).create(X="a\nb").play()
    assert told in player.machine.state.steps["each"].reason


@pytest.mark.parametrize("items", ["X", "'{{ X }}'"])
def test_a_list_in_a_value_can_be_gone_through(items: str) -> None:
    text = "vars: {X: x}\n" + FOREACH.format(items=items, keys="as: item\n    capture: OUT")
    player = Player(program_of(text)).create(X='["a", "b"]').play()
    assert shown(player)[:2] == ["echo a", "echo b"]


def test_a_confirm_is_asked_once_for_all_items() -> None:
    program = program_of(FOREACH.format(items="[x, y]", keys="capture: OUT\n    confirm: Really?"))
    player = Player(program, answers={"each": ["yes"]}).create().play()
    (asked,) = player.asked
    assert asked.question.message == "Really?"
    assert asked.question.upcoming == "for each of 2 items:\necho x\necho y"
    assert len(player.started) == 3


def test_a_group_of_steps_for_each_item() -> None:
    program = program_of(
        """
        steps:
          - name: hosts
            kind: group
            foreach: [a, b]
            as: host
            max_parallel: 2
            steps:
              - {name: read, kind: shell, run: "get {{ host }}", capture: VALUE}
              - {name: write, kind: shell, run: "put {{ host }} {{ VALUE }}"}
          - {name: after, kind: shell, run: "echo {{ VALUE }}"}
        """
    )
    results = {
        "hosts[0]/read": [Result(captures={"VALUE": 1}, takes=3)],
        "hosts[1]/read": [Result(captures={"VALUE": 2})],
    }
    player = Player(program, results=results).create().play()
    assert shown(player) == ["get a", "get b", "put b 2", "put a 1", "echo '[1, 2]'"]
    assert set(player.statuses().values()) == {"succeeded"}


def test_results_of_items_are_lists() -> None:
    program = program_of(
        """
        steps:
          - {name: each, kind: shell, run: ls, foreach: [1, 2]}
          - {name: after, kind: shell, run: "echo {{ steps.each.output }}"}
        """
    )
    results = {f"each[{n}]": [Result(results={"output": f"o{n}"})] for n in range(2)}
    player = Player(program, results=results).create().play()
    assert shown(player)[-1] == """echo '["o0", "o1"]'"""


def test_blocks_are_told_like_steps() -> None:
    player = Player(program_of(PARALLEL.format(keys="description: d"))).create().play()
    started = [(n.step, n.kind) for n in player.notices if isinstance(n, StepStarted)]
    assert started[0] == ("p", "parallel")
    finished = [n.step for n in player.notices if isinstance(n, StepFinished)]
    assert finished == ["p/a", "p/b", "p/c", "p"]


def test_lists_inside_lists_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MOST_STEPS", 1000)
    program = program_of(
        """
        vars: {L: x}
        steps:
          - name: outer
            kind: group
            foreach: L
            as: one
            steps: [{name: inner, kind: shell, run: ls, foreach: L, as: two}]
        """
    )
    player = Player(program).create(L=list(range(100))).play()
    assert "with these 100 items the run has more than 1,000 steps" in player.machine.state.reason
