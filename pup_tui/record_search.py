"""A text in what is recorded of runs: commands, answers, notes, and what steps printed.

Runs, steps and lines are looked through one after the other, so memory grows with none of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from pup_tui.core.events import (
    Answered,
    AnyEvent,
    AttemptStarted,
    CancelRequested,
    NoteAdded,
    PollAccepted,
    Resumed,
    UndoChosen,
)
from pup_tui.core.ids import UNDO
from pup_tui.journal.places import run_dir
from pup_tui.journal.reader import JournalReader
from pup_tui.journal.records import RunRow
from pup_tui.late_pattern import late_pattern
from pup_tui.output.sanitize import safe_text
from pup_tui.output.search import TextSearch, holds
from pup_tui.output.spool import SpoolReader, spool_name
from pup_tui.output.style import strip_style
from pup_tui.place_errors import told
from pup_tui.spelling import as_typed

FoundIn: TypeAlias = Literal["command", "answer", "note", "output"]

MOST_SHOWN = 300
"""Characters of a line that are shown; those around what was found."""

_BEFORE = 80
"""Of them, those before it."""

_AT_ONCE = 1024 * 1024
"""Bytes of a file that are looked at together."""

_NUMBERED = late_pattern(r"\d{4,}-(.*\.log)")
_NOT_OURS = late_pattern(r".*\.(?:shown|part\d+)\.log")
"""What was made of an output for people, and what belongs to another file."""

_PLAIN = late_pattern(r"[ !#-\[\]-~]+")
"""What stands in JSON as it is."""


class FoundLine(Struct, frozen=True, kw_only=True):
    """A line that holds the text: which line (from 1) of what, safe to show, cut to what is around the text.

    `step` is empty for what is about the run; `path` is the file of an output, else empty.
    """

    run: RunRow
    step: str
    where: FoundIn
    line: int
    text: str
    path: str = ""

    @property
    def told(self) -> str:
        """Where it stands and what it says, safe to show."""
        step = "undo" if self.step == UNDO else self.step
        of_step = f"{safe_text(step)}: " if step else ""
        return f"{of_step}{self.where} {self.line}: {self.text}"


class SearchedText:
    """A text that is looked for as it is; capitals matter where there are any."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pattern = TextSearch(plain=True).pattern(text)
        self._ignores_case = bool(self._pattern.flags & re.IGNORECASE)
        self.wanted = holds(self._pattern)
        self._raw = text.encode("utf-8", "backslashreplace")
        parts = _PLAIN.findall(text)
        self.hint = max(parts, key=len) if parts else ""
        """A part of it that stands in JSON of ASCII as it does in the text."""

    def shown(self, line: str) -> str:
        """The line around the text, safe to show; empty where it does not hold it."""
        found = self._pattern.search(line)
        if found is None:
            return ""
        start = max(0, found.start() - _BEFORE)
        cut = line[start : start + MOST_SHOWN]
        before = "…" if start else ""
        behind = "…" if start + MOST_SHOWN < len(line) else ""
        return f"{before}{safe_text(cut)}{behind}"

    def lines_of(self, text: str) -> Iterator[tuple[int, str]]:
        """The lines of a text that hold it, by their numbers from 1."""
        if self._pattern.search(text) is None:
            return
        for number, line in enumerate(text.splitlines(), 1):
            if shown := self.shown(line):
                yield number, shown

    def may_be_in(self, path: Path) -> bool:
        """Whether a file may hold it, known at once of most. Raises OSError.

        Of a text with colours or beyond ASCII that is not known.
        """
        if not self._raw.isascii():
            return True
        wanted = self._raw.lower() if self._ignores_case else self._raw
        kept = b""
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(number, "rb", buffering=0) as file:
            is_more = True
            while is_more:
                data = file.read(_AT_ONCE)
                is_more = len(data) == _AT_ONCE
                if b"\x1b" in data or not data.isascii():
                    return True
                data = kept + (data.lower() if self._ignores_case else data)
                if wanted in data:
                    return True
                kept = data[1 - len(wanted) :] if len(wanted) > 1 else b""
        return False


