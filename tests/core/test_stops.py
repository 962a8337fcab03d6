"""The `stop` step: nothing behind it begins but the cleanup, in the runbook that it stands in."""

from __future__ import annotations

import pytest

from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

STOPS = """
steps:
  - {name: a, kind: shell, run: ls, undo: {kind: shell, run: back}}
  - {name: s, kind: stop, status: %s, message: "nothing to do with {{ X }}"}
  - {name: b, kind: shell, run: ls}
  - {name: f, kind: shell, run: ls, when: on_failure}
  - {name: w, kind: shell, run: ls, when: always}
  - {name: q, kind: confirm, message: Go?}
  - {name: c, kind: shell, run: ls, when: cleanup}
vars: {X: x}
"""
SKIPPED = dict.fromkeys(["b", "f", "w", "q"], "skipped")


@pytest.mark.parametrize("status", ["succeeded", "failed", "aborted"])
def test_a_stop_ends_the_run_with_its_status_and_message(status: str) -> None:
    player = Player(program_of(STOPS % status), undo=["a:undo"]).create(X="x").play()
    state = player.machine.state
    assert (state.status, state.reason) == (status, "nothing to do with x")
    ended = {"a": "succeeded", "s": "succeeded", **SKIPPED, "c": "succeeded"}
    undone = {} if status == "succeeded" else {"a:undo": "succeeded"}
    assert player.statuses() == {**ended, **undone}
    assert {state.steps[step].reason for step in SKIPPED} == {"nothing to do with x"}


def test_a_stop_without_a_message_is_named() -> None:
    program = program_of("steps: [{name: s, kind: stop}, {name: b, kind: shell, run: ls}]")
    player = Player(program).create().play()
    assert player.machine.state.status == "succeeded"
    assert player.machine.state.steps["b"].reason == "stopped by `s`"


def test_a_stop_under_an_if_that_does_not_hold_stops_nothing() -> None:
    text = STOPS.replace("kind: stop,", "kind: stop, if: X == 'y',") % "failed"
    player = Player(program_of(text), answers={"q": ["yes"]}).create(X="x").play()
    assert player.machine.state.status == "succeeded"
    assert player.statuses()["b"] == "succeeded"


def test_an_earlier_verdict_stays() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: ls}
          - {name: s, kind: stop, status: aborted, when: on_failure, message: enough}
        """
    )
    player = Player(program, results={"a": [FAILS]}).create().play()
    state = player.machine.state
    assert (state.status, state.reason) == ("failed", "`a` failed: exited with 1")


INSIDE = """
steps:
  - name: g
    kind: group
    %s
    steps:
      - {name: s, kind: stop, status: failed, message: enough}
      - {name: b, kind: shell, run: ls}
  - {name: c, kind: shell, run: ls, when: always}
"""


@pytest.mark.parametrize(
    "keys", ["on_failure: warn", "retry: {attempts: 3}", "on_failure: confirm", "foreach: [1, 2]"]
)
def test_a_stop_in_a_group_or_a_loop_ends_the_run_whatever_they_say(keys: str) -> None:
    player = Player(program_of(INSIDE % keys)).create().play()
    state = player.machine.state
    assert (state.status, state.reason) == ("failed", "enough")
    assert player.asked == []
    assert player.started == []
    assert state.steps["c"].reason == "enough"


def test_what_runs_side_by_side_is_let_finish_and_no_more_of_it_begins() -> None:
    program = program_of(
        """
        steps:
          - name: p
            kind: parallel
            max_parallel: 2
            steps:
              - {name: s, kind: stop, status: aborted, message: enough}
              - name: g
                kind: group
                steps:
                  - {name: a, kind: shell, run: ls}
                  - {name: b, kind: shell, run: ls}
              - {name: c, kind: shell, run: ls}
          - {name: d, kind: shell, run: ls}
        """
    )
    player = Player(program).create().play()
    assert player.machine.state.status == "aborted"
    assert player.statuses() == {
        "p": "succeeded",
        "p/s": "succeeded",
        "p/g": "succeeded",
        "p/g/a": "succeeded",
        "p/g/b": "succeeded",
        "p/c": "skipped",
        "d": "skipped",
    }


CALLED = {
    "other.yaml": """
