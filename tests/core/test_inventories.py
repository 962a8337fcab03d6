"""Items that an inventory is asked for when a foreach begins."""

from __future__ import annotations

import pytest
from msgspec import json

from pup_tui.core.actions import ListItems
from pup_tui.core.events import AnyEvent, CancelRequested, Interrupted
from pup_tui.core.plan import PlannedStep, plan
from pup_tui.drivers.replay import replay
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HOSTS = "foreach: {ansible: 'inventories/{{ ENV }}', group: '{{ GROUP }}'}"


def text(keys: str = HOSTS, more: str = "") -> str:
    return f"""
vars: {{ENV: prod, GROUP: web}}
steps:
  - name: a
    kind: shell
    run: "restart {{{{ item }}}}"
    {keys}
{more}
"""


def asked(player: Player) -> list[ListItems]:
    return [action for action in player.actions if isinstance(action, ListItems)]


def begin(source: str, **given: object) -> Player:
    return Player(program_of(source), **given).create(ENV="prod", GROUP="web").play()  # type: ignore[arg-type]


def test_an_inventory_is_asked_when_its_step_begins() -> None:
    player = begin(text(), inventories={"a": ["web-1", "web-2"]})
    (wanted,) = asked(player)
    assert (wanted.ansible, wanted.group, wanted.timeout) == ("inventories/prod", "web", 60.0)
    assert [action.shown for action in player.started] == ["restart web-1", "restart web-2"]
    assert player.statuses() == {"a": "succeeded", "a[0]": "succeeded", "a[1]": "succeeded"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("{ansible: hosts.ini}", {"ansible": "hosts.ini", "group": "all"}),
        ("{ssh_config: '{{ GROUP }}-*'}", {"ssh_config": "web-*"}),
        ("{command: 'list {{ GROUP }}', timeout: 5s}", {"timeout": 5.0}),
    ],
)
def test_what_is_asked_is_rendered(given: str, place: dict[str, object]) -> None:
    (wanted,) = asked(begin(text(f"foreach: {given}"), inventories={"a": []}))
    assert {key: getattr(wanted, key) for key in place} == place
    if wanted.command is not None:
        assert [*wanted.command.values.values()] == ["web"]


def test_a_file_whose_name_turns_out_to_be_secret_is_not_asked() -> None:
    source = """
        steps:
          - {name: s, kind: shell, run: ls, capture: NAME}
          - {name: a, kind: shell, run: ls, foreach: {ansible: "{{ NAME }}"}}
    """
    found = Result(captures={"NAME": "hunter22"}, secrets=("NAME",))
    player = Player(program_of(source), results={"s": [found]}).create().play()
    assert asked(player) == []
    assert "NAME is a secret and may not stand in the name of a file" in (
        player.machine.state.steps["a"].reason
    )


def test_an_empty_inventory_is_an_empty_list() -> None:
    player = begin(text(), inventories={"a": []})
    assert player.machine.state.steps["a"].reason == "the list is empty"
    assert player.statuses() == {"a": "succeeded"}


def test_an_inventory_that_gives_nothing_fails_the_step() -> None:
    player = begin(text(), inventories={"a": "there is no group 'web' in it"})
    assert player.statuses() == {"a": "failed"}
    told = player.machine.state.steps["a"].reason
    assert told == "the inventory gives no items: there is no group 'web' in it"


@pytest.mark.parametrize("given", ["{ansible: '{{ NONE }}'}", "{ansible: x, group: '{{ NONE }}'}"])
def test_an_inventory_without_a_name_is_not_asked(given: str) -> None:
    program = program_of(
        f"vars: {{NONE: ''}}\n{text(f'foreach: {given}').replace('vars:', 'x-vars:')}"
    )
    player = Player(program, inventories={}).create(NONE="").play()
    assert asked(player) == []
    assert "of the inventory is empty" in player.machine.state.steps["a"].reason


