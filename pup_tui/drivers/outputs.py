"""The outputs of a run's steps while it is under way: bytes in, lines on disk and to those who watch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pup_tui.core.program import Program
from pup_tui.drivers.masking import Masking
from pup_tui.output.passage import Passage, Stream
from pup_tui.output.pipeline import IDLE_SECONDS, SETTLE_SECONDS, Captured, KeptOutput
from pup_tui.output.spool import DEFAULT_LIMIT, spool_name

OnPassage = Callable[[str, Passage], None]
OnError = Callable[[str, OSError], None]


class AttemptOutput:
    """The sink of one attempt. An unfinished line is shown when its program pauses.

    Lines that the program goes back to are passed on when it has not done so for a while.
    """

    def __init__(self, output: KeptOutput) -> None:
        self._output = output
        self._pause: asyncio.TimerHandle | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._last = 0.0
        output.begin_attempt()

    def write(self, stream: Stream, data: bytes) -> None:
        self._output.write(stream, data)
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        if self._pause is None:
            self._pause = loop.call_later(IDLE_SECONDS, self._idle)
        if self._settling is None and self._output.in_block:
            self._settling = loop.call_later(SETTLE_SECONDS, self._settle)

    def _settle(self) -> None:
        self._settling = None
        if self._output.settle():
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(SETTLE_SECONDS, self._settle)
        if self._pause is None:
            self._output.idle_flush()

    def _idle(self) -> None:
        loop = asyncio.get_running_loop()
        quiet = loop.time() - self._last
        if quiet < IDLE_SECONDS:
            self._pause = loop.call_later(IDLE_SECONDS - quiet, self._idle)
        else:
            self._pause = None
            self._output.idle_flush()

    @property
    def error(self) -> OSError | None:
        """Why what was printed is not all on disk, if it is not."""
        return self._output.error

    @property
    def kept(self) -> int:
        """Bytes that are on disk of what the step printed, in all its attempts."""
        return self._output.kept

    def end(self) -> Captured:
        """End the attempt; returns what it printed, for expressions."""
        for timer in (self._pause, self._settling):
            if timer is not None:
                timer.cancel()
        self._pause = self._settling = None
        self._output.end_attempt()
        captured = self._output.captured()
        # Not kept for as long as the run lasts: a run may have a thousand steps.
        self._output.begin_attempt()
        return captured


class Outputs:
    """One spool per step in the run's folder, opened when the step first runs."""

    def __init__(
        self,
        folder: Path,
        program: Program,
        masking: Masking,
        on_passage: OnPassage,
        on_error: OnError,
    ) -> None:
        """`on_error` is told once of each step whose output cannot be kept any more, or is gone."""
        self._folder = folder
        self._program = program
        self._masking = masking
        self._on_passage = on_passage
        self._on_error = on_error
        self._open: dict[str, KeptOutput] = {}

    def path(self, step: str) -> Path:
        """Where the step's output is, or will be."""
        return self._folder / spool_name(self._program.place(step), step)

    def begin(self, step: str, limit: int | None = None) -> AttemptOutput:
        """The sink for the next attempt of `step`; `limit` is in bytes, for all its attempts."""
        output = self._open.get(step)
        if output is None:
            output = KeptOutput(
                self.path(step),
                self._masking.masker,
                limit=DEFAULT_LIMIT if limit is None else limit,
                on_passage=partial(self._on_passage, step),
                on_error=partial(self._on_error, step),
            )
            self._open[step] = output
        return AttemptOutput(output)

    def close(self) -> None:
        for output in self._open.values():
            output.close()
        self._open.clear()