name: other
steps:
  - {name: s, kind: stop, status: STATUS, message: not here}
  - {name: b, kind: shell, run: ls}
  - {name: c, kind: shell, run: ls, when: cleanup}
"""
}


@pytest.mark.parametrize(
    ("status", "keys", "ends", "call"),
    [
        ("succeeded", "", "succeeded", "succeeded"),
        ("failed", "", "failed", "failed"),
        ("aborted", "", "failed", "failed"),
        ("aborted", "on_failure: warn", "succeeded", "warned"),
        ("failed", "retry: {attempts: 3}", "failed", "failed"),
    ],
)
def test_a_stop_in_a_called_runbook_ends_that_one(
    status: str, keys: str, ends: str, call: str
) -> None:
    files = {name: text.replace("STATUS", status) for name, text in CALLED.items()}
    program = program_of(
        f"""
        steps:
          - {{name: r, kind: runbook, runbook: other{", " if keys else ""}{keys}}}
          - {{name: d, kind: shell, run: ls, when: always}}
        """,
        files=files,
    )
    player = Player(program).create().play()
    state = player.machine.state
    assert state.status == ends
    assert player.statuses() == {
        "r": call,
        "r/s": "succeeded",
        "r/b": "skipped",
        "r/c": "succeeded",
        "d": "succeeded",
    }
    assert state.steps["r"].reason == "not here"
    assert state.steps["r"].attempts == (3 if "retry" in keys else 1)


TIDIES = """
name: other
steps:
  - name: g
    kind: group
    %s
    steps:
      - {name: q, kind: %s}
      - {name: b, kind: shell, run: ls}
      - {name: in_g, kind: shell, run: ls, when: cleanup}
  - {name: c, kind: shell, run: ls}
  - {name: not_begun, kind: group, steps: [{name: z, kind: shell, run: ls, when: cleanup}]}
  - {name: last, kind: shell, run: ls, when: cleanup}
"""
ENDS_EARLY = {
    "stopped": ("", "stop, status: failed", "succeeded", OK),
    "stopped well": ("", "stop", "succeeded", OK),
    "refused": ("", "confirm, message: Go?", "cancelled", OK),
    "failed": ("", "shell, run: ls", "failed", FAILS),
    "timed out": ("timeout: 1s", "shell, run: ls", "cancelled", Result(hangs=True)),
}
CALLS = {
    "the cleanup": ("{name: r, kind: runbook, runbook: other, when: cleanup}", "r"),
    "an undo": (
        "{name: a, kind: shell, run: ls, undo: {kind: runbook, runbook: other}}",
        "a:undo",
    ),
}


@pytest.mark.parametrize("end", ENDS_EARLY)
@pytest.mark.parametrize("by", CALLS)
def test_the_cleanup_of_a_runbook_that_the_cleanup_or_an_undo_calls_runs_however_it_ends(
    by: str, end: str
) -> None:
    keys, kind, status, result = ENDS_EARLY[end]
    calls, at = CALLS[by]
    program = program_of(
        f"steps: [{calls}, {{name: f, kind: shell, run: ls}}]",
        files={"other.yaml": TIDIES % (keys, kind)},
    )
    player = Player(
        program,
        results={"f": [FAILS], f"{at}/g/q": [result]},
        answers={f"{at}/g/q": ["no"]},
        undo=["a:undo"],
    )
    statuses = player.create().play().statuses()
    inside = {id_: ended for id_, ended in statuses.items() if id_.startswith(f"{at}/")}
    assert inside == {
        f"{at}/g": inside[f"{at}/g"],
        f"{at}/g/q": status,
        f"{at}/g/b": "skipped",
        f"{at}/g/in_g": "succeeded",
        f"{at}/c": "skipped",
        f"{at}/not_begun": "skipped",
        f"{at}/not_begun/z": "skipped",
        f"{at}/last": "succeeded",
    }


def test_the_cleanup_of_what_the_cleanup_calls_runs_again_with_it() -> None:
    program = program_of(
        "steps: [{name: a, kind: shell, run: ls}, {name: r, kind: runbook, runbook: other, when: cleanup}]",
        files={name: text.replace("STATUS", "failed") for name, text in CALLED.items()},
    )
    player = Player(program, results={"a": [FAILS, OK]}).create().play()
    player.resume().play()
    assert [action.attempt for action in player.started] == ["a#1", "r/c#1", "a#2", "r/c#2"]
    assert player.statuses()["r/b"] == "skipped"


KEEPS_GOING = """
vars: {X: x}
steps:
  - name: g
    kind: group
    foreach: [1, 2, 3]
    keep_going: true
    steps:
      - {name: a, kind: shell, run: "ls {{ item }}", capture: A}
      - {name: u, kind: shell, run: "tell {{ item }}", when: on_failure}
      - {name: q, kind: confirm, message: "Go on with {{ item }}?"}
      - {name: s, kind: stop, if: item == 2, status: failed, message: enough}
      - {name: b, kind: shell, run: "after {{ item }}"}
  - {name: c, kind: shell, run: "echo {{ A | tojson }} {{ steps.g.outcome | tojson }}", when: always}
