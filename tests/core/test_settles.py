"""`settles`: what a step has taken back itself is not offered to be taken back again."""

from __future__ import annotations

from tests.support.player import FAILS, OK, Player
from tests.support.runbooks import program_of


def offered(text: str, **results: object) -> list[str]:
    """What is offered to be taken back when the step `z` fails."""
    given = {"z": [FAILS], **results}
    player = Player(program_of(text), results=given).create().play()  # type: ignore[arg-type]
    asked = [ask.question for ask in player.asked if ask.question.kind == "undo"]
    return [offer.step for question in asked for offer in question.offers]


SIMPLE = """
steps:
  - {name: a, kind: shell, run: up, undo: {kind: shell, run: down}}
  - {name: b, kind: shell, run: up, undo: {kind: shell, run: down}}
  - {name: c, kind: shell, run: down, settles: a, on_failure: warn}
  - {name: z, kind: shell, run: ls}
"""


def test_the_undo_of_a_settled_step_is_not_offered() -> None:
    assert offered(SIMPLE) == ["b:undo"]


def test_a_step_that_did_not_succeed_settles_nothing() -> None:
    assert offered(SIMPLE, c=[FAILS]) == ["b:undo", "a:undo"]
    skipped = SIMPLE.replace("settles: a,", "settles: a, if: 1 == 2,")
    assert offered(skipped) == ["b:undo", "a:undo"]


HELD = """
steps:
  - name: a
    kind: group
    %s
    steps:
      - {name: c, kind: shell, run: up, undo: {kind: shell, run: down}}
      - {name: d, kind: group, steps: [{name: e, kind: shell, run: up, undo: {kind: shell, run: down}}]}
  - {name: ab, kind: shell, run: up, undo: {kind: shell, run: down}}
  - {name: f, kind: shell, run: down, settles: %s}
  - {name: z, kind: shell, run: ls}
"""


def test_a_block_means_what_it_holds() -> None:
    assert offered(HELD % ("", "a")) == ["ab:undo"]
    assert offered(HELD % ("", "d")) == ["ab:undo", "a/c:undo"]
    assert offered(HELD % ("foreach: [1, 2]", "a")) == ["ab:undo"]
    assert offered(HELD % ("undo: {kind: shell, run: down}", "a")) == ["ab:undo"]
    again = "retry: {attempts: 2, delay: 1s}"
    assert offered(HELD % (again, "a"), **{"a/d/e": [FAILS, OK]}) == ["ab:undo"]


def test_a_call_means_what_the_group_in_the_file_does() -> None:
    text = """
steps:
  - {name: a, template: up}
  - {name: b, kind: shell, run: down, settles: a}
  - {name: z, kind: shell, run: ls}
"""
    called = "steps: [{name: c, kind: shell, run: up, undo: {kind: shell, run: down}}]"
    program = program_of(text, files={"_templates/up.yaml": called})
    player = Player(program, results={"z": [FAILS]}).create().play()
    assert [ask.question.kind for ask in player.asked] == []


def test_a_loops_id_means_all_its_items() -> None:
    text = SIMPLE.replace("name: a, kind", "name: a, foreach: [1, 2], kind")
    assert offered(text) == ["b:undo"]


def test_a_loop_settles_when_it_has_run_for_all_items() -> None:
    text = SIMPLE.replace("name: c, kind", "name: c, foreach: [1, 2], keep_going: true, kind")
    assert offered(text) == ["b:undo"]
    text = text.replace(", on_failure: warn", "")
    results = {"c[1]": [FAILS]}
    assert offered(text, **results) == ["b:undo", "a:undo"]


def test_inside_the_same_loop_the_same_item_is_meant() -> None:
    text = """
steps:
  - name: g
    kind: group
    foreach: [1, 2]
    steps:
      - {name: a, kind: shell, run: up, undo: {kind: shell, run: down}}
      - {name: c, kind: shell, run: down, settles: a, if: item == 2}
  - {name: z, kind: shell, run: ls}
"""
    assert offered(text) == ["g[0]/a:undo"]


def test_what_an_earlier_attempt_of_a_group_did_is_still_offered() -> None:
    text = """
steps:
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1s}
    steps:
      - {name: a, kind: shell, run: up, undo: {kind: shell, run: down}}
      - {name: b, kind: shell, run: ls}
      - {name: c, kind: shell, run: down, settles: a}
  - {name: z, kind: shell, run: ls}
"""
    results = {"g/b": [FAILS, OK]}
    assert offered(text, **results) == ["g/a#1:undo"]


REPEATED = """
steps:
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1s}
    steps:
      - name: h
        kind: group
        retry: {attempts: 2, delay: 1s}
        steps:
          - {name: a, kind: shell, run: up, undo: {kind: shell, run: down}}
          - {name: b, kind: shell, run: ls}
      - {name: c, kind: shell, run: down%s, if: steps.b.outcome == 'succeeded'}
      - {name: d, kind: shell, run: ls}
  - {name: e, kind: shell, run: down%s}
  - {name: z, kind: shell, run: ls}
"""
TWICE_TWICE = {"g/h/b": [FAILS, OK, FAILS, OK], "g/d": [FAILS, OK]}


def test_from_outside_what_all_attempts_of_a_block_did_is_settled() -> None:
    everything = ["g/h/a:undo", "g/h/a#3:undo", "g/h/a#2:undo", "g/h/a#1:undo"]
    assert offered(REPEATED % ("", ""), **TWICE_TWICE) == everything
    assert offered(REPEATED % ("", ", settles: a"), **TWICE_TWICE) == []


def test_from_inside_what_the_same_attempt_did_is_settled() -> None:
    """Each attempt of the outer block makes two of the inner one, and settles both."""
    assert offered(REPEATED % (", settles: a", ""), **TWICE_TWICE) == []
    results = {**TWICE_TWICE, "g/c": [FAILS, OK], "g/d": [OK]}
    assert offered(REPEATED % (", settles: a", ""), **results) == ["g/h/a#2:undo", "g/h/a#1:undo"]