def test_somebody_who_is_asked_first_is_told_the_items() -> None:
    player = begin(text(HOSTS + "\n    danger: true"), inventories={"a": ["web-1", "web-2"]})
    (ask,) = player.asked
    assert ask.question.upcoming == "for each of 2 items:\nrestart web-1\nrestart web-2"
    player.answer("a", "yes").play()
    assert player.machine.state.status == "succeeded"
    assert player.listed == ["a"]


def test_rates_are_those_of_what_the_inventory_gives() -> None:
    keys = HOSTS + "\n    max_errors: 50%\n    canary: 25%\n    canary_confirm: false"
    results = {f"a[{n}]": [FAILS] for n in range(8)}
    player = begin(text(keys), inventories={"a": [f"web-{n}" for n in range(8)]}, results=results)
    rates = player.machine.state.steps["a"].rates
    assert rates is not None
    assert (rates.canary, rates.budget) == (2, 4)
    assert len(player.started) == 5


def test_a_run_that_is_resumed_takes_the_items_that_it_had() -> None:
    player = begin(text(), inventories={"a": ["web-1", "web-2"]}, results={"a[1]": [FAILS, OK]})
    assert player.machine.state.status == "failed"
    player.resume().play()
    assert player.listed == ["a"]
    assert [action.shown for action in player.started][-1] == "restart web-2"
    assert player.machine.state.status == "succeeded"


def test_an_inventory_that_had_not_answered_is_asked_again() -> None:
    program = program_of(text())
    player = Player(program, inventories={"a": ["web-1"]}).create(ENV="prod", GROUP="web")
    player.resume().play()
    assert player.listed == ["a", "a"]
    assert player.machine.state.status == "succeeded"


@pytest.mark.parametrize("status", ["cancelled", "interrupted"])
def test_an_inventory_that_is_asked_keeps_nobody_from_stopping(status: str) -> None:
    player = Player(program_of(text()), inventories={"a": ["web-1"]}).create(
        ENV="prod", GROUP="web"
    )
    at = player.moment
    cancelled = CancelRequested(at=at, by="ada")
    player.tell(cancelled if status == "cancelled" else Interrupted(at=at, reason="gone"))
    player.play()
    assert player.machine.state.status == status
    assert player.started == []


def test_a_foreach_inside_of_items_asks_for_each_of_them() -> None:
    source = """
        steps:
          - name: g
            kind: group
            foreach: [eu, us]
            as: region
            steps:
              - name: a
                kind: shell
                run: "restart {{ item }}"
                foreach: {command: "list {{ region }}"}
    """
    given = {"g[0]/a": ["x"], "g[1]/a": ["y", "z"]}
    player = Player(program_of(source), inventories=given).create().play()
    assert [action.shown for action in player.started] == ["restart x", "restart y", "restart z"]


def test_what_was_listed_is_in_the_record() -> None:
    program = program_of(text())
    player = begin(text(), inventories={"a": ["web-1", {"name": "web-2"}]})
    written = [json.decode(json.encode(event), type=AnyEvent) for event in player.recorded]
    told = replay(program, written)
    assert told.state.steps["a[1]"].status == "succeeded"
    assert told.state == player.machine.state


def planned(source: str) -> list[PlannedStep]:
    values = {"ENV": "prod", "GROUP": "web"}
    return plan(program_of(source), values, (), "ada", lambda step: None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            "{ansible: '{{ ENV }}.ini', group: '{{ GROUP }}'}",
            "the hosts of the group web of prod.ini",
        ),
        ("{ansible: hosts}", "the hosts of the group all of hosts"),
        ("{ssh_config: '{{ GROUP }}-*'}", "the hosts of the ssh configuration called web-*"),
        ("{command: 'list {{ GROUP }}'}", "the lines of `list web`"),
    ],
)
def test_a_plan_asks_nobody_and_says_so(given: str, told: str) -> None:
    (step,) = planned(text(f"foreach: {given}"))
    assert step.command == f"for each of {told}: restart {{{{ item }}}}"
    assert (step.known, step.reason) == (False, "its items are asked for when it begins")
