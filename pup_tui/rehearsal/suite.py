"""The rehearsals of folders with runbooks: found, played, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from pup_tui.core.program import Program, compile_program
from pup_tui.rehearsal.case import CaseResult, play_case
from pup_tui.rehearsal.coverage import Coverage, coverage_of
from pup_tui.rehearsal.model import FOLDER
from pup_tui.rehearsal.reading import RehearsalFile, read_rehearsals
from pup_tui.runbook.files import SUFFIXES
from pup_tui.runbook.load import Loaded
from pup_tui.runbook.problems import Problem

Load = Callable[[Path], Loaded]


class Rehearsed(Struct, frozen=True, kw_only=True):
    """What became of a file of rehearsals: with `problems` nothing in it was played.

    `runbook` is the id of the runbook, `program` that one compiled, None where it cannot be run.
    """

    runbook: str
    file: Path
    loaded: Loaded | None = None
    program: Program | None = None
    problems: tuple[Problem, ...] = ()
    results: tuple[CaseResult, ...] = ()

    @property
    def coverage(self) -> Coverage | None:
        """What the cases reach of the runbook, None where it cannot be run."""
        if self.program is None:
            return None
        return coverage_of(self.program, [result.trace for result in self.results])

    @property
    def ok(self) -> bool:
        return not self.problems and all(result.ok for result in self.results)


def rehearsal_files(folder: Path) -> list[Path]:
    """The files of rehearsals beside the runbooks of a folder, and of the folders in it."""
    if folder.name == FOLDER:
        return _in(folder)
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
    themes = [each for each in inner if not each.name.startswith(("_", "."))]
    return [path for each in (folder, *themes) for path in _in(each / FOLDER)]


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        return []


def file_of(runbook: Path) -> Path | None:
    """The file of rehearsals of a runbook, None where there is none."""
    names = [runbook.parent / FOLDER / f"{runbook.stem}{suffix}" for suffix in SUFFIXES]
    return next((path for path in names if path.is_file()), None)


def runbook_of(file: Path) -> Path | None:
    """The runbook that a file of rehearsals is for, None where there is none."""
    names = [file.parent.parent / f"{file.stem}{suffix}" for suffix in SUFFIXES]
    return next((path for path in names if path.is_file()), None)


async def rehearse(files: Iterable[Path], load: Load) -> list[Rehearsed]:
    """Play all cases of the files; `load` reads a runbook."""
    return [await _rehearsed(file, load) for file in files]


async def _rehearsed(file: Path, load: Load) -> Rehearsed:
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
    results = [await play_case(program, case) for case in read.cases if not case.said.sandbox]
    return Rehearsed(
        runbook=loaded.id, file=file, loaded=loaded, program=program, results=tuple(results)
    )


def _wrong(read: RehearsalFile, loaded: Loaded) -> Iterator[Problem]:
    yield from read.problems
    yield from loaded.errors
