"""The text of a past run's runbook: as its record has it, and as its files are today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import structs

from pup_tui.core.legs import newest_source
from pup_tui.core.notices import StepStarted
from pup_tui.core.program import Program, compile_program
from pup_tui.core.standing import without_attempts
from pup_tui.core.state import RunStatus
from pup_tui.drivers.children import never_begun
from pup_tui.drivers.recorded import (
    CurrentText,
    DoesNotFollow,
    Recorded,
    go_on_with,
    read_recorded,
)
from pup_tui.drivers.replay import Replayed, replay
from pup_tui.drivers.source import source_of
from pup_tui.journal.places import run_dir
from pup_tui.runbook.load import files_by_path, load_files

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.core.state import RunState
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.problems import Problem

MOST_LINES = 200
"""Lines of a difference that are shown."""

MOST_KNOWN = 64
"""Programs that are kept for those that read many runs."""


class KnownPrograms:
    """Programs by their texts, for whoever reads many runs: most are made from the same few texts."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Program | None] = {}

    def compiled(self, row: RunRow, files: Mapping[str, bytes]) -> Program | None:
        """The program that a run was made from; None where this version cannot read its texts."""
        key = (row.runbook, row.path, *sorted(files.items()))
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            runbook = load_files(row.runbook, files, Path(row.path)).runbook
            self._known[key] = None if runbook is None else compile_program(row.runbook, runbook)
        return self._known[key]


def read_record(
    journal: JournalReader, row: RunRow, programs: KnownPrograms | None = None
) -> Recorded:
    """What happened in a run, and what it was made from. JournalError if this version cannot read it."""
    known = programs or KnownPrograms()
    return read_recorded(journal, row.run, lambda files: known.compiled(row, files))


def read_replayed(
    journal: JournalReader, row: RunRow, programs: KnownPrograms | None = None
) -> tuple[Recorded, Replayed]:
    """A run as its record has it, and what it was: of one that broke off, without the attempts that were
    about to begin. Raises JournalError.
    """
    record = read_record(journal, row, programs)
    replayed = replay(record.programs[1], record.events, record.programs)
    if row.status is not RunStatus.INTERRUPTED:
        return record, replayed
    state = replayed.state
    never = {
        step: state.steps[step].attempts
        for step in never_begun(run_dir(journal.state, row.run), state)
    }
    notices = [
        notice
        for notice in replayed.notices
        if not (isinstance(notice, StepStarted) and never.get(notice.step) == notice.attempt)
    ]
    state = without_attempts(state, never)
    return record, structs.replace(replayed, state=state, notices=notices)


class TextToday(NamedTuple):
    """The files of a past run's runbook as they are today, where they are not those of its record.

    `path` is that of the runbook. `difference` is a unified one by the paths of the files, of at most
    MOST_LINES lines; it is empty where the runbook cannot be read. `text` is what the run can go on with:
    where it cannot, `why_not` says why, and `errors` what is wrong in the files.
    """

    path: str
    difference: tuple[str, ...]
    text: CurrentText | None
    why_not: str = ""
    errors: tuple[Problem, ...] = ()


def text_today(catalog: Catalog, record: Recorded, state: RunState) -> TextToday | None:
    """What has become of the text that the newest leg of a run was made from; None where it is the same."""
    source = newest_source(record.events)
    loaded = catalog.load(Path(source.path))
    current = source_of(loaded)
    before, now = (
        files_by_path(Path(each.path), each.packs, files)
        for each, files in ((source, record.files), (current, loaded.files))
    )
    if before == now:
        return None
    # A file with errors is not followed to all those that it uses.
    paths = sorted(now if loaded.runbook is None else before.keys() | now.keys())
    lines = [line for path in paths for line in _diff(path, before, now)]
    if now and not lines:
        lines = ["only the ends of lines differ, or files without a line"]
    difference = _shortened(lines)
    if loaded.runbook is None:
        why_not = str(loaded.errors[0])
        return TextToday(source.path, difference, None, why_not, loaded.errors)
    program = compile_program(record.program.id, loaded.runbook)
    try:
        text = go_on_with(record, state, program, current, loaded.files)
    except DoesNotFollow as error:
        return TextToday(source.path, difference, None, str(error))
    return TextToday(source.path, difference, text)


def _diff(path: str, before: Mapping[str, bytes], now: Mapping[str, bytes]) -> Iterator[str]:
    recorded, current = (
        files.get(path, b"").decode(errors="replace").splitlines() for files in (before, now)
    )
    yield from unified_diff(recorded, current, f"{path} (recorded)", f"{path} (now)", lineterm="")


def _shortened(lines: list[str]) -> tuple[str, ...]:
    more = len(lines) - MOST_LINES
    return tuple(lines if more <= 0 else [*lines[:MOST_LINES], f"… and {more} lines more"])
