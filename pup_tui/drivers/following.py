"""A run of another process, followed from what that records: events in the journal, output in spools.

Nothing here writes, and nothing can be asked of the run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from pup_tui.aside import aside_to_its_end
from pup_tui.core.actions import Ask, Question, Tell, Withdraw
from pup_tui.core.events import AnyEvent, CancelRequested, Interrupted, Resumed
from pup_tui.core.legs import legs_of
from pup_tui.core.machine import Machine
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    StepAnswered,
    StepFinished,
    StepStarted,
)
from pup_tui.core.program import Program
from pup_tui.core.state import RunPhase, RunState
from pup_tui.drivers.clock import Clock, SystemClock
from pup_tui.drivers.replay import with_hidden
from pup_tui.drivers.spool_tail import SpoolTail
from pup_tui.drivers.watcher import Watcher
from pup_tui.journal.errors import JournalError
from pup_tui.journal.lock import owner_is_gone
from pup_tui.journal.places import journal_path, run_dir
from pup_tui.journal.records import RunRow
from pup_tui.local_time import local_time
from pup_tui.output.loss import loss
from pup_tui.output.passage import Passage
from pup_tui.output.spool import spool_name

LOOK = 0.1
"""Seconds between two looks at what has been recorded."""


class RecordedEvents(Protocol):
    """The events of a run, as they come."""

    def read(self) -> Sequence[AnyEvent]:
        """Those that have come since the last call. Blocks; raises JournalError."""
        ...


LOOK_AT_OWNER = 1.0
"""Seconds between two looks at whether the process that drives the run is still there."""


def driver_of(row: RunRow, events: Iterable[AnyEvent]) -> str:
    """Who drives a run, or drove its newest leg, for a sentence: operator, host, process, since when."""
    legs = legs_of(events)
    operator, since = (legs[-1].operator, legs[-1].wall) if legs else (row.operator, row.started_at)
    return f"{operator} on {row.host}, process {row.pid}, since {local_time(since)}"


class FollowedRun:
    """A recorded run, whether it is over or goes on; `watch` it, then `follow` it.

    `lines` says whether those who watch are given the lines that steps print; without it they are only told
    of which step there may be more. Values of secrets are not in the journal, and stay hidden.
    """

    def __init__(
        self,
        state: Path,
        row: RunRow,
        programs: Mapping[int, Program],
        events: RecordedEvents,
        *,
        lines: bool,
    ) -> None:
        """`state` is the folder of the journal, `programs` are those that legs of the run began with, by the
        number of the leg.
        """
        self.run = row.run
        self.program = programs[max(programs)]
        """That of the newest leg."""
        self._programs = programs
        self.clock: Clock = SystemClock(max(0.0, time.time() - row.started_at))
        self.stopped_by = ""
        """Who, or what, asked the run to stop, empty as long as nobody did."""
        self._row = row
        self._state_dir = state
        self._events = events
        self._machine = Machine(programs[1])
        self._watchers: list[Watcher] = []
        self._lines = lines
        self._tails: dict[str, SpoolTail] = {}
        self._under_way: dict[str, SpoolTail] = {}
        self._questions: dict[str, Question] = {}

    @property
    def state(self) -> RunState:
        """The run's state as of the last look: to be read, never changed."""
        return self._machine.state

    @property
    def over(self) -> bool:
        """Whether the run has come to its end, as of the last look."""
        return self.state.phase is RunPhase.ENDED

    def output_path(self, step: str) -> Path:
        """Where the step's output is, or will be."""
        folder = run_dir(self._state_dir, self.run)
        return folder / spool_name(self.program.place(step), step)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    async def follow(self) -> bool:
        """Tell all that happens until the run is over; whether it came to its end.

        It did not if its process is gone, or nothing more will come. Raises JournalError, and OSError where
        an output cannot be read.
        When it is over, cancelled too, nothing reads the journal any more, so that it can be closed.
        """
        looked = 0.0
        try:
            await self.look()
            while not self.over:
                gone = False
                if time.monotonic() - looked >= LOOK_AT_OWNER:
                    gone = await aside_to_its_end(self._owner_is_gone)
                    looked = time.monotonic()
                # An owner records the end before it lets go of the run.
                more = await self.look(last=gone)
                if gone:
                    return self.over
                await asyncio.sleep(0.0 if more else LOOK)
            return True
        finally:
            for tail in self._tails.values():
                tail.close()

    async def look(self, *, last: bool = False) -> bool:
        """Tell what has come since the last look; whether there is more than one look takes in.

        A `last` look takes in all, unfinished lines as well.
        """
        before = dict(self._questions)
        events, printed = await aside_to_its_end(self._news)
        if events:
            await self._tell_events(events)
            printed = await aside_to_its_end(self._printed)
        for step, some in printed.items():
            self._tell_printed(step, some)
        for step in list(self._under_way) if last else ():
            await self._tell_rest(step)
        self._tell_questions(before)
        return any(tail.behind for tail in self._under_way.values())

    def _news(self) -> tuple[Sequence[AnyEvent], Mapping[str, Sequence[Passage]]]:
        """Events; or where nothing has happened, what steps print meanwhile. Blocks."""
        events = self._events.read()
        return events, {} if events else self._printed()

    def _printed(self) -> dict[str, Sequence[Passage]]:
        """What the steps that are under way have printed, as much of it as one look takes in. Blocks."""
        return {
            step: tail.read(ended=False) if self._lines else ()
            for step, tail in self._under_way.items()
        }

    async def _tell_events(self, events: Sequence[AnyEvent]) -> None:
        """Tell what follows from events; before the newest word on a step, what it has printed."""
        told = self._handled(events)
        newest = {_step(notice): position for position, notice in enumerate(told)}
        for position, notice in enumerate(told):
            step = _step(notice)
            if isinstance(notice, StepStarted):
                # What a step printed in an earlier leg was told then.
                tail = self._tails.setdefault(step, SpoolTail(self.output_path(step)))
                self._under_way[step] = tail
            elif isinstance(notice, StepFinished):
                await self._tell_rest(step)
            elif position == newest[step] and step in self._under_way and self._lines:
                self._tell_printed(
                    step, await aside_to_its_end(self._under_way[step].read, ended=False)
                )
            for watcher in self._watchers:
                watcher.notice(notice)

    async def _tell_rest(self, step: str) -> None:
        """Tell all that a step has printed, which is over."""
        tail = self._under_way.pop(step, None)
        if tail is None:
            return
        if not self._lines:
            self._tell_printed(step, ())
        else:
            while some := await aside_to_its_end(tail.read, ended=True):
                self._tell_printed(step, some)
            await self._tell_loss(step)
        tail.close()

    async def _tell_loss(self, step: str) -> None:
        """Tell what is missing of the output of a step; whoever reads it by itself finds that out."""
        known = self.state.steps.get(step)
        if known is None or known.kept is None:
            return
        if lost := await aside_to_its_end(loss, self.output_path(step), known.kept):
            for watcher in self._watchers:
                watcher.trouble(f"{step}: {lost}")

    def _tell_printed(self, step: str, some: Sequence[Passage]) -> None:
        for passage in some if self._lines else [Passage("stdout", "")]:
            for watcher in self._watchers:
                watcher.output(step, passage)

    def _tell_questions(self, before: Mapping[str, Question]) -> None:
        for watcher in self._watchers:
            for step, question in before.items():
                if self._questions.get(step) is not question:
                    watcher.withdrawn(step)
            for step, question in self._questions.items():
                if before.get(step) is not question:
                    watcher.question(question)

    def _owner_is_gone(self) -> bool:
        return owner_is_gone(self._state_dir, self.run, host=self._row.host, pid=self._row.pid)

    def _go_on_with(self, event: Resumed) -> None:
        """Take the program of the leg that begins."""
        leg = self._machine.state.leg + 1
        if event.source is not None and leg not in self._programs:
            told = f"run {self.run} goes on with another text of its runbook"
            raise JournalError(told, journal_path(self._state_dir), "follow it anew")
        self._machine.program = self._programs.get(leg, self._machine.program)

    def _handled(self, events: Sequence[AnyEvent]) -> list[AnyNotice]:
        """What the machine tells of events. The end of a leg is none if the run has gone on since."""
        told: list[AnyNotice] = []
        for event in events:
            if isinstance(event, Resumed):
                self._go_on_with(event)
                told = [notice for notice in told if not isinstance(notice, RunFinished)]
                self.stopped_by = ""
                self._questions.clear()
            elif isinstance(event, CancelRequested):
                self.stopped_by = self.stopped_by or event.by
            elif isinstance(event, Interrupted):
                self.stopped_by = self.stopped_by or event.reason
            for action in self._machine.handle(with_hidden(event)):
                match action:
                    case Tell(notice=RunStarted() as notice):
                        told.append(msgspec.structs.replace(notice, vars=self._row.vars))
                    case Tell(notice=notice):
                        told.append(notice)
                        if isinstance(notice, StepAnswered | StepFinished):
                            self._questions.pop(notice.step, None)
                    case Ask(question=question):
                        self._questions[question.step] = question
                    case Withdraw(step=step):
                        self._questions.pop(step, None)
        return told


def _step(notice: AnyNotice) -> str:
    """The step that a notice is about; empty where it is about the run."""
    about_run = RunStarted | RunResumed | RunNoted | RunFinished
    return "" if isinstance(notice, about_run) else notice.step
