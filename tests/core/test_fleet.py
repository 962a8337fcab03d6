"""A loop as one thing: how its items stand, and at which pace it goes."""

from __future__ import annotations

import pytest

from pup_tui.core.counting import counted_as
from pup_tui.core.fleet import FleetSummary, fleets_of, is_fleet, standing_of
from pup_tui.core.state import Rates, StepStatus
from tests.support.player import FAILS, Player
from tests.support.runbooks import program_of

LOOP = """
steps:
  - name: Restart
    kind: shell
    run: restart
    foreach: [{hosts}]
    label: "web-{{{{ item }}}}"
    max_parallel: 3
    keep_going: true
"""
GROUP = """
steps:
  - name: Each
    kind: group
    foreach: [a, b]
    keep_going: true
    steps:
      - {name: first, kind: shell, run: first}
      - {name: second, kind: shell, run: second}
"""


def looped(number: int) -> str:
    return LOOP.format(hosts=", ".join(map(str, range(1, number + 1))))


def fleets(player: Player) -> list[FleetSummary]:
    state = player.machine.state
    return fleets_of(
        player.machine.program,
        state,
        state.steps,
        lambda step: str(state.steps[step].status or "pending"),
    )


@pytest.mark.parametrize(
    ("items", "on_hosts", "expected"),
    [(0, True, False), (1, True, True), (10, False, False), (11, False, True)],
)
def test_a_loop_over_hosts_or_over_many_items_is_a_fleet(
    items: int, on_hosts: bool, expected: bool
) -> None:
    assert is_fleet(items, on_hosts=on_hosts) is expected


def test_the_items_of_a_loop_are_told_with_their_pace_also_when_it_has_ended() -> None:
    player = Player(program_of(looped(12)), results={"restart[4]": [FAILS]}).create().play()
    [fleet] = fleets(player)
    assert fleet.step == "restart"
    assert [item.name for item in fleet.those("failed")] == ["web-5"]
    assert fleet.those("failed")[0].reason == "exited with 1"
    assert fleet.standing.counts == {"succeeded": 11, "failed": 1}
    assert fleet.standing.pace == ["3 at a time", "errors 1 of at most 12"]
    assert fleet.standing.told(over=True) == ["11 of 12 succeeded", "1 failed"]
    assert fleet.noun == "item"


def test_a_short_loop_at_home_is_none() -> None:
    assert fleets(Player(program_of(looped(3))).create().play()) == []


def test_a_loop_is_known_by_the_hosts_of_what_its_items_hold() -> None:
    player = Player(program_of(GROUP)).create().play()
    assert fleets(player) == []
    for number, host in enumerate(("db-1", "db-2")):
        player.machine.state.steps[f"each[{number}]/second"].host = host
    [fleet] = fleets(player)
    assert [(item.host, item.label) for item in fleet.items] == [("db-1", "a"), ("db-2", "b")]
    assert fleet.noun == "host"


def test_an_item_that_was_not_reached_did_not_just_fail() -> None:
    player = Player(program_of(GROUP), results={"each[1]/second": [FAILS]}).create().play()
    known = player.machine.state.steps
    for number in range(2):
        known[f"each[{number}]/first"].host = f"db-{number}"
    assert [item.state for item in fleets(player)[0].items] == ["succeeded", "failed"]
    known["each[1]"].unreachable = True
    [fleet] = fleets(player)
    assert [item.state for item in fleet.items] == ["succeeded", "unreachable"]
    assert fleet.standing.told(over=True) == ["1 of 2 succeeded", "1 unreachable"]


@pytest.mark.parametrize("status", ["failed", "warned", "ignored"])
def test_a_host_that_was_not_reached_is_told_apart_whatever_is_made_of_it(status: str) -> None:
    assert counted_as(status, unreachable=True) == "unreachable"
    assert counted_as(status, unreachable=False) == status


def test_one_that_was_reached_in_the_end_succeeded() -> None:
    assert counted_as("succeeded", unreachable=True) == "succeeded"


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        (0, "canary: the first 2 of 12"),
        (2, "canary: the first 2 of 12"),
        (3, "batch 1 of 3"),
        (6, "batch 1 of 3"),
        (7, "batch 2 of 3"),
        (12, "batch 3 of 3"),
    ],
)
def test_batches_are_counted_behind_the_canaries(begun: int, told: str) -> None:
    rates = Rates(at_once=4, canary=2, batch=4, budget=5)
    states = ["succeeded"] * begun + ["pending"] * (12 - begun)
    assert standing_of(states, 1, rates).pace == [told, "4 at a time", "errors 1 of at most 5"]


def test_what_runs_is_told_behind_what_has_ended() -> None:
    states = ["succeeded", "unreachable", "running", "running", "retrying", "pending"]
    told = standing_of(states, 0, None).told(over=False)
    assert told == ["1 of 6 succeeded", "1 unreachable", "2 running", "1 retrying"]


def test_where_nobody_knows_the_pace_nothing_is_said_of_it() -> None:
    standing = standing_of(["failed", "unreachable", "pending"], 2, None)
    assert (standing.pace, standing.errors) == ([], 2)


def test_what_was_not_reached_and_is_ignored_is_told_and_is_no_error() -> None:
    player = Player(program_of(looped(12) + "    unreachable: ignore\n"))
    player.create().play()
    known = player.machine.state.steps
    known["restart[2]"].status, known["restart[2]"].unreachable = StepStatus.WARNED, True
    [fleet] = fleets(player)
    assert fleet.standing.told(over=True) == ["11 of 12 succeeded", "1 unreachable"]
    assert fleet.standing.errors == 0
