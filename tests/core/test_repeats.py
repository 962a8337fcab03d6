"""Groups that run again: a poll or a retry of a block is made of attempts of all that is in it."""

from __future__ import annotations

import pytest

from pup_tui.core.events import PollAccepted, PollExtended, PollNudged, PollStopped
from pup_tui.core.notices import StepPolled
from pup_tui.core.program import Program
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

POLLED = """
steps:
  - name: g
    kind: group
    poll: {interval: 10s, timeout: 60s, until: "%s"}
    steps:
      - {name: a, kind: shell, run: "look {{ X | default('-') }}", capture: X}
      - {name: b, kind: shell, run: "more {{ X }}"}
  - {name: c, kind: shell, run: "echo {{ X }}"}
"""


def polled(until: str = "X == 'ok'") -> Program:
    return program_of(POLLED % until)


def said(*values: str) -> list[Result]:
    return [Result(captures={"X": value}) for value in values]


def shown(player: Player) -> list[str]:
    return [action.shown for action in player.started]


def samples(player: Player) -> list[tuple[int, bool, str | None]]:
    told = [notice for notice in player.notices if isinstance(notice, StepPolled)]
    return [(notice.attempt, notice.met, notice.error) for notice in told]


def test_a_group_is_repeated_as_a_whole_until_its_condition_holds() -> None:
    player = Player(polled(), results={"g/a": said("no", "no", "ok")}).create().play()
    assert shown(player) == ["look -", "more no"] * 2 + ["look -", "more ok", "echo ok"]
    assert samples(player) == [(1, False, None), (2, False, None), (3, True, None)]
    assert player.statuses() == dict.fromkeys(["g", "g/a", "g/b", "c"], "succeeded")
    assert player.machine.state.steps["g"].attempts == 3


def test_an_attempt_that_fails_is_not_yet() -> None:
    results = {"g/a": [*said("ok"), FAILS, *said("ok")], "g/b": [FAILS, Result()]}
    player = Player(polled(), results=results).create().play()
    assert samples(player) == [
        (1, False, "`g/b` failed: exited with 1"),
        (2, False, "`g/a` failed: exited with 1"),
        (3, True, None),
    ]
    assert player.machine.state.status == "succeeded"


def test_what_is_not_made_is_not_yet() -> None:
    text = POLLED.replace("capture: X}", "capture: X, if: 1 == 2}").replace("more {{ X }}", "more")
    player = Player(program_of(text % "X == 'ok'")).create().play()
    assert samples(player)[0] == (1, False, "`X` is not defined")
    assert "within 60 s" in player.machine.state.reason


def test_it_fails_at_its_timeout_after_max_attempts_or_where_fail_if_holds() -> None:
    player = Player(polled(), results={"g/a": said("no")}).create().play()
    assert (
        player.machine.state.reason
        == "`g` failed: the condition was not met within 60 s: X == 'ok'"
    )
    text = POLLED % "X == 'ok'"
    few = program_of(text.replace("timeout: 60s", "max_attempts: 2"))
    player = Player(few, results={"g/a": said("no")}).create().play()
    assert "after 2 attempts" in player.machine.state.reason
    bad = program_of(text.replace("timeout: 60s", "fail_if: X == 'bad'"))
    player = Player(bad, results={"g/a": said("no", "bad")}).create().play()
    assert "`fail_if` holds" in player.machine.state.reason
    assert len(samples(player)) == 2


@pytest.mark.parametrize("until", ["attempt == 3", "elapsed >= 24", "steps.a.output == 'ok'"])
def test_a_condition_knows_the_attempt_and_the_results_inside(until: str) -> None:
    results = [Result(captures={"X": "x"}, results={"output": out}) for out in ("n", "n", "ok")]
    player = Player(polled(until), results={"g/a": results}).create().play()
    assert len(samples(player)) == 3
    assert player.machine.state.status == "succeeded"


