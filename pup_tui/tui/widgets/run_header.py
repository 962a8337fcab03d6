"""The line over a run, and what is said in place of an output that is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from pup_tui.core.counting import TAKEN_BACK, TROUBLE, told_counts
from pup_tui.core.notices import RunNoted, RunStarted
from pup_tui.core.told_alert import told_alert
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.dialogs.dialog import closes_in
from pup_tui.tui.glyphs import TONES, status_content
from pup_tui.tui.keys import key_of
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.texts import (
    clock,
    counted,
    cut_middle,
    end_of_id,
    local_clock,
    moment,
    short_duration,
    time_of_day,
)
from pup_tui.tui.widgets.steady_text import SteadyText

MOST_NAME = 24
LEAST_NAME = 6
"""Columns of a runbook's name in a narrow header, and where little is left for it."""

KEEPS_NAME = 70
"""Columns from which the name of a run gives way last of all, unless it is one of the past."""

LEAST_REASON = 12
"""Columns with which a reason is worth telling."""

MOST_NOTES = 2
"""Notes that stand under the header; all of them are in the record."""

_MATTERS = (*TROUBLE, TAKEN_BACK)
"""What became of steps that is told in any case, also before the others have ended."""


@dataclass(frozen=True)
class Heading:
    """What the header tells beside the progress. `elapsed` None means that it is not known.

    `elapsed` is for how many seconds the run has worked, `waited` for how many it only waited for somebody,
    `usual` for how many runs of its runbook work, None where too few say so. `wall` is the time of day on its
    clock, in seconds since 1970, None for a past run. `step` is the step whose output alone is on the screen,
    where it is.
    """

    status: str
    elapsed: float | None
    waited: float
    follows: bool
    past: bool
    wide: bool
    step: str = ""
    usual: float | None = None
    wall: float | None = None


class RunHeader(SteadyText):
    """Runbook, run, status, elapsed time, how many steps have ended."""

    def __init__(self, progress: RunProgress, run: str) -> None:
        super().__init__(markup=False)
        self._progress = progress
        self._run = run

    def show(self, heading: Heading) -> None:
        """Show the run as it stands now."""
        told, width = self._told(heading), self.content_size.width
        name = told["name"].plain
        for give_way in _GIVING_WAY:
            if _line(told).cell_length <= width:
                break
            give_way(told, width)
        if "name" in told:
            # What else gave way may have left room for more of it.
            room = cell_len(told["name"].plain) + width - _line(told).cell_length
            told["name"] = Content.styled(cut_middle(name, room), "bold")
        self.update(_line(told), layout=False)

    def _told(self, heading: Heading) -> dict[str, Content]:
        """All that there is to say, by what it is about."""
        progress, started = self._progress, self._progress.started
        # What waits for somebody's word may go on yet.
        settled = progress.over or (progress.settled and heading.status != "waiting")
        counts, *others = told_counts(progress.counts_asked, over=settled, more=progress.may_grow)
        if not settled:
            others = [other for other in others if other.endswith(_MATTERS)]
        told = {
            "name": Content.styled(safe_text(progress.program.runbook.name), "bold"),
            "run": Content.styled(
                safe_text(self._run) if heading.wide else end_of_id(self._run), "dim"
            ),
        }
        if heading.step:
            step = cut_middle(safe_text(heading.step), MOST_NAME)
            told["step"] = Content.assemble(("› ", "dim"), (step, "bold"))
        if heading.past and started is not None:
            begun = moment(datetime.fromisoformat(started.ts).timestamp())
            told["begun"] = Content.styled(f"past run, {begun}", TONES["care"])
        told["status"] = status_content(heading.status)
        if progress.resumed is not None:
            by = f"{', resumed' if heading.wide else ''} by {safe_text(progress.resumed.operator)}"
            told["leg"] = Content.styled(f"leg {progress.resumed.leg}{by}", TONES["care"])
        told["counts"] = Content.styled(" · ".join([counts, *others]), "dim")
        if heading.elapsed is not None:
            told["clock"] = Content(_times(heading, final=progress.over))
        if not progress.over and (ends := _expected_end(heading)):
            told["ends"] = ends
        if progress.reason:
            told["reason"] = Content(safe_text(progress.reason))
        if heading.past and started is not None:
            told["by"] = Content.styled(f"by {safe_text(started.operator)}", "dim")
        elif not heading.follows and not progress.over:
            follow = f"{key_of(self.app, 'follow_run')} follows the run"
            told["follow"] = Content.styled(follow, "$text-accent")
        return told


