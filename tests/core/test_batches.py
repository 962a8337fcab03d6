"""How the items of a foreach begin: canaries, batches, and how many may fail before no more begins."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from pup_tui.core.actions import Question
from pup_tui.core.events import Answered, CancelRequested, Interrupted, Moment, WaitCut
from pup_tui.core.notices import StepPaused
from pup_tui.core.plan import plan
from tests.support.player import FAILS, LOST, OK, Player, Result
from tests.support.runbooks import program_of


def loop(items: int, keys: str, behind: str = "") -> str:
    return f"""
steps:
  - name: a
    kind: shell
    run: "echo {{{{ item }}}}"
    foreach: {[f"web-{n}" for n in range(items)]}
    {keys}
  - {{name: b, kind: shell, when: always, run: ls}}
{behind}
"""


def played(items: int, keys: str, results: Sequence[Result] = (), **given: object) -> Player:
    told = {f"a[{n}]": [result] for n, result in enumerate(results)}
    return Player(program_of(loop(items, keys)), results=told, **given).create().play()  # type: ignore[arg-type]


def begun(player: Player) -> list[int]:
    return [int(a.step[2:-1]) for a in player.started if a.step.startswith("a[")]


def question(player: Player) -> Question:
    (asked,) = player.asked
    return asked.question


# How many may fail


class Fleet(Struct, frozen=True):
    """What a loop is given: how each item ends, and after how long."""

    ends: tuple[bool, ...]
    takes: tuple[float, ...]
    at_once: int
    canary: int
    pause: float
    errors: str

    @property
    def budget(self) -> int:
        total = len(self.ends)
        if not self.errors.endswith("%"):
            return int(self.errors)
        share = int(self.errors[:-1])
        return max(1, int(total * share / 100)) if share else 0


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    total = draw(st.integers(1, 9))
    whole = [draw(st.integers(1, 4)) for _ in range(total)]
    return Fleet(
        ends=tuple(draw(st.booleans()) for _ in range(total)),
        # No two sums are the same, so that nothing ends at the same time as something else.
        takes=tuple(seconds + 2.0 ** (at - 20) for at, seconds in enumerate(whole)),
        at_once=draw(st.integers(1, 4)),
        canary=draw(st.integers(0, 4)),
        pause=draw(st.sampled_from([0.0, 0.25])),
        errors=draw(st.one_of(st.integers(0, 9).map(str), st.integers(0, 100).map("{}%".format))),
    )


def expected(fleet: Fleet) -> tuple[list[int], list[float]]:
    """Which items begin, and when: a model that knows nothing of machines."""
    now, failed, at = 0.0, 0, 0
    running: list[tuple[float, int]] = []
    starts: list[float] = []
    total, canary = len(fleet.ends), min(fleet.canary, len(fleet.ends))
    while True:
        while at < total and len(running) < fleet.at_once and failed <= fleet.budget:
            first = 0 if at < canary else canary
            is_edge = (at == canary and at > 0) or (
                fleet.pause > 0 and at > 0 and (at - first) % fleet.at_once == 0
            )
            if is_edge and running:
                break
            now += fleet.pause if is_edge else 0.0
            starts.append(now)
            heapq.heappush(running, (now + fleet.takes[at], at))
            at += 1
        if not running:
            return list(range(at)), starts
        now, ended = heapq.heappop(running)
        failed += not fleet.ends[ended]


@given(fleets())
def test_no_item_begins_once_more_have_failed_than_may(fleet: Fleet) -> None:
    keys = [f"max_parallel: {fleet.at_once}", f"max_errors: {fleet.errors}"]
    keys += [f"canary: {fleet.canary}", "canary_confirm: false"] if fleet.canary else []
    keys += [f"batch_pause: {fleet.pause}"] if fleet.pause else []
    results = [
        Result(ok=ok, reason="" if ok else "no", takes=takes)
        for ok, takes in zip(fleet.ends, fleet.takes, strict=True)
    ]
    player = played(len(results), "\n    ".join(keys), results)
    items, starts = expected(fleet)
    assert begun(player) == items
    steps = player.machine.state.steps
    assert [steps[f"a[{n}]"].began for n in items] == pytest.approx(starts)
    failed = any(not fleet.ends[n] for n in items)
    assert player.statuses()["a"] == ("failed" if failed else "succeeded")
    assert steps["b"].status == "succeeded"


@pytest.mark.parametrize(
    ("errors", "begin"),
    [
        ("0", 1),
        ("1", 2),
        ("2", 3),
        ("3", 4),
        ("0%", 1),
        ("1%", 2),
        ("25%", 2),
        ("74%", 3),
        ("100%", 4),
    ],
)
def test_the_border_is_exact(errors: str, begin: int) -> None:
    player = played(4, f"max_errors: {errors}", [FAILS] * 4)
    assert begun(player) == list(range(begin))


def test_what_runs_when_too_much_has_failed_is_let_end() -> None:
    slow = Result(takes=5.0)
    player = played(5, "max_errors: 1\n    max_parallel: 3", [FAILS, FAILS, slow])
    statuses = player.statuses()
    ends = ["failed", "failed", "succeeded", "succeeded", "skipped"]
    assert [statuses[f"a[{n}]"] for n in range(5)] == ends
    steps = player.machine.state.steps
    assert steps["a"].reason == "`a[0]` failed: exited with 1 (2 of 5 items failed)"
    assert steps["a[4]"].reason == "2 items failed, and at most 1 may"


def test_a_loop_with_failures_within_its_budget_runs_all_and_fails_as_one_that_keeps_going() -> (
    None
):
    for keys in ("max_errors: 2", "max_errors: 100%", "keep_going: true"):
        player = played(4, keys, [FAILS, OK, FAILS])
        assert begun(player) == [0, 1, 2, 3]
        assert player.statuses()["a"] == "failed"


def test_what_may_fail_can_be_a_value() -> None:
    program = program_of("vars: {MOST: 1}\n" + loop(4, "max_errors: '{{ MOST }}'"))
    results = {f"a[{n}]": [FAILS] for n in range(4)}
    assert begun(Player(program, results=results).create(MOST="2").play()) == [0, 1, 2]


def test_captures_of_items_are_lists_as_long_as_no_more_failed_than_may() -> None:
    text = loop(
        3,
        "max_errors: 1\n    capture: SAID",
        "  - {name: c, kind: shell, when: always, run: 'echo {{ SAID | tojson }}'}",
    )
    said = [FAILS, Result(captures={"SAID": "x"}), Result(captures={"SAID": "y"})]
    results = {f"a[{n}]": [result] for n, result in enumerate(said)}
    player = Player(program_of(text), results=results).create().play()
    assert player.started[-1].shown == 'echo \'[null, "x", "y"]\''


# Hosts that cannot be reached


def test_an_item_that_cannot_be_reached_counts_as_failed_and_is_told_apart() -> None:
    player = played(4, "max_errors: 1", [LOST, FAILS])
    assert begun(player) == [0, 1]
    steps = player.machine.state.steps
    assert [steps[f"a[{n}]"].unreachable for n in range(2)] == [True, False]
    assert not steps["a"].unreachable
    assert steps["a[2]"].reason == "2 items failed or were not reached, and at most 1 may"
    assert steps["a"].reason.endswith("(1 of 4 items failed, 1 unreachable)")


def test_an_item_that_cannot_be_reached_is_warned_where_that_is_ignored() -> None:
    player = played(4, "unreachable: ignore", [OK, LOST, OK, FAILS])
    statuses = player.statuses()
    assert [statuses[f"a[{n}]"] for n in range(4)] == ["succeeded", "warned", "succeeded", "failed"]
    steps = player.machine.state.steps
    assert steps["a[1]"].reason == LOST.reason
    assert steps["a"].reason == "`a[3]` failed: exited with 1"
    lost = played(3, "unreachable: ignore", [OK, LOST])
    assert lost.statuses()["a"] == "succeeded"
    assert lost.machine.state.steps["a"].reason == "1 of 3 items unreachable"
    assert lost.machine.state.status == "succeeded"


def test_a_group_cannot_be_reached_where_a_step_in_it_cannot() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            foreach: [x, y, z]
            unreachable: ignore
            steps:
              - {name: one, kind: shell, run: ls}
              - {name: two, kind: shell, run: ls}
        """
    )
    results = {"g[0]/one": [LOST], "g[1]/two": [LOST], "g[2]/one": [FAILS]}
    player = Player(program, results=results).create().play()
    statuses = player.statuses()
    assert [statuses[f"g[{n}]"] for n in range(3)] == ["warned", "warned", "failed"]


