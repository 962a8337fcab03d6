"""A run as JSON Lines: one event a line on standard output, flushed at once."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from pup_tui.core.actions import Question
from pup_tui.core.notices import AnyNotice, StepOutput, rfc3339
from pup_tui.drivers.clock import Clock
from pup_tui.headless.stream import Outlet
from pup_tui.output.spool import Line

_encoder = msgspec.json.Encoder()


def _encode(notice: AnyNotice | StepOutput) -> str:
    """JSON of a notice; lone surrogates (of file names that are no text) are written out."""
    try:
        return _encoder.encode(notice).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(notice), separators=(",", ":"))


class JsonFace:
    """Writes what a watcher is told, as it is told."""

    def __init__(self, out: Outlet, run: str, clock: Clock) -> None:
        self._out = out
        self._run = run
        self._clock = clock

    def notice(self, notice: AnyNotice) -> None:
        self._out.write(_encode(notice) + "\n")

    def output(self, step: str, lines: Sequence[Line]) -> None:
        ts = rfc3339(self._clock.now().wall)
        told = (
            StepOutput(ts=ts, run=self._run, step=step, stream=line.stream, text=line.text)
            for line in lines
        )
        self._out.write("".join(_encode(notice) + "\n" for notice in told))

    def question(self, question: Question) -> None:
        """The notice `step.waiting` has said so."""

    def withdrawn(self, step: str) -> None:
        """The step's end says so."""
