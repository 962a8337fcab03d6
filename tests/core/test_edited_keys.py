"""The keys of a step that failed can be changed as a runbook has them, whatever its kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pup_tui.core.editing import Editable
from pup_tui.core.events import EditedText
from pup_tui.core.requests import HttpRequest, SqlRequest, StepRequest, WorkflowRequest
from pup_tui.core.scope import scope_of
from pup_tui.core.shown import editable_step, rendered_step
from pup_tui.core.state import RunState
from pup_tui.runbook.key_texts import read_keys, write_keys
from pup_tui.runbook.model import HttpStep
from tests.support.player import Player
from tests.support.runbooks import program_of

STEPS = """
vars: {V: {default: x}, N: {type: integer, default: 3}, T: {type: secret, required: false}}
steps:
  - name: web
    kind: http
    method: post
    url: 'https://flags.example.com/{{ V }}'
    headers: {X-Team: '{{ V }}', Authorization: 'Bearer {{ T }}'}
    json: {live: true, n: '{{ N }}', who: '{{ V }}', secret: '{{ T }}', list: [a, '{{ V }}']}
  - {name: text, kind: http, method: PUT, url: /api/v1/x, body: '{"who": "{{ V }}"}'}
  - {name: flow, kind: datadog-workflow, workflow_id: 'w-1', inputs: {a: '{{ V }}', n: '{{ N }}'}}
  - name: rows
    kind: sql
    url: 'postgresql://app:{{ T }}@db.example.com/shop'
    query: 'select * from t where a = {{ V }} and n = {{ N }}'
  - {name: ask, kind: confirm, message: 'Go on with {{ V }}?'}
  - {name: looks, kind: http, url: 'http://localhost/', read_only: true}
