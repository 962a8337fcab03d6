"""What secrets decide is recorded with the event that led to it, and read instead of them."""

from __future__ import annotations

import msgspec
import pytest

from pup_tui.core.actions import Record
from pup_tui.core.events import AnyEvent, RunCreated
from pup_tui.core.machine import Machine
from pup_tui.core.state import RunState
from tests.support.player import Player
from tests.support.runbooks import program_of

PROGRAM = program_of(
    """
    vars: {TOKEN: {type: secret}, PLAIN: x}
    steps:
      - {name: a, kind: shell, run: "one", if: "TOKEN.startswith('hunter')"}
      - {name: b, kind: shell, run: "two {{ TOKEN.split('-')[1] }}", timeout: "{{ TOKEN[-1] }}s"}
      - {name: c, kind: wait, duration: "{{ TOKEN | length }}s", foreach: "TOKEN.split('-')"}
      - {name: d, kind: confirm, message: "{{ 'long' if TOKEN | length > 5 else 'short' }}"}
      - {name: e, kind: shell, when: always, run: "{{ TOKEN.split('-')[7] }}", on_failure: warn}
    """
)


def recorded() -> tuple[list[AnyEvent], RunState]:
    """The events of a run as a journal keeps them, and how the run ended."""
    player = Player(PROGRAM, answers={"d": ["yes"]})
    player.create(TOKEN="hunter-2-5", PLAIN="x", secrets=("TOKEN",)).play()
    events: list[AnyEvent] = []
    machine = Machine(PROGRAM)
    for event in player.events:
        for action in machine.handle(event):
            if isinstance(action, Record):
                event = msgspec.structs.replace(event, decided=action.decided)
        events.append(msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent))
    return events, player.machine.state


def again(events: list[AnyEvent], token: str) -> RunState:
    machine = Machine(PROGRAM)
    for event in events:
        if isinstance(event, RunCreated):
            event = msgspec.structs.replace(event, values={**event.values, "TOKEN": token})
        machine.handle(event)
    return machine.state


def ends(state: RunState) -> dict[str, tuple[str, str]]:
    return {id_: (str(step.status), step.reason) for id_, step in state.steps.items()}


@pytest.mark.parametrize("token", ["***", "another", "another-9-of-them-that-has-more-parts-9"])
def test_other_secrets_change_nothing(token: str) -> None:
    events, live = recorded()
    assert ends(live)["a"] == ("succeeded", "")
    assert "c[2]" in live.steps
    assert ends(live)["e"][0] == "warned"
    state = again(events, token)
    assert ends(state) == ends(live)
    assert state.steps["b"].limit == live.steps["b"].limit == 5.0


def test_no_decision_holds_a_secret() -> None:
    events, _ = recorded()
    decided = msgspec.json.encode([event.decided for event in events]).decode()
    assert '"if"' in decided
    assert "long" in decided
    assert "hunter" not in decided


def test_what_is_not_recorded_is_decided_by_what_is_known() -> None:
    events, _ = recorded()
    without = [msgspec.structs.replace(event, decided=()) for event in events]
    assert ends(again(without, "another"))["a"][0] == "skipped"


def test_a_run_without_secrets_records_nothing() -> None:
    program = program_of("vars: {N: '3'}\nsteps: [{name: a, kind: shell, run: x, if: N == '3'}]")
    player = Player(program).create(N="3").play()
    assert not [action for action in player.actions if isinstance(action, Record)]
