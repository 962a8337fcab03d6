"""What past runs say: how often runbooks succeed, how long they and their steps take, what fails most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from pup_tui.output.sanitize import safe_text
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.keys import bound
from pup_tui.tui.lines.read_text import ReadText
from pup_tui.tui.texts import beside, columns, cut_middle, short_duration
from pup_tui.tui.usual import percent
from pup_tui.tui.widgets.reading import ReadArea

if TYPE_CHECKING:
    from pup_tui.core.figures import RunbookFigures, StepFigures
    from pup_tui.tui.past_figures import PastFigures

NONE = "–"
"""Stands where too few runs say something."""

AROUND = 52
"""Columns of all but the name, with what is around the table."""

AROUND_BOTH = 100
"""The same where both tables stand side by side."""

LEAST_NAME = 16
LEAST_NAME_BESIDE = 24
MOST_RUNBOOKS = 200
MOST_STEPS = 100
_LIMITS = (48, 5, 5, 8, 8)
_HEADINGS = ("n", "ok", "p50", "p95", "last 20")
_STEP_HEADINGS = ("n", "fails", "p50", "p95")


class Statistics(ReadArea):
    """Figures of all runbooks, and of the steps of the selected one, what fails most first."""

    BINDINGS: ClassVar[list[BindingType]] = bound(
        {
            "back": "leave",
        }
    )

    class Left(Message):
        """The operator wants to go back."""

    def __init__(self) -> None:
        super().__init__(id="statistics")
        self._figures: PastFigures | None = None
        self._runbook = ""
        self._problem = ""

    def compose(self) -> list[ReadText]:
        return [ReadText("Reading the journal…", id="statistics-body", markup=False)]

    def show(self, figures: PastFigures, runbook: str, problem: str = "") -> None:
        """Show figures, with those of the steps of `runbook`; `problem` says what cannot be read."""
        self._figures, self._runbook, self._problem = figures, runbook, problem
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        if self._figures is not None:
            width = max(LEAST_NAME, self.size.width - AROUND)
            told = (
                Content.styled(safe_text(self._problem), "$text-error")
                if self._problem
                else _told(self._figures, self._runbook, width)
            )
            self.query_one("#statistics-body", Static).update(told)

    def action_leave(self) -> None:
        if self.searching:
            self.action_clear()
        else:
            self.post_message(self.Left())


def _told(figures: PastFigures, runbook: str, width: int) -> Content:
    title = Content.styled("Statistics", "bold $text-primary")
    if not figures.runbooks:
        return title + "\n\nNothing has been run yet. Choose a runbook to run it."
    each = (width + AROUND - AROUND_BOTH) // 2
    is_wide = bool(figures.steps) and each >= LEAST_NAME_BESIDE
    width = each if is_wide else width
    rows = [_heading("runbook", _HEADINGS)]
    rows += [
        _runbook_row(name, its, width)
        for name, its in list(figures.runbooks.items())[:MOST_RUNBOOKS]
    ]
    note = "durations of what succeeded; from five runs on"
    head = title + Content.styled(f"   {note}", "$text-muted")
    runbooks = Content("\n").join(
        [columns(rows, limits=_LIMITS), Content(), _legend(figures.runbooks)]
    )
    if not figures.steps:
        return Content("\n\n").join([head, runbooks])
    ordered = sorted(figures.steps.items(), key=lambda item: -(item[1].fails or 0.0))
    rows = [_heading("step", _STEP_HEADINGS)]
    rows += [_step_row(step, its, width) for step, its in ordered[:MOST_STEPS]]
    of = f"Steps of {cut_middle(safe_text(runbook), width)}, what fails most first"
    steps = Content("\n\n").join(
        [Content.styled(of, "bold $text-muted"), columns(rows, limits=_LIMITS)]
    )
    if not is_wide:
        return Content("\n\n").join([head, runbooks, steps])
    left, right = runbooks.split("\n", allow_blank=True), steps.split("\n", allow_blank=True)
    both = beside(left, right, max(line.cell_length for line in left))
    return Content("\n\n").join([head, both])


def _heading(first: str, others: tuple[str, ...]) -> list[Content]:
    return [Content.styled(text, "$text-muted") for text in (first, *others)]


def _runbook_row(name: str, figures: RunbookFigures, width: int) -> list[Content]:
    marks = (mark_of(status) for status in figures.last)
    last = Content.assemble(*((mark.glyph, TONES[mark.tone]) for mark in marks))
    return [
        Content(cut_middle(safe_text(name), width)),
        Content(str(figures.runs)),
        Content(NONE if figures.succeeds is None else percent(figures.succeeds)),
        _time(figures.usual),
        _time(figures.slow),
        last,
    ]


def _step_row(step: str, figures: StepFigures, width: int) -> list[Content]:
    return [
        Content(cut_middle(safe_text(step), width)),
        Content(str(figures.runs)),
        Content(NONE if figures.fails is None else percent(figures.fails)),
        _time(figures.usual),
        _time(figures.slow),
    ]


def _time(seconds: float | None) -> Content:
    return Content(NONE if seconds is None else short_duration(seconds))


def _legend(runbooks: Mapping[str, RunbookFigures]) -> Content:
    """What the glyphs mean of those that are shown: colour alone tells nothing."""
    statuses = dict.fromkeys(status for its in runbooks.values() for status in its.last)
    told = (mark_of(status) for status in statuses)
    return Content("   ").join(
        Content.styled(f"{mark.glyph} {mark.word}", TONES[mark.tone]) for mark in told
    )
