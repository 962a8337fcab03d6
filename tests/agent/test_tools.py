"""What agents are told, and how a run is asked for."""

from __future__ import annotations

import json
import time

import pytest
from msgspec import structs

from pup_tui.agent import asking, runs
from pup_tui.agent.desk import Client, Desk, Refused
from pup_tui.agent.limits import LONGEST_ANSWER, Room
from pup_tui.agent.reach import Reach
from pup_tui.agent.runbooks import plan_run
from tests.agent.misuse import ASKABLE, CLOSED
from tests.support.agents import Mode, desk_in, over_http, over_stdio
from tests.support.program import Program

HELPER = Client("helper", "4.2")


def asked_for(desk: Desk, runbook: str, **values: object) -> str:
    """Ask for a run; its id."""
    reach = Reach(desk)
    digest = plan_run(desk, reach, runbook, dict(values))["digest"]
    told = asking.request_run(desk, reach, HELPER, runbook, dict(values), digest, "It is needed.")
    run: str = told["run"]
    return run


def write(program: Program, name: str, text: str) -> None:
    (program.cwd / "books" / f"{name}.yaml").write_text(f"name: {name}\n{text}")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_of_either_protocol_goes_all_the_way_over_http(
    mode: Mode, program: Program
) -> None:
    async with over_http(program, mode=mode) as world:
        world.write("greet", ASKABLE)
        listed = await world.data("list_runbooks", words="greet")
        assert [each["id"] for each in listed["runbooks"]] == ["greet"]
        asked = await world.request("greet", WHO="ada")
        (waits,) = world.waiting("greet")
    assert (waits.run, waits.client, waits.version) == (asked["run"], "helper", "4.2")
    assert (waits.given, waits.vars, waits.reason) == (
        {"WHO": "ada"},
        {"WHO": "ada"},
        "It is needed.",
    )


async def test_a_legacy_client_goes_all_the_way_over_stdio(program: Program) -> None:
    async with over_stdio(program, mode="legacy") as world:
        world.write("greet", ASKABLE)
        run = (await world.request("greet"))["run"]
        assert (await world.data("get_run", run=run))["status"] == "pending"
        (waits,) = world.waiting("greet")
    assert waits.client_told == "helper 4.2"


async def test_what_a_run_did_and_printed_is_told(program: Program) -> None:
    async with over_http(program) as world:
        says = "for i in 1 2 3 4 5; do echo $i; done"
        world.write("counts", f"steps: [{{name: Count, kind: shell, run: {says}}}]\n")
        run = world.run("counts")
        told = await world.data("get_run", run=run)
        last = await world.data("get_output", run=run, step="count", first=-2)
        some = await world.data("get_output", run=run, step="count", first=1, lines=2)
        listed = await world.data("list_runbooks", words="counts")
    assert (told["status"], told["request"]) == ("succeeded", None)
    assert [(step["step"], step["output"]) for step in told["steps"]] == [("count", True)]
    assert str(program.cwd) not in json.dumps(told)
    assert [line["text"] for line in last["lines"]] == ["4", "5"]
    assert [line["text"] for line in some["lines"]] == ["2", "3"]
    assert (some["first"], some["total"]) == (1, 5)
    assert listed["runbooks"][0]["last_run"]["run"] == run


async def test_runs_are_found_and_those_of_what_says_none_are_not(program: Program) -> None:
    async with over_http(program) as world:
        world.write("counts", "steps: [{name: A, kind: shell, run: 'echo payments'}]\n")
        world.write("closed", CLOSED.replace("never told", "payments"))
        runs = [world.run("counts"), world.run("closed"), world.run("counts")]
        every = await world.data("search_history")
        found = await world.data("search_history", text="payments")
        none = await world.data("search_history", text="payments", runbook="closed")
        one = await world.data("search_history", runbook="counts", most=1)
        await world.refused("search_history", "from 1 to 100", most=1_000)
        await world.refused("search_history", "at most 300", text="a" * 1_000)
    assert [each["run"] for each in every["found"]] == [runs[2], runs[0]]
    assert [each["run"] for each in found["found"]] == [runs[2], runs[2], runs[0], runs[0]]
    assert {(each["in"], each["text"]) for each in found["found"]} == {
        ("command", "echo payments"),
        ("output", "payments"),
    }
    assert none == {"found": [], "more": False}
    assert ([each["run"] for each in one["found"]], one["more"]) == ([runs[2]], True)


