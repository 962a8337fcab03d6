"""What the record of runs says that matters afterwards. Moments are UTC in seconds since 1970."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from pup_tui.analysis.report.words import Foreign, Sentence
from pup_tui.core.ids import UNDO


class EntryKind(StrEnum):
    """What happened at a moment of the timeline."""

    ALERT = "alert"
    RUN = "run"
    STEP = "step"
    QUESTION = "question"
    DECISION = "decision"
    NOTE = "note"


class TimelineEntry(Struct, frozen=True, kw_only=True):
    """Something that happened. Where a timeline is too long the `routine` of it is left out."""

    at: float
    run: str
    kind: EntryKind
    words: Sentence
    step: str = ""
    routine: bool = False


class ReportedDecision(Struct, frozen=True, kw_only=True):
    """What somebody decided, why (`note`) and what they had been asked; without a `step` about the run."""

    at: float
    step: str
    answer: str
    by: str
    question: str = ""
    note: str = ""
    values: dict[str, Any] = {}

    @property
    def about(self) -> str:
        """The step that it is about, in words; empty where that is the run."""
        return "taking back" if self.step == UNDO else self.step


class ReportedNote(Struct, frozen=True):
    """What somebody remarked about a run."""

    at: float
    by: str
    note: str


class ReportedOutput(Struct, frozen=True, kw_only=True):
    """What a step printed: its first and last lines, and how many `left_out` stand between them.

    `path` is the file that has all of it; `hidden` tells that the runbook does not show it.
    """

    path: str
    lines: int
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    left_out: int = 0
    hidden: bool = False


class ReportedStep(Struct, frozen=True, kw_only=True):
    """A step as it was. `changes` is None where nobody can tell whether it changes anything.

    `sent` are the lines that tell what went into it. `can_be_undone` tells that the runbook has a way to take
    it back, `lost` what is missing of its output, `left_running` are processes of it that live on.
    `unreachable` tells that its host was not reached.
    """

    id: str
    name: str
    kind: str
    status: str
    reason: str = ""
    attempts: int = 0
    exit_code: int | None = None
    signal: str = ""
    began: float | None = None
    ended: float | None = None
    duration: float | None = None
    waited: float = 0.0
    command: str = ""
    sent: tuple[str, ...] = ()
    is_block: bool = False
    is_question: bool = False
    changes: bool | None = False
    can_be_undone: bool = False
    is_undo: bool = False
    output: ReportedOutput | None = None
    lost: str = ""
    left_running: tuple[str, ...] = ()
    unreachable: bool = False

    @property
    def acted(self) -> bool:
        """Whether it did something itself: began, holds no others, and asked nobody."""
        return self.attempts > 0 and not self.is_block and not self.is_question

    @property
    def may_have_changed(self) -> bool:
        """Whether it acted, and changed something or may have: nobody can tell that from its text."""
        return self.acted and self.changes is not False

    @property
    def shown_name(self) -> str:
        """Its name; its id where it has none."""
        return self.name or self.id

    @property
    def told_end(self) -> str:
        """How it ended, in words."""
        how = self.status
        if self.signal:
            return f"{how} (killed by {self.signal})"
        return f"{how} (exit code {self.exit_code})" if self.exit_code else how


class ReportedAlike(Struct, frozen=True):
    """Items of a fleet that ended in one `state` and printed the same: by their names, with the last line.

    Where there was nothing to compare a `note` says why.
    """

    state: str
    names: tuple[str, ...]
    lines: int
    last: str
    note: str


class ReportedItem(Struct, frozen=True):
    """An item of a fleet that failed, was not reached, or of which nobody knows, and what it printed last."""

    name: str
    host: str
    state: str
    reason: str
    last: str


class ReportedFleet(Struct, frozen=True, kw_only=True):
    """A loop over hosts, or over many items, as one thing: `told` what became of them, and the pace it kept.

    `noun` is what one of its items is.
    """

    step: str
    name: str
    noun: str
    told: tuple[str, ...]
    pace: tuple[str, ...]
    counts: dict[str, int]
    trouble: tuple[ReportedItem, ...] = ()
    alike: tuple[ReportedAlike, ...] = ()


class ReportedLeg(Struct, frozen=True, kw_only=True):
    """A stretch of a run; `stopped` is its last recorded moment, None for the newest one."""

    number: int
    operator: str
    host: str
    version: str
    began: float
    stopped: float | None = None
    status: str = ""
    reason: str = ""


class ReportedRun(Struct, frozen=True, kw_only=True):
    """A run as it was; `ended` and `duration` are None where nobody knows, or it goes on.

    `asked_by` is the client that asked for it, as that calls itself, empty where its operator did.
    """

    run: str
    runbook: str
    name: str
    status: str
    why: str
    began: float
    ended: float | None
    duration: float | None
    waited: float
    operator: str
    profile: str
    scheduled: str
    asked_by: str
    version: str
    path: str
    sha256: str
    variables: dict[str, Any]
    changed: dict[str, tuple[str, ...]]
    alert: dict[str, Any]
    lock: str
    read_only: bool
    legs: tuple[ReportedLeg, ...]
    steps: tuple[ReportedStep, ...]
    fleets: tuple[ReportedFleet, ...]
    decisions: tuple[ReportedDecision, ...]
    notes: tuple[ReportedNote, ...]
    timeline: tuple[TimelineEntry, ...]

    @property
    def title(self) -> str:
        return self.name or self.runbook

    @property
    def is_over(self) -> bool:
        return self.status != "running"


class Postmortem(Struct, frozen=True, kw_only=True):
    """What is reported: runs in the order in which they began.

    `made` is when, `losses` says what of the record is known to be lost.
    """

    runs: tuple[ReportedRun, ...]
    made: float
    version: str
    losses: str = ""

    @property
    def title(self) -> str:
        titles = dict.fromkeys(run.title for run in self.runs)
        alert = next((run.alert.get("title") for run in self.runs if run.alert), None)
        return str(alert or ", ".join(titles))

    def lead(self, run: str) -> Sentence:
        """Which run a sentence is about, where there are several."""
        return () if len(self.runs) == 1 else (Foreign(run), ": ")

    @property
    def timeline(self) -> list[TimelineEntry]:
        """What happened in all runs, in one order."""
        entries = (entry for run in self.runs for entry in run.timeline)
        return sorted(entries, key=lambda entry: entry.at)
