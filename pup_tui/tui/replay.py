"""A past run that is played again: its record, its timeline, and what it looked like at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pup_tui.core.notices import AnyNotice, StepStarted, rfc3339
from pup_tui.core.state import RunStatus
from pup_tui.drivers.replay_time import ReplayClock, ReplayTime
from pup_tui.drivers.replaying import ReplayedRun, ReplayMark, marks_of
from pup_tui.journal.errors import JournalError
from pup_tui.tui.past import PastRun, broken_off
from pup_tui.tui.services import ReplayBegin

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds of the run that pass in one."""


@dataclass
class Replay:
    """One replay. `run` is what is shown: going back makes another one, from the beginning to that moment."""

    past: PastRun
    state: Path
    timeline: ReplayTime
    clock: ReplayClock
    marks: Sequence[ReplayMark]
    run: ReplayedRun = field(init=False)
    _copies: TemporaryDirectory[str] | None = field(default=None, init=False)

    @classmethod
    def of(
        cls, past: PastRun, state: Path, speed: float, begin: ReplayBegin | None = None
    ) -> Replay:
        """Begin somewhere in a run; `state` is the folder of the journal. Blocks."""
        timeline = ReplayTime(past.events)
        offset = 0.0 if begin is None else begin.offset
        if begin is not None and begin.wall is not None:
            offset = timeline.offset_at(begin.wall)
        clock = ReplayClock(timeline, speed, min(offset, timeline.length))
        marks = marks_of(past.record.programs, past.events, timeline)
        made = cls(past, state, timeline, clock, marks)
        made.begin_anew()
        return made

    def begin_anew(self) -> None:
        """Show it as it stood at the clock's moment, whatever was shown before. Raises OSError."""
        copies = TemporaryDirectory(prefix="pup-tui-replay-")
        self.run = ReplayedRun(
            self.state,
            self.past.row,
            self.past.record.programs,
            self.past.events,
            self.timeline,
            self.clock,
            Path(copies.name),
        )
        self.close()
        self._copies = copies

    def close(self) -> None:
        """Remove what was copied for it."""
        if self._copies is not None:
            self._copies.cleanup()
            self._copies = None

    async def follow(self) -> tuple[Sequence[AnyNotice], str]:
        """Play it to its end; what it could not tell any more, and what is to be said of that."""
        run = self.run
        try:
            ended = await run.follow()
        except (JournalError, OSError) as error:
            return (), f"It cannot be played any further: {error}"
        if ended or run is not self.run:
            return (), ""
        row, state = self.past.row, run.state
        if row.status is not RunStatus.INTERRUPTED:
            return (), ""
        at = rfc3339(row.ended_wall or row.started_at)
        return broken_off(state, row.reason, ts=at, duration=state.took(state.clock)), ""

    def next_mark(self, by: int) -> ReplayMark | None:
        """The mark behind the moment that is shown (`by` 1), or before it."""
        here = self.clock.offset
        if by > 0:
            return next((mark for mark in self.marks if mark.offset > here + 0.01), None)
        # Somebody who goes back again and again gets on, though time goes on meanwhile.
        late = here - self.clock.speed if not self.clock.paused else here
        return next((mark for mark in reversed(self.marks) if mark.offset < late - 0.01), None)

    def step_began(self, step: str) -> float | None:
        """When a step, found by its id or name, first began; None where it did not."""
        wanted = step.casefold()
        for notice in self.past.notices:
            if isinstance(notice, StepStarted) and (
                notice.step.casefold().startswith(wanted) or wanted in notice.name.casefold()
            ):
                return self.timeline.offset_at(datetime.fromisoformat(notice.ts).timestamp())
        return None
