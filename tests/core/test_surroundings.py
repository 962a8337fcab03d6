"""Environment and directory of a step: defaults, what stands around it, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pup_tui.core.requests import PupRequest, ShellRequest
from tests.support.player import Player
from tests.support.runbooks import program_of


def around(text: str, step: str, **values: Any) -> tuple[Mapping[str, str | None], str | None]:
    player = Player(program_of(text)).create(**values).play()
    (request,) = (action.request for action in player.started if action.step == step)
    assert isinstance(request, ShellRequest | PupRequest)
    return request.env, request.cwd


def test_a_step_adds_to_the_defaults() -> None:
    text = """
        vars: {D: /tmp, X: "1"}
        defaults: {env: {A: "one", B: "two"}, cwd: /}
        steps: [{name: a, kind: shell, run: env, cwd: "{{ D }}", env: {B: "{{ X }}"}}]
        """
    assert around(text, "a", D="/tmp", X="3") == ({"A": "one", "B": "3"}, "/tmp")


def test_what_a_group_says_holds_inside_it() -> None:
    text = """
        defaults: {env: {A: "one", B: "two", C: "three"}, cwd: /}
        steps:
          - name: g
            kind: group
            env: {B: group}
            cwd: /usr
            steps: [{name: a, kind: pup, run: monitors list, env: {C: own}}]
        """
    assert around(text, "g/a") == ({"A": "one", "B": "group", "C": "own"}, "/usr")


def test_the_item_of_a_foreach_may_stand_in_it() -> None:
    text = """
        steps:
          - {name: a, kind: shell, run: env, foreach: [x, y], env: {HOST: "{{ item }}"}, cwd: "/{{ item }}"}
        """
    assert around(text, "a[1]") == ({"HOST": "y"}, "/y")


@pytest.mark.parametrize("place", ["step", "group", "defaults"])
def test_a_script_does_not_calculate_with_a_text_of_its_environment(place: str) -> None:
    given = dict.fromkeys(("step", "group", "defaults"), "{}") | {place: '{COUNT: "{{ N }}"}'}
    text = f"""
        vars: {{N: {{}}}}
        defaults: {{env: {given["defaults"]}}}
        steps:
          - name: g
            kind: group
            env: {given["group"]}
            steps:
              - {{name: a, kind: shell, run: "echo $((COUNT + 1))", env: {given["step"]}}}
        """
    assert around(text, "g/a", N="4")[0] == {"COUNT": "4"}
    player = Player(program_of(text)).create(N="PATH[$(touch pwned)]").play()
    assert player.started == []
