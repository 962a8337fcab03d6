"""The rehearsals of folders with runbooks: found, played, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from pup_tui.core.program import Program, compile_program
from pup_tui.rehearsal.case import CaseResult, play_case
from pup_tui.rehearsal.coverage import Coverage, coverage_of
from pup_tui.rehearsal.in_sandbox import OpenSandbox, play_in_sandbox
from pup_tui.rehearsal.places import FOLDER, runbook_of
from pup_tui.rehearsal.reading import RehearsalFile, read_rehearsals
from pup_tui.runbook.load import Loaded
from pup_tui.runbook.problems import Problem

Load = Callable[[Path], Loaded]


class Rehearsed(Struct, frozen=True, kw_only=True):
    """What became of a file of rehearsals: with `problems` nothing in it was played.

    `runbook` is the id of the runbook, `program` that one compiled, None where it cannot be run; so many
    cases were `left_out`, since they need the sandbox.
    """

    runbook: str
    file: Path
    loaded: Loaded | None = None
    program: Program | None = None
    problems: tuple[Problem, ...] = ()
    results: tuple[CaseResult, ...] = ()
    left_out: int = 0

    @property
    def coverage(self) -> Coverage | None:
        """What the cases reach of the runbook, None where it cannot be run."""
        if self.program is None:
            return None
        return coverage_of(self.program, [result.trace for result in self.results])

    @property
    def ok(self) -> bool:
        return not self.problems and all(result.ok for result in self.results)


async def rehearse(
    files: Iterable[Path], load: Load, sandbox: OpenSandbox | None = None
) -> list[Rehearsed]:
    """Play all cases of the files; `load` reads a runbook. Those that need the `sandbox` only with one."""
    return [await _rehearsed(file, load, sandbox) for file in files]


async def _rehearsed(file: Path, load: Load, sandbox: OpenSandbox | None) -> Rehearsed:
    read = read_rehearsals(file)
    runbook = runbook_of(file)
    if runbook is None:
        told = f"there is no runbook `{file.stem}` beside {FOLDER}"
        hint = f"a file of rehearsals is called as its runbook: {FOLDER}/NAME.yaml for NAME.yaml"
        problem = Problem(path=str(file), message=told, hint=hint, whole=True)
        return Rehearsed(runbook=file.stem, file=file, problems=(problem,))
    loaded = load(runbook)
    problems = tuple(_wrong(read, loaded))
    if problems or loaded.runbook is None:
        return Rehearsed(runbook=loaded.id, file=file, loaded=loaded, problems=problems)
    program = compile_program(loaded.id, loaded.runbook)
    results = []
    for case in read.cases:
        if not case.said.sandbox:
            results.append(await play_case(program, case))
        elif sandbox is not None:
            results.append(await play_in_sandbox(program, case, sandbox))
    return Rehearsed(
        runbook=loaded.id,
        file=file,
        loaded=loaded,
        program=program,
        results=tuple(results),
        left_out=len(read.cases) - len(results),
    )


def _wrong(read: RehearsalFile, loaded: Loaded) -> Iterator[Problem]:
    yield from read.problems
    yield from loaded.errors
