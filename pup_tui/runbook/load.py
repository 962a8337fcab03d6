"""Loading a runbook: from a file, or again from the bytes that a run was made from.

Loading reads the file and the step templates that it names. It never executes or fetches anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from pup_tui.runbook import yaml
from pup_tui.runbook.check import check
from pup_tui.runbook.files import DirectoryFiles, Files, GivenFiles, Unreadable
from pup_tui.runbook.model import Runbook
from pup_tui.runbook.problems import InvalidRunbook, Problem
from pup_tui.runbook.report import Report
from pup_tui.runbook.step_templates import StepTemplates


class Loaded(Struct, frozen=True, kw_only=True):
    """What became of a runbook file.

    `id` is the file's stem. `files` are the exact bytes of the file and of every step template it uses, by
    name relative to its directory; `sha256` is that of the file itself. `runbook` is None where there are
    errors.
    """

    id: str
    path: Path
    sha256: str
    files: Mapping[str, bytes]
    runbook: Runbook | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def ok(self) -> bool:
        return self.runbook is not None

    def require(self) -> Runbook:
        """The runbook; raises `InvalidRunbook` with every error where there is none."""
        if self.runbook is None:
            raise InvalidRunbook(self.errors)
        return self.runbook


def load(path: Path, *, root: Path | None = None) -> Loaded:
    """Load a runbook file; what is wrong with it, even that it cannot be read, is in `problems`.

    With `root` (an imported pack) no file outside that directory is read, also not through a link.
    """
    return _load(path.stem, path, path.name, DirectoryFiles(path.parent, root))


def load_files(id: str, files: Mapping[str, bytes], path: Path) -> Loaded:  # noqa: A002 (a field of Loaded)
    """Load a runbook from the bytes in `Loaded.files`; `path` is only named in problems."""
    return _load(id, path, path.name, GivenFiles(files))


def _load(stem: str, path: Path, name: str, files: Files) -> Loaded:
    try:
        data = files.read(name)
    except Unreadable as error:
        return _unreadable(stem, path, str(error))
    if data is None:
        return _unreadable(stem, path, "there is no such file")
    report = Report()
    templates = StepTemplates(files, path.parent, report)
    tree, problems = yaml.parse(data, str(path))
    for problem in problems:
        report.add(problem)
    runbook = None if tree is None else check(tree, stem, templates, report)
    return Loaded(
        id=stem,
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        files=MappingProxyType({name: data, **templates.used}),
        runbook=runbook,
        problems=report.problems,
    )


def _unreadable(stem: str, path: Path, why: str) -> Loaded:
    problem = Problem(path=str(path), message=f"the runbook cannot be read: {why}")
    return Loaded(
        id=stem,
        path=path,
        sha256="",
        files=MappingProxyType({}),
        runbook=None,
        problems=(problem,),
    )