def test_the_time_that_runs_out_in_an_attempt_gives_it_up() -> None:
    player = Player(polled(), results={"g/a": [*said("no"), Result(hangs=True)]}).create().play()
    assert player.statuses()["g/a"] == "cancelled"
    assert "within 60 s" in player.machine.state.reason
    assert player.machine.state.steps["g"].ended == pytest.approx(60, abs=1)


ASKS = """
steps:
  - name: g
    kind: group
    poll: {interval: 10s, timeout: 60s, until: "DONE == 'yes'"}
    steps:
      - {name: q, kind: confirm, message: Look?}
      - {name: a, kind: shell, run: ls, capture: DONE}
"""


@pytest.mark.parametrize(("says", "ends"), [("yes", "succeeded"), ("no", "failed")])
def test_time_that_runs_out_while_a_question_is_open_is_judged_at_the_attempts_end(
    says: str, ends: str
) -> None:
    results = {"g/a": [Result(captures={"DONE": says})]}
    player = Player(program_of(ASKS), results=results).create().play()
    assert player.machine.state.steps["g"].phase == "open"
    assert player.moment.clock == 60
    player.answer("g/q", "yes").play()
    assert player.machine.state.status == ends


def test_gates_ask_in_every_attempt_and_a_no_ends_the_poll() -> None:
    results = {"g/a": [Result(captures={"DONE": "no"})]}
    answers = {"g/q": ["yes", "yes", "no"]}
    player = Player(program_of(ASKS), results=results, answers=answers).create().play()
    assert player.machine.state.status == "aborted"
    assert [ask.question.step for ask in player.asked] == ["g/q"] * 3
    assert len(samples(player)) == 2
    assert player.statuses()["g"] == "cancelled"


def test_a_dangerous_step_asks_in_every_attempt() -> None:
    text = ASKS.replace(
        "name: q, kind: confirm, message: Look?", "name: q, kind: shell, run: ls, danger: true"
    )
    results = {"g/a": [Result(captures={"DONE": word}) for word in ("no", "yes")]}
    answers = {"g/q": ["yes", "yes"]}
    player = Player(program_of(text), results=results, answers=answers).create().play()
    assert player.machine.state.status == "succeeded"
    assert len(player.asked) == 2


def test_answers_are_those_of_the_attempt() -> None:
    text = """
steps:
  - name: g
    kind: group
    poll: {interval: 10s, timeout: 60s, until: GO == 'on'}
    steps:
      - {name: t, kind: shell, run: "echo {{ GO | default('-') }}"}
      - {name: q, kind: input, vars: {GO: {default: x}}}
"""
    player = Player(program_of(text)).create()
    player.play(until=lambda p: len(p.asked) == 1).answer("g/q", "yes", {"GO": "off"})
    player.play(until=lambda p: len(p.asked) == 2).answer("g/q", "yes", {"GO": "on"}).play()
    assert shown(player) == ["echo -", "echo -"]
    assert player.machine.state.status == "succeeded"


def waiting() -> Player:
    player = Player(polled(), results={"g/a": said("no", "ok")}).create()
    return player.play(until=lambda p: bool(samples(p)))


def inside() -> Player:
    player = Player(polled(), results={"g/a": [Result(hangs=True)]}).create()
    return player.play(until=lambda p: p.machine.state.steps["g/a"].phase == "running")


def test_it_can_be_checked_now() -> None:
    player = waiting()
    player.tell(PollNudged(at=player.moment, step="g", by="ada"))
    assert player.machine.state.steps["g"].phase == "open"
    assert player.play().machine.state.status == "succeeded"