def test_an_item_that_is_reached_when_it_is_tried_again_is_not_lost() -> None:
    results = {"a[0]": [LOST, OK], "a[1]": [LOST, FAILS]}
    text = loop(2, "unreachable: ignore\n    retry: {attempts: 2}")
    player = Player(program_of(text), results=results).create().play()
    steps = player.machine.state.steps
    assert [steps[f"a[{n}]"].status for n in range(2)] == ["succeeded", "failed"]
    assert not steps["a[1]"].unreachable


# Canaries


def test_the_canaries_run_alone_and_then_somebody_is_asked() -> None:
    player = played(6, "canary: 2\n    max_parallel: 5\n    max_errors: 1", [OK, FAILS])
    assert begun(player) == [0, 1]
    asked = question(player)
    assert (asked.step, asked.kind) == ("a", "confirm")
    assert asked.message.splitlines() == [
        "The first 2 of 6 items have ended: 1 succeeded, 1 failed. Let the other 4 begin?",
        "web-0: succeeded",
        "web-1: failed: exited with 1",
    ]
    player.answer("a", "yes").play()
    assert begun(player) == [0, 1, 2, 3, 4, 5]
    assert len(player.asked) == 1


def test_the_canaries_run_side_by_side_as_far_as_items_may() -> None:
    slow = [Result(hangs=True)] * 4
    assert begun(played(9, "canary: 4\n    max_parallel: 3", slow)) == [0, 1, 2]


