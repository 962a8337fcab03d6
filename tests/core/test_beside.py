"""What is told beside a step: its `description` and `links`, which are templates."""

from __future__ import annotations

import pytest

from pup_tui.core.plan import plan
from pup_tui.core.shown import Beside, told_beside
from tests.support.player import Player, Result
from tests.support.runbooks import program_of

TEXT = """
vars: {HOST: web 1, T: {type: secret}, GONE: {required: false}}
steps:
  - name: look
    kind: shell
    run: look
    capture: LOAD
    description: "More than 90 on {{ HOST }}{{ GONE }} is much: {{ LOAD }}, {{ LOAD | default('?') }} {{ T }}"
    links:
      - {title: "{{ HOST }} now", url: "https://example.com/{{ HOST }}?load={{ steps.look.output }}"}
      - {title: plain, url: "https://example.com/#a b"}
  - {name: each, kind: shell, foreach: [a, b], run: x, description: "of {{ item }} {{ loop.index }}"}
  - {name: later, kind: shell, if: "false", run: x, capture: NEVER}
  - {name: last, kind: shell, run: x, description: "{{ NEVER }} and {{ LOAD | upper }}"}
"""


def _beside(player: Player, step: str) -> Beside:
    program = player.machine.program
    return told_beside(program, player.machine.state, program.node(step))


def test_what_is_known_is_rendered_and_the_rest_stays_as_it_was_written() -> None:
    program = program_of(TEXT)
    player = Player(program).create(HOST="web 1", T="hunter2", secrets=("T",), left_out=("GONE",))
    assert _beside(player, "look") == Beside(
        "More than 90 on web 1 is much: {{ LOAD }}, {{ LOAD | default('?') }} ***",
        (
            ("web 1 now", "https://example.com/web%201?load={{ steps.look.output }}"),
            ("plain", "https://example.com/#a b"),
        ),
    )
    assert _beside(player, "each").description == "of {{ item }} {{ loop.index }}"


def test_what_a_step_finds_is_told_beside_it_when_it_is_known() -> None:
    program = program_of(TEXT)
    results = {"look": [Result(captures={"LOAD": "high"}, results={"output": "high\\n"})]}
    player = Player(program, results=results).create(HOST="web 1", T="hunter2", secrets=("T",))
    player.play()
    assert "much: high, high ***" in _beside(player, "look").description
    assert _beside(player, "each[1]").description == "of b 2"
    assert player.statuses()["last"] == "succeeded"
    assert _beside(player, "last").description == "{{ NEVER }} and HIGH"


def test_before_the_run_has_begun_it_stands_as_it_was_written() -> None:
    program = program_of(TEXT)
    for state in (None, Player(program).machine.state):
        assert "{{ HOST }}" in told_beside(program, state, program.node("look")).description


def test_nothing_is_asked_for_what_is_told_beside_a_step_alone() -> None:
    steps = plan(program_of(TEXT), {"HOST": "h", "T": "hunter2"}, ("GONE",), "ada", lambda _: None)
    assert all(step.known for step in steps)


@pytest.mark.parametrize("text", ["{{ NOWHERE }}", "{{ HOST | nofilter }}", "{{ HOST"])
@pytest.mark.parametrize("key", ["description: '%s'", "links: [{title: t, url: '%s'}]"])
def test_what_can_never_be_known_is_an_error(key: str, text: str) -> None:
    with pytest.raises(AssertionError, match=r"test\.yaml"):
        program_of(f"vars: {{HOST: h}}\nsteps: [{{name: a, kind: shell, run: x, {key % text}}}]")
