"""Made-up runbooks that break off anywhere and are resumed, as often as it takes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from msgspec import structs

from pup_tui.core.actions import Ask, StartAttempt
from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    CancelRequested,
    Interrupted,
    Moment,
    UndoChosen,
)
from pup_tui.core.ids import UNDO, holders, upwards
from pup_tui.core.program import Program
from pup_tui.core.retries import retry_of
from pup_tui.core.standing import Standing, can_resume, standing
from pup_tui.core.state import RunPhase, RunStatus, StepStatus
from pup_tui.drivers.replay import replay
from pup_tui.journal.codec import decode, encode
from tests.format.test_generated import VALUES, program_from
from tests.support.generated import Maker
from tests.support.often import often
from tests.support.player import Player, Result

CHUNKS = 20
EACH = often(6, 10)


class Chance(Player):
    """A run whose attempts end as chance has it: the same for a step that has ended as often."""

    def __init__(self, program: Program, seed: int, *, fails: bool) -> None:
        super().__init__(program)
        self.ended: Counter[str] = Counter()
        self._seed = seed
        self._fails = fails

    def tell(self, event: AnyEvent) -> None:
        if isinstance(event, AttemptFinished):
            self.ended[event.attempt.rpartition("#")[0]] += 1
        super().tell(event)

    def _start(self, action: StartAttempt) -> None:
        chance = random.Random(f"{self._seed} {action.step} {self.ended[action.step]}")
        result = Result(
            ok=not (self._fails and chance.random() < 0.15),
            reason="as chance has it",
            until=True,
            fail_if=False,
            retry_on=True,
            takes=chance.choice([0.5, 1.0, 2.0]),
        )
        self._results[action.step] = [result]
        super()._start(action)

    def _finish(self, at: Moment, action: StartAttempt, result: Result) -> AnyEvent:
        event = super()._finish(at, action, result)
        assert isinstance(event, AttemptFinished)
        made = [capture.name for capture in action.wanted.captures] if result.ok else []
        found = structs.replace(
            event.findings,
            captures={name: f"{name} of {action.step}" for name in made},
            results=dict.fromkeys(action.wanted.results, 0),
        )
        return structs.replace(event, findings=found)

    def _ask(self, action: Ask) -> None:
        asked = action.question
        chance = random.Random(f"{self._seed} {len(self.events)}")
        of_undo = chance.choice(["taken-back", "stays", "undo"])
        answers = {"failure": "continue", "unknown": "retry", "half-undone": of_undo}
        if asked.kind == "undo":
            steps = tuple(offer.step for offer in asked.offers if chance.random() < 0.5)
            self.later(1, lambda at: UndoChosen(at=at, steps=steps, by="ada"))
            return
        values = {name: str(v.default) for name, v in asked.variables.items()}
        answer = answers.get(asked.kind, "yes")
        self.later(
            1, lambda at: Answered(at=at, step=asked.step, answer=answer, by="ada", values=values)
        )


def end_of(player: Chance) -> tuple[Any, ...]:
    """All that matters of how a run ended."""
    state = player.machine.state
    names = {key: (f.values, f.captured, f.results) for key, f in state.frames.items()}
    statuses = {id_: step.status for id_, step in state.steps.items()}
    return state.status, statuses, names, player.ended, sorted(state.completed)


def break_off_and_resume(player: Chance, chance: random.Random, length: int, times: int) -> None:
    """Lose everything that is under way at `times` moments of a run, and go on."""
    for _ in range(times):
        until = len(player.events) + chance.randint(1, length)
        player.play(until=lambda p, until=until: len(p.events) >= until)  # type: ignore[misc]
        if player.machine.state.phase is not RunPhase.RUNNING:
            break
        player.resume()
    player.play()


@pytest.mark.proves("P11")
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_run_that_broke_off_ends_as_one_that_did_not(chunk: int) -> None:
    """What ended well is not done again, what was lost is: each attempt ends as often as without a break."""
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        text = Maker(seed).text()
        # How often a poll looks depends on the time that passes; what was settled is done once more.
        if "poll:" in text or "settles:" in text:
            continue
        program, chance = program_from(seed), random.Random(seed)
        whole = Chance(program, seed, fails=False)
        whole.create(**VALUES).play()
        for _ in range(3):
            broken = Chance(program, seed, fails=False)
            broken.create(**VALUES)
            break_off_and_resume(broken, chance, len(whole.events), 3)
            assert end_of(broken) == end_of(whole), f"seed {seed}"


def ok_in(events: Iterable[AnyEvent]) -> set[str]:
    """The steps of which an attempt ended well."""
    ends = (event for event in events if isinstance(event, AttemptFinished))
    return {end.attempt.rpartition("#")[0] for end in ends if end.ok}


def check_again(player: Chance, found: Standing, stood: int, done: set[str], seed: int) -> None:
    """What begins in a leg is not among what was said to stay, and if it was `done`, it was named.

    What was named is to be done from here on.
    """
    program = player.machine.program
    named = {*found.undone, *found.behind, *found.half_undone, *found.half_behind}
    named |= {*found.repeated, *found.failed, *found.begun}
    for event in player.events[stood:]:
        if not isinstance(event, AttemptStarted):
            continue
        step = event.attempt.rpartition("#")[0]
        around = [program.node(id_) for id_ in holders(step)]
        # A block that fails begins anew, as its file says.
        if UNDO in step or any(node.step.poll or retry_of(node) for node in around):
            continue
        assert step not in found.finished, f"seed {seed}: {step}"
        assert step not in done or not named.isdisjoint(upwards(step)), f"seed {seed}: {step}"
    done -= {step for step in done if not named.isdisjoint(upwards(step))}
    done |= ok_in(player.events[stood:])


def lost_in(player: Chance) -> list[str]:
    """Steps that were passed by in a run that succeeded, though nothing of their own kept them from it."""
    state, program = player.machine.state, player.machine.program
    well = ok_in(player.events)
    lost = []
    for id_, step in state.steps.items():
        node = program.node(id_)
        if node.is_block or node.part != "body":
            continue
        if step.status is StepStatus.SUCCEEDED and node.step.has_output and id_ not in well:
            lost.append(f"{id_}: no attempt of it ended well")
        reasons = [state.steps[each].reason for each in upwards(id_)]
        is_own = any(why.startswith(OWN) for why in reasons) or any(
            state.steps[each].status in (StepStatus.WARNED, StepStatus.IGNORED)
            or program.node(each).step.poll
            for each in holders(id_)
        )
        ended_by_run = step.reason.startswith(("cancelled", "interrupted", "aborted"))
        if step.status is StepStatus.SKIPPED and (ended_by_run or not is_own):
            lost.append(f"{id_}: {step.reason}")
    return lost


OWN = ("its `if` does not hold", "nothing failed", "Enough: ", "skipped by", "the list is empty")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_ended_a_run_it_goes_on_and_is_told_again(chunk: int) -> None:
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        program, chance = program_from(seed), random.Random(seed)
        player = Chance(program, seed, fails=True)
        player.create(**VALUES)
        done, stood = set[str](), 0
        for _ in range(4):
            until = len(player.events) + chance.randint(1, 40)
            end = chance.choice(["crash", "cancel", "interrupt", "end"])
            if end == "end":
                player.play()
            else:
                player.play(until=lambda p, until=until: len(p.events) >= until)  # type: ignore[misc]
            if end == "cancel":
                player.tell(CancelRequested(at=player.moment, by="ada"))
                player.play()
            elif end == "interrupt":
                player.tell(Interrupted(at=player.moment, reason="the terminal was lost"))
                player.play()
            if not can_resume(player.machine.state):
                break
            done |= ok_in(player.events[stood:])
            found, stood = standing(program, player.machine.state), len(player.events)
            only_failed = chance.random() < 0.3
            player.resume(later=chance.choice([0, 5, 1000]), only_failed=only_failed)
            until = len(player.events) + chance.randint(1, 40)
            player.play(until=lambda p, until=until: len(p.events) >= until)  # type: ignore[misc]
            check_again(player, found, stood, done, seed)
            stood = len(player.events)
        player.play()
        state = player.machine.state
        if state.status is RunStatus.SUCCEEDED:
            assert lost_in(player) == [], f"seed {seed}"
        assert state.phase is RunPhase.ENDED, f"seed {seed}"
        assert [id_ for id_, step in state.steps.items() if step.status is None] == []
        events = [decode(encode(event).encode()) for event in player.events]
        assert replay(program, events).state == state, f"seed {seed}"