def test_a_no_keeps_the_others_from_running_and_aborts_the_run() -> None:
    player = played(4, "canary: 1")
    player.answer("a", "no").play()
    assert begun(player) == [0]
    state = player.machine.state
    assert (state.status, state.reason) == (
        "aborted",
        "`a`: answered no by ada; not run behind the closed gate: b",
    )
    assert player.statuses() == {
        "a": "cancelled", "a[0]": "succeeded", "a[1]": "skipped", "a[2]": "skipped", "a[3]": "skipped",
        "b": "skipped",
    }  # fmt: skip


def test_canaries_of_which_more_fail_than_may_ask_nothing_and_begin_nothing() -> None:
    player = played(4, "canary: 2\n    max_errors: 1", [FAILS, FAILS])
    assert player.asked == []
    assert begun(player) == [0, 1]
    # Nobody was asked because of a failure: what stands behind is behind a closed gate.
    assert player.statuses()["b"] == "skipped"
    unasked = played(4, "canary: 2\n    canary_confirm: false", [FAILS, FAILS])
    assert unasked.statuses()["b"] == "succeeded"


def test_canaries_of_which_none_could_be_reached_ask_though_they_usually_do_not() -> None:
    keys = "canary: 2\n    canary_confirm: false\n    unreachable: ignore"
    player = played(4, keys, [LOST, LOST])
    assert begun(player) == [0, 1]
    asked = "The first 2 of 4 items have ended: 2 unreachable. Let the other 2 begin?"
    assert question(player).message.splitlines()[0] == asked
    player.answer("a", "yes").play()
    assert begun(player) == [0, 1, 2, 3]
    assert played(4, keys, [LOST, OK]).asked == []


@pytest.mark.parametrize("canary", ["4", "9", "100%"])
def test_where_there_are_canaries_only_nobody_is_asked(canary: str) -> None:
    player = played(4, f"canary: {canary}", [OK, OK, OK, FAILS])
    assert player.asked == []
    assert begun(player) == [0, 1, 2, 3]
    assert player.statuses()["b"] == "succeeded"