@pytest.mark.parametrize("when", [waiting, inside])
def test_it_can_be_stopped_and_accepted_between_attempts_and_in_one(when: object) -> None:
    assert callable(when)
    player: Player = when()
    player.tell(PollStopped(at=player.moment, step="g", by="ada"))
    player.play()
    assert "before ada stopped it" in player.machine.state.reason
    player = when()
    player.tell(PollAccepted(at=player.moment, step="g", by="ada", reason="seen"))
    player.play()
    assert player.statuses()["g"] == "succeeded"
    assert player.machine.state.steps["g"].reason == "accepted as met by ada: seen"


def test_it_can_be_extended_in_an_attempt() -> None:
    player = inside()
    player.tell(PollExtended(at=player.moment, step="g", seconds=40, by="ada"))
    player.play()
    assert player.machine.state.steps["g"].ended == pytest.approx(100, abs=1)


def test_each_item_of_a_loop_is_repeated_by_itself() -> None:
    text = POLLED.replace("kind: group", "kind: group\n    foreach: [1, 2]")
    text = text.replace("echo {{ X }}", "echo {{ X | join('+') }}")
    results = {"g[0]/a": said("ok"), "g[1]/a": said("no", "ok")}
    player = Player(program_of(text % "X == 'ok'"), results=results).create().play()
    told = [notice for notice in player.notices if isinstance(notice, StepPolled)]
    assert [(notice.step, notice.met) for notice in told] == [
        ("g[0]", True),
        ("g[1]", False),
        ("g[1]", True),
    ]
    assert shown(player)[-1] == "echo ok+ok"


GROUP_FILE = {
    "_templates/look.yaml": """
params: {WHAT: {}}
steps: [{name: a, kind: shell, run: "look {{ WHAT }}", capture: SEEN}]
outputs: {STATE: SEEN}
"""
}


def test_the_outputs_of_a_called_group_are_seen() -> None:
    program = program_of(
        """
        steps:
          - name: g
            template: look
            with: {WHAT: "{{ STATE | default('first') }}"}
            poll: {interval: 10s, timeout: 60s, until: STATE == 'ok'}
        """,
        files=GROUP_FILE,
    )
    results = {"g/a": [Result(captures={"SEEN": word}) for word in ("no", "ok")]}
    player = Player(program, results=results).create().play()
    assert shown(player) == ["look first", "look first"]
    assert player.machine.state.status == "succeeded"


def test_a_called_runbook_is_repeated_too() -> None:
    program = program_of(
        """
        steps:
          - name: r
            kind: runbook
            runbook: other
            poll: {interval: 10s, timeout: 60s, until: attempt == 2}
        """,
        files={"other.yaml": "name: other\nsteps: [{name: a, kind: shell, run: ls}]"},
    )
    player = Player(program, results={"r/a": [FAILS, Result()]}).create().play()
    assert samples(player) == [(1, False, "`r/a` failed: exited with 1"), (2, True, None)]


def test_a_stop_inside_ends_the_run_and_not_the_attempt() -> None:
    text = POLLED.replace(
        'name: b, kind: shell, run: "more {{ X }}"', "name: b, kind: stop, message: enough"
    )
    player = Player(program_of(text % "X == 'ok'"), results={"g/a": said("no")}).create().play()
    assert (player.machine.state.status, player.machine.state.reason) == ("succeeded", "enough")
    assert samples(player) == []


def test_captures_from_before_are_there_again_in_each_attempt() -> None:
    text = POLLED.replace(
        "steps:\n  - name: g",
        "steps:\n  - {name: z, kind: shell, run: ls, capture: X}\n  - name: g",
    )
    results = {"z": said("before"), "g/a": said("no", "ok")}
    player = Player(program_of(text % "X == 'ok'"), results=results).create().play()
    assert shown(player)[1:5] == ["look before", "more no", "look before", "more ok"]


UNDONE = """
steps:
  - name: g
    kind: group
    retry: {attempts: 3, delay: 1s}
    steps:
      - {name: a, kind: shell, run: make, capture: X, undo: {kind: shell, run: "drop {{ X }}"}}
      - name: l
        kind: shell
        foreach: [7]
        run: add
        capture: L
        undo: {kind: shell, run: "sub {{ item }} {{ L }}"}
      - {name: b, kind: shell, run: ls}
"""


