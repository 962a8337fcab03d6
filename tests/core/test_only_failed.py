"""A leg of a run in which of a foreach only what had failed runs again."""

from __future__ import annotations

from pup_tui.core.events import Interrupted
from tests.support.player import FAILS, LOST, OK, Player, Result
from tests.support.runbooks import program_of


def text(keys: str = "", items: int = 5) -> str:
    return f"""
steps:
  - name: a
    kind: shell
    run: "echo {{{{ item }}}}"
    foreach: {[f"web-{n}" for n in range(items)]}
    {keys}
  - {{name: b, kind: shell, run: ls}}
"""


def begun(player: Player) -> list[str]:
    return [action.step for action in player.started]


def test_only_the_items_that_failed_run_and_then_the_run_goes_on() -> None:
    results = {"a[1]": [LOST, OK], "a[3]": [FAILS, OK]}
    player = Player(program_of(text("keep_going: true")), results=results).create().play()
    player.started.clear()
    player.resume(only_failed=True).play()
    assert begun(player) == ["a[1]", "a[3]", "b"]
    assert player.machine.state.status == "succeeded"


def test_items_that_had_not_begun_are_left_for_later() -> None:
    results = {"a[0]": [FAILS, OK], "a[1]": [FAILS, OK]}
    player = Player(program_of(text("max_errors: 1")), results=results).create().play()
    assert begun(player) == ["a[0]", "a[1]"]
    player.started.clear()
    player.resume(only_failed=True).play()
    assert begun(player) == ["a[0]", "a[1]"]
    steps = player.machine.state.steps
    assert steps["a[2]"].status == "skipped"
    assert steps["a[2]"].reason == "it has not begun: only what had failed runs again"
    # What is behind the loop waits for the rest of it.
    assert steps["a"].status == "failed"
    assert steps["a"].reason == "3 of 5 items have not begun: only what had failed ran again"
    player.started.clear()
    player.resume().play()
    assert begun(player) == ["a[2]", "a[3]", "a[4]", "b"]
    assert player.machine.state.status == "succeeded"


def test_what_fails_again_is_told_with_what_has_not_begun() -> None:
    player = Player(program_of(text()), results={"a[0]": [FAILS]}).create().play()
    player.resume(only_failed=True).play()
    assert player.machine.state.steps["a"].reason == (
        "`a[0]` failed: exited with 1; 4 of 5 items have not begun"
    )


def test_items_that_an_interruption_left_are_no_more_begun_than_others() -> None:
    results = {"a[0]": [FAILS, OK], "a[1]": [Result(hangs=True), OK]}
    source = text("max_parallel: 2\n    keep_going: true\n    idempotent: true", items=4)
    player = Player(program_of(source), results=results).create()
    player.play(until=lambda p: "a[1]" in begun(p) and "failed" in p.statuses().values())
    player.tell(Interrupted(at=player.moment, reason="gone"))
    player.play()
    player.started.clear()
    player.resume(only_failed=True).play()
    assert [step for step in begun(player) if step != "b"][:2] == ["a[0]", "a[1]"]


def test_canaries_that_failed_run_and_nobody_is_asked() -> None:
    results = {"a[0]": [FAILS, OK]}
    player = Player(program_of(text("canary: 2")), results=results).create().play()
    player.started.clear()
    player.resume(only_failed=True).play()
    assert begun(player) == ["a[0]"]
    assert player.asked == []
    player.started.clear()
    player.resume().play()
    assert begun(player) == ["a[1]"]
    player.answer("a", "yes").play()
    assert player.machine.state.status == "succeeded"


def test_a_foreach_that_had_not_begun_runs_whole() -> None:
    source = """
        steps:
          - {name: a, kind: shell, run: ls, foreach: [x, y], keep_going: true}
          - {name: c, kind: shell, run: ls, foreach: [x, y]}
    """
    player = Player(program_of(source), results={"a[1]": [FAILS, OK]}).create().play()
    player.started.clear()
    player.resume(only_failed=True).play()
    assert begun(player) == ["a[1]", "c[0]", "c[1]"]
    assert player.machine.state.status == "succeeded"


def test_nothing_is_waited_for_before_items_that_are_left_for_later() -> None:
    source = text("max_parallel: 1\n    batch_pause: 1h")
    player = Player(program_of(source), results={"a[0]": [FAILS, OK]}).create().play()
    player.resume(only_failed=True).play()
    assert player.machine.state.clock < 60


def test_of_items_that_are_groups_what_failed_in_them_runs_again() -> None:
    source = """
        steps:
          - name: g
            kind: group
            foreach: [x, y, z]
            max_errors: 1
            steps:
              - {name: one, kind: shell, run: ls}
              - {name: two, kind: shell, run: ls}
    """
    results = {"g[0]/two": [FAILS, OK], "g[1]/one": [FAILS, OK]}
    player = Player(program_of(source), results=results).create().play()
    player.started.clear()
    player.resume(only_failed=True).play()
    assert begun(player) == ["g[0]/two", "g[1]/one", "g[1]/two"]
    assert player.statuses()["g[2]"] == "skipped"
