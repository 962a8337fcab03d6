"""What a plan says of the steps behind a `stop`, which a run then keeps to."""

from __future__ import annotations

import re

import pytest

from pup_tui.core.plan import plan
from tests.support.player import Player
from tests.support.runbooks import program_of

SURE = "skipped: `{}` ends the runbook before it"
MAYBE = "`{}` may end the runbook before it"


def planned(steps: str, values: dict[str, object] | None = None) -> dict[str, str]:
    """The reasons of a plan's steps by their ids, those that have one."""
    program = program_of(f"vars: {{GO: {{type: boolean, default: true}}}}\nsteps:\n{steps}")
    told = plan(program, values or {"GO": True}, (), "ada", lambda _: None)
    for step in told:
        assert step.known is (not step.reason or step.reason.startswith("skipped")), step
    return {step.id: step.reason for step in told if step.reason}


def skipped(steps: str) -> set[str]:
    """The steps that a run skips in which everything succeeds."""
    program = program_of(f"vars: {{GO: {{type: boolean, default: true}}}}\nsteps:\n{steps}")
    player = Player(program).create(GO=True).play()
    return {step for step, status in player.statuses().items() if status == "skipped"}


SIMPLE = """
  - {name: a, kind: shell, run: a, capture: A}
  - {name: enough, kind: stop, if: %s}
  - {name: b, kind: shell, run: b}
  - {name: c, kind: shell, run: c, when: always}
  - {name: d, kind: shell, run: d, when: cleanup}
"""


def test_what_stands_behind_a_stop_that_happens_is_skipped() -> None:
    steps = SIMPLE % "GO"
    assert planned(steps) == dict.fromkeys("bc", SURE.format("enough"))
    assert skipped(steps) == {"b", "c"}


def test_what_stands_behind_one_that_may_happen_is_not_known() -> None:
    reasons = planned(SIMPLE % "A == 'x'")
    assert reasons.pop("enough") == "it needs A, which `a` has yet to capture"
    assert reasons == dict.fromkeys("bc", MAYBE.format("enough"))


def test_one_that_does_not_happen_ends_nothing() -> None:
    assert planned(SIMPLE % "GO", {"GO": False}) == {
        "enough": "skipped: its `if` does not hold: GO"
    }


@pytest.mark.parametrize("condition", ["if: A == 'x'", "foreach: A", "if: 'A', foreach: [1]"])
def test_in_a_block_that_may_not_run_it_may_happen(condition: str) -> None:
    steps = f"""
  - {{name: a, kind: shell, run: a, capture: A}}
  - {{name: g, kind: group, {condition}, steps: [{{name: enough, kind: stop}}]}}
  - {{name: b, kind: shell, run: b}}
"""
    reason = planned(steps)["b"]
    assert re.fullmatch(r"`g.*` may end the runbook before it", reason)


@pytest.mark.parametrize(
    "stop",
    [
        "{name: enough, kind: stop, when: on_failure}",
        "{name: enough, kind: stop, when: on_failure, if: A == 'x'}",
        "{name: enough, kind: stop, when: on_failure, foreach: A}",
        "{name: g, kind: group, when: on_failure, steps: [{name: enough, kind: stop}]}",
    ],
)
def test_one_that_happens_after_a_failure_alone_says_nothing_of_what_else_is_planned(
    stop: str,
) -> None:
    steps = f"""
  - {{name: a, kind: shell, run: a, capture: A}}
  - {stop}
  - {{name: b, kind: shell, run: b}}
  - {{name: c, kind: shell, run: c, when: always}}
  - {{name: d, kind: shell, run: d, when: on_failure}}
"""
    assert not planned(steps).keys() & set("bcd")
    assert not skipped(steps) & set("bc")


def test_what_stands_behind_one_in_a_block_for_failures_is_skipped() -> None:
    steps = """
  - name: g
    kind: group
    when: on_failure
    steps: [{name: s, kind: stop}, {name: x, kind: shell, run: x}]
  - {name: b, kind: shell, run: b}
"""
    assert planned(steps) == {"g/x": SURE.format("g/s")}


@pytest.mark.parametrize(("condition", "may"), [("", True), (", if: 'false'", False)])
def test_one_for_each_item_of_a_list_that_is_not_known_may_happen(
    condition: str, may: bool
) -> None:
    steps = f"""
  - {{name: a, kind: shell, run: a, capture: A}}
  - {{name: enough, kind: stop, foreach: A{condition}}}
  - {{name: b, kind: shell, run: b}}
"""
    assert planned(steps).get("b") == (MAYBE.format("enough") if may else None)


def test_in_a_called_runbook_it_ends_that_one_alone() -> None:
    program = program_of(
        "steps: [{name: r, kind: runbook, runbook: other}, {name: b, kind: shell, run: b}]",
        files={
            "other.yaml": "name: other\nsteps: [{name: x, kind: stop}, {name: y, kind: shell, run: y}]"
        },
    )
    told = {s.id: s.reason for s in plan(program, {}, (), "ada", lambda _: None) if s.reason}
    assert told == {"r/y": SURE.format("r/x")}


LOOP = """
  - name: g
    kind: group
    foreach: [1, 2, 3]%s
    steps:
      - {name: s, kind: stop, if: item == 2}
      - {name: t, kind: shell, run: t}
  - {name: b, kind: shell, run: b}
"""


def test_one_item_of_a_loop_ends_those_after_it() -> None:
    steps = LOOP % ""
    sure = {id_: r for id_, r in planned(steps).items() if r == SURE.format("g[1]/s")}
    assert set(sure) == {"g[1]/t", "g[2]", "g[2]/s", "g[2]/t", "b"}
    assert skipped(steps) >= set(sure)


def test_a_loop_that_keeps_going_ends_the_runbook_behind_it() -> None:
    steps = LOOP % "\n    keep_going: true"
    sure = {id_: r for id_, r in planned(steps).items() if r == SURE.format("g[1]/s")}
    assert set(sure) == {"g[1]/t", "b"}
    assert "g[2]/t" not in skipped(steps)


def test_items_side_by_side_may_have_begun() -> None:
    reasons = planned(LOOP % "\n    max_parallel: 2")
    assert reasons["g[2]"] == MAYBE.format("g[1]/s")
    assert reasons["b"] == SURE.format("g[1]/s")


PARALLEL = """
  - name: p
    kind: parallel%s
    steps:
      - {name: s, kind: stop}
      - {name: g, kind: group, steps: [{name: x, kind: shell, run: x}, {name: y, kind: shell, run: y}]}
  - {name: b, kind: shell, run: b}
"""


def test_what_runs_beside_it_is_let_finish() -> None:
    steps = PARALLEL % ""
    assert planned(steps) == {"b": SURE.format("p/s")}
    assert skipped(steps) == {"b"}


def test_what_waits_beside_it_may_not_begin() -> None:
    reasons = planned(PARALLEL % "\n    max_parallel: 1")
    assert reasons == {
        **dict.fromkeys(["p/g", "p/g/x", "p/g/y"], MAYBE.format("p/s")),
        "b": SURE.format("p/s"),
    }


def test_many_stops_that_may_happen_cost_little() -> None:
    one = "  - {{name: s{0}, kind: stop, if: A == '{0}'}}\n"
    steps = "  - {name: a, kind: shell, run: a, capture: A}\n"
    steps += "".join(one.format(number) for number in range(900))
    assert len(planned(steps)) == 900
