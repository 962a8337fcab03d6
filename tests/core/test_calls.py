"""Steps that call a group from a file or another runbook: both see only what they are given."""

from __future__ import annotations

import msgspec

from pup_tui.core.actions import Record
from pup_tui.core.program import Program, compile_program
from pup_tui.core.state import RunStatus
from pup_tui.runbook.model import Call, Defaults, GroupStep, Runbook, RunbookStep, ShellStep
from pup_tui.runbook.parts import Retry, Variable
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

READ = ShellStep(name="Read", id="read", run="get {{ SERVICE }}", capture="SLOS")
CALL = Call(
    template="slos",
    params={"SERVICE": Variable()},
    outputs={"COUNT": "SLOS | length"},
)


def program(*steps: object, **keys: object) -> Program:
    return compile_program("test", Runbook(name="test", steps=steps, **keys))  # type: ignore[arg-type]


def gate(**keys: object) -> GroupStep:
    given = {"SERVICE": "{{ NAME }}"}
    return GroupStep(name="Gate", id="gate", steps=(READ,), given=given, call=CALL, **keys)  # type: ignore[arg-type]


def after(run: str) -> ShellStep:
    return ShellStep(name="After", id="after", run=run)


def shown(player: Player) -> list[str]:
    return [action.shown for action in player.started]


def test_a_group_sees_its_params_and_gives_back_its_outputs() -> None:
    given = program(gate(), after("say {{ COUNT }}"), vars={"NAME": Variable()})
    results = {"gate/read": [Result(captures={"SLOS": ["a", "b"]})]}
    player = Player(given, results=results).create(NAME="payments").play()
    assert shown(player) == ["get payments", "say 2"]
    assert player.machine.state.frames[""].captured == {"COUNT": 2}


def test_a_group_does_not_see_what_it_was_not_given() -> None:
    inner = ShellStep(name="Read", id="read", run="get {{ NAME }}")
    call = GroupStep(name="Gate", id="gate", steps=(inner,), call=Call(template="x"))
    player = Player(program(call, vars={"NAME": Variable()})).create(NAME="payments").play()
    assert player.statuses()["gate/read"] == "failed"


def test_an_output_that_gives_nothing_fails_the_call() -> None:
    player = Player(program(gate()), results={"gate/read": [OK]}).create(NAME="x").play()
    assert player.statuses()["gate"] == "failed"
    assert "SLOS" in player.machine.state.steps["gate"].reason


def test_values_that_do_not_fit_fail_the_call_before_anything_runs() -> None:
    call = GroupStep(name="Gate", id="gate", steps=(READ,), call=CALL, retry=Retry(attempts=3))
    player = Player(program(call)).create().play()
    assert player.statuses() == {"gate": "failed", "gate/read": "skipped"}
    assert player.machine.state.steps["gate"].reason == "`SERVICE` is required"


def test_a_secret_that_is_given_stays_one() -> None:
    given = program(gate(), vars={"NAME": Variable(type="secret")})
    player = Player(given).create(NAME="hunter2hunter2", secrets=("NAME",)).play()
    assert player.machine.state.frames["gate/"].secrets == ["SERVICE"]


def called(lock: str | None = None) -> RunbookStep:
    runbook = Runbook(
        name="other",
        vars={"WHO": Variable(default="nobody")},
        lock=lock,
        steps=(ShellStep(name="Hi", id="hi", run="say {{ WHO }}"),),
    )
    return RunbookStep(
        name="Other", id="other", runbook="other", called=runbook, vars={"WHO": "ada"}
    )


def test_a_runbook_runs_as_a_nested_group() -> None:
    player = Player(program(called())).create().play()
    assert shown(player) == ["say ada"]
    assert player.statuses() == {"other": "succeeded", "other/hi": "succeeded"}


def test_its_lock_is_taken_first() -> None:
    locked = program(called("door/{{ WHO }}"))
    assert Player(locked).create().play().machine.state.status is RunStatus.SUCCEEDED
    player = Player(locked, locks={"door/ada": "bob on there"}).create().play()
    assert player.started == []
    assert player.machine.state.steps["other"].reason == "its lock is held by bob on there"


def test_a_limit_that_makes_no_sense_fails_the_call_though_its_lock_is_held() -> None:
    step = msgspec.structs.replace(called("door"), timeout="{{ WHEN }}")
    player = Player(program(step, vars={"WHEN": Variable()})).create(WHEN="soon").play()
    assert player.statuses() == {"other": "failed", "other/hi": "skipped"}


def test_a_call_for_each_item_has_names_of_its_own() -> None:
    call = GroupStep(
        name="Gate",
        id="gate",
        steps=(READ,),
        given={"SERVICE": "{{ item }}"},
        call=CALL,
        foreach=("a", "b"),
    )
    results = {f"gate[{n}]/read": [Result(captures={"SLOS": [1] * (n + 1)})] for n in range(2)}
    player = Player(program(call, after("say {{ COUNT }}")), results=results).create().play()
    assert shown(player) == ["get a", "get b", "say '[1, 2]'"]


def test_the_defaults_of_a_runbook_are_its_own() -> None:
    inner = Runbook(name="other", steps=(ShellStep(name="Hi", id="hi", run="say hi"),))
    step = RunbookStep(name="Other", id="other", runbook="other", called=inner)
    outer = program(step, defaults=Defaults(retry=Retry(attempts=2)))
    player = Player(outer, results={"other/hi": [FAILS]}).create().play()
    assert len(player.started) == 1


def test_an_environment_made_of_a_secret_around_a_call_is_decided_once() -> None:
    text = """
vars: {S: {type: secret}}
steps:
  - name: g
    kind: group
    env: {PART: "{{ S.split('-')[1] }}"}
    steps: [{name: r, kind: runbook, runbook: other}]
"""
    files = {"other.yaml": "name: other\nsteps: [{name: a, kind: shell, run: ls}]"}
    given = program_of(text, files=files)
    player = Player(given).create(S="hunter-two", secrets=("S",)).play()
    assert player.statuses()["g/r/a"] == "succeeded"
    decided = [d for action in player.actions if isinstance(action, Record) for d in action.decided]
    assert ("g/r/a", "request") in [(decision.step, decision.what) for decision in decided]
    assert "two" not in str(decided)
