"""The rendered text of a step that failed can be changed before it runs once more."""

from __future__ import annotations

import pytest

from pup_tui.core.events import EditedText, Source
from pup_tui.core.notices import RunResumed
from pup_tui.core.requests import PupRequest, ShellRequest
from pup_tui.core.scope import scope_of
from pup_tui.core.shown import editable_step, rendered_step
from pup_tui.template.values import HIDDEN
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

STEPS = """
vars: {V: {default: x}, T: {type: secret, required: false}}
steps:
  - {name: a, kind: shell, run: 'echo {{ V }} {{ V }}', retry: {attempts: 2}}
  - {name: b, kind: pup, run: 'monitors get {{ V }}'}
  - {name: c, kind: shell, run: 'echo {{ T }}'}
  - {name: d, kind: http, url: 'http://localhost/{{ V }}'}
"""
EDITED = EditedText('echo "$PUP_TUI_V0"', {"PUP_TUI_V0": "x y"})


def failed(**results: list[Result]) -> Player:
    return (
        Player(program_of(STEPS), results=results)
        .create(V="x y", T="secret-1", secrets=("T",))
        .play()
    )


def test_a_script_refers_to_its_values_and_a_command_has_them_as_words() -> None:
    program, state = program_of(STEPS), failed().machine.state
    shell, pup = (editable_step(program, state, step) for step in "ab")
    assert shell is not None
    assert shell.text == 'echo "${PUP_TUI_V0}" "${PUP_TUI_V0}"'
    assert shell.refers == {"${PUP_TUI_V0}": "x y"}
    assert shell.sources == {"${PUP_TUI_V0}": "{{ V }}"}
    assert shell.judge(shell.text) is None
    assert shell.judge("ls") == EditedText("ls", {"PUP_TUI_V0": "x y"})
    assert pup is not None
    assert pup.text == "pup monitors get 'x y'"


def test_a_secret_is_a_mark_in_the_record_and_itself_when_the_script_runs() -> None:
    player = failed(a=[OK], b=[OK], c=[FAILS, OK])
    editable = editable_step(program_of(STEPS), player.machine.state, "c")
    assert editable is not None
    assert editable.text == 'echo "${PUP_TUI_V0}"'
    assert editable.refers == {"${PUP_TUI_V0}": "***, a secret"}
    edited = editable.judge('echo x"${PUP_TUI_V0}"')
    assert edited == EditedText('echo x"${PUP_TUI_V0}"', {"PUP_TUI_V0": "***"})
    player.resume(edited={"c": edited}, values={"T": "secret-2"}).play()
    action = next(action for action in player.started if action.attempt == "c#2")
    assert isinstance(action.request, ShellRequest)
    assert action.request.script == edited.text
    assert action.request.values == {"PUP_TUI_V0": "secret-2"}
    assert (action.shown, set(action.made)) == (edited.text, {"secret-2"})


def test_a_past_run_does_not_have_its_secrets_and_can_be_edited_all_the_same() -> None:
    state = failed().machine.state
    state.frames[""].values["T"] = HIDDEN
    editable = editable_step(program_of(STEPS), state, "c")
    assert editable is not None
    edited = editable.judge("ls")
    assert edited == EditedText("ls", {"PUP_TUI_V0": "***"})


SECRET_SCRIPTS = """
vars: {V: {type: list, default: [x]}, T: {type: secret}}
steps:
  - {name: a, kind: shell, run: "echo {{ T | raw }} {{ V[0] }}"}
  - name: b
    kind: shell
    run: |
      {% for each in V %}echo {{ each }}
      {% endfor %}echo {{ T }} {{ T | upper }}
"""


def test_a_script_that_holds_a_secret_itself_is_not_changed() -> None:
    player = Player(program_of(SECRET_SCRIPTS), results={"a": [FAILS]})
    state = player.create(V=["x"], T="secret-1", secrets=("T",)).play().machine.state
    assert editable_step(player.machine.program, state, "a") is None


def test_a_script_whose_secrets_have_other_names_since_runs_nothing() -> None:
    player = Player(program_of(SECRET_SCRIPTS), results={"b": [FAILS, OK]})
    player.create(V=["x"], T="secret-1", secrets=("T",)).play()
    editable = editable_step(player.machine.program, player.machine.state, "b")
    assert editable is not None
    assert list(editable.refers.values()) == ["x", "***, a secret", "***, a secret"]
    edited = editable.judge("ls")
    assert edited is not None
    player.resume(edited={"b": edited}, changed={"V": ["x", "y"]}).play()
    assert player.machine.state.status == "failed"
    assert "made of other secrets" in player.machine.state.steps["b"].reason


def test_what_was_changed_is_what_runs_is_told_and_stands_in_later_legs() -> None:
    player = failed(a=[FAILS, FAILS, FAILS, FAILS, OK])
    player.resume(edited={"a": EDITED}).play()
    player.resume().play()
    requests = [action.request for action in player.started if action.step == "a"]
    assert all(isinstance(request, ShellRequest) for request in requests)
    scripts = [request.script for request in requests if isinstance(request, ShellRequest)]
    assert scripts == ['echo "${PUP_TUI_V0}" "${PUP_TUI_V0}"'] * 2 + [EDITED.text] * 3
    assert {r.values["PUP_TUI_V0"] for r in requests if isinstance(r, ShellRequest)} == {"x y"}
    assert player.started[2].shown == EDITED.text
    told = next(notice for notice in player.notices if isinstance(notice, RunResumed))
    assert told.edited == {"a": EDITED.text}


def test_another_text_of_the_runbook_says_what_its_steps_are() -> None:
    player = failed(a=[FAILS])
    player.resume(edited={"a": EDITED}).play()
    player.resume(source=Source(path="test.yaml", sha256="1" * 64)).play()
    assert player.started[-1].shown != EDITED.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pup monitors get 7", ("monitors", "get", "7")),
        ("monitors list --x 'a b'", ("monitors", "list", "--x", "a b")),
        ("monitors get '{{ V }}'", ("monitors", "get", "{{ V }}")),
    ],
)
def test_the_words_of_a_command(text: str, words: tuple[str, ...]) -> None:
    state = failed(a=[OK], b=[FAILS]).machine.state
    state.earlier.edited = {"b": EditedText(text)}
    program = program_of(STEPS)
    request = rendered_step(program, state, program.node("b"), scope_of(state, "b")).request
    assert isinstance(request, PupRequest)
    assert request.words == words


@pytest.mark.parametrize("step", ["a", "b"])
@pytest.mark.parametrize("text", ["", " ", "pup", "pup 'x"])
def test_what_cannot_be_run_is_refused(step: str, text: str) -> None:
    editable = editable_step(program_of(STEPS), failed().machine.state, step)
    assert editable is not None
    if step == "a" and text.strip():
        assert editable.judge(text) is not None
    else:
        with pytest.raises(ValueError, match=r"nothing left|quot"):
            editable.judge(text)
