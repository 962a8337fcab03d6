"""Runs with real processes: order of recording and telling, output, secrets, stopping."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from pup_tui.core.events import AnyEvent, AttemptFinished, AttemptStarted, NoteAdded
from pup_tui.core.notices import AnyNotice, RunFinished, StepFinished, StepPaused, StepStarted
from pup_tui.core.requests import ShellRequest
from pup_tui.drivers.clock import FakeClock
from pup_tui.drivers.replay import replay
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import RunSummary
from pup_tui.journal.writer import MemoryJournal
from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolReader
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop
from tests.support.executors import FakeExecutor
from tests.support.journals import FailingJournal
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run


class Hook(Seen):
    """Calls back for each notice, before the run goes on."""

    def __init__(self, run: object, then: Callable[[AnyNotice], None]) -> None:
        super().__init__(run)  # type: ignore[arg-type]
        self._then = then

    def notice(self, notice: AnyNotice) -> None:
        super().notice(notice)
        self._then(notice)


async def test_a_run_streams_and_records(tmp_path: Path) -> None:
    program = program_of(
        "vars: {X: x}\nsteps: [{name: a, kind: shell, run: 'echo {{ X }}; echo no >&2'}]"
    )
    journal = MemoryJournal()
    run = await local_run(program, tmp_path, values={"X": "; touch pwned"}, journal=journal)
    seen = Seen(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "succeeded"
    assert sorted(seen.texts("a")) == ["; touch pwned", "no"]
    assert not (tmp_path / "pwned").exists()
    reader = SpoolReader(run.outputs.path("a"))
    assert reader.line_count == 2
    summary = journal.summaries["01RUN"]
    assert (summary.status, summary.warnings) == ("succeeded", 0)


async def test_the_first_line_is_shown_while_the_step_still_runs(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    program = program_of(
        "steps: [{name: a, kind: shell, run: 'echo one; until [ -e gate ]; do sleep 0.05; done'}]"
    )
    run = await local_run(program, tmp_path)

    class Opens(Seen):
        def output(self, step: str, passage: object) -> None:
            assert not any(isinstance(notice, StepFinished) for notice in self.notices)
            gate.touch()

    run.watch(Opens(run))
    state = await run.drive()
    assert state.status == "succeeded"


@pytest.mark.proves("P12")
async def test_what_is_told_is_recorded_before(tmp_path: Path) -> None:
    journal = MemoryJournal()
    run = await local_run(
        program_of("steps: [{name: a, kind: shell, run: echo hi}]"), tmp_path, journal=journal
    )
    recorded_kinds: dict[type[AnyNotice], set[type[AnyEvent]]] = {}

    def remember(notice: AnyNotice) -> None:
        recorded_kinds[type(notice)] = {type(event) for event in journal.events["01RUN"]}

    run.watch(Hook(run, remember))
    await run.drive()
    assert AttemptStarted in recorded_kinds[StepStarted]
    assert AttemptFinished in recorded_kinds[StepFinished]


@pytest.mark.parametrize("can_be_kept", [True, False])
async def test_a_remark_in_the_moment_of_the_end_changes_nothing_about_the_end(
    tmp_path: Path, can_be_kept: bool
) -> None:
    class Journal(MemoryJournal):
        async def add_to_past(self, run: str, event: AnyEvent) -> None:
            if not can_be_kept:
                raise JournalError("the disk is full", tmp_path)
            await super().add_to_past(run, event)

    journal = Journal()
    run = await local_run(
        program_of("steps: [{name: a, kind: shell, run: echo hi}]"), tmp_path, journal=journal
    )

    def remark(notice: AnyNotice) -> None:
        if isinstance(notice, RunFinished):
            with pytest.raises(StopIteration):
                run.note("seen", "ada").send(None)

    seen = Hook(run, remark)
    run.watch(seen)
    assert (await run.drive()).status == "succeeded"
    assert len([each for each in seen.notices if isinstance(each, RunFinished)]) == 1
    assert isinstance(journal.events["01RUN"][-1], NoteAdded) is can_be_kept
    told = [] if can_be_kept else ["the note `seen` was not recorded: the disk is full"]
    assert seen.troubles == told


async def test_the_recorded_events_replay_to_the_same_state(tmp_path: Path) -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: 'echo "{\\"id\\": 7}"', capture: {ID: json.id}}
          - {name: ask, kind: confirm, message: "Use {{ ID }}?"}
          - {name: b, kind: shell, run: "echo {{ ID }}; exit 3"}
          - {name: c, kind: shell, when: cleanup, run: echo bye}
        """
    )
    journal = MemoryJournal()
    run = await local_run(program, tmp_path, journal=journal)
    seen = Seen(run, {"ask": "yes"})
    run.watch(seen)
    state = await run.drive()
    again = replay(program, journal.events["01RUN"])
    assert again.state == state
    assert again.notices == seen.notices
    assert state.steps["b"].reason == "exited with 3"


