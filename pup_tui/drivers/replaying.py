"""A past run, told again as it went: at any speed, from any moment on, and without doing anything."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from pup_tui.aside import aside_to_its_end
from pup_tui.core.actions import Ask, Tell
from pup_tui.core.events import AnyEvent, Resumed
from pup_tui.core.machine import Machine
from pup_tui.core.notices import RunResumed, StepAnswered, StepFinished
from pup_tui.core.program import Program
from pup_tui.core.state import StepStatus
from pup_tui.drivers.following import LOOK, FollowedRun
from pup_tui.drivers.replay import with_hidden
from pup_tui.drivers.replay_time import ReplayClock, ReplayTime
from pup_tui.drivers.replayed_output import ReplayedOutputs
from pup_tui.journal.places import run_dir
from pup_tui.journal.records import RunRow
from pup_tui.output.passage import Passage
from pup_tui.output.spool import spool_name

_MARKED: dict[str, str] = {
    StepStatus.FAILED: "failed",
    StepStatus.UNKNOWN: "failed",
    StepStatus.WARNED: "warned",
}
"""The ends of steps that are marked."""


class ReplayMark(Struct, frozen=True):
    """What mattered in a run, and when: `failed`, `warned`, `asked`, `answered`, `edited`, `resumed`."""

    offset: float
    what: str
    step: str = ""


class PacedEvents:
    """The events of a past run, as far as a clock has come."""

    def __init__(
        self, events: Sequence[AnyEvent], timeline: ReplayTime, clock: ReplayClock
    ) -> None:
        self._events = events
        self._timeline = timeline
        self._clock = clock
        self._given = 0

    @property
    def over(self) -> bool:
        return self._given == len(self._events)

    def read(self) -> Sequence[AnyEvent]:
        until = max(self._given, self._timeline.happened(self._clock.offset))
        found = self._events[self._given : until]
        self._given = until
        return found


class ReplayedRun(FollowedRun):
    """A run of the past as it stood at a moment, and goes on from there; `follow` it as one that goes on.

    What its steps had printed by then is copied to the folder `copies`, which is the caller's to make and to
    remove.
    """

    def __init__(
        self,
        state: Path,
        row: RunRow,
        programs: Mapping[int, Program],
        events: Sequence[AnyEvent],
        timeline: ReplayTime,
        clock: ReplayClock,
        copies: Path,
        *,
        lines: bool = False,
    ) -> None:
        self._paced = PacedEvents(events, timeline, clock)
        super().__init__(state, row, programs, self._paced, lines=lines)
        self._timeline = timeline
        self.clock: ReplayClock = clock
        self._copies = copies
        self._outputs = ReplayedOutputs(run_dir(state, row.run), copies)

    def output_path(self, step: str) -> Path:
        return self._copies / spool_name(self.program.place(step), step)

    async def follow(self) -> bool:
        """Tell what happened until the end of the record; whether the run had come to its end there."""
        try:
            while True:
                more = await self.look(last=self._paced.over)
                if self._paced.over and not more:
                    return self.over
                await asyncio.sleep(0.0 if more else LOOK)
        finally:
            for tail in self._tails.values():
                tail.close()
            await aside_to_its_end(self._outputs.close)

    async def jump(self) -> AsyncIterator[float]:
        """Tell it at once, from one moment at which something happened to the next; gives their offsets."""
        self.clock.set(paused=True)
        while True:
            while await self.look(last=self._paced.over):
                pass
            yield self.clock.offset
            if self._paced.over:
                return
            self.clock.set(offset=self._next())

    def _next(self) -> float:
        here, printed = self.clock.offset, self._outputs.next_at
        following = self._timeline.next_after(here)
        coming = math.inf if printed is None else self._timeline.offset_at(printed)
        return min(following, coming) if coming > here else following

    def _news(self) -> tuple[Sequence[AnyEvent], Mapping[str, Sequence[Passage]]]:
        # What was printed comes before the events that were recorded behind it. Of a run that was killed
        # something may have been printed behind the last of them.
        events = self._paced.read()
        self._outputs.advance(math.inf if self._paced.over else self.clock.now().wall)
        return events, {} if events else self._printed()


def marks_of(
    programs: Mapping[int, Program], events: Sequence[AnyEvent], timeline: ReplayTime
) -> list[ReplayMark]:
    """What mattered in a recorded run, in its order."""
    machine, found = Machine(programs[1]), []
    for number, event in enumerate(events):
        at = timeline.offset_of(number)
        if isinstance(event, Resumed):
            machine.program = programs.get(machine.state.leg + 1, machine.program)
        if getattr(event, "edited", None):
            found.append(ReplayMark(at, "edited", getattr(event, "step", "")))
        for action in machine.handle(with_hidden(event)):
            match action:
                case Ask(question=question):
                    found.append(ReplayMark(at, "asked", question.step))
                case Tell(notice=StepAnswered() as notice):
                    found.append(ReplayMark(at, "answered", notice.step))
                case Tell(notice=StepFinished() as notice) if notice.status in _MARKED:
                    found.append(ReplayMark(at, _MARKED[notice.status], notice.step))
                case Tell(notice=RunResumed()):
                    found.append(ReplayMark(at, "resumed"))
    return found