class WaitingBanner(SteadyText):
    """Says that the run waits for the operator, and which keys answer."""

    def __init__(self) -> None:
        super().__init__(id="run-banner", markup=False)

    def show(self, questions: int, left: Sequence[float], answering: Sequence[str]) -> None:
        """How many questions are open; `left` are the seconds of those that close by themselves.

        `answering` are the actions that bring them back from where the focus is; none where a text is typed,
        which they wait for.
        """
        if answering:
            what = (
                "? waiting for you" if questions == 1 else f"? {questions} questions wait for you"
            )
            keys = " or ".join(key_of(self.app, action) for action in answering)
            told = f"{what} · press {keys} to answer"
        else:
            what = "a question waits" if questions == 1 else f"{questions} questions wait"
            if not questions:
                what = "failed: that waits"
            told = f"! {what} until you leave this field (enter or {key_of(self.app, 'back')})"
        if left:
            told += f" · {closes_in(min(left))}"
        self.update(Content.styled(told, "bold"), layout=False)


class RunAlert(SteadyText):
    """What a run is about, under the header: where a window is narrow, nothing else has room to tell it."""

    def __init__(self) -> None:
        super().__init__(id="run-alert", markup=False)
        self.display = False

    def show(self, started: RunStarted | None, *, wide: bool) -> None:
        self.display = started is not None and bool(started.alert) and not wide
        if started is not None and self.display:
            told = Content.assemble(
                ("⚑ ", "bold $text-error"), safe_text(told_alert(started.alert))
            )
            self.update(told, layout=False)


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


def _line(told: Mapping[str, Content]) -> Content:
    return Content("  ").join(told.values())


def _drop(part: str) -> Callable[[dict[str, Content], int], None]:
    def give_way(told: dict[str, Content], width: int) -> None:
        told.pop(part, None)

    return give_way


def _drop_name_if_narrow(told: dict[str, Content], width: int) -> None:
    if width < KEEPS_NAME or "begun" in told:
        told.pop("name", None)


def _cut_name(least: int) -> Callable[[dict[str, Content], int], None]:
    """Cut the name in the middle, by what is too much and no shorter than to `least` columns."""

    def give_way(told: dict[str, Content], width: int) -> None:
        name = told["name"].plain
        room = cell_len(name) - (_line(told).cell_length - width)
        told["name"] = Content.styled(cut_middle(name, max(room, least)), "bold")

    return give_way


def _cut_reason(told: dict[str, Content], width: int) -> None:
    """Leave as much of the reason as there is room for, and nothing of it where that is little."""
    if (reason := told.get("reason")) is not None:
        room = reason.cell_length - (_line(told).cell_length - width)
        if room < LEAST_REASON:
            del told["reason"]
        else:
            told["reason"] = reason.truncate(room, ellipsis=True)


def _leave_leg(told: dict[str, Content], width: int) -> None:
    if "leg" in told:
        leg = " ".join(told["leg"].plain.replace(",", "").split(" ")[:2])
        told["leg"] = Content.styled(leg, TONES["care"])


def _leave_moment(told: dict[str, Content], width: int) -> None:
    if "begun" in told:
        told["begun"] = Content.styled("past run", TONES["care"])


def _leave_worked(told: dict[str, Content], width: int) -> None:
    """Leave out how long was waited: what became of steps matters more."""
    if (times := told.get("clock")) is not None:
        told["clock"] = Content(times.plain.partition(" · ")[0])


def _leave_what_matters(told: dict[str, Content], width: int) -> None:
    """Of what became of steps leave out, from the end, what matters less, until there is room."""
    parts = told["counts"].plain.split(" · ")
    for part in [part for part in parts[:0:-1] if not part.endswith(_MATTERS)]:
        if _line(told).cell_length <= width:
            return
        parts.remove(part)
        told["counts"] = Content.styled(" · ".join(parts), "dim")


_GIVING_WAY = (
    *(_drop("run"), _cut_name(MOST_NAME), _drop("by"), _cut_reason, _leave_leg, _drop("ends")),
    *(_leave_moment, _cut_name(LEAST_NAME), _drop("follow"), _leave_worked, _drop_name_if_narrow),
    *(_drop("begun"), _leave_what_matters, _drop("name")),
)
"""What gives way where a header is too long, one after the other: what becomes of a run matters more than
which one it is."""


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


def _expected_end(heading: Heading) -> Content | None:
    """When a run ends that works as long as others did; while it waits, only how long that is."""
    if heading.usual is None or heading.elapsed is None or heading.wall is None:
        return None
    usually = f"usually {short_duration(heading.usual)}"
    left = heading.usual - heading.elapsed
    if left <= 0:
        longer = f"longer than {usually}" if heading.wide else "longer than usual"
        return Content.styled(longer, TONES["care"])
    if heading.status == "waiting":
        return Content.styled(usually, "dim")
    ends = f"ends about {time_of_day(heading.wall + left)[:-3]}"
    return Content.styled(f"{usually}, {ends}" if heading.wide else ends, "dim")


_WHY_EMPTY = {
    "pending": "This step has not run yet.",
    "held back": "A failure keeps this step from its turn.",
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
    if step.fails_asked:
        return "This step failed and printed nothing."
    if step.waits:
        return "This step only waits."
    return _WHY_EMPTY[step.word]
