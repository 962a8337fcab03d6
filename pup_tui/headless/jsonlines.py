"""A run as JSON Lines: one event a line on standard output, flushed at once."""

from __future__ import annotations

from pup_tui.core.notices import AnyNotice, StepOutput, rfc3339
from pup_tui.drivers.clock import Clock
from pup_tui.drivers.watcher import Watcher
from pup_tui.headless.stream import Outlet
from pup_tui.output.overwritten import states
from pup_tui.output.passage import Passage
from pup_tui.output.safe_json import safe_json
from pup_tui.output.sanitize import safe_text


class JsonFace(Watcher):
    """Writes what a watcher is told, as it is told; notices tell of questions and of their end as well.

    What is no event of the run goes to `err`, in words.
    """

    def __init__(self, out: Outlet, err: Outlet, run: str, clock: Clock) -> None:
        self._out = out
        self._err = err
        self._run = run
        self._clock = clock

    def notice(self, notice: AnyNotice) -> None:
        self._out.write(safe_json(notice) + "\n")

    def trouble(self, told: str) -> None:
        self._err.write(f"▲ {safe_text(told)}\n")

    def output(self, step: str, passage: Passage) -> None:
        ts = rfc3339(self._clock.now().wall if passage.at is None else passage.at)
        told: list[str] = []
        for line in passage.lines():
            *overwritten, text = states(line.text)
            notice = StepOutput(
                ts=ts,
                run=self._run,
                step=step,
                stream=line.stream,
                text=text,
                overwritten=tuple(overwritten),
            )
            told.append(safe_json(notice) + "\n")
        self._out.write("".join(told))
