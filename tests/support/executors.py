"""Stand-ins for tests: an executor that plays a script, a sink that remembers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pup_tui.steps.executor import Outcome, told_to_stop, unless_stopped

if TYPE_CHECKING:
    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import Context, OutputSink, Stop


class RecordingSink:
    """Keeps what was written, in order, and lets a test wait for it."""

    def __init__(self) -> None:
        self.written: list[tuple[Stream, bytes]] = []
        self._changed = asyncio.Event()

    def write(self, stream: Stream, data: bytes) -> None:
        self.written.append((stream, data))
        self._changed.set()

    @property
    def stdout(self) -> bytes:
        return self._all("stdout")

    @property
    def stderr(self) -> bytes:
        return self._all("stderr")

    async def seen(self, text: bytes, stream: Stream = "stdout") -> None:
        """Return as soon as `text` was written to `stream`; TimeoutError after 30 s."""
        async with asyncio.timeout(30):
            while text not in self._all(stream):
                self._changed.clear()
                await self._changed.wait()

    def _all(self, stream: Stream) -> bytes:
        return b"".join(data for name, data in self.written if name == stream)


@dataclass(frozen=True, kw_only=True)
class Play:
    """One attempt as it shall go: its output, then its outcome.

    With `hold` the outcome waits for that event; a stop ends it as cancelled. With `pauses` it says before
    for how many seconds it will only wait, and why.
    """

    stdout: bytes = b""
    stderr: bytes = b""
    outcome: Outcome = field(default_factory=lambda: Outcome(ok=True, exit_code=0))
    hold: asyncio.Event | None = None
    pauses: tuple[float, str] | None = None


class FakeExecutor:
    """Plays one `Play` per attempt, in order, and the last one again and again."""

    def __init__(self, *plays: Play) -> None:
        self._plays = list(plays) or [Play()]
        self.requests: list[Any] = []

    async def run(
        self,
        request: Any,
        sink: OutputSink,
        stop: Stop,
        context: Context,
    ) -> Outcome:
        play = self._plays[min(len(self.requests), len(self._plays) - 1)]
        self.requests.append(request)
        if play.stdout:
            sink.write("stdout", play.stdout)
        if play.stderr:
            sink.write("stderr", play.stderr)
        if play.pauses is not None:
            context.pauses(*play.pauses)
        if play.hold is not None:
            await unless_stopped(play.hold.wait(), stop)
        if stop.is_set():
            return told_to_stop()
        return play.outcome
