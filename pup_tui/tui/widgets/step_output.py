"""What a step gives to see: its output, and over it the poll or wait that goes on; of a fleet its grid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical

from pup_tui.core.state import Rates
from pup_tui.output.loss import loss
from pup_tui.output.sanitize import safe_text
from pup_tui.output.shown import spool_to_show
from pup_tui.tui.keys import key_of
from pup_tui.tui.lines.divided import attempt_marks, leg_marks
from pup_tui.tui.run_progress import RunProgress
from pup_tui.tui.run_times import RunTimes
from pup_tui.tui.step_progress import StepProgress
from pup_tui.tui.widgets.fleet_view import FleetView
from pup_tui.tui.widgets.output_pane import OutputPane
from pup_tui.tui.widgets.poll_reading import read_poll, wait_seconds
from pup_tui.tui.widgets.poll_widget import PollWidget, WaitWidget
from pup_tui.tui.widgets.run_header import why_empty

AROUND_LINES = 2
"""Rows of the pane that are no lines: what it tells of itself, and one to breathe."""


class StepOutputView(Vertical):
    """Shows one step of a run at a time. What is done there is done with what is shown: output or grid."""

    ACTS: ClassVar[Mapping[str, str]] = {
        **OutputPane.ACTS,
        "times": "times",
        "overwritten": "unfold",
    }
    """What the keys of an output do, also where something else of the run has the focus."""

    def __init__(
        self, progress: RunProgress, times: RunTimes, output_path: Callable[[str], Path]
    ) -> None:
        """`output_path` tells where a step's output is."""
        super().__init__(id="run-output")
        self._progress = progress
        self._times = times
        self.fleet = FleetView(progress, output_path)

    def compose(self) -> ComposeResult:
        for widget in (PollWidget(), WaitWidget()):
            widget.display = False
            yield widget
        self.fleet.display = False
        yield self.fleet
        yield OutputPane()

    @property
    def pane(self) -> OutputPane:
        return self.query_one(OutputPane)

    @property
    def rows_needed(self) -> int:
        """The rows in which all that there is to see would have room; what it says instead has one."""
        if self.fleet.display:
            return self.fleet.rows_needed
        beside = [widget for widget in self.children if widget.display and widget is not self.pane]
        rows = sum(widget.outer_size.height for widget in beside)
        return rows + max(1, self.pane.lines.count) + AROUND_LINES

    def show_fleet(self, fleet: StepProgress, rates: Rates | None) -> None:
        """Show a loop as a grid, as it stands now; `rates` say how its items may begin, as far as known."""
        self._make_room(fleet=True)
        self.fleet.show(fleet, rates)

    def _make_room(self, *, fleet: bool) -> None:
        """Show the grid, or else what belongs to a step; the focus stays on what is shown here."""
        if self.fleet.display == fleet:
            return
        had_focus = self.has_focus_within
        for widget in self.children:
            widget.display = (widget is self.fleet) == fleet
        if had_focus:
            self.focus_shown()

    def show(self, step: StepProgress, output: Path, kept: int | None) -> None:
        """Show a step as it stands now; `kept` is how many bytes of its output there were, if known."""
        self._make_room(fleet=False)
        times = self._times
        polls, waits = self.query_one(PollWidget), self.query_one(WaitWidget)
        polls.display = step.polls and step.has_run
        waits.display = step.waits
        if polls.display:
            state = times.state_of(step.id)
            polls.show(read_poll(step, None if state is None else state.poll, times.now()))
        if waits.display:
            waits.show(times.waiting_for(step), wait_seconds(step))
        shown = spool_to_show(output, step.node.step.shows, step.status)
        hidden = f"Its output is not shown: {key_of(self.app, 'pager')} opens it in the pager."
        hidden += f" It is kept in {safe_text(str(output))}"
        told = hidden if shown is None and step.has_run else why_empty(step)
        lost = ""
        if step.has_printed:
            # Where it cannot be looked at, that is told where the output itself is read.
            with suppress(OSError):
                lost = loss(output, kept or 0)
        if lost:
            told = safe_text(lost[0].upper() + lost[1:])
        marks = [*leg_marks(self._progress.legs), *attempt_marks(step.repeated)]
        self.pane.show(
            shown,
            told,
            output,
            marks,
            is_cut=bool(lost),
            grows=not step.over,
            arranged=step.status == "succeeded",
            attempts=0 if step.last_poll is None else step.last_poll.attempt,
        )

    # What is done with what is shown

    def focus_shown(self) -> None:
        """Give the focus to the cells of a fleet, or else to the lines of an output."""
        (self.fleet.grid if self.fleet.display else self.pane.lines).focus()

    def may_act(self, name: str) -> bool:
        """Whether a key of an output means something for what is shown."""
        return not self.fleet.display or name in self.fleet.ACTS

    async def act(self, name: str) -> None:
        """Do what a key of an output means for what is shown."""
        if not self.fleet.display:
            await self.pane.run_action(self.ACTS[name])
        elif name in self.fleet.ACTS:
            await self.fleet.run_action(self.fleet.ACTS[name])

    def page(self, pages: int) -> None:
        """As `Evidence.page_evidence`."""
        if self.fleet.display:
            self.fleet.page(pages)
        else:
            self.pane.lines.action_page(pages)

    @property
    def is_searching(self) -> bool:
        """Whether it is being typed what is searched for."""
        return self.pane.is_searching or self.fleet.is_searching

    def mark_matches(self, pattern: re.Pattern[str] | None) -> None:
        """As `Evidence.mark_matches`."""
        self.pane.mark_matches(pattern)
        self.fleet.mark_matches(pattern)

    async def find_match(
        self, pattern: re.Pattern[str], by: int, *, enters: bool, around: bool
    ) -> bool:
        """As `Evidence.find_match`."""
        if self.fleet.display:
            return self.fleet.find_match(pattern, by, enters=enters, around=around)
        return await self.pane.find_match(pattern, by, enters=enters, around=around)