async def test_a_poll_with_a_real_command_converges(tmp_path: Path) -> None:
    (tmp_path / "n").write_text("9")
    program = program_of(
        """
        steps:
          - name: p
            kind: shell
            run: "n=$(cat n); echo $((n - 3)) | tee n"
            poll: {interval: 100ms, timeout: 60s, until: value < 2}
        """
    )
    run = await local_run(program, tmp_path)
    state = await run.drive()
    poll = state.steps["p"].poll
    assert poll is not None
    assert [sample.value for sample in poll.samples] == [6.0, 3.0, 0.0]


async def test_secrets_reach_the_process_and_nothing_else(tmp_path: Path) -> None:
    program = program_of(
        """
        vars: {TOKEN: {type: secret}}
        steps:
          - {name: a, kind: shell, run: "echo got {{ TOKEN }}", capture: GOT}
          - {name: b, kind: shell, run: 'test {{ GOT }} = "got hunter2-secret"'}
        """
    )
    journal = MemoryJournal()
    run = await local_run(program, tmp_path, secrets={"TOKEN": "hunter2-secret"}, journal=journal)
    seen = Seen(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "succeeded"
    assert seen.texts("a") == ["got ***"]
    kept = msgspec.json.encode([journal.events["01RUN"], seen.notices]).decode()
    assert "hunter2" not in kept
    assert "hunter2" not in run.outputs.path("a").read_text()


async def test_a_cancel_ends_the_process_and_runs_the_cleanup(tmp_path: Path) -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, run: "echo up; exec sleep 600"}
          - {name: c, kind: shell, when: cleanup, run: echo bye > done}
        """
    )
    run = await local_run(program, tmp_path)

    class Cancels(Seen):
        def output(self, step: str, passage: object) -> None:
            run.cancel(by="Ctrl-C")

    run.watch(Cancels(run))
    state = await run.drive()
    assert state.status == "cancelled"
    assert state.steps["a"].status == "cancelled"
    assert (tmp_path / "done").exists()


@pytest.mark.proves("P14")
async def test_a_run_that_cannot_be_recorded_stops_what_it_runs(tmp_path: Path) -> None:
    class Full(MemoryJournal):
        async def append(
            self, run: str, *events: AnyEvent, summary: RunSummary | None = None
        ) -> int:
            if any(isinstance(event, AttemptFinished) for event in events):
                raise JournalError("the disk is full", tmp_path)
            return await super().append(run, *events, summary=summary)

    program = program_of(
        "steps: [{name: a, kind: shell, run: echo hi}, {name: b, kind: shell, run: touch b}]"
    )
    run = await local_run(program, tmp_path, journal=Full())
    with pytest.raises(JournalError, match="the disk is full"):
        await run.drive()
    assert not (tmp_path / "b").exists()


async def test_the_end_of_a_step_and_the_intent_of_the_next_are_recorded_together(
    tmp_path: Path,
) -> None:
    class Commits(MemoryJournal):
        def __init__(self) -> None:
            super().__init__()
            self.kinds: list[tuple[str, ...]] = []
            self.seen: list[str] = []

        async def append(
            self, run: str, *events: AnyEvent, summary: RunSummary | None = None
        ) -> int:
            self.kinds.append(tuple(type(event).__name__ for event in events))
            self.seen.append(" ".join(sorted(set(os.listdir(tmp_path)) & {"did-a", "did-b"})))
            return await super().append(run, *events, summary=summary)

    recorded: list[set[str]] = []

    class Told(Seen):
        def notice(self, notice: AnyNotice) -> None:
            super().notice(notice)
            if isinstance(notice, StepFinished):
                ends = [e for e in journal.events[run.run] if isinstance(e, AttemptFinished)]
                recorded.append({end.attempt.partition("#")[0] for end in ends})

    program = program_of(
        "steps: [{name: a, kind: shell, run: touch did-a}, {name: b, kind: shell, run: touch did-b}]"
    )
    journal = Commits()
    run = await local_run(program, tmp_path, journal=journal)
    run.watch(Told(run))
    await run.drive()
    assert journal.kinds == [
        ("RunCreated", "AttemptStarted"),
        ("AttemptFinished", "AttemptStarted"),
        ("AttemptFinished",),
    ]
    assert recorded == [{"a"}, {"a", "b"}]
    # No effect comes before the commit that holds its intent.
    assert journal.seen == ["", "did-a", "did-a did-b"]


async def test_an_optional_tool_is_looked_up_on_the_path_of_the_run(tmp_path: Path) -> None:
    program = program_of(
        """
        steps:
          - {name: a, kind: shell, optional: true, run: no-such-tool-here --now}
          - {name: b, kind: shell, optional: true, run: echo found}
          - {name: c, kind: shell, optional: true, run: A=1 env B=2 no-such-tool-here x}
          - {name: d, kind: shell, optional: true, run: A=1 env B=2 printenv B}
        """
    )
    run = await local_run(program, tmp_path)
    state = await run.drive()
    assert {step: str(s.status) for step, s in state.steps.items()} == {
        "a": "skipped",
        "b": "succeeded",
        "c": "skipped",
        "d": "succeeded",
    }


async def test_nothing_is_left_running_when_the_driver_is_cancelled(tmp_path: Path) -> None:
    program = program_of("steps: [{name: a, kind: shell, run: 'echo $$; exec sleep 600'}]")
    run = await local_run(program, tmp_path)
    pids: list[int] = []
    heard = asyncio.Event()

    class Notes(Seen):
        def output(self, step: str, passage: Passage) -> None:
            pids.append(int(passage.text))
            heard.set()

    run.watch(Notes(run))
    driving = asyncio.create_task(run.drive())
    await heard.wait()
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


async def test_a_watcher_that_fails_does_not_harm_the_run(tmp_path: Path) -> None:
    program = program_of("steps: [{name: a, kind: shell, run: echo hi}]")
    run = await local_run(program, tmp_path)

    class Broken(Seen):
        def output(self, step: str, passage: object) -> None:
            raise RuntimeError("no room")

    faults: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: faults.append(str(context["exception"]))
    )
    seen = Seen(run)
    run.watch(Broken(run))
    run.watch(seen)
    state = await run.drive()
    assert (state.status, seen.texts("a"), faults) == ("succeeded", ["hi"], ["no room"])


async def test_an_attempt_knows_how_long_it_may_take_and_tells_that_it_only_waits(
    tmp_path: Path,
) -> None:
    left: dict[str, float | None] = {}

    class Waits(FakeExecutor):
        async def run(
            self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
        ) -> Outcome:
            left[context.step] = context.time_left()
            context.pauses(7.0, "the limit of the-secret-token")
            return Outcome(ok=True)

    program = program_of(
        """
