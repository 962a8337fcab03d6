"""What past runs say: how often runbooks succeed, how long they and their steps take, what fails most."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Sparkline, Static

from pup_tui.analysis.statistics.statistics import fails_most
from pup_tui.analysis.statistics.strips import bars
from pup_tui.analysis.statistics.told import (
    MOST_FAILING,
    RUNBOOK_HEADS,
    STEP_HEADS,
    TOOK,
    WHICH,
    facts,
    reasons,
    remarks,
    runbook_cells,
    step_cells,
    told_failing,
    which_last,
)
from pup_tui.journal.figures import LAST
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import columns, cut_middle, indented
from pup_tui.tui.widgets.reading import ReadArea

if TYPE_CHECKING:
    from pup_tui.analysis.statistics.statistics import RunbookStatistics
    from pup_tui.journal.figures import StepFigures

AROUND = 54
"""Columns of all but the names of runbooks, with what is around the table."""

STEPS_AROUND = 44
"""The same of the table of steps, without its bars."""

BESIDE_FROM = 150
"""Columns from which on the selected runbook stands beside the others, and each has half of them."""

LEAST_NAME = 16
MOST_RUNBOOKS = 200
MOST_STEPS = 100
FAILING_SHARE = 45
"""What the names of the steps that fail most take at most, in per cent."""

PADDING = 5
"""Columns around what stands on the page."""

_LABEL = 18
_BAR = 12
"""Columns of a bar that tells how long a step usually takes, beside the others of its runbook."""

_LIMITS = (48, 7, 5, 8, 8)


class Statistics(ReadArea):
    """Figures of all runbooks, and of the selected one with its steps, what fails most first."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": "leave",
        }
    )

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self) -> None:
        super().__init__(id="statistics")
        self._found: Mapping[str, RunbookStatistics] | None = None
        self._runbook = ""
        self._profile = ""
        self._problem = ""

    def compose(self) -> ComposeResult:
        with Container(id="statistics-both"):
            yield ReadText("Reading the journal…", id="statistics-body", markup=False)
            with Vertical(id="statistics-selected"):
                yield ReadText(id="statistics-facts", markup=False)
                yield Sparkline([], id="statistics-times")
                yield ReadText(id="statistics-steps", markup=False)

    def show(
        self,
        found: Mapping[str, RunbookStatistics],
        runbook: str,
        *,
        profile: str = "",
        problem: str = "",
    ) -> None:
        """Show figures, with those of `runbook`, which is selected; `problem` says what cannot be read."""
        self._found, self._runbook = found, runbook
        self._profile, self._problem = profile, problem
        self._lay_out()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        """Lay all out anew for the room that there is."""
        found = self._found
        selected = None if found is None or self._problem else found.get(self._runbook)
        is_shown = selected is not None and bool(selected.runs.runs or selected.runs.looks)
        is_wide = is_shown and self.size.width >= BESIDE_FROM
        self.set_class(is_wide, "-wide")
        self.query_one("#statistics-selected").display = is_shown
        if found is None:
            return
        width = self.size.width // 2 if is_wide else self.size.width
        told = (
            Content.styled(safe_text(self._problem), "$text-error")
            if self._problem
            else _told(list(found.values()), width, time.time())
        )
        self.query_one("#statistics-body", Static).update(told)
        if selected is not None and is_shown:
            self._show_selected(selected, width)

    def _show_selected(self, selected: RunbookStatistics, width: int) -> None:
        lines = _facts(selected, time.time(), self._profile, width)
        self.query_one("#statistics-facts", Static).update(lines)
        took = [run.seconds for run in selected.runs.last if run.seconds is not None]
        times = self.query_one("#statistics-times", Sparkline)
        times.display = len(took) > 1
        times.data = took
        self.query_one("#statistics-steps", Static).update(_steps(selected, width))

    def action_leave(self) -> None:
        if self.searching:
            self.action_clear()
        else:
            self.post_message(self.Left())


