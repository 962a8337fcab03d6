"""An output outside of the console: in the operator's pager or editor, or in a file of theirs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pup_tui.aside import aside
from pup_tui.journal.errors import JournalError
from pup_tui.output.sanitize import safe_text
from pup_tui.output.spool import SpoolReader
from pup_tui.place_errors import told
from pup_tui.private import new_private_file
from pup_tui.tui.lines.line_text import plain_line
from pup_tui.tui.programs import open_in

if TYPE_CHECKING:
    from textual.app import App

    from pup_tui.tui.services import Services


async def open_in_editor(app: App[Any], output: Path, services: Services) -> str:
    """Show a copy of an output, so that the record stays as it is. Returns what went wrong, or nothing."""
    try:
        with tempfile.TemporaryDirectory(prefix="pup-tui-") as folder:
            copy = Path(folder) / output.name
            await aside(write_plain, output, copy)
            return await open_in(app, copy, services.editor, services.environ, "editor")
    except OSError as error:
        return safe_text(f"The output cannot be copied for the editor: {told(error)}.")


async def save(output: Path, named: str, services: Services) -> str:
    """Write an output as plain text to a new file that the operator has named; returns what came of it."""
    return await _save(named, services, partial(write_plain, output))


async def save_text(text: str, named: str, services: Services) -> str:
    """The same with a text of the console's own."""
    return await _save(named, services, partial(_write_text, text))


async def save_report(run: str, named: str, services: Services) -> str:
    """Write what is recorded of a run to a new file that the operator has named; returns what came of it."""

    def write(target: Path) -> int:
        return _write_text(services.report(run, target), target)

    try:
        return await _save(named, services, write)
    except JournalError as error:
        return safe_text(f"There is no report: {error}.")


async def _save(named: str, services: Services, write: Callable[[Path], int]) -> str:
    target = Path(named)
    if target.parts[:1] == ("~",):
        target = services.home.joinpath(*target.parts[1:])
    try:
        size = await aside(write, target)
    except FileExistsError:
        return safe_text(f"{named} is there already, and was left as it is: name another file.")
    except OSError as error:
        return safe_text(f"Nothing was saved: {told(error)}.")
    return safe_text(f"Saved {size:,} bytes to {target.absolute()}")


def _write_text(text: str, target: Path) -> int:
    with new_private_file(target) as file:
        file.write(text)
    return target.stat().st_size


def write_plain(output: Path, target: Path) -> int:
    """Write the spool `output` without colours to a new private file; returns its bytes. Raises OSError."""
    with closing(SpoolReader(output)) as reader, new_private_file(target) as file:
        for _, passage in reader.passages(0, reader.line_count):
            file.write(plain_line(passage.text))
    return target.stat().st_size