async def test_an_alert_is_matched_and_fills_what_can_be_planned(program: Program) -> None:
    async with over_http(program) as world:
        world.write(
            "restart",
            "alerts: [{match: {alertname: Down}, vars: {SERVICE: alert.service}}]\n"
            "vars: {SERVICE: {}}\nsteps: [{name: Say, kind: shell, run: 'echo {{ SERVICE }}'}]\n",
        )
        labels = {"alertname": "Down", "service": "payments"}
        alert = json.dumps({"alerts": [{"status": "firing", "labels": labels}]})
        (match, *_) = (await world.data("match_alert", alert=alert))["matches"]
        plan = await world.data("plan_run", runbook="restart", values=match["values"])
    assert (match["runbook"], match["rank"]) == ("restart", 1)
    assert [step["command"] for step in plan["steps"]] == ["echo payments"]
    assert plan["can_be_requested"] is False


@pytest.mark.proves("P25")
def test_a_plan_holds_no_secret_and_is_the_same_with_and_without_it(program: Program) -> None:
    write(
        program,
        "secret",
        "agents: request\nvars: {TOKEN: {type: secret, from: 'env:MY_TOKEN'}}\nsteps:\n"
        "- {name: Say, kind: shell, run: 'echo hi', env: {T: '{{ TOKEN }}'}}\n",
    )
    bare = desk_in(program)
    environ = {**bare.sources.environ, "MY_TOKEN": "hunter2-hunter2"}
    known = structs.replace(bare, sources=structs.replace(bare.sources, environ=environ))
    plans = [plan_run(desk, Reach(desk), "secret", {}) for desk in (bare, known)]
    assert "hunter2" not in repr(plans)
    assert plans[0]["digest"] == plans[1]["digest"]
    assert plans[0]["unknown"] == ("TOKEN",)


@pytest.mark.proves("P25")
def test_a_run_that_nobody_decides_ends_after_an_hour(program: Program) -> None:
    write(program, "greet", ASKABLE)
    desk = desk_in(program)
    run = asked_for(desk, "greet")
    now = time.time()
    for after, status in (
        (0, "pending"),
        (3_590, "pending"),
        (3_610, "expired"),
        (90_000, "expired"),
    ):
        later = structs.replace(desk, now=lambda after=after: now + after)
        assert runs.get_run(later, Reach(later), run)["status"] == status
    later = structs.replace(desk, now=lambda: now + 3_610)
    assert asked_for(later, "greet") != run


@pytest.mark.proves("P25")
def test_without_allow_requests_nothing_can_be_asked_for(program: Program) -> None:
    write(program, "greet", ASKABLE)
    with pytest.raises(Refused, match="--allow-requests"):
        asked_for(desk_in(program, takes_requests=False), "greet")


def test_a_profile_is_part_of_what_is_asked_for(program: Program) -> None:
    write(program, "greet", ASKABLE)
    bare = desk_in(program)
    staging = structs.replace(bare, sources=structs.replace(bare.sources, profile="staging"))
    digests = {plan_run(desk, Reach(desk), "greet", {})["digest"] for desk in (bare, staging)}
    assert len(digests) == 2


@pytest.mark.parametrize(
    "value",
    [
        "a" * 1_000_000,
        ["a" * 5_000] * 1_000,
        {str(number): "a" * 1_000 for number in range(5_000)},
        [[[["a" * 3_000] * 10] * 10] * 10] * 10,
        {"a" * 3_000 + str(number): number for number in range(400)},
    ],
    ids=["a text", "a list", "a map", "lists in lists", "long names"],
)
def test_an_answer_is_no_longer_than_it_may_be(value: object) -> None:
    told = json.dumps(Room().fitted(value))
    assert len(told) < LONGEST_ANSWER + 20_000
    assert "more" in told or "no room" in told


def test_what_is_short_is_told_as_it_is() -> None:
    value = {"a": [1, 2.5, True, None, "text\nof two lines"], "b": {}}
    assert Room().fitted(value) == value