class RecordSearch:
    """Looks for a text in runs; `unread` has what could not be looked at, in words."""

    def __init__(self, journal: JournalReader, text: str) -> None:
        self._journal = journal
        self._searched = SearchedText(text)
        self.unread: list[str] = []

    def lines(self, runs: Iterable[RunRow]) -> Iterator[FoundLine]:
        """What is found, run by run in their order. Raises JournalError."""
        for run in runs:
            yield from self._in_events(run)
            yield from self._in_outputs(run)

    def _in_events(self, run: RunRow) -> Iterator[FoundLine]:
        for event in self._journal.events_with(run.run, self._searched.hint):
            for step, where, text in _texts(event):
                for number, shown in self._searched.lines_of(text):
                    yield FoundLine(run=run, step=step, where=where, line=number, text=shown)

    def _in_outputs(self, run: RunRow) -> Iterator[FoundLine]:
        folder = run_dir(self._journal.state, run.run)
        names = self._outputs(folder)
        parted = {name.partition(".part")[0] for name in names if _NOT_OURS.fullmatch(name)}
        steps: dict[str, str] | None = None
        for name in names:
            if _NOT_OURS.fullmatch(name) or not _NUMBERED.fullmatch(name):
                continue
            path = folder / name
            for number, shown in self._in_output(path, is_whole=path.stem not in parted):
                steps = self._steps(run, names) if steps is None else steps
                yield FoundLine(
                    run=run,
                    step=steps.get(name, name),
                    where="output",
                    line=number,
                    text=shown,
                    path=str(path),
                )

    def _outputs(self, folder: Path) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []
        except OSError as error:
            self.unread.append(told(error))
            return []

    def _in_output(self, path: Path, *, is_whole: bool) -> Iterator[tuple[int, str]]:
        """The lines of an output, by their numbers from 1; one that `is_whole` is a single file."""
        searched = self._searched
        try:
            if is_whole and not searched.may_be_in(path):
                return
            reader = SpoolReader(path)
            try:
                for begin, passage in reader.passages(0, reader.line_count):
                    lines: list[str] = []
                    for number in searched.wanted(passage):
                        lines = lines or strip_style(passage.text).split("\n")
                        yield begin + number + 1, searched.shown(lines[number])
            finally:
                reader.close()
        except FileNotFoundError:  # it was removed meanwhile
            return
        except OSError as error:
            self.unread.append(told(error))

    def _steps(self, run: RunRow, names: Iterable[str]) -> dict[str, str]:
        """The steps of a run by the names of the files that have what they printed."""
        # Behind its number the name of a file is made of the step's id alone.
        numbered: dict[str, list[str]] = {}
        for name in names:
            if found := _NUMBERED.fullmatch(name):
                numbered.setdefault(found[1], []).append(name)
        steps: dict[str, str] = {}
        for event in self._journal.events_with(run.run, "attempt-started"):
            if isinstance(event, AttemptStarted):
                step = event.attempt.rpartition("#")[0]
                of_step = spool_name(0, step).partition("-")[2]
                steps.update((name, step) for name in numbered.get(of_step, ()))
        return steps


def _texts(event: AnyEvent) -> Iterator[tuple[str, FoundIn, str]]:
    """What of an event is looked through: of which step it is, what it is, and the text."""
    match event:
        case AttemptStarted(attempt=attempt):
            step = attempt.rpartition("#")[0]
            yield step, "command", event.command
            yield from ((step, "command", text) for _, text in event.sent.parts())
        case Answered(step=step):
            yield step, "answer", event.answer
            yield step, "answer", event.note
            yield from ((step, "answer", text) for text in _told_values(event.values))
            if event.edited is not None:
                yield step, "answer", event.edited.text
        case UndoChosen():
            yield UNDO, "answer", event.note
        case PollAccepted(step=step, reason=reason):
            yield step, "answer", reason
        case CancelRequested(reason=reason):
            yield "", "answer", reason
        case Resumed():
            yield from ((step, "answer", why) for step, why in event.skipped.items())
            yield from ((step, "answer", each.text) for step, each in event.edited.items())
            yield from (("", "answer", text) for text in _told_values(event.changed))
        case NoteAdded(note=note):
            yield "", "note", note


def _told_values(values: Mapping[str, Any]) -> Iterator[str]:
    """Values as people typed them, each with its name; what is secret is not stored."""
    for name, value in values.items():
        if value is not None:
            yield f"{name} = {as_typed(value)}"