def test_an_empty_list_has_no_canaries() -> None:
    player = played(0, "canary: 1\n    batch_pause: 1s\n    max_errors: 10%")
    assert player.asked == []
    assert player.statuses() == {"a": "succeeded", "b": "succeeded"}


def test_a_confirm_of_the_loop_is_asked_before_its_canaries_and_is_no_gate_of_its_items() -> None:
    player = played(
        3,
        "confirm: Sure?\n    canary: 1\n    canary_confirm: false",
        [FAILS],
        answers={"a": ["yes"]},
    )
    assert player.statuses()["b"] == "succeeded"


def test_a_question_about_canaries_is_put_away_where_the_run_is_cancelled() -> None:
    player = played(3, "canary: 1")
    player.tell(CancelRequested(at=player.moment, by="ada"))
    player.play()
    assert player.machine.state.status == "cancelled"
    assert player.statuses()["a"] == "cancelled"
    assert begun(player) == [0]


def test_a_question_about_canaries_is_asked_again_when_the_run_is_resumed() -> None:
    for how in ("interrupted", "killed"):
        player = played(3, "canary: 1")
        if how == "interrupted":
            player.tell(Interrupted(at=player.moment, reason="gone"))
            assert player.machine.state.status == "interrupted"
        player.resume().play()
        assert begun(player) == [0]
        assert len(player.asked) == 2
        player.answer("a", "yes").play()
        assert begun(player) == [0, 1, 2]
        assert player.machine.state.status == "succeeded"


def test_a_yes_to_the_canaries_holds_for_later_legs() -> None:
    player = played(3, "canary: 1\n    max_errors: 1", [FAILS, OK, FAILS], answers={"a": ["yes"]})
    assert player.machine.state.status == "failed"
    player.resume().play()
    assert begun(player) == [0, 1, 2, 0, 2]
    assert len(player.asked) == 1


def test_canaries_that_failed_run_first_and_alone_once_more() -> None:
    results = {"a[0]": [FAILS, OK]}
    text = loop(4, "canary: 2\n    max_parallel: 4")
    player = Player(program_of(text), results=results).create().play()
    assert begun(player) == [0, 1]
    player.resume().play()
    assert begun(player) == [0, 1, 0]
    player.answer("a", "yes").play()
    assert player.machine.state.status == "succeeded"
    assert begun(player) == [0, 1, 0, 2, 3]


def test_a_no_elsewhere_puts_the_question_away() -> None:
    program = program_of(
        """
        steps:
          - name: p
            kind: parallel
            steps:
              - {name: a, kind: shell, run: ls, foreach: [x, y], canary: 1}
              - {name: c, kind: confirm, message: Sure?}
        """
    )
    player = Player(program).create().play()
    assert {each.question.step for each in player.asked} == {"p/a", "p/c"}
    player.answer("p/c", "no").play()
    assert player.machine.state.status == "aborted"
    assert player.statuses()["p/a[1]"] == "skipped"


# Batches


def test_batches_begin_together_with_a_time_between_them() -> None:
    keys = "max_parallel: 2\n    batch_pause: 30s"
    player = played(5, keys, [Result(takes=1.0), Result(takes=4.0)])
    steps = player.machine.state.steps
    assert [steps[f"a[{n}]"].began for n in range(5)] == [0.0, 0.0, 34.0, 34.0, 65.0]
    paused = [notice for notice in player.notices if isinstance(notice, StepPaused)]
    assert [(each.step, each.seconds, each.reason) for each in paused] == [
        ("a", 30.0, "between two batches")
    ] * 2


def test_the_canaries_are_the_first_batch_and_a_question_stands_for_the_time_behind_them() -> None:
    keys = "canary: 3\n    max_parallel: 2\n    batch_pause: 10s"
    player = played(6, keys, answers={"a": ["yes"]})
    steps = player.machine.state.steps
    # The third canary is a batch of its own; a second passes until the answer.
    assert [steps[f"a[{n}]"].began for n in range(6)] == [0.0, 0.0, 11.0, 13.0, 13.0, 24.0]