"""


def test_with_keep_going_no_failure_of_an_item_keeps_another_from_running() -> None:
    program = program_of(KEEPS_GOING.replace("s, kind: stop", "s, if: false, kind: stop", 0))
    results = {"g[0]/a": [FAILS], "g[1]/a": [Result(captures={"A": "two"})]}
    answers = {f"g[{n}]/q": ["yes"] for n in range(3)}
    player = Player(program, results=results, answers=answers).create(X="x").play()
    statuses = player.statuses()
    assert [statuses[f"g[{n}]"] for n in range(3)] == ["failed", "succeeded", "succeeded"]
    assert [statuses[f"g[{n}]/u"] for n in range(3)] == ["succeeded", "skipped", "skipped"]
    assert statuses["g"] == "failed"
    assert statuses["g[0]/q"] == "skipped"


def test_a_stop_in_an_item_that_keeps_going_waits_for_the_others() -> None:
    answers = {f"g[{n}]/q": ["yes"] for n in range(3)}
    player = Player(program_of(KEEPS_GOING), answers=answers).create(X="x").play()
    state, statuses = player.machine.state, player.statuses()
    assert [statuses[f"g[{n}]/b"] for n in range(3)] == ["succeeded", "skipped", "succeeded"]
    assert (statuses["g"], statuses["c"]) == ("succeeded", "skipped")
    assert (state.status, state.reason) == ("failed", "enough")


def test_a_persons_no_ends_a_loop_that_keeps_going() -> None:
    answers = {"g[0]/q": ["no"]}
    player = Player(program_of(KEEPS_GOING), answers=answers).create(X="x").play()
    assert player.machine.state.status == "aborted"
    assert player.statuses()["g[1]"] == "skipped"


def test_captures_and_outcomes_of_a_loop_that_kept_going_are_lists_with_nothing_for_some() -> None:
    program = program_of(
        """
        steps:
          - {name: a, foreach: [1, 2, 3], keep_going: true, kind: shell, run: ls, capture: A}
          - name: t
            kind: shell
            when: on_failure
            run: "echo {{ A | tojson }} {{ steps.a.outcome | tojson }} {{ steps.a.exit_code | tojson }}"
        """
    )
    given = [Result(captures={"A": str(n)}, results={"exit_code": 0}) for n in (1, 3)]
    failed = Result(ok=False, reason="exited with 2", results={"exit_code": 2})
    results = {"a[0]": [given[0]], "a[1]": [failed], "a[2]": [given[1]]}
    player = Player(program, results=results).create().play()
    assert player.started[-1].shown == (
        """echo '["1", null, "3"]' '["succeeded", "failed", "succeeded"]' '[0, 2, 0]'"""
    )
    assert player.machine.state.reason == "`a[1]` failed: exited with 2"


def test_how_many_items_failed_is_told() -> None:
    program = program_of(
        "steps: [{name: a, foreach: [1, 2, 3], keep_going: true, kind: shell, run: ls}]"
    )
    player = Player(program, results={"a[0]": [FAILS], "a[2]": [FAILS]}).create().play()
    assert player.machine.state.reason == ("`a[0]` failed: exited with 1 (2 of 3 items failed)")
