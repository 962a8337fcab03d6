"""Made-up runbooks load, can be planned, run with made-up executors, and replay to the same state."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pup_tui.core.actions import Question
from pup_tui.core.events import AnyEvent, RunCreated
from pup_tui.core.notices import AnyNotice
from pup_tui.core.plan import plan
from pup_tui.core.program import Program, compile_program
from pup_tui.core.requests import StepRequest
from pup_tui.core.state import RunPhase, RunState, RunStatus
from pup_tui.drivers.clock import FakeClock
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.replay import replay
from pup_tui.journal.codec import decode, encode
from pup_tui.journal.writer import MemoryJournal
from pup_tui.runbook.load import load_files
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop, told_to_stop, unless_stopped
from tests.support.generated import FILES, SECRETS, Maker
from tests.support.often import often
from tests.support.runs import Seen, local_run

CHUNKS = 40
EACH = often(8, 25)
"""How many runbooks are made up in each chunk."""

VALUES: dict[str, Any] = {"A": "a value", "N": 3, "L": ["x", "y"]}


def program_from(seed: int, *, secrets: bool = False) -> Program:
    text = Maker(seed, secrets=secrets).text()
    path = Path("made-up.yaml")
    loaded = load_files("made-up", {path.name: text.encode(), **FILES}, path)
    told = "\n".join(str(problem) for problem in loaded.errors)
    assert loaded.runbook is not None, f"{told}\n{text}"
    return compile_program("made-up", loaded.runbook)


class AnyOutcome:
    """An executor that does nothing, and whose attempts end as chance has it."""

    def __init__(self, chance: random.Random, clock: FakeClock) -> None:
        self._chance = chance
        self._clock = clock

    async def run(self, request: Any, sink: OutputSink, stop: Stop, context: Context) -> Outcome:
        value = self._chance.choice([1, 4, 9])
        status = self._chance.choice(["OK", "Alert"])
        sink.write("stdout", f'{{"value": {value}, "status": "{status}"}}\n'.encode())
        if self._chance.random() < 0.05:
            late = asyncio.Event()
            self._clock.call_later(30, late.set)
            await unless_stopped(late.wait(), stop)
        if stop.is_set():
            return told_to_stop()
        if self._chance.random() < 0.15:
            return Outcome(ok=False, exit_code=2, reason="exited with 2")
        return Outcome(ok=True, exit_code=0)


class AnyAnswer(Seen):
    """Answers every question as chance has it."""

    def __init__(self, run: LocalRun, chance: random.Random) -> None:
        super().__init__(run)
        self._chance = chance

    def question(self, question: Question) -> None:
        run, chance = self._run, self._chance
        if question.kind == "undo":
            steps = [offer.step for offer in question.offers]
            run.undo([step for step in steps if chance.random() < 0.7], "ada")
        elif question.kind == "failure":
            answer = chance.choice(["retry", "continue", "continue", "abort"])
            run.answer(question.step, answer, "ada")
        else:
            values = {
                name: list(v.default_texts) if v.is_list else str(v.default)
                for name, v in question.variables.items()
            }
            answer = chance.choice(["yes"] * 6 + ["no"])
            run.answer(question.step, answer, "ada", values=values if answer == "yes" else None)


async def pass_time(clock: FakeClock) -> None:
    """Let time pass whenever nothing else happens."""
    while True:
        for _ in range(20):
            await asyncio.sleep(0)
        clock.advance(1.0)


async def run_to_the_end(
    program: Program,
    folder: Path,
    seed: int,
    journal: MemoryJournal,
    secrets: Mapping[str, str] | None = None,
) -> tuple[LocalRun, Seen]:
    """The run, and what its watcher was told."""
    chance = random.Random(seed)
    clock = FakeClock()
    executor = AnyOutcome(chance, clock)
    executors: Mapping[type[StepRequest], Any] = dict.fromkeys(
        StepRequest.__subclasses__(), executor
    )
    run = await local_run(
        program,
        folder,
        values=VALUES,
        secrets=secrets,
        executors=executors,
        clock=clock,
        journal=journal,
    )
    watcher = AnyAnswer(run, chance)
    run.watch(watcher)
    if chance.random() < 0.1:
        clock.call_later(chance.randint(1, 60), lambda: run.cancel("ada"))
    time = asyncio.create_task(pass_time(clock))
    try:
        async with asyncio.timeout(20):
            await run.drive()
    finally:
        time.cancel()
    return run, watcher


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_made_up_runbooks_load_plan_run_and_replay(chunk: int, tmp_path: Path) -> None:
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        program = program_from(seed)
        planned = plan(program, VALUES, (), "ada", lambda step: None)
        assert {node.id for node in program.nodes if node.depth == 0} <= {p.id for p in planned}
        journal = MemoryJournal()
        folder = tmp_path / str(seed)
        folder.mkdir()
        run, _ = await run_to_the_end(program, folder, seed, journal)
        state = run.state
        assert state.phase is RunPhase.ENDED, f"seed {seed}"
        assert state.status is not RunStatus.RUNNING
        open_steps = [id_ for id_, step in state.steps.items() if step.status is None]
        assert open_steps == [], f"seed {seed}"
        events = [
            msgspec.json.decode(msgspec.json.encode(event), type=AnyEvent)
            for event in journal.events["01RUN"]
        ]
        assert replay(program, events).state == state, f"seed {seed}"


def without_secrets(state: RunState) -> dict[str, Any]:
    """The state as plain data, with nothing in the place of what is secret."""
    plain: dict[str, Any] = msgspec.to_builtins(state, enc_hook=str)
    for frame in plain["frames"].values():
        for name in frame["secrets"]:
            _, _, field = name.rpartition(".")
            for holder in (frame["values"], frame["captured"], *frame["results"].values()):
                holder.pop(field, None)
    return plain


def by_step(notices: Iterable[AnyNotice]) -> list[AnyNotice]:
    """In the order of each step: steps that run side by side are told of as it comes."""
    return sorted(notices, key=lambda notice: getattr(notice, "step", ""))


def with_others(event: AnyEvent) -> AnyEvent:
    """The event as it would be with other secrets."""
    if isinstance(event, RunCreated):
        others = {name: f"another {name} of them" for name in event.secrets}
        return msgspec.structs.replace(event, values={**event.values, **others})
    return event


@pytest.mark.proves("P30")
@pytest.mark.parametrize("chunk", range(CHUNKS // 4))
async def test_what_secrets_decided_is_the_same_without_them_and_with_others(
    chunk: int, tmp_path: Path
) -> None:
    for seed in range(chunk * EACH, (chunk + 1) * EACH):
        program = program_from(seed, secrets=True)
        journal = MemoryJournal()
        folder = tmp_path / str(seed)
        folder.mkdir()
        run, watcher = await run_to_the_end(program, folder, seed, journal, SECRETS)
        assert run.state.phase is RunPhase.ENDED, f"seed {seed}"
        recorded = [encode(event) for event in journal.events["01RUN"]]
        events = [decode(text.encode()) for text in recorded]
        for told in (events, [with_others(event) for event in events]):
            again = replay(program, told)
            assert without_secrets(again.state) == without_secrets(run.state), f"seed {seed}"
            assert by_step(again.notices) == by_step(watcher.notices), f"seed {seed}"
        shown = "\n".join([*recorded, *map(str, watcher.notices)]).lower()
        assert not [part for part in ("hunter", "y-secret", "y-secr") if part in shown]