def test_nothing_is_waited_for_behind_a_batch_of_which_no_item_ran() -> None:
    player = played(4, "batch_pause: 1h\n    if: item == 'web-3'")
    assert player.machine.state.steps["a[3]"].began == 0.0


def _pauses(player: Player) -> bool:
    return "batch:a" in player.machine.state.steps["a"].timers


def test_a_stop_cuts_the_time_between_two_batches() -> None:
    program = program_of(loop(3, "batch_pause: 1h"))
    for stop in (
        lambda at: CancelRequested(at=at, by="ada"),
        lambda at: Interrupted(at=at, reason="gone"),
    ):
        player = Player(program).create().play(until=_pauses)
        player.tell(stop(player.moment))
        player.play()
        state = player.machine.state
        assert state.clock < 10
        assert state.status in ("cancelled", "interrupted")
        assert begun(player) == [0]


def test_somebody_can_end_the_time_between_two_batches() -> None:
    player = Player(program_of(loop(2, "batch_pause: 1h"))).create()
    player.play(until=_pauses)
    player.tell(WaitCut(at=player.moment, step="a", by="ada"))
    player.play()
    assert player.machine.state.status == "succeeded"
    assert player.machine.state.clock < 10


def test_the_timeout_of_a_group_ends_the_time_between_two_batches_in_it() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            timeout: 5s
            steps: [{name: a, kind: shell, run: ls, foreach: [x, y], batch_pause: 1h}]
        """
    )
    player = Player(program).create().play()
    assert player.statuses() == {
        "g": "failed",
        "g/a": "cancelled",
        "g/a[0]": "succeeded",
        "g/a[1]": "skipped",
    }
    assert player.machine.state.clock < 10


def test_batches_go_on_where_they_stood_when_the_run_is_resumed() -> None:
    player = Player(program_of(loop(4, "batch_pause: 1h\n    max_parallel: 2"))).create()
    player.play(until=_pauses)
    player.resume().play()
    assert begun(player) == [0, 1, 2, 3]
    assert player.machine.state.clock < 10


def test_a_stop_in_an_item_ends_the_runbook_once_all_have_run() -> None:
    for keys, ran in (("max_errors: 0", ["x"]), ("max_errors: 1", ["x", "y"])):
        program = program_of(
            f"""
            steps:
              - name: g
                kind: group
                foreach: [x, y]
                {keys}
                steps:
                  - {{name: one, kind: shell, run: "echo {{{{ item }}}}"}}
                  - {{name: s, kind: stop, status: succeeded}}
              - {{name: b, kind: shell, run: ls}}
            """
        )
        player = Player(program).create().play()
        assert [action.shown for action in player.started] == [f"echo {item}" for item in ran]
        assert player.machine.state.status == "succeeded"


# What a plan says


def test_a_plan_tells_how_the_items_begin() -> None:
    keys = "canary: 10%\n    batch_pause: 30\n    max_errors: 2\n    unreachable: ignore"
    first = plan(program_of(loop(4, keys)), {}, (), "ada", lambda step: None)[0]
    assert first.confirm
    assert first.rules == (
        "the first 10% of the items alone, then asks",
        "30s between two batches of items",
        "no new item begins once more than 2 have failed",
        "items that cannot be reached are only warned",
    )


def test_what_is_decided_of_secret_rates_is_read_again(player_of_secrets: Player) -> None:
    decided = [d for e in player_of_secrets.actions for d in getattr(e, "decided", ())]
    assert "rates" in {d.what for d in decided}


@pytest.fixture
def player_of_secrets() -> Player:
    program = program_of(
        "vars: {MOST: {type: secret}}\n" + loop(4, "max_errors: '{{ MOST | length }}'")
    )
    return Player(program).create(MOST="hunter22", secrets=("MOST",)).play()


def test_an_answer_in_the_name_of_nobody_ends_the_run() -> None:
    player = played(3, "canary: 1")
    at: Moment = player.moment
    player.tell(Answered(at=at, step="a", answer="no", by="nobody"))
    player.play()
    assert player.machine.state.reason.startswith("`a`: nobody could be asked")
