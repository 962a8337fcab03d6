"""The line over a run, and what is said in place of an output that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from pup_tui.core.notices import RunNoted
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import closes_in
from pup_tui.tui.glyphs import TONES, status_content
from pup_tui.tui.keys import key_of
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import UNFINISHED, StepProgress
from pup_tui.tui.texts import clock, counted, local_clock, short_duration

MOST_NAME = 24
"""Columns that a runbook's name may take of a narrow header; a wide one gives it twice as many."""

MOST_NOTES = 2
"""Notes that stand under the header; all of them are in the record."""

ID_END = 6
"""Characters of a run's id that tell it from others."""


@dataclass(frozen=True)
class Heading:
    """What the header tells beside the progress. `elapsed` None means that it is not known.

    `elapsed` is for how many seconds the run has worked, `waited` for how many it only waited for somebody.
    """

    status: str
    elapsed: float | None
    waited: float
    follows: bool
    past: bool
    wide: bool


class RunHeader(Static):
    """Runbook, run, status, elapsed time, how many steps have ended."""

    def __init__(self, progress: RunProgress, run: str) -> None:
        super().__init__(markup=False)
        self._progress = progress
        self._run = run

    def show(self, heading: Heading) -> None:
        """Show the run as it stands now."""
        progress = self._progress
        name = _name(safe_text(progress.program.runbook.name), heading.wide)
        run = Content.styled(_run_id(safe_text(self._run), heading.wide), "dim")
        parts = []
        if heading.past and progress.started is not None:
            begun = progress.started.ts[:16].replace("T", " ")
            parts.append(Content.styled(f"past run of {begun} UTC", TONES["care"]))
        parts.append(status_content(heading.status))
        if progress.resumed is not None:
            by = f"{', resumed' if heading.wide else ''} by {safe_text(progress.resumed.operator)}"
            leg = f"leg {progress.resumed.leg}{by}"
            parts.append(Content.styled(leg, TONES["care"]))
        parts.append(Content.styled(_counts(progress, heading.wide), "dim"))
        if heading.elapsed is not None:
            parts.append(Content(_times(heading, final=progress.over)))
        if progress.warnings:
            parts.append(Content.styled(counted(progress.warnings, "warning"), TONES["care"]))
        if progress.reason:
            parts.append(Content(safe_text(progress.reason)))
        if heading.past and progress.started is not None:
            parts.append(Content.styled(f"by {safe_text(progress.started.operator)}", "dim"))
        elif not heading.follows and not progress.over:
            parts.append(
                Content.styled(f"{key_of(self.app, 'follow_run')} follows the run", "$text-accent")
            )
        told = Content("  ").join([name, run, *parts])
        if told.cell_length > self.content_size.width:
            # What becomes of the run matters more than which one it is.
            told = Content("  ").join([name, *parts])
        self.update(told, layout=False)


class WaitingBanner(Static):
    """Says that the run waits for the operator, and which keys answer."""

    def __init__(self) -> None:
        super().__init__(id="run-banner", markup=False)

    def show(self, questions: int, left: Sequence[float], answering: Sequence[str]) -> None:
        """How many questions are open; `left` are the seconds of those that close by themselves.

        `answering` are the actions that bring them back from where the focus is.
        """
        what = "? waiting for you" if questions == 1 else f"? {questions} questions wait for you"
        keys = " or ".join(key_of(self.app, action) for action in answering)
        told = f"{what} · press {keys} to answer"
        if left:
            told += f" · {closes_in(min(left))}"
        self.update(Content.styled(told, "bold"), layout=False)


class RunNotes(Static):
    """The newest remarks about the run, under the header."""

    def __init__(self) -> None:
        super().__init__(id="run-notes", markup=False)
        self._shown = -1

    def show(self, notes: Sequence[RunNoted]) -> None:
        if len(notes) == self._shown:
            return
        self._shown = len(notes)
        self.display = bool(notes)
        shown = [
            Content.assemble(
                (f"✎ {local_clock(note.ts)} {safe_text(note.by)}  ", "dim"), safe_text(note.note)
            )
            for note in notes[-MOST_NOTES:]
        ]
        if len(notes) > MOST_NOTES:
            more = f"  · {counted(len(notes) - MOST_NOTES, 'earlier note')}"
            shown[-1] += Content.styled(more, "dim")
        self.update(Content("\n").join(shown))


def _name(name: str, wide: bool) -> Content:
    return Content.styled(name, "bold").truncate(MOST_NAME * (1 + wide), ellipsis=True)


def _times(heading: Heading, *, final: bool) -> str:
    """How long the run has worked, and apart from that how long it waited for somebody."""
    worked, waited = heading.elapsed or 0.0, heading.waited
    if final:
        # A length that is final is rounded, as it is wherever else it is told.
        worked, waited = round(worked), round(waited)
    if waited < 1:
        return clock(worked)
    told = f"worked {clock(worked)}" if heading.wide else clock(worked)
    return f"{told} · waited {clock(waited) if heading.wide else short_duration(waited)}"


def _counts(progress: RunProgress, wide: bool) -> str:
    """How far the run has come; from the end of its body on, how its steps ended."""
    counts, total = progress.counts, counted(progress.total, "step")
    if progress.settled:
        told = f"{counts['succeeded']:,} of {total} succeeded"
        others = [status for status in counts if status not in {"succeeded", *UNFINISHED}]
    else:
        told = f"{progress.done:,} of {total}"
        others = [status for status in ("failed", "unknown") if status in counts]
    parts = [f"{counts[status]:,} {status}" for status in others if counts[status]]
    if progress.over and counts["pending"]:
        parts.append(f"{counts['pending']:,} not begun")
    if progress.settled and parts and not wide:
        told = f"{counts['succeeded']:,} of {progress.total:,}"
    return " · ".join([told, *parts])


def _run_id(run: str, wide: bool) -> str:
    """Ids begin with the time, so that runs of one day differ in their ends only."""
    return run if wide else f"…{run[-ID_END:]}"


_WHY_EMPTY = {
    "pending": "This step has not run yet.",
    "running": "No output yet.",
    "polling": "No output yet.",
    "retrying": "No output yet.",
    "waiting": "This step waits for you.",
    "skipped": "This step was skipped: it printed nothing.",
}


def why_empty(step: StepProgress) -> str:
    """What is going on while a step has printed nothing."""
    if step.node.is_block:
        held = "items" if step.node.is_loop else "steps"
        return f"This step holds others: its {held} print, each for itself."
    if step.over and step.status != "skipped":
        printed = "printed nothing" if step.has_run else "did not run"
        return f"This step {printed}."
    if step.waits:
        return "This step only waits."
    return _WHY_EMPTY[step.status]
