"""What an answer to a failure makes of the step and of the run."""

from __future__ import annotations

from pup_tui.core.events import Answered, EditedText
from pup_tui.core.requests import ShellRequest
from pup_tui.drivers.replay import replay
from tests.support.player import FAILS, OK, Player
from tests.support.runbooks import program_of

STEPS = """
vars: {V: {default: x}}
steps:
  - {name: a, kind: shell, run: 'echo {{ V }}', on_failure: confirm}
  - {name: b, kind: shell, run: 'say {{ V }}'}
"""


def asked(**results: object) -> Player:
    return Player(program_of(STEPS), results=results or {"a": [FAILS, OK]}).create(V="x").play()  # type: ignore[arg-type]


def answer(player: Player, answer: str, **keys: object) -> Player:
    answered = Answered(at=player.moment, step="a", answer=answer, by="ada", **keys)  # type: ignore[arg-type]
    player.tell(answered)
    return player.play()


def replays_as_it_was(player: Player) -> bool:
    return replay(program_of(STEPS), player.events).state == player.machine.state


def test_a_skipped_step_says_by_whom_and_why_and_the_run_goes_on() -> None:
    player = answer(asked(), "skip", note="done by hand")
    assert player.statuses() == {"a": "skipped", "b": "succeeded"}
    assert player.machine.state.steps["a"].reason.endswith("skipped by ada: done by hand")
    assert player.machine.state.status == "succeeded"
    assert replays_as_it_was(player)


def test_it_runs_again_with_another_text_which_a_resumed_run_keeps() -> None:
    player = asked(a=[FAILS, FAILS, OK])
    answer(player, "retry", edited=EditedText("echo y", {}))
    assert player.started[-1].shown == "echo y"
    answer(player, "abort")
    player.resume().play()
    requests = [each.request for each in player.started if each.step == "a"]
    assert [r.script for r in requests if isinstance(r, ShellRequest)][1:] == ["echo y", "echo y"]
    assert replays_as_it_was(player)


def test_changed_values_count_from_there_on() -> None:
    player = answer(asked(), "retry", changed={"V": "z"})
    values = [
        each.request.values for each in player.started if isinstance(each.request, ShellRequest)
    ]
    assert [list(each.values()) for each in values] == [["x"], ["z"], ["z"]]
    assert replays_as_it_was(player)
