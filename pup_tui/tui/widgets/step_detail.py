"""What there is to say about the selected step beside its output: its command, why it ended as it did."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from pup_tui.core.counting import told_attempt, told_counts
from pup_tui.core.notices import StepRetrying
from pup_tui.core.shown import NOTHING_BESIDE, Beside
from pup_tui.output.sanitize import safe_text
from pup_tui.spelling import as_typed
from pup_tui.tui.glyphs import TONES, mark_of
from pup_tui.tui.run_progress import names_exit
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.texts import cut_rows, short_duration
from pup_tui.tui.widgets.steady_text import SteadyText

LEAST_WIDTH = 20
"""Columns that a command is wrapped into where there are fewer."""

MOST_SHOWN = 2_000
"""Characters of a command or a reason that are shown."""


class StepSurroundings(NamedTuple):
    """What is said of a step beside its own state.

    `retry_in` are the seconds until its next attempt, `paused_for` how long its attempt still only waits;
    `usual` is what past runs say of it, in words.
    """

    notes: Beside = NOTHING_BESIDE
    retry_in: float | None = None
    paused_for: float | None = None
    usual: str = ""


class StepDetail(SteadyText):
    """What there is to say about the selected step, in a few lines under the step list."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._step: StepProgress | None = None
        self._beside = StepSurroundings()
        self._rows = 0

    def show(self, step: StepProgress, beside: StepSurroundings) -> None:
        """Describe a step as it stands now."""
        self._step, self._beside = step, beside
        width = self.content_size.width
        told = Content("\n").join(_told(step, beside, max(LEAST_WIDTH, width)))
        most = self.styles.max_height
        if width and most is not None:
            told = cut_rows(told, width, int(most.value) - self.gutter.height)
        rows = told.get_height({}, max(1, width))
        # To lay all of the screen out costs as much as half a frame, and this is called with every key.
        self.update(told, layout=rows != self._rows)
        self._rows = rows

    def on_resize(self) -> None:
        if isinstance(self.content, Content):
            # So many lines there are in the new width before it is told anew.
            self._rows = self.content.get_height({}, max(1, self.content_size.width))
        if self._step is not None:
            self.show(self._step, self._beside)


def _told(step: StepProgress, beside: StepSurroundings, width: int) -> list[Content]:
    mark = mark_of(step.word)
    told = []
    if step.paused is not None and beside.paused_for is not None:
        waits = f"⧗ goes on in {short_duration(beside.paused_for)}: {_clipped(step.paused.reason)}"
        told.append(Content.styled(waits, TONES["care"]))
    elif step.retrying is not None:
        told.append(
            Content.styled(
                f"{mark.glyph} {_again(step, step.retrying, beside.retry_in)}", TONES["care"]
            )
        )
    elif step.reason:
        told.append(Content.styled(f"{mark.glyph} {_clipped(step.reason)}", TONES[mark.tone]))
    if step.question not in step.reason and step.status != "waiting":
        # With its sign it would read as if it stood open.
        asked = "asked: " if step.answered else "? "
        told.append(Content.styled(asked + _clipped(step.question), "dim"))
    told += [Content(f"{name} = {_clipped(as_typed(value))}") for name, value in step.given.items()]
    if step.shown.command:
        lines = list(Content(_clipped(step.shown.text)).wrap(width - 2))
        if step.ran_by:
            # Behind the command where there is room: each line here is one less of the output.
            by = Content.styled(f"  # run by {safe_text(step.ran_by)}", "dim")
            if lines[-1].cell_length + by.cell_length <= width - 2:
                lines[-1] = lines[-1] + by
            else:
                lines += by.wrap(width - 2)
        told.append(Content.assemble(("$ ", "dim"), Content("\n  ").join(lines)))
    if beside.usual:
        told.append(Content.styled(beside.usual, TONES["busy" if step.under_way else "calm"]))
    facts = _facts(step)
    if facts:
        told.append(Content.styled(" · ".join(facts), "dim"))
    if beside.notes.description:
        told.append(Content(_clipped(beside.notes.description)))
    told += [
        Content.styled(f"{_line(title)} {_line(url)}", "dim") for title, url in beside.notes.links
    ]
    if not told:
        told.append(Content.styled("This step has not run yet.", "dim"))
    return told


def _again(step: StepProgress, told: StepRetrying, seconds: float | None) -> str:
    """What went wrong, and when it is tried again; tries are counted anew where somebody ran it again."""
    failed = told_attempt(step.attempts, tried=told.attempt, most=told.attempts)
    when = short_duration(told.delay if seconds is None else seconds)
    return f"{failed} failed: {_clipped(told.reason)}, again in {when}"


def _facts(step: StepProgress) -> list[str]:
    facts = [f"on {_line(step.host)}"] if step.host else []
    if step.holds_known and not step.is_fleet:
        counts, *others = told_counts(step.held, over=step.over)
        facts.append(" · ".join([f"{_inside(step)}: {counts}", *others]))
    if step.exit_code and not names_exit(step.reason, step.exit_code):
        killed = f" ({step.signal})" if step.signal else ""
        facts.append(f"exit code {step.exit_code}{killed}")
    if step.over and round(step.waited):
        facts.append(f"waited {short_duration(step.waited)} for an answer")
    if step.attempts > 1:
        facts.append(f"{step.attempts} attempts")
    if step.answered and step.answered.partition(" ")[2] not in step.reason:
        facts.append(f"answered {safe_text(step.answered)}")
    return facts


def _inside(step: StepProgress) -> str:
    return "items" if step.node.is_loop else "steps"


def _line(text: str) -> str:
    return safe_text(text.strip())


def _clipped(text: str) -> str:
    shown = safe_text(text[:MOST_SHOWN].rstrip(), multiline=True)
    return shown if len(text) <= MOST_SHOWN else f"{shown} …"