"""
PROGRAM = program_of(STEPS)
SECRET = "hunter2-hunter2"


def state_of(value: str = 'x "y" {{ V }}', secret: str = SECRET) -> RunState:
    return Player(PROGRAM).create(V=value, N=3, T=secret, secrets=("T",)).machine.state


def editable(step: str, state: RunState | None = None) -> Editable:
    found = editable_step(PROGRAM, state_of() if state is None else state, step)
    assert found is not None
    return found


def request(step: str, edited: EditedText | None, state: RunState | None = None) -> StepRequest:
    """What is asked for once a text was changed."""
    state = state_of() if state is None else state
    state.earlier.edited = {} if edited is None else {step: edited}
    return rendered_step(PROGRAM, state, PROGRAM.node(step), scope_of(state, step)).request


def changed(step: str, old: str, new: str) -> EditedText:
    found = editable(step)
    assert old in found.text
    edited = found.judge(found.text.replace(old, new))
    assert edited is not None
    return edited


def test_the_keys_of_a_request_are_shown_rendered_and_without_secrets() -> None:
    text = editable("web").text
    assert "method: POST" in text
    assert "url: https://flags.example.com/x%20%22y%22%20%7B%7B%20V%20%7D%7D" in text
    assert "Authorization: Bearer ***" in text
    assert SECRET not in text
    assert editable("web").judge(text) is None


def test_only_what_was_changed_is_recorded_and_the_rest_stays_the_authors() -> None:
    edited = changed("web", "who:", "new: '{{ T }}'\n  who:")
    assert "url" not in edited.text
    assert "headers" not in edited.text
    assert SECRET not in edited.text
    before, after = request("web", None), request("web", edited)
    assert isinstance(before, HttpRequest)
    assert isinstance(after, HttpRequest)
    assert after.url == before.url
    assert after.headers == before.headers
    assert after.headers["Authorization"] == f"Bearer {SECRET}"
    assert after.body is not None
    assert '"new":"{{ T }}"' in after.body
    assert f'"secret":"{SECRET}"' in after.body


def test_the_recorded_change_finds_secrets_that_are_known_only_when_the_run_goes_on() -> None:
    found = editable("web", state_of(secret="***"))
    edited = found.judge(found.text.replace("live: true", "live: false"))
    assert edited is not None
    after = request("web", edited)
    assert isinstance(after, HttpRequest)
    assert after.body is not None
    assert f'"secret":"{SECRET}"' in after.body
    assert '"live":false' in after.body


@pytest.mark.parametrize(
    ("step", "old", "new", "why"),
    [
        ("web", "Bearer ***", "Basic ***", "stands for a secret"),
        ("web", "live: true", "live: true\n  more: '***'", "stands for a secret"),
        ("web", "method:", "metod:", "line 2: `metod` cannot be changed"),
        ("web", "X-Team: ", "X-Team: [", "line "),
        ("web", "url: https://", "url: gopher://", "http"),
        ("web", "method: POST\n", "", "`url` is missing"),
        ("text", "method: PUT", "method: []", "must be text"),
        ("rows", "{{ N }}", "{{ MISSING }}", "MISSING"),
        ("rows", "select", "' select", "quot|end|text"),
        ("looks", "method: GET", "method: DELETE", "`read_only`"),
    ],
)
def test_what_cannot_be_run_is_said_with_its_line(step: str, old: str, new: str, why: str) -> None:
    found = editable(step)
    text = found.text.replace(old, new)
    if why == "`url` is missing":
        text = "\n".join(line for line in text.splitlines() if not line.startswith("url"))
    assert text != found.text
    with pytest.raises(ValueError, match=why):
        found.judge(text)


def test_a_body_is_shown_as_it_is_sent_and_sent_as_it_was_changed() -> None:
    assert 'body: \'{"who": "x \\"y\\" {{ V }}"}\'' in editable("text").text.replace(
        'body: "{\\"who\\": \\"x \\\\\\"y\\\\\\" {{ V }}\\"}"',
        'body: \'{"who": "x \\"y\\" {{ V }}"}\'',
    )
    after = request("text", changed("text", "who", "whom"))
    assert isinstance(after, HttpRequest)
    assert after.body == '{"whom": "x \\"y\\" {{ V }}"}'
    assert after.to_datadog
    assert after.method == "PUT"


def test_what_is_left_out_is_left_out() -> None:
    found = editable("text")
    edited = found.judge("\n".join(found.text.splitlines()[:2]) + "\n")
    assert edited is not None
    after = request("text", edited)
    assert isinstance(after, HttpRequest)
    assert after.body is None


def test_inputs_keep_their_types() -> None:
    after = request("flow", changed("flow", "n: 3", "n: 4\n  on: true"))
    assert isinstance(after, WorkflowRequest)
    assert after.inputs == {"a": 'x "y" {{ V }}', "n": 4, "on": True}
    assert after.workflow_id == "w-1"


def test_values_of_a_statement_stay_parameters() -> None:
    found = editable("rows")
    assert found.text == "select * from t where a = {{ V }} and n = {{ N }}"
    assert found.refers == {"{{ V }}": 'x "y" {{ V }}', "{{ N }}": "3"}
    after = request("rows", changed("rows", "a =", "b ="))
    assert isinstance(after, SqlRequest)
    (statement,) = after.statements
    assert statement.text == "select * from t where b = $1 and n = $2"
    assert statement.parameters == ('x "y" {{ V }}', 3)
    assert after.url is not None
    assert SECRET in after.url


def test_a_question_has_no_text_that_could_be_changed() -> None:
    assert editable_step(PROGRAM, state_of(), "ask") is None


def test_a_change_is_what_the_next_one_begins_with() -> None:
    first = changed("flow", "n: 3", "n: 4")
    state = state_of()
    state.earlier.edited = {"flow": first}
    again = editable("flow", state)
    assert "n: 4" in again.text
    assert again.judge(again.text) is None
    edited = again.judge(again.text.replace("workflow_id: w-1", "workflow_id: w-2"))
    after = request("flow", edited)
    assert isinstance(after, WorkflowRequest)
    assert (after.workflow_id, after.inputs["n"]) == ("w-2", 4)
    back = again.judge(again.text.replace("n: 4", "n: 3"))
    after = request("flow", back)
    assert isinstance(after, WorkflowRequest)
    assert after.inputs["n"] == 3


UNFIT = "\u2028\u2029\ufeff\ufffe\uffff"
"""What no runbook may hold as it is."""
TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=UNFIT))
ODD = [
    "1e3",
    "0E0",
    "1e999",
    ".5",
    "+1",
    "-.inf",
    ".nan",
    "007",
    "yes",
    "null",
    "~",
    "0x1",
    "1_0",
    "- a",
    "a: b",
    "a\nb\n",
    " x",
    "a #b",
    "{{ x }}",
    "",
]
LEAVES = st.one_of(
    TEXTS, st.sampled_from(ODD), st.integers(-(2**60), 2**60), st.booleans(), st.none()
)
TREES: Any = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(TREES.filter(lambda tree: tree is not None))
@example({text: text for text in ODD})
def test_what_is_written_is_read_as_it_was(tree: Any) -> None:
    text = write_keys({"json": tree})
    assert read_keys(text, HttpStep, ["json"]) == {"json": tree}


@pytest.mark.parametrize("text", ["1e3", "0E0", "1e999", "-.5"])
def test_a_text_that_could_be_read_as_a_number_stays_a_text(text: str) -> None:
    assert write_keys({"json": {text: text}}) == f"json:\n  '{text}': '{text}'\n"
