"""`--record`: a run as a case with which its runbook can be rehearsed."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pup_tui.cli.failure import Failure

if TYPE_CHECKING:
    from pup_tui.cli.selection import StepChoice
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.local import LocalRun
    from pup_tui.headless.stream import Outlet
    from pup_tui.rehearsal.recording import Recording

_OPTION = "--record"


def check_record(path: Path, choice: StepChoice) -> None:
    """Raise Failure before the run where no case could be written, or none that is the whole run."""
    from pup_tui.rehearsal.reading import read_rehearsals
    from pup_tui.rehearsal.writing import with_case

    if choice.is_part:
        told = f"{_OPTION} is for whole runs, and steps are left out of this one"
        raise Failure(told, "", "leave --from, --only and --skip out")
    if not path.parent.is_dir():
        raise Failure("there is no such folder", str(path.parent), f"make it, for {_OPTION}")
    if not path.exists():
        return
    problems = read_rehearsals(path).problems
    if problems:
        raise Failure(
            "this is no file of rehearsals", str(problems[0]), f"name another for {_OPTION}"
        )
    if with_case(path.read_text("utf-8"), {"name": "x"}) is None:
        told = "a case can only be added where `cases` come last, each on lines of its own"
        raise Failure(told, str(path), f"name another file for {_OPTION}")


class CaseWriter:
    """Hears a run, and writes it as a case to a file when it has ended."""

    def __init__(self, path: Path, err: Outlet) -> None:
        self._path = path
        self._err = err

    @cached_property
    def recording(self) -> Recording:
        from pup_tui.rehearsal.recording import Recording

        return Recording(time.monotonic)

    def heard(self, launcher: Launcher) -> Launcher:
        """The same launcher, of whose runs is heard what they get."""
        from msgspec.structs import replace

        return replace(launcher, executors=self.recording.executors(launcher.executors))

    async def write(self, run: LocalRun) -> None:
        """Write the case, and say where it does not go as the run went."""
        from pup_tui.rehearsal.learning import learn
        from pup_tui.rehearsal.problems import CaseFailed
        from pup_tui.rehearsal.recording import grouped

        name = _free_name(self._path, f"recorded: {run.state.status}")
        case = self.recording.case(name, run.program, run.state, run.values)
        answers = grouped(list(self.recording.answers(run.state)))
        try:
            whole, result = await learn(run.program, case, answers)
        except CaseFailed as failed:
            self._tell(f"nothing was recorded: {failed.problem.message}")
            return
        _write(self._path, whole)
        self._tell(f"recorded as the case “{name}” in {self._path}")
        for told in (*self.recording.unfit, *(each.message for each in result.failures)):
            self._tell(f"it does not go as the run went, change it by hand: {told}")

    def _tell(self, line: str) -> None:
        from pup_tui.output.sanitize import safe_text

        self._err.write(f"▲ {safe_text(line)}\n")


def _free_name(path: Path, name: str) -> str:
    """The name, with a number where the file has a case of that name."""
    from pup_tui.rehearsal.reading import read_rehearsals

    taken = {case.said.name for case in read_rehearsals(path).cases} if path.exists() else set()
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _write(path: Path, case: dict[str, Any]) -> None:
    from pup_tui.rehearsal.writing import new_file, with_case

    text = new_file(case)
    if path.exists():
        text = with_case(path.read_text("utf-8"), case) or text
    path.write_text(text, "utf-8")
