"""What has become of the text that a past run was made from, and the run that goes on with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.runbooks import find_entry, load_valid
from pup_tui.cli.wiring import open_catalog

if TYPE_CHECKING:
    from pup_tui.cli.shown import ShownRun
    from pup_tui.core.events import Source
    from pup_tui.drivers.recorded import CurrentText
    from pup_tui.settings.settings import Settings

MOST_LINES = 200
"""Lines of a difference that are shown."""


def current_text(settings: Settings, past: ShownRun, source: Source) -> CurrentText | None:
    """The text of a run's runbook as its file is today; None where that is what the run was made from.

    Raises Failure where it cannot be run, or lacks a step that was done.
    """
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.recorded import StepsMissing, go_on_with
    from pup_tui.drivers.source import source_of

    catalog = open_catalog(settings)
    loaded, runbook = load_valid(catalog, find_entry(catalog, source.path))
    if dict(loaded.files) == dict(past.record.files):
        return None
    program = compile_program(past.row.runbook, runbook)
    try:
        return go_on_with(past.record, past.state, program, source_of(loaded), loaded.files)
    except StepsMissing as error:
        todo = "resume without --with-current-file, or give these steps back to the file"
        raise Failure(str(error), source.path, todo) from error


def tell_changes(source: Source, recorded: Mapping[str, bytes], runs: str) -> None:
    """Say how the files that a run was made from differ from the `recorded` ones, by their names in it.

    `runs` says which of them is what runs.
    """
    from pup_tui.runbook.load import load

    current = load(Path(source.path), packs=[Path(pack) for pack in source.packs]).files
    if not current:
        tell(f"  {source.path} cannot be read any more: what runs is the recorded text")
        return
    lines = [
        line for name in sorted({*recorded, *current}) for line in _diff(name, recorded, current)
    ]
    if not lines:
        return
    tell(f"  {source.path} has changed since: what runs is {runs}; they differ so")
    for line in lines[:MOST_LINES]:
        tell(f"  {line}")
    if len(lines) > MOST_LINES:
        tell(f"  … and {len(lines) - MOST_LINES} lines more")


def _diff(name: str, recorded: Mapping[str, bytes], current: Mapping[str, bytes]) -> Iterator[str]:
    before, now = (files.get(name, b"").decode(errors="replace") for files in (recorded, current))
    return unified_diff(
        before.splitlines(),
        now.splitlines(),
        f"{name} (recorded)",
        f"{name} (now)",
        lineterm="",
    )
