"""An item that can be no host is told of before the first item begins, whatever failures come to."""

from __future__ import annotations

import pytest

from tests.support.player import Player, Result
from tests.support.runbooks import program_of

LISTED = Result(captures={"H": ["web1", None, 3, {"name": "web2"}, "web 3"]})


def played(step: str, items: object = LISTED.captures["H"]) -> Player:
    text = f"""
steps:
  - {{name: list, kind: shell, run: x, capture: {{H: json}}}}
  - {{name: go, foreach: H, {step}}}
"""
    listed = Result(captures={"H": items})
    return Player(program_of(text), results={"list": [listed]}).create().play()


def began(player: Player) -> list[str]:
    return [action.step for action in player.started if action.step != "list"]


@pytest.mark.parametrize(
    "step",
    [
        'kind: shell, host: "{{ item }}", run: x',
        'kind: shell, host: "{{ item }}", keep_going: true, max_parallel: 5, run: x',
        'kind: shell, host: "{{ item }}", on_failure: ignore, unreachable: ignore, run: x',
        'kind: group, host: "{{ item }}", steps: [{name: a, kind: shell, run: x}]',
        (
            "kind: group, steps: [{name: a, kind: shell, run: x},"
            ' {name: b, kind: shell, host: "{{ item }}", run: x}]'
        ),
        'kind: shell, as: h, host: "{{ h }}", run: x',
    ],
)
def test_nothing_begins_where_an_item_is_no_host(step: str) -> None:
    player = played(step)
    assert began(player) == []
    reason = player.machine.state.steps["go"].reason
    assert reason.startswith("`go[1]`: the host is null, not a name; nor can it be told of `go[2]`")
    assert "none of 5 items was begun" in reason
    assert "write an alias of the ssh configuration" in reason


def test_one_that_its_if_keeps_from_its_turn_needs_no_host() -> None:
    step = 'kind: shell, if: item is string, host: "{{ item }}", run: x'
    player = played(step, ["web1", None, "web2"])
    assert began(player) == ["go[0]", "go[2]"]
    assert player.statuses()["go"] == "succeeded"


def test_what_hangs_on_more_than_the_item_is_told_at_its_turn() -> None:
    step = """kind: group, keep_going: true, steps: [
      {name: a, kind: shell, run: x, capture: A},
      {name: b, kind: shell, host: "{{ A }}-{{ item }}", run: x}]"""
    text_of = {
        "go[0]/a": [Result(captures={"A": "web"})],
        "go[1]/a": [Result(captures={"A": "web"})],
    }
    text = f"steps:\n  - {{name: go, foreach: [x, null], {step}}}\n"
    player = Player(program_of(text), results=text_of).create().play()
    assert began(player) == ["go[0]/a", "go[0]/b", "go[1]/a"]


def test_good_hosts_begin() -> None:
    player = played('kind: shell, host: "{{ item.name }}", run: x', [{"name": "a"}, {"name": "b"}])
    assert began(player) == ["go[0]", "go[1]"]
    assert player.statuses()["go"] == "succeeded"