def _told(found: Sequence[RunbookStatistics], width: int, now: float) -> Content:
    """All runbooks that were run, what fails most, and what is to be said of all."""
    title = Content.styled("Statistics", "bold $text-primary")
    ran = [each for each in found if each.runs.runs]
    if not ran:
        return title + "\n\nNothing has been run yet. Choose a runbook to run it."
    name = max(LEAST_NAME, width - AROUND)
    rows = [_headings(RUNBOOK_HEADS), *(_runbook_row(each, name) for each in ran[:MOST_RUNBOOKS])]
    parts = [
        title + Content.styled(f"   {WHICH}", "$text-muted"),
        Content("\n").join([columns(rows, limits=_LIMITS), Content(), _legend(ran)]),
    ]
    if failing := [told_failing(each) for each in fails_most(ran)[:MOST_FAILING]]:
        rows = [[Content(f"{safe_text(step)} "), Content(safe_text(why))] for step, why in failing]
        lines = columns(rows, limits=(width * FAILING_SHARE // 100,)).split("\n")
        cut = (line.truncate(width - PADDING, ellipsis=True) for line in lines)
        parts.append(Content("\n").join([_heading("What fails most"), *cut]))
    if told := [_fact(what, says, width) for what, says in remarks(found, now)]:
        parts.append(Content("\n").join(told))
    return Content("\n\n").join(parts)


def _facts(selected: RunbookStatistics, now: float, profile: str, width: int) -> Content:
    name = _heading(cut_middle(safe_text(selected.id), max(LEAST_NAME, width - 8)))
    # Its own plot, below, tells how long the last runs took.
    told = (each for each in facts(selected, now, profile) if each[0] != TOOK)
    outcomes = which_last(selected.runs)
    lines = [
        _label(what) + _strip(run.status for run in selected.runs.last)
        if what == outcomes
        else _fact(what, says, width)
        for what, says in told
    ]
    if sum(run.seconds is not None for run in selected.runs.last) > 1:
        lines += [Content(), _heading("How long the last of them took that succeeded")]
    return Content("\n").join([name, *lines])


def _steps(selected: RunbookStatistics, width: int) -> Content:
    if not selected.steps:
        return Content()
    steps = selected.worst_steps()[:MOST_STEPS]
    longest = max((each.seconds.p50 or 0.0 for _, each in steps), default=0.0)
    has_bars = width - STEPS_AROUND - _BAR >= LEAST_NAME
    name = max(LEAST_NAME, width - STEPS_AROUND - (_BAR if has_bars else 0))
    rows = [_headings(STEP_HEADS)]
    for step, figures in steps:
        cells = [Content(safe_text(cell)) for cell in step_cells(step, figures)]
        cells[0] = Content(cut_middle(cells[0].plain, name))
        if has_bars and figures.seconds.p50 is not None:
            cells.append(Content.styled(_bar(figures.seconds.p50, longest), "$text-accent"))
        rows.append(cells)
    parts = [
        _heading("Its steps, what fails most first"),
        columns(rows, limits=(48, 7, 5, 8, 8, 8)),
    ]
    why = [line for step, figures in steps if figures.failed for line in _why(step, figures, width)]
    if why:
        parts.append(Content("\n").join([_heading("Why they fail"), *why]))
    return Content("\n\n").join(parts)


def _why(step: str, figures: StepFigures, width: int) -> Iterable[Content]:
    """A step that failed, with each reason below it."""
    told = f"{safe_text(step)}  {figures.failed:,} of {figures.known:,}"
    yield Content(cut_middle(told, width - PADDING))
    for reason in reasons(figures):
        yield indented(Content.styled(safe_text(reason), "$text-muted"), 2, width - PADDING)


def _bar(seconds: float, longest: float) -> str:
    return "━" * max(1, round(_BAR * seconds / longest)) if longest else ""


def _heading(text: str) -> Content:
    return Content.styled(text, "bold $text-muted")


def _headings(texts: Sequence[str]) -> list[Content]:
    return [Content.styled(text, "$text-muted") for text in texts]


def _label(text: str) -> Content:
    return Content.styled(f"{text:<{_LABEL}}", "$text-muted")


def _fact(what: str, says: str, width: int) -> Content:
    """A line with its label; what is longer stands below itself."""
    label = _label(f"{what} " if len(what) >= _LABEL else what)
    told = indented(Content(safe_text(says)), _LABEL, width - PADDING)
    if label.cell_length > _LABEL:
        return label.rstrip() + "\n" + told
    return label + told[_LABEL:]


def _runbook_row(found: RunbookStatistics, width: int) -> list[Content]:
    name, *numbers, _ = runbook_cells(found)
    last = _strip(run.status for run in found.runs.last)
    took = bars([run.seconds for run in found.runs.last])
    if width >= 2 * len(took) and found.runs.seconds.n:
        last = last.pad_right(LAST + 2 - last.cell_length) + Content.styled(took, "$text-accent")
    return [
        Content(cut_middle(safe_text(name), width)),
        *(Content(each) for each in numbers),
        last,
    ]


def _strip(statuses: Iterable[str]) -> Content:
    marks = (mark_of(status) for status in statuses)
    return Content.assemble(*((mark.glyph, TONES[mark.tone]) for mark in marks))


def _legend(found: Iterable[RunbookStatistics]) -> Content:
    """What the glyphs mean of those that are shown: colour alone tells nothing."""
    statuses = dict.fromkeys(run.status for its in found for run in its.runs.last)
    told = (mark_of(status) for status in statuses)
    return Content("   ").join(
        Content.styled(f"{mark.glyph} {mark.word}", TONES[mark.tone]) for mark in told
    )
