"""The items of a foreach: what `loop` and `label` tell of them, how many run at once, how steps ended."""

from __future__ import annotations

import pytest

from pup_tui.core.notices import StepFinished, StepStarted
from pup_tui.core.plan import plan
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of


def shown(player: Player) -> list[str]:
    return [action.shown for action in player.started]


def test_an_item_knows_its_place_and_its_label_is_told() -> None:
    program = program_of(
        """
        steps:
          - name: a
            kind: shell
            foreach: [x, y]
            label: "{{ item | upper }} {{ loop.index }} of {{ loop.length }}"
            if: not loop.last or item == 'y'
            run: "echo {{ loop.index }} {{ loop.first }} {{ loop.last }} {{ loop.length }}"
            undo: {kind: shell, run: "back {{ loop.index }}"}
          - {name: b, kind: shell, run: ls}
        """
    )
    player = Player(program, results={"b": [FAILS]}, undo=["a[1]:undo"]).create().play()
    assert shown(player) == ["echo 1 true false 2", "echo 2 false true 2", "ls", "back 2"]
    labels = {"a": None, "a[0]": "X 1 of 2", "a[1]": "Y 2 of 2", "b": None, "a[1]:undo": None}
    for kind in (StepStarted, StepFinished):
        told = [notice for notice in player.notices if isinstance(notice, kind)]
        assert {notice.step: notice.label for notice in told} == labels
    offers = next(a.question.offers for a in player.asked if a.question.kind == "undo")
    assert [offer.name for offer in offers] == ["a [1] Y 2 of 2", "a [0] X 1 of 2"]


def test_an_if_that_names_the_place_is_judged_for_each_item() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, foreach: [x, y], if: loop.first, run: 'echo {{ item }}'}]"
    )
    player = Player(program).create().play()
    assert player.statuses() == {"a": "succeeded", "a[0]": "succeeded", "a[1]": "skipped"}


def test_the_place_is_that_in_the_innermost_loop() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            foreach: [x, y]
            as: outer
            steps:
              - {name: a, kind: shell, foreach: [1, 2, 3], run: "echo {{ loop.index }}"}
              - name: b
                kind: shell
                run: "echo {{ loop.index }} {% for z in ['q', 'r'] %}{{ loop.index }}{% endfor %}"
        """
    )
    player = Player(program).create().play()
    inner = ["echo 1", "echo 2", "echo 3"]
    assert shown(player) == [*inner, "echo 1 12", *inner, "echo 2 12"]


def test_a_plan_tells_items_by_their_place() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, foreach: [x, y], run: 'echo {{ loop.index }}'}]"
    )
    planned = plan(program, {}, (), "ada", lambda step: None)
    assert [step.command for step in planned] == ["for each of 2 items", "echo 1", "echo 2"]


def test_a_label_that_cannot_be_rendered_fails_the_loop_before_its_first_item() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, foreach: [x], label: '{{ item.name }}', run: ls}]"
    )
    player = Player(program).create().play()
    assert player.statuses() == {"a": "failed"}
    assert "item.name" in player.machine.state.steps["a"].reason


def test_a_label_is_as_long_as_a_name_at_most() -> None:
    label = "{{ item }}" + "b" * 300
    program = program_of(
        f"steps: [{{name: a, kind: shell, foreach: [A], label: '{label}', run: ls}}]"
    )
    player = Player(program).create().play()
    assert player.machine.state.steps["a[0]"].label == "A" + "b" * 199


@pytest.mark.parametrize(
    ("most", "items", "at_once"),
    [
        ("10%", 30, 3),
        ("10%", 29, 2),
        ("10%", 3, 1),
        ("100%", 4, 4),
        ("'{{ N }}%'", 4, 2),
        (3, 4, 3),
    ],
)
def test_a_part_of_the_items_runs_at_once(most: str, items: int, at_once: int) -> None:
    program = program_of(
        f"""
        vars: {{N: 50}}
        steps:
          - name: a
            kind: shell
            run: ls
            foreach: {list(range(items))}
            max_parallel: {most}
        """
    )
    hangs = {f"a[{n}]": [Result(hangs=True)] for n in range(items)}
    player = Player(program, results=hangs).create(N="50").play()
    assert len(player.started) == at_once


OUTCOMES = """
steps:
  - {name: a, kind: shell, run: ls, on_failure: warn}
  - {name: b, kind: shell, run: ls, if: steps.a.outcome == 'failed'}
  - name: g
    kind: group
    if: steps.a.outcome == 'warned' and steps.b.outcome == 'skipped'
    on_failure: ignore
    steps: [{name: c, kind: shell, run: ls}]
  - {name: w, kind: wait, if: steps.g.outcome == 'ignored', duration: 1s}
  - name: t
    kind: shell
    when: always
    run: >-
      echo {{ steps.c.outcome }} {{ steps.w.outcome }} {{ steps.a.stderr }}
      {{ steps.b.output | default('-') }}
"""


def test_how_a_step_ended_is_known_to_those_behind_it_whatever_its_kind() -> None:
    failed = Result(ok=False, reason="no", results={"stderr": "oops"})
    player = Player(program_of(OUTCOMES), results={"a": [failed], "g/c": [FAILS]}).create().play()
    assert shown(player)[-1] == "echo failed succeeded oops -"


def test_a_step_that_was_skipped_has_an_outcome_only() -> None:
    text = OUTCOMES.replace("steps.b.output | default('-')", "steps.b.output")
    player = Player(program_of(text)).create().play()
    told = "it needs steps.a.stderr, which `a` does not have, or has over 1 MiB of"
    assert player.machine.state.steps["t"].reason == told
    text = text.replace("{{ steps.a.stderr }}", "")
    player = Player(program_of(text)).create().play()
    assert player.machine.state.steps["t"].reason == "it needs steps.b.output, and `b` did not run"


def test_steps_inside_a_block_that_was_skipped_were_skipped_too() -> None:
    program = program_of(
        """
        steps:
          - {name: g, kind: group, if: 1 == 2, steps: [{name: c, kind: shell, run: ls}]}
          - {name: l, kind: shell, run: ls, if: 1 == 2, foreach: [1, 2]}
          - {name: t, kind: shell, run: "echo {{ steps.c.outcome }} {{ steps.l.outcome }}"}
        """
    )
    assert shown(Player(program).create().play()) == ["echo skipped skipped"]


def test_a_loop_that_failed_has_no_results_but_outcomes() -> None:
    program = program_of(
        """
        steps:
          - {name: l, kind: shell, run: ls, foreach: [1, 2]}
          - {name: t, kind: shell, when: always, run: "echo {{ steps.l.output }}"}
        """
    )
    player = Player(program, results={"l[1]": [FAILS]}).create().play()
    assert player.machine.state.steps["t"].reason == "it needs steps.l.output, and `l` did not run"


def test_the_outcome_of_a_loop_is_that_of_its_items_also_where_it_failed() -> None:
    program = program_of(
        """
        steps:
          - {name: l, kind: shell, run: ls, foreach: [1, 2, 3]}
          - {name: t, kind: shell, when: always, run: "echo {{ steps.l.outcome | join(' ') }}"}
        """
    )
    player = Player(program, results={"l[1]": [FAILS]}).create().play()
    assert shown(player)[-1] == "echo 'succeeded failed skipped'"