vars: {T: {type: secret}}
steps:
  - {name: any, kind: shell, run: a}
  - {name: own, kind: shell, run: a, timeout: 30s}
  - {name: polls, kind: shell, run: a, poll: {until: "true", interval: 1s, timeout: 50s}}
  - name: around
    kind: group
    timeout: 20s
    steps: [{name: inside, kind: shell, run: a, timeout: 1h}]
"""
    )
    run = await local_run(
        program,
        tmp_path,
        secrets={"T": "the-secret-token"},
        executors={ShellRequest: Waits()},
        clock=FakeClock(),
    )
    seen = Seen(run)
    run.watch(seen)
    await run.drive()
    assert left == {"any": None, "own": 30, "polls": 50, "around/inside": 20}
    paused = [notice for notice in seen.notices if isinstance(notice, StepPaused)]
    assert {(each.seconds, each.reason) for each in paused} == {(7.0, "the limit of ***")}
    assert [each.step for each in paused] == list(left)


class Owning(FailingJournal):
    """Remembers which runs are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go_of: list[str] = []

    async def let_go(self, run: str) -> None:
        self.let_go_of.append(run)


@pytest.mark.proves("P14")
async def test_a_run_that_cannot_be_recorded_is_let_go_before_its_end_is_told(
    tmp_path: Path,
) -> None:
    journal = Owning()
    program = program_of("steps: [{name: a, kind: shell, run: echo hi}]")
    run = await local_run(program, tmp_path, journal=journal)
    owned_at_the_end: list[bool] = []

    def look(notice: AnyNotice) -> None:
        if isinstance(notice, StepStarted):
            journal.error = JournalError("the disk is full", tmp_path, "make room")
        elif isinstance(notice, RunFinished):
            owned_at_the_end.append(not journal.let_go_of)

    run.watch(Hook(run, look))
    with pytest.raises(JournalError):
        await run.drive()
    assert owned_at_the_end == [False]
    assert journal.let_go_of == ["01RUN"]


async def test_a_run_whose_task_is_cancelled_is_let_go(tmp_path: Path) -> None:
    journal = Owning()
    program = program_of("steps: [{name: ask, kind: confirm, message: Sure?}]")
    run = await local_run(program, tmp_path, journal=journal)
    driving = asyncio.create_task(run.drive())
    asked = asyncio.Event()

    class Asked(Seen):
        def question(self, question: object) -> None:
            asked.set()

    run.watch(Asked(run))
    await asked.wait()
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert journal.let_go_of == ["01RUN"]
