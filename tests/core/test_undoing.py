"""Taking back what finished steps did, when a run failed or was aborted."""

from __future__ import annotations

import pytest

from pup_tui.core.events import CancelRequested
from tests.support.player import FAILS, Player, Result
from tests.support.runbooks import program_of

STEPS = """
steps:
  - name: a
    kind: shell
    run: do a
    capture: A
    undo: {kind: shell, run: "undo a {{ A }}"}
  - name: b
    kind: shell
    run: do b
    undo: {kind: shell, run: undo b, danger: true}
  - {name: c, kind: shell, run: do c}
  - {name: z, kind: shell, run: clean up, when: cleanup}
"""
RESULTS = {"a": [Result(captures={"A": "was"})]}


def shown(player: Player) -> list[str]:
    return [action.shown for action in player.started]


def played(undo: list[str] | None, **results: list[Result]) -> Player:
    return Player(program_of(STEPS), results={**RESULTS, **results}, undo=undo).create().play()


def test_nothing_is_offered_when_the_run_succeeds() -> None:
    player = played(["a:undo"])
    assert player.asked == []
    assert player.machine.state.status == "succeeded"


def test_finished_steps_are_offered_last_first() -> None:
    player = played([], c=[FAILS])
    (asked,) = player.asked
    offers = asked.question.offers
    assert [(o.step, o.name, o.command, o.danger) for o in offers] == [
        ("b:undo", "b", "undo b", True),
        ("a:undo", "a", "undo a was", False),
    ]
    assert shown(player) == ["do a", "do b", "do c", "clean up"]


def test_items_are_offered_by_their_numbers() -> None:
    text = """
steps:
  - {name: Scale, kind: shell, foreach: [x, y], run: "scale {{ item }}", undo: {kind: shell, run: back}}
  - {name: c, kind: shell, run: do c}
"""
    player = Player(program_of(text), results={"c": [FAILS]}, undo=[]).create().play()
    assert [o.name for o in player.asked[0].question.offers] == ["Scale [1]", "Scale [0]"]


def test_what_is_chosen_runs_in_the_order_of_the_offer_and_before_the_cleanup() -> None:
    player = played(["a:undo", "b:undo"], c=[FAILS])
    assert shown(player) == ["do a", "do b", "do c", "undo b", "undo a was", "clean up"]
    assert player.statuses()["a:undo"] == "succeeded"
    assert player.machine.state.status == "failed"
    assert player.machine.state.reason == "`c` failed: exited with 1"


def test_only_steps_that_succeeded_are_offered() -> None:
    player = played(["a:undo"], b=[FAILS])
    assert [o.step for o in player.asked[0].question.offers] == ["a:undo"]


def test_an_undo_that_fails_stops_the_others() -> None:
    player = played(["a:undo", "b:undo"], **{"c": [FAILS], "b:undo": [FAILS]})
    assert player.statuses()["b:undo"] == "failed"
    assert player.statuses()["a:undo"] == "skipped"
    assert player.statuses()["z"] == "succeeded"


def test_steps_of_an_aborted_run_are_offered() -> None:
    text = STEPS.replace(
        "{name: c, kind: shell, run: do c}", '{name: c, kind: confirm, message: "?"}'
    )
    player = Player(program_of(text), results=RESULTS, answers={"c": ["no"]}, undo=["b:undo"])
    player.create().play()
    assert player.machine.state.status == "aborted"
    assert "b:undo" in player.statuses()


def test_a_cancelled_run_offers_nothing() -> None:
    player = Player(program_of(STEPS), results={**RESULTS, "c": [Result(hangs=True)]}).create()
    player.later(5, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert player.asked == []
    assert player.machine.state.status == "cancelled"


@pytest.mark.parametrize("times", [1, 2])
def test_a_cancel_while_the_offer_stands_goes_on_to_the_cleanup(times: int) -> None:
    player = Player(program_of(STEPS), results={**RESULTS, "c": [FAILS]}).create()
    for _ in range(times):
        player.later(9, lambda at: CancelRequested(at=at, by="ada"))
    player.play()
    assert player.statuses()["z"] == ("succeeded" if times == 1 else "cancelled")
    assert "a:undo" not in player.statuses()


def test_each_item_of_a_foreach_has_an_undo_of_its_own() -> None:
    program = program_of(
        """
        steps:
          - name: each
            kind: shell
            run: "add {{ host }}"
            foreach: [x, y]
            as: host
            undo: {kind: shell, run: "remove {{ host }}"}
          - {name: c, kind: shell, run: do c}
        """
    )
    player = Player(program, results={"c": [FAILS]}, undo=["each[0]:undo", "each[1]:undo"])
    player.create().play()
    assert shown(player) == ["add x", "add y", "do c", "remove y", "remove x"]


def test_an_undo_may_be_a_group() -> None:
    program = program_of(
        """
        steps:
          - name: a
            kind: shell
            run: do a
            undo:
              kind: group
              steps:
                - {name: one, kind: shell, run: undo one}
                - {name: two, kind: shell, run: undo two}
          - {name: c, kind: shell, run: do c}
        """
    )
    player = Player(program, results={"c": [FAILS]}, undo=["a:undo"]).create().play()
    assert shown(player) == ["do a", "do c", "undo one", "undo two"]
    assert player.statuses()["a:undo/two"] == "succeeded"
