"""Runbooks of the bundled library, run for real in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pup_tui.catalog.inputs import Sources
from pup_tui.catalog.places import bundled_dir
from pup_tui.catalog.value_sources import local_sources
from pup_tui.core.actions import Question
from pup_tui.core.ids import UNDO
from pup_tui.core.notices import AnyNotice, StepFinished
from pup_tui.core.program import Program, compile_program
from pup_tui.core.requests import HttpRequest, ShellRequest, SqlRequest
from pup_tui.core.state import RunState
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.drivers.local import LocalRun
from pup_tui.headless.answers import GivenAnswer, GivenBefore, SayYes
from pup_tui.private import make_private_dir
from pup_tui.steps.http import HttpExecutor
from pup_tui.steps.shell import ShellExecutor
from pup_tui.steps.sql.executor import SqlExecutor
from tests.support.bundled import load_bundled
from tests.support.runs import ENVIRON, Seen, local_run

Answer = str | Mapping[str, Any]
Answers = Mapping[str, Answer | list[Answer]]
"""By the step: what is answered to its question, or values that it asks for, as they are typed; what is left
out has its default. Of one that asks several times a list, whose last one stays. All others get a yes.
"""
After = Mapping[str, Callable[[], None]]
"""By the step: what happens once it has ended, before anything else begins."""
Ran = tuple[RunState, Seen]
"""How a run ended, and what its watcher saw of it."""


class _Operator(Seen):
    """Answers as told, takes everything back that can be, and lets the world go on as steps end."""

    def __init__(
        self,
        run: LocalRun,
        answers: Answers,
        after: After,
        sources: Sources,
    ) -> None:
        super().__init__(run)
        self._driven, self._after, self._sources = run, after, sources
        self._given: dict[str, list[Answer]] = {
            step: list(given) if isinstance(given, list) else [given]
            for step, given in answers.items()
        }

    def notice(self, notice: AnyNotice) -> None:
        super().notice(notice)
        if isinstance(notice, StepFinished) and notice.step in self._after:
            self._after[notice.step]()

    def question(self, question: Question) -> None:
        self.questions.append(question)
        all_given = self._given.get(question.step, ["yes"])
        given = all_given.pop(0) if len(all_given) > 1 else all_given[0]
        if question.step == UNDO:
            self._driven.undo([offer.step for offer in question.offers], "ada")
        elif question.kind == "input" and given != "no":
            values = {} if isinstance(given, str) else {question.step: GivenAnswer(given, "ada")}
            others = GivenBefore(SayYes(self._sources), values, self._sources)
            others.ask(question, self._driven)
        else:
            assert isinstance(given, str)
            self._driven.answer(question.step, given, "ada")


async def run_of(
    runbook: str,
    folder: Path,
    values: Mapping[str, Any],
    *,
    environ: Mapping[str, str],
    around: Mapping[str, str] = ENVIRON,
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    """Run THEME/NAME. Settings find `environ`, processes have what is `around` them."""
    path = bundled_dir() / f"{runbook}.yaml"
    program = compile_program(path.stem, load_bundled(path).require())
    return await driven(
        program, folder, values, environ=environ, around=around, answers=answers, after=after
    )


async def driven(
    program: Program,
    folder: Path,
    values: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str],
    around: Mapping[str, str],
    answers: Answers | None = None,
    after: After | None = None,
) -> Ran:
    """Run a program with all that the library needs, as `run_of` says."""
    make_private_dir(folder)
    sources = local_sources({**ENVIRON, **environ}, folder)
    run = await local_run(
        program,
        folder,
        values=values,
        executors={
            ShellRequest: ShellExecutor(),
            SqlRequest: SqlExecutor(),
            HttpRequest: HttpExecutor(DatadogConfiguration.from_environment({})),
        },
        sources=sources,
        left_out=_left_out(program, values or {}),
        environ=around,
    )
    seen = _Operator(run, answers or {}, after or {}, sources)
    run.watch(seen)
    return await run.drive(), seen


def _left_out(program: Program, values: Mapping[str, Any]) -> list[str]:
    """The variables that nobody gives and that may be left out."""
    declared = program.runbook.vars.items()
    return [name for name, each in declared if name not in values and not each.required]


def outcomes(state: RunState) -> dict[str, str]:
    """How the steps of a run ended that stand in the runbook itself."""
    return {step: str(found.status) for step, found in state.steps.items() if "/" not in step}


def troubles(state: RunState, seen: Seen) -> str:
    """Why a run did not go as it should have."""
    reasons = [f"{step}: {found.reason}" for step, found in state.steps.items() if found.reason]
    return "\n".join([*reasons, *(line.text for _, line in seen.lines[-10:])])
