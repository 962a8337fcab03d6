"""Replaying a run's events gives the state that the run had, for any story; and no event is refused."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pup_tui.core.actions import EndRun
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Findings,
    Interrupted,
    LockAnswered,
    Moment,
    PollAccepted,
    PollExtended,
    PollNudged,
    PollStopped,
    RunCreated,
    Source,
    TimerFired,
    ToolLookedUp,
    UndoChosen,
    ValuesResolved,
    WaitCut,
)
from pup_tui.core.ids import UNDO, holder_id
from pup_tui.core.machine import Machine
from pup_tui.core.notices import RunFinished, StepFinished
from pup_tui.core.state import RunState
from pup_tui.drivers.replay import first_difference
from tests.support.often import often
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

PROGRAM = program_of(
    """
    steps:
      - {name: a, kind: shell, run: one, on_failure: confirm, timeout: 5s, capture: ONE}
      - {name: ask, kind: confirm, message: Go on?, timeout: 60s}
      - {name: p, kind: shell, optional: true, run: probe,
         poll: {interval: 10s, timeout: 60s, until: value < 5}}
      - {name: w, kind: wait, duration: 30s}
      - {name: d, kind: shell, danger: true, run: "drop {{ ONE }}"}
      - {name: m, kind: manual, checklist: [one, two]}
      - {name: side, kind: parallel, fail_fast: true, timeout: 40s, steps: [
           {name: one, kind: shell, run: one, undo: {kind: shell, run: not one}},
           {name: two, kind: group, retry: {attempts: 2},
            poll: {interval: 5s, timeout: 50s, until: "attempt > 1 and WHY is defined"}, steps: [
              {name: look, kind: shell, run: look, confirm: "Look?"},
              {name: why, kind: input, vars: {WHY: because}}]}]}
      - {name: each, kind: shell, run: "make {{ item }}", foreach: [x, y], max_parallel: 2,
         keep_going: true, label: "{{ item }} {{ loop.index }}", settles: one,
         retry: {attempts: 2}, undo: {kind: shell, run: "undo {{ item }}"}}
      - {name: halt, kind: stop, status: failed, if: "steps.each.outcome[0] == 'failed'"}
      - {name: f, kind: shell, when: on_failure, run: page}
      - {name: c, kind: shell, when: cleanup, run: tidy}
    """
)
STEPS = [*(node.id for node in PROGRAM.nodes), "each[0]", "each[1]", "side/one:undo"]


def _again(events: list[AnyEvent]) -> RunState:
    """The state after the events as they would come back from a journal."""
    machine = Machine(PROGRAM)
    for event in events:
        machine.handle(msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent))
    return machine.state


@given(st.integers(min_value=0, max_value=10**9))
@settings(max_examples=often(80, 1000), deadline=None)
def test_replay_equals_live(seed: int) -> None:
    chance = random.Random(seed)
    results = [
        OK,
        FAILS,
        Result(hangs=True),
        Result(until=True, value=2.0),
        Result(until=False, value=8.0),
        Result(captures={"ONE": "1"}),
    ]
    answers = ["yes", "yes", "no", "retry", "skip", "continue", "abort"]
    player = Player(
        PROGRAM,
        results={step: chance.choices(results, k=6) for step in STEPS},
        answers={step: chance.choices(answers, k=3) for step in STEPS},
        tools={"probe": chance.random() < 0.7},
        undo=chance.choices(["side/one:undo", "each[0]:undo", "each[1]:undo"], k=2),
    ).create()
    stop_at = chance.randrange(3, 60)
    player.play(until=lambda p: len(p.events) >= stop_at)
    if chance.random() < 0.5:
        player.tell(CancelRequested(at=player.moment, by="ada"))
    player.play()
    assert _again(player.events) == player.machine.state
    # What hangs, or waits for an answer that nobody gives, is given up: first the steps, then the cleanup.
    for _ in range(2):
        player.tell(CancelRequested(at=player.moment, by="ada"))
        player.play()
    _all_ended_once(player)


def _all_ended_once(player: Player) -> None:
    """The run and each of its steps ended, and that was told once; only a retried block repeats it."""
    state, notices = player.machine.state, player.notices
    assert isinstance(notices[-1], RunFinished)
    assert sum(isinstance(notice, RunFinished) for notice in notices) == 1
    assert sum(isinstance(action, EndRun) for action in player.actions) == 1
    told = Counter(notice.step for notice in notices if isinstance(notice, StepFinished))
    assert told.keys() == state.steps.keys()
    for step, times in told.items():
        tries = state.steps["side/two"].attempts if step.startswith("side/two/") else 1
        assert 1 <= times <= max(1, tries), step
    assert {str(known.phase) for known in state.steps.values()} == {"ended"}
    assert not any(known.timers for known in state.steps.values())
    holding = {holder_id(step) for step in state.steps if not step.endswith(UNDO)}
    statuses = [known.status for step, known in state.steps.items() if step not in holding]
    assert notices[-1].counts == Counter(statuses)
    started = [action.attempt for action in player.started]
    ended = [event.attempt for event in player.events if isinstance(event, AttemptFinished)]
    assert len(set(started)) == len(started)
    assert set(ended) == set(started)


_step = st.sampled_from([*STEPS, "nowhere"])
_at = st.builds(
    Moment,
    wall=st.floats(0, 2e9),
    clock=st.floats(0, 1e6),
)
_attempt = st.builds(lambda step, n: f"{step}#{n}", _step, st.integers(0, 3))
_timer = st.builds(
    lambda kind, step: f"{kind}:{step}",
    st.sampled_from(["timeout", "poll", "next", "wait", "answer", "retry", "other"]),
    _step,
)
_who: dict[str, Any] = {"at": _at, "step": _step, "by": st.just("ada")}
_events = st.one_of(
    st.builds(ToolLookedUp, at=_at, step=_step, tool=st.just("probe"), found=st.booleans()),
    st.builds(ValuesResolved, at=_at, step=_step, problems=st.sampled_from([(), ("no",)])),
    st.builds(LockAnswered, at=_at, step=_step, held=st.booleans()),
    st.builds(UndoChosen, at=_at, steps=st.just(("side/one:undo",)), by=st.just("ada")),
    st.builds(AttemptStarted, at=_at, attempt=_attempt, command=st.just("x")),
    st.builds(
        AttemptFinished,
        at=_at,
        attempt=_attempt,
        ok=st.booleans(),
        duration=st.just(1.0),
        findings=st.builds(Findings, captures=st.just({"ONE": "1"})),
    ),
    st.builds(TimerFired, at=_at, timer=_timer),
    st.builds(
        Answered, answer=st.sampled_from(["yes", "no", "retry", "skip", "continue", ""]), **_who
    ),
    st.builds(PollNudged, **_who),
    st.builds(PollExtended, seconds=st.just(60.0), **_who),
    st.builds(PollStopped, **_who),
    st.builds(PollAccepted, reason=st.just("seen"), **_who),
    st.builds(WaitCut, **_who),
    st.builds(CancelRequested, at=_at, by=st.just("ada")),
    st.builds(Interrupted, at=_at, reason=st.just("gone")),
    st.builds(
        RunCreated,
        at=_at,
        run=st.just("01RUN"),
        runbook=st.just("test"),
        source=st.just(Source(path="", sha256="")),
        operator=st.just("ada"),
        host=st.just("here"),
        values=st.just({}),
    ),
)


@given(st.lists(_events, max_size=60))
@settings(max_examples=often(150, 2000), deadline=None)
def test_every_event_in_every_state_has_a_defined_result(events: list[AnyEvent]) -> None:
    machine = Player(PROGRAM).create().machine
    ended = False
    for event in events:
        actions = machine.handle(event)
        assert not (ended and actions)
        ended = machine.state.phase == "ended"
        assert (
            msgspec.json.decode(msgspec.json.encode(machine.state), type=RunState) == machine.state
        )


def test_of_a_record_without_ends_the_attempts_are_compared() -> None:
    steps = "steps: [{{name: a, kind: shell, run: ls, if: {} == 2}}]\n"
    events = Player(program_of(steps.format(2))).create().play().events
    assert first_difference(program_of(steps.format(2)), events) is None
    told = first_difference(program_of(steps.format(1)), events)
    assert told == "the attempt a#1 would not have been made"


def test_of_a_record_with_ends_they_are_compared_too() -> None:
    steps = "steps: [{{name: a, kind: shell, run: ls, on_failure: {}}}]\n"
    player = Player(program_of(steps.format("warn")), results={"a": [FAILS]})
    recorded = [
        structs.replace(event, ended={"a": "warned", "": "succeeded"})
        if isinstance(event, AttemptFinished)
        else structs.replace(event, ended={})
        for event in player.create().play().events
    ]
    assert first_difference(program_of(steps.format("warn")), recorded) is None
    told = first_difference(program_of(steps.format("ignore")), recorded)
    assert told == "`a` would have been ignored where it was warned"


OPTIONAL = """
steps:
  - {name: first, kind: shell, run: ls}
  - {name: tool, kind: shell, optional: true, run: A=1 probe, capture: T}
  - {name: last, kind: shell, run: ls}
"""


def test_a_record_from_before_a_tool_was_looked_for_keeps_what_was_done() -> None:
    program = program_of(OPTIONAL)
    player = Player(program, results={"tool": [FAILS]}).create().play()
    recorded = [event for event in player.events if not isinstance(event, ToolLookedUp)]
    assert len(recorded) < len(player.events)
    assert first_difference(program, recorded) is None
    machine = Machine(program)
    for event in recorded:
        machine.handle(event)
    assert machine.state == player.machine.state
    assert machine.state.steps["tool"].attempts == 1


def test_a_record_in_which_another_tool_was_missing_keeps_what_was_skipped() -> None:
    player = Player(program_of(OPTIONAL), tools={"probe": False}).create().play()
    missing = next(event for event in player.events if isinstance(event, ToolLookedUp))
    assert not missing.found
    today = Machine(program_of(OPTIONAL.replace("A=1 probe", "true")))
    for event in player.events:
        today.handle(event)
    assert today.state == player.machine.state
    assert today.state.steps["tool"].reason == "`probe` is not installed"
