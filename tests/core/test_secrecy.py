"""A secret is refused where others could read it, before anything is done."""

from __future__ import annotations

import pytest

from tests.support.player import Player, Result
from tests.support.runbooks import program_of

EXPOSED = [
    ("kind: pup, run: 'monitors get {{ KEY }}'", "argument list"),
    ("kind: http, url: 'https://example.com/?key={{ KEY }}'", "query"),
    ("kind: http, url: 'https://example.com/{% if true %}?a=b{% endif %}&key={{ KEY }}'", "query"),
    ("kind: http, url: 'https://example.com/', query: {key: '{{ KEY }}'}", "query"),
    ("kind: http, url: 'https://example.com/', query: {key: ['{{ KEY }}']}", "query"),
    ("kind: http, url: 'https://example.com/', method: '{{ KEY }}'", "method"),
    ("kind: http, url: 'https://example.com/', output_file: '{{ KEY }}'", "name of a file"),
    ("kind: shell, run: pwd, cwd: '/srv/{{ KEY }}'", "name of a file"),
    ("kind: datadog-workflow, workflow_id: '{{ KEY }}'", "id of a resource"),
    ("kind: confirm, message: Go on?, expect: 'drop {{ KEY }}'", "`expect`"),
]


@pytest.mark.parametrize(("step", "place"), EXPOSED)
def test_a_secret_variable_is_refused_at_load(step: str, place: str) -> None:
    text = f"vars: {{KEY: {{type: secret}}}}\nsteps: [{{name: a, {step}}}]"
    with pytest.raises(AssertionError, match=f"`KEY` is a secret and may not stand in .*{place}"):
        program_of(text)


@pytest.mark.parametrize(("step", "place"), EXPOSED)
def test_what_turns_out_to_be_secret_is_refused_in_the_run(step: str, place: str) -> None:
    program = program_of(
        f"steps: [{{name: make, kind: shell, run: make, capture: KEY}}, {{name: a, {step}}}]"
    )
    script = {"make": [Result(captures={"KEY": "hunter2"}, secrets=("KEY",))]}
    player = Player(program, results=script).create().play()
    assert player.statuses()["a"] == "failed"
    assert place in player.machine.state.steps["a"].reason
    assert [action.step for action in player.started] == ["make"]
    assert player.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "{{ BASE }}&key={{ KEY }}",
        "{{ BASE }}{{ KEY | upper }}",
        "https://example.com/{{ '?' | raw }}key={{ KEY }}",
    ],
)
def test_a_query_that_a_value_begins_holds_no_secret(url: str) -> None:
    program = program_of(
        "vars: {KEY: {type: secret}, BASE: https://example.com/?a=b}\n"
        f'steps: [{{name: a, kind: http, url: "{url}"}}]'
    )
    values = {"KEY": "hunter2", "BASE": "https://example.com/?a=b"}
    player = Player(program).create(**values, secrets=("KEY",)).play()
    assert player.statuses()["a"] == "failed"
    assert "may not stand in the query" in player.machine.state.steps["a"].reason
    assert player.started == []


@pytest.mark.parametrize(
    "around",
    [
        "foreach: KEYS, as: KEY",
        "foreach: ['{{ KEYS }}'], as: KEY",
    ],
)
def test_items_of_a_secret_list_are_refused_at_load(around: str) -> None:
    step = f"{{name: a, kind: pup, run: 'monitors get {{{{ KEY }}}}', {around}}}"
    with pytest.raises(AssertionError, match="`KEY` is a secret"):
        program_of(f"vars: {{KEYS: {{type: secret}}}}\nsteps: [{step}]")


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
