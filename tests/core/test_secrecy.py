"""A secret is refused where others could read it, before anything is done."""

from __future__ import annotations

import pytest

from tests.support.player import Player, Result
from tests.support.runbooks import program_of


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ("kind: pup, run: 'monitors get {{ TOKEN }}'", "argument list"),
        ("kind: http, url: 'https://example.com/?key={{ TOKEN }}'", "query"),
        ("kind: http, url: 'https://example.com/', query: {key: '{{ TOKEN }}'}", "query"),
        ("kind: http, url: 'https://example.com/', query: {key: ['{{ TOKEN }}']}", "query"),
    ],
)
def test_a_secret_variable_is_refused(step: str, place: str) -> None:
    program = program_of(f"vars: {{TOKEN: {{type: secret}}}}\nsteps: [{{name: a, {step}}}]")
    player = Player(program).create(TOKEN="hunter2", secrets=("TOKEN",)).play()
    assert player.statuses() == {"a": "failed"}
    assert place in player.machine.state.steps["a"].reason
    assert player.started == []


@pytest.mark.parametrize(
    "step",
    [
        "kind: shell, run: 'login {{ TOKEN }}'",
        "kind: http, url: 'https://example.com/', headers: {Authorization: 'Bearer {{ TOKEN }}'}",
        "kind: http, url: 'https://example.com/{{ TOKEN }}', method: POST, json: {key: '{{ TOKEN }}'}",
    ],
)
def test_where_a_secret_may_stand(step: str) -> None:
    program = program_of(f"vars: {{TOKEN: {{type: secret}}}}\nsteps: [{{name: a, {step}}}]")
    player = Player(program).create(TOKEN="hunter2", secrets=("TOKEN",)).play()
    assert player.statuses() == {"a": "succeeded"}


def test_a_captured_secret_is_refused_too() -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: make, capture: KEY}
          - {name: b, kind: pup, run: "monitors get {{ KEY }}"}
          - {name: c, kind: pup, when: always, run: "monitors get {{ steps.a.output }}"}
          - {name: d, kind: confirm, when: always, message: Go on?, expect: "drop {{ KEY }}"}
        """
    )
    script = {
        "a": [
            Result(captures={"KEY": "k"}, results={"output": "k"}, secrets=("KEY", "steps.output"))
        ]
    }
    player = Player(program, results=script).create().play()
    assert player.statuses()["b"] == "failed"
    assert player.statuses()["c"] == "failed"
    assert player.statuses()["d"] == "failed"
    assert player.asked == []
