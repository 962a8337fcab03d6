"""What of a run that could go on had no turn yet."""

from __future__ import annotations

import pytest

from pup_tui.core.standing import standing
from tests.support.player import FAILS, Player
from tests.support.runbooks import program_of

STEP = "{{name: {}, kind: shell, run: echo}}"


def steps(*written: str) -> str:
    return "steps:\n" + "".join(f"  - {each}\n" for each in written)


A, B, C = (STEP.format(name) for name in "abc")
GROUP = f"{{name: g, kind: group, steps: [{B}, {C}]}}"
ITEMS = "{name: l, kind: shell, run: echo, foreach: [x, y]}"


@pytest.mark.parametrize(
    ("text", "fails", "to_come"),
    [
        (steps(A, B, C), "a", ("b", "c")),
        (steps(A, B, C), "c", ()),
        (steps(A, GROUP), "a", ("g",)),
        (steps(A, GROUP, "{name: z, kind: shell, run: echo}"), "g/b", ("g/c", "z")),
        (steps(A, ITEMS), "a", ("l",)),
        (steps(ITEMS, A), "l[0]", ("a",)),
        (steps(A, "{name: r, kind: shell, run: echo, when: on_failure}", B), "a", ("b",)),
        (steps(A, "{name: e, kind: shell, run: echo, when: cleanup}", B), "a", ("b",)),
        (steps(A, "{name: s, kind: shell, run: echo, if: '1 > 2'}", B), "b", ()),
    ],
)
def test_what_had_no_turn_is_still_to_come(text: str, fails: str, to_come: tuple[str, ...]) -> None:
    player = Player(program_of(text), results={fails: [FAILS]}).create().play()
    assert standing(player.machine.program, player.machine.state).to_come == to_come