def test_every_success_of_every_attempt_is_offered_to_be_taken_back_with_its_own_values() -> None:
    results = {
        "g/a": said("one", "two", "three"),
        "g/l[0]": [Result(captures={"L": n}) for n in ("i", "ii", "iii")],
        "g/b": [FAILS],
    }
    player = Player(program_of(UNDONE), results=results)
    player.create().play()
    (offers,) = [a.question.offers for a in player.asked if a.question.kind == "undo"]
    assert [(offer.step, offer.name, offer.command) for offer in offers] == [
        ("g/l[0]:undo", "l [0]", "sub 7 iii"),
        ("g/a:undo", "a", "drop three"),
        ("g/l[0]#2:undo", "l [0] (attempt 2)", "sub 7 ii"),
        ("g/a#2:undo", "a (attempt 2)", "drop two"),
        ("g/l[0]#1:undo", "l [0] (attempt 1)", "sub 7 i"),
        ("g/a#1:undo", "a (attempt 1)", "drop one"),
    ]
    player.undo([offer.step for offer in offers]).play()
    assert shown(player)[-6:] == [offer.command for offer in offers]
    assert player.statuses()["g/a#1:undo"] == "succeeded"


def test_what_a_called_group_did_is_taken_back_with_what_it_was_given() -> None:
    program = program_of(
        """
        steps:
          - name: g
            kind: group
            retry: {attempts: 2, delay: 1s}
            steps:
              - {name: n, kind: shell, run: ls, capture: N}
              - {name: t, template: make, with: {WHAT: "{{ N }}"}}
              - {name: b, kind: shell, run: ls}
        """,
        files={
            "_templates/make.yaml": """
params: {WHAT: {}}
steps: [{name: a, kind: shell, run: "make {{ WHAT }}", undo: {kind: shell, run: "drop {{ WHAT }}"}}]
"""
        },
    )
    results = {"g/n": [Result(captures={"N": n}) for n in ("1", "2")], "g/b": [FAILS]}
    player = Player(program, results=results).create().play()
    (offers,) = [a.question.offers for a in player.asked if a.question.kind == "undo"]
    assert [offer.command for offer in offers] == ["drop 2", "drop 1"]


def test_a_group_whose_gate_was_not_asked_in_one_attempt_closes_none_when_it_is_well_in_the_next() -> (
    None
):
    text = """
steps:
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1s}
    steps:
      - {name: a, kind: shell, run: ls}
      - {name: q, kind: confirm, message: Go?}
  - {name: c, kind: shell, run: ls, when: always}
"""
    results, answers = {"g/a": [FAILS, Result()]}, {"g/q": ["yes"]}
    player = Player(program_of(text), results=results, answers=answers).create().play()
    assert player.machine.state.status == "succeeded"
    assert player.statuses()["c"] == "succeeded"


def test_a_block_inside_one_that_runs_again_begins_with_what_stood_before_both() -> None:
    text = """
steps:
  - {name: z, kind: shell, run: ls, capture: X}
  - name: g
    kind: group
    retry: {attempts: 2, delay: 1s}
    steps:
      - name: h
        kind: group
        retry: {attempts: 2, delay: 1s}
        steps:
          - {name: look, kind: shell, run: "look {{ X }}"}
          - {name: a, kind: shell, run: ls, capture: X}
          - {name: b, kind: shell, run: ls}
      - {name: c, kind: shell, run: ls}
"""
    results = {
        "z": said("before"),
        "g/h/a": said("1", "2", "3"),
        "g/h/b": [FAILS, OK, OK],
        "g/c": [FAILS, OK],
    }
    player = Player(program_of(text), results=results).create().play()
    assert [line for line in shown(player) if line.startswith("look")] == ["look before"] * 3
