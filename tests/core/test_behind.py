"""What comes behind a step that was taken back, by the blocks that hold both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pup_tui.core.standing import standing
from tests.support.player import FAILS, OK, Player, Result
from tests.support.runbooks import program_of

HANGS = Result(hangs=True)

LOOP = """
steps:
  - {name: l, kind: shell, foreach: [x, y, z], MORE run: 'echo {{ item }}', undo: {kind: shell, run: back}}
  - {name: after, kind: shell, run: echo after}
  - {name: bad, kind: shell, run: 'false'}
"""

GROUPS = """
steps:
  - name: g
    kind: group
    foreach: [x, y, z]
    steps:
      - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: back}}
      - {name: b, kind: shell, run: echo b}
  - {name: bad, kind: shell, run: 'false'}
"""

BESIDE = """
steps:
  - name: p
    kind: parallel
    steps:
      - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: back}}
      - {name: b, kind: shell, run: echo b}
      - name: g
        kind: group
        steps:
          - {name: c, kind: shell, run: echo c, undo: {kind: shell, run: back}}
          - {name: d, kind: shell, run: echo d}
  - {name: bad, kind: shell, run: 'false'}
"""

EACH_GROUP = GROUPS.replace("foreach: [x, y, z]", "foreach: [x, y, z]\n    max_parallel: 2")


def undone(
    text: str, undo: Sequence[str], results: Mapping[str, Sequence[Result]] | None = None
) -> Player:
    given = {"bad": [FAILS, OK], **(results or {})}
    return Player(program_of(text), results=given, undo=undo).create().play()


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("text", "undo", "behind", "again"),
    [
        (LOOP, ["l[2]"], ["after"], ["l[2]", "after", "bad"]),
        (LOOP, ["l[1]"], ["l[2]", "after"], ["l[1]", "l[2]", "after", "bad"]),
        (LOOP.replace("MORE", "max_parallel: 1,"), ["l[2]"], ["after"], ["l[2]", "after", "bad"]),
        (LOOP.replace("MORE", "max_parallel: 2,"), ["l[0]"], ["after"], ["l[0]", "after", "bad"]),
        (GROUPS, ["g[1]/a"], ["g[1]/b", "g[2]/a", "g[2]/b"], None),
        (EACH_GROUP, ["g[1]/a"], ["g[1]/b"], ["g[1]/a", "g[1]/b", "bad"]),
        (BESIDE, ["p/a"], [], ["p/a", "bad"]),
        (BESIDE, ["p/g/c"], ["p/g/d"], ["p/g/c", "p/g/d", "bad"]),
    ],
)
def test_what_was_named_runs_again_and_nothing_else(
    text: str, undo: list[str], behind: list[str], again: list[str] | None
) -> None:
    player = undone(text.replace("MORE", ""), [f"{step}:undo" for step in undo])
    stood = standing(player.machine.program, player.machine.state)
    assert (list(stood.undone), list(stood.behind)) == (undo, behind)
    began = len(player.started)
    player.resume().play()
    ran = [action.step for action in player.started[began:]]
    assert ran == (again or [*undo, *behind, "bad"])
    assert not set(ran) & set(stood.finished)
    assert player.machine.state.status == "succeeded"


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("answer", "again"),
    [
        ("taken-back", ["l[1]", "l[2]", "after", "bad"]),
        ("stays", ["l[2]", "after", "bad"]),
        ("undo", ["l[1]:undo", "l[1]", "l[2]", "after", "bad"]),
    ],
)
@pytest.mark.parametrize("first", [HANGS, FAILS])
def test_items_before_one_that_was_half_undone_stay(
    answer: str, again: list[str], first: Result
) -> None:
    text = LOOP.replace("MORE", "")
    player = undone(text, ["l[2]:undo", "l[1]:undo"], {"l[1]:undo": [first, OK]})
    began = len(player.started)
    player.resume().play().answer("l[1]", answer).play()
    assert [action.step for action in player.started[began:]] == again


@pytest.mark.proves("P11")
def test_what_runs_again_only_if_it_was_taken_back_is_told_apart() -> None:
    player = undone(GROUPS, ["g[1]/a:undo"], {"g[1]/a:undo": [HANGS]})
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.undone, stood.behind, stood.half_undone) == ((), (), ("g[1]/a",))
    assert stood.half_behind == ("g[1]/b", "g[2]/a", "g[2]/b")
    assert stood.finished == ("g[0]/a", "g[0]/b")


@pytest.mark.proves("P11")
def test_only_the_item_that_was_settled_runs_again() -> None:
    text = """
steps:
  - name: g
    kind: group
    foreach: [x, y]
    steps:
      - {name: a, kind: shell, run: up, undo: {kind: shell, run: down}}
      - {name: c, kind: shell, run: down, settles: a, if: item == 'y'}
  - {name: bad, kind: shell, run: 'false'}
"""
    player = undone(text, [])
    stood = standing(player.machine.program, player.machine.state)
    assert (stood.undone, stood.behind) == (("g[1]/a",), ("g[1]/c",))
    assert stood.finished == ("g[0]/a", "g[0]/c")


def test_a_leg_that_went_by_the_file_is_read_as_it_was() -> None:
    player = undone(LOOP.replace("MORE", ""), ["l[2]:undo"])
    began = len(player.started)
    player.resume(exact=False).play()
    again = [action.step for action in player.started[began:]]
    assert again == ["l[0]", "l[1]", "l[2]", "after", "bad"]
