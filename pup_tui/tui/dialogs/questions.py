"""The dialog that fits a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.core.actions import Question
from pup_tui.output.spool import SpoolReader
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Dialog, ScrollBehind, SecondsLeft
from pup_tui.tui.dialogs.failure import FailureScreen
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.dialogs.undo import UndoScreen
from pup_tui.tui.dialogs.unknown import UnknownScreen
from pup_tui.tui.lines.divided import DividedOutput, Divider, Parting
from pup_tui.tui.lines.line_text import folded, plain_line

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources

LAST_LINES = 8
LAST_COLUMNS = 500
"""How much of the end of an output a dialog about a step shows."""


@dataclass(frozen=True)
class QuestionContext:
    """What stands around a question: the output and exit code of its step, where the run acts.

    `attempt` is how often the operator has had the step run, `first_line` where that attempt's output
    begins, `marks` part it by legs; `began` is when the step did, in seconds since 1970. `left` tells when
    the question closes by itself, where it does. `sources` makes what values come from; `typed` is what was
    typed when the question was put away.
    """

    output: Path
    exit_code: int | None = None
    attempt: int = 1
    first_line: int = 0
    marks: Sequence[Parting] = ()
    began: float | None = None
    target: str | None = None
    left: SecondsLeft | None = None
    sources: Callable[[], Sources] | None = None
    typed: dict[str, str] = field(default_factory=dict, repr=False)


def dialog_for(question: Question, asked: QuestionContext, behind: ScrollBehind) -> Dialog:
    """The dialog that puts a question; it scrolls what is `behind` it."""
    match question.kind:
        case "confirm":
            return ConfirmScreen(question, target=asked.target, behind=behind, left=asked.left)
        case "manual":
            return ManualScreen(question, behind=behind, left=asked.left, typed=asked.typed)
        case "input":
            return _input(question, asked, behind)
        case "undo":
            return UndoScreen(question, behind=behind)
        case "unknown":
            return UnknownScreen(
                question,
                began=asked.began,
                last_lines=last_lines(asked.output, marks=asked.marks),
                behind=behind,
                typed=asked.typed,
            )
        case "half-undone":
            return HalfUndoneScreen(question, behind=behind)
        case "failure":
            return FailureScreen(
                question,
                exit_code=asked.exit_code,
                last_lines=last_lines(asked.output, asked.first_line, asked.marks),
                attempt=asked.attempt,
                behind=behind,
            )


def _input(question: Question, asked: QuestionContext, behind: ScrollBehind) -> Dialog:
    # Takes the fields with it, which most runs do without.
    from pup_tui.tui.dialogs.input import InputScreen

    if asked.sources is None:
        raise LookupError("nobody said where the values of an input question come from")
    return InputScreen(question, asked.sources(), typed=asked.typed, behind=behind, left=asked.left)


def last_lines(output: Path, first: int = 0, marks: Sequence[Parting] = ()) -> list[str]:
    """The end of an output from line `first` on, as plain text; empty where it cannot be read.

    `marks` part what is told of all of it: what comes from a line on is of one leg.
    """
    try:
        reader = DividedOutput(SpoolReader(output))
    except OSError:
        return []
    reader.marks = () if first else marks
    reader.refresh()
    count = reader.line_count
    found = reader.lines(max(first, count - LAST_LINES), count)
    reader.close()
    # Where there is no room for what a line said before, what it says in the end matters more.
    kept = (line if len(line.text) <= LAST_COLUMNS else folded(line) for line in found)
    return [
        f"── {line.text} ──" if isinstance(line, Divider) else plain_line(line.text[:LAST_COLUMNS])
        for line in kept
    ]


def line_count(output: Path) -> int:
    """How many lines an output has; 0 where it cannot be read."""
    try:
        reader = SpoolReader(output)
    except OSError:
        return 0
    count = reader.line_count
    reader.close()
    return count
