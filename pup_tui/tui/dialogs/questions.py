"""The dialog that fits a question."""

from __future__ import annotations

from pathlib import Path

from pup_tui.core.actions import Question
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.lines.line_text import plain_line

LAST_LINES = 8
LAST_COLUMNS = 500
"""How much of the end of an output a failure's dialog shows."""


def dialog_for(
    question: Question,
    *,
    output: Path,
    exit_code: int | None,
    target: str | None,
    behind: ScrollBehind,
) -> Dialog:
    """`output` and `exit_code` are those of the question's step, `target` is where the run acts."""
    match question.kind:
        case "confirm":
            return ConfirmScreen(question, target=target, behind=behind)
        case "manual":
            return ManualScreen(question, behind=behind)
        case "failure":
            last = last_lines(output)
            return FailureScreen(question, exit_code=exit_code, last_lines=last, behind=behind)


def last_lines(output: Path) -> list[str]:
    """The end of an output as plain text; empty where it cannot be read."""
    try:
        reader = SpoolReader(output)
    except OSError:
        return []
    count = reader.line_count
    found = reader.lines(max(0, count - LAST_LINES), count)
    reader.close()
    return [plain_line(line.text[:LAST_COLUMNS]) for line in found]
