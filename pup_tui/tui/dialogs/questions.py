"""The dialog that fits a question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pup_tui.core.actions import Question
from pup_tui.tui.dialogs.confirm import ConfirmScreen
from pup_tui.tui.dialogs.dialog import Dialog, SecondsLeft
from pup_tui.tui.dialogs.failure import NOTHING_KNOWN, FailureFacts, FailureScreen
from pup_tui.tui.dialogs.half_undone import HalfUndoneScreen
from pup_tui.tui.dialogs.manual import ManualScreen
from pup_tui.tui.dialogs.undo import UndoScreen
from pup_tui.tui.dialogs.unknown import UnknownScreen
from pup_tui.tui.lines.divided import Parting
from pup_tui.tui.lines.last_lines import last_lines

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources


@dataclass(frozen=True)
class QuestionContext:
    """What stands around a question: the output of its step, where the run acts.

    `marks` part the output by legs; `began` is when the step did, in seconds since 1970. `left` tells when
    the question closes by itself, where it does. `sources` makes what values come from; `typed` is what was
    typed when the question was put away; `ways` are the answers that there are to a failure, or an attempt
    that did not finish; `failure` is what is known of the former.
    """

    output: Path
    run: str = ""
    marks: Sequence[Parting] = ()
    began: float | None = None
    target: str | None = None
    left: SecondsLeft | None = None
    sources: Callable[[], Sources] | None = None
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    ways: Collection[str] = ()
    failure: FailureFacts = NOTHING_KNOWN


def dialog_for(question: Question, asked: QuestionContext) -> Dialog:
    """The dialog that puts a question."""
    match question.kind:
        case "confirm":
            return ConfirmScreen(question, target=asked.target, left=asked.left, typed=asked.typed)
        case "manual":
            return ManualScreen(question, left=asked.left, typed=asked.typed)
        case "input":
            return _input(question, asked)
        case "undo":
            return UndoScreen(question)
        case "unknown":
            return UnknownScreen(
                question,
                run=asked.run,
                began=asked.began,
                last_lines=last_lines(asked.output, marks=asked.marks).texts,
                typed=asked.typed,
                ways=asked.ways,
            )
        case "half-undone":
            return HalfUndoneScreen(question)
        case "failure":
            return FailureScreen(question, asked.failure, ways=asked.ways)


def _input(question: Question, asked: QuestionContext) -> Dialog:
    # Takes the fields with it, which most runs do without.
    from pup_tui.tui.dialogs.input import InputScreen

    if asked.sources is None:
        raise LookupError("nobody said where the values of an input question come from")
    return InputScreen(question, asked.sources(), typed=asked.typed, left=asked.left)
