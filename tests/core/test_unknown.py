"""Attempts of which nobody knows whether they were done."""

from __future__ import annotations

from tests.support.player import OK, Player, Result
from tests.support.runbooks import program_of

LOST = Result(ok=False, reason="the connection was lost", unknown=True)

STEPS = """
steps:
  - name: change
    kind: sql
    url: "sqlite://"
    query: select 1
    on_failure: ignore
    retry: {attempts: 3, delay: 1s}
    undo: {kind: shell, run: undo}
  - {name: after, kind: shell, run: echo}
  - {name: tell, kind: shell, run: echo, when: on_failure}
"""


def test_it_is_neither_tried_again_nor_taken_as_done_or_undone() -> None:
    player = Player(program_of(STEPS), results={"change": [LOST]}).create().play()
    assert player.statuses() == {"change": "unknown", "after": "skipped", "tell": "succeeded"}
    assert player.machine.state.status == "failed"
    assert player.machine.state.steps["change"].reason == "the connection was lost"
    assert player.machine.state.steps["change"].attempts == 1


def test_a_poll_ends_with_it() -> None:
    polls = """
steps:
  - {name: p, kind: sql, url: "sqlite://", query: select 1, poll: {until: empty, interval: 1s}}
"""
    waits = Result(until=False)
    player = Player(program_of(polls), results={"p": [waits, LOST, OK]}).create().play()
    assert player.statuses() == {"p": "unknown"}
    assert player.machine.state.status == "failed"
