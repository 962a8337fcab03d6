"""Runs for tests: a driver over real or fake executors, a journal in memory, and somebody who watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pup_tui.catalog.inputs import Sources
from pup_tui.catalog.value_sources import local_sources
from pup_tui.cli.wiring import resolver
from pup_tui.core.actions import Question
from pup_tui.core.events import RunCreated, Source
from pup_tui.core.notices import AnyNotice
from pup_tui.core.program import Program
from pup_tui.core.requests import ShellRequest, StepRequest
from pup_tui.drivers.clock import Clock, SystemClock
from pup_tui.drivers.local import LocalRun, Surroundings
from pup_tui.drivers.locks import HeldLocks
from pup_tui.drivers.masking import Masking
from pup_tui.drivers.watcher import Watcher
from pup_tui.journal.records import RunRecord
from pup_tui.journal.writer import MemoryJournal
from pup_tui.output.passage import Line, Passage
from pup_tui.steps.executor import Executor
from pup_tui.steps.shell import ShellExecutor

ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


class Seen(Watcher):
    """A watcher that remembers everything, and answers as it was told."""

    def __init__(self, run: LocalRun, answers: Mapping[str, str] | None = None) -> None:
        self.notices: list[AnyNotice] = []
        self.lines: list[tuple[str, Line]] = []
        self.questions: list[Question] = []
        self.troubles: list[str] = []
        self._run = run
        self._answers = answers or {}

    def notice(self, notice: AnyNotice) -> None:
        self.notices.append(notice)

    def output(self, step: str, passage: Passage) -> None:
        self.lines.extend((step, line) for line in passage.lines())

    def trouble(self, told: str) -> None:
        self.troubles.append(told)

    def question(self, question: Question) -> None:
        self.questions.append(question)
        if question.step in self._answers:
            self._run.answer(question.step, self._answers[question.step], "ada")

    def withdrawn(self, step: str) -> None:
        self.questions = [question for question in self.questions if question.step != step]

    def texts(self, step: str) -> list[str]:
        return [line.text for name, line in self.lines if name == step]


async def local_run(
    program: Program,
    folder: Path,
    *,
    values: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    executors: Mapping[type[StepRequest], Executor] | None = None,
    clock: Clock | None = None,
    journal: MemoryJournal | None = None,
    sources: Sources | None = None,
    left_out: Sequence[str] = (),
    environ: Mapping[str, str] = ENVIRON,
) -> LocalRun:
    """A run that is ready to be driven; its outputs go to `folder`."""
    clock = clock or SystemClock()
    journal = journal or MemoryJournal()
    hidden = dict(secrets or {})
    created = RunCreated(
        at=clock.now(),
        run="01RUN",
        runbook=program.id,
        source=Source(path="test.yaml", sha256="0" * 64),
        operator="ada",
        host="here",
        values={**(values or {}), **hidden},
        secrets=tuple(hidden),
        left_out=tuple(left_out),
    )
    await journal.create_run(RunRecord.of(created, name="test", pid=1), {})
    around = Surroundings(
        executors=executors or {ShellRequest: ShellExecutor()},
        environ=environ,
        cwd=folder,
        outputs=folder,
        clock=clock,
        log=journal,
        masking=Masking(hidden.values()),
        locks=HeldLocks(folder / "locks", created),
        resolve=resolver(sources or local_sources(ENVIRON, Path.home())),
        grace=1.0,
    )
    return LocalRun(program, created, around)
