"""The values of what a run calls, and those that it is given in mid-run."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from pup_tui.core.actions import FoundValues, Question, ResolveValues
from pup_tui.core.events import Answered, Moment, ValuesResolved
from pup_tui.core.program import Program, compile_program
from pup_tui.core.state import RunState
from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.values import resolve_values
from pup_tui.journal.writer import MemoryJournal
from pup_tui.runbook.load import load_files
from tests.support.runbooks import program_of
from tests.support.runs import Seen, local_run
from tests.support.value_sources import Commands, sources_of

GROUP = """\
params:
  HOST: {pattern: "[a-z]+"}
  WHO: {from: "command:whoami"}
  GREETING: {default: "hello {{ WHO }}"}
steps:
  - {name: Greet, kind: shell, run: "echo {{ GREETING }} on {{ HOST }}"}
"""


def calling(given: str, group: str = GROUP) -> Program:
    text = f"""\
name: test
vars: {{TOKEN: {{type: secret, required: false}}, PLACE: "1"}}
steps: [{{name: g, template: greet, with: {given}}}]
"""
    files = {"test.yaml": text.encode(), "_templates/greet.yaml": group.encode()}
    loaded = load_files("test", files, Path("test.yaml"))
    return compile_program("test", loaded.require())


async def played(run: LocalRun) -> tuple[Seen, RunState]:
    seen = Seen(run)
    run.watch(seen)
    async with asyncio.timeout(60):
        return seen, await run.drive()


async def test_the_params_of_a_group_are_found_like_variables(tmp_path: Path) -> None:
    sources = sources_of(commands=Commands({"whoami": "ada"}))
    run = await local_run(calling("{HOST: web}"), tmp_path, sources=sources)
    seen, state = await played(run)
    assert state.status == "succeeded", state.reason
    assert seen.texts("g/greet") == ["hello ada on web"]


async def test_a_param_that_is_wrong_fails_the_step(tmp_path: Path) -> None:
    sources = sources_of(commands=Commands({"whoami": "ada"}))
    run = await local_run(
        calling("{HOST: '{{ PLACE }}'}"), tmp_path, values={"PLACE": "1"}, sources=sources
    )
    _, state = await played(run)
    assert state.status == "failed"
    assert "`1` does not match the pattern" in state.reason


async def test_a_command_that_fails_fails_the_step_and_is_named(tmp_path: Path) -> None:
    run = await local_run(calling("{HOST: web}"), tmp_path, sources=sources_of(commands=Commands()))
    _, state = await played(run)
    assert state.status == "failed"
    assert "`WHO` cannot be read from command:whoami" in state.reason


async def test_a_secret_that_is_passed_on_stays_one(tmp_path: Path) -> None:
    journal = MemoryJournal()
    run = await local_run(
        calling("{HOST: web, GREETING: '{{ TOKEN }}', WHO: x}"),
        tmp_path,
        secrets={"TOKEN": "hunter22"},
        journal=journal,
    )
    seen, state = await played(run)
    assert state.status == "succeeded", state.reason
    assert seen.texts("g/greet") == ["*** on web"]
    (event,) = (e for e in journal.events["01RUN"] if isinstance(e, ValuesResolved))
    assert "GREETING" in event.secrets
    assert event.values["GREETING"] is None


async def test_a_run_that_is_cancelled_does_not_wait_for_a_value(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def never(*_: object) -> str:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("it was not given up")

    sources = replace(sources_of(), run=never)
    run = await local_run(calling("{HOST: web}"), tmp_path, sources=sources)

    async def cancel() -> None:
        await asked.wait()
        run.cancel("ada")

    cancelling = asyncio.ensure_future(cancel())
    _, state = await played(run)
    await cancelling
    assert state.status == "cancelled"


async def test_a_fault_is_a_problem() -> None:
    async def broken(_: ResolveValues, cwd: Path) -> FoundValues:
        raise KeyError("x")

    action = ResolveValues(step="g", variables={}, given={})
    event = await resolve_values(action, broken, Path(), Masking(), lambda: Moment(0, 0))
    assert event.problems == ("a fault in pup-tui (KeyError): please report it",)


async def test_secrets_given_in_mid_run_are_masked_and_not_recorded(tmp_path: Path) -> None:
    journal = MemoryJournal()
    program = program_of(
        """\
        steps:
          - {name: ask, kind: input, vars: {T: {type: secret}, U: {}, V: {}}}
          - {name: show, kind: shell, run: "echo {{ T }} {{ U }} {{ V }}"}
        """
    )
    run = await local_run(program, tmp_path, journal=journal)

    class Gives(Seen):
        def question(self, question: Question) -> None:
            values = {"T": "hunter22", "U": "u", "V": "x-hunter22"}
            run.answer(question.step, "yes", "ada", values=values, secrets=("T",))

    seen = Gives(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "succeeded", state.reason
    assert seen.texts("show") == ["*** u x-***"]
    (event,) = (e for e in journal.events["01RUN"] if isinstance(e, Answered))
    assert event.values == {"T": None, "U": "u", "V": None}
    assert set(event.secrets) == {"T", "V"}


async def test_what_shall_be_taken_back_is_answered(tmp_path: Path) -> None:
    program = program_of(
        """\
        steps:
          - {name: a, kind: shell, run: echo a, undo: {kind: shell, run: echo undone}}
          - {name: b, kind: shell, run: exit 1}
        """
    )
    run = await local_run(program, tmp_path)

    class Undoes(Seen):
        def question(self, question: Question) -> None:
            super().question(question)
            run.undo([offer.step for offer in question.offers], "ada")

    seen = Undoes(run)
    run.watch(seen)
    state = await run.drive()
    assert state.status == "failed"
    assert [question.kind for question in seen.questions] == ["undo"]
    assert seen.texts("a:undo") == ["undone"]
