"""What a step has running on another computer: found by its process, and ended or waited for there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pup_tui import late
from pup_tui.core.render import Remote
from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop, told_to_stop
from pup_tui.steps.files import nameless_file
from pup_tui.steps.notes import note
from pup_tui.steps.remote.channel import BegunThere
from pup_tui.steps.remote.programs import call_of, new_mark
from pup_tui.steps.remote.ssh import CONNECT, Heard, SshCall, run_beside

if TYPE_CHECKING:
    from pup_tui.output.passage import Stream

_TENTHS: Final = 10
_OVERHEAD: Final = CONNECT + 5.0
"""Seconds for a second connection, beside the grace that processes get there."""


class LeftThere(Struct, frozen=True):
    """The process that leads a script on another computer."""

    remote: Remote
    begun: BegunThere

    @property
    def told(self) -> str:
        """It in words."""
        return f"process {self.begun.pid} on {self.remote.host}"


async def end_there(call: SshCall, left: LeftThere, context: Context) -> tuple[bool, str]:
    """End the group of a process by a second connection; whether nothing of it is left, and what to tell.

    It gets TERM, and KILL after the grace, and only if it is the one that was begun.
    """
    begun, heard = left.begun, Heard()
    mark = new_mark()
    grace = round(context.grace * _TENTHS)
    content = call_of("end.sh", mark, begun.pid, begun.group, grace, begun.born)
    try:
        async with late.timeout(context.grace + _OVERHEAD):
            ended = await _spoken(call, content, heard, Stop(), context)
    except TimeoutError:
        return False, f"{left.told} could not be ended and may still run: no answer in time"
    match heard.word(mark):
        case "ended":
            return True, ""
        case "killed":
            return True, f"killed by SIGKILL on {left.remote.host} because SIGTERM did not end it"
        case "gone":
            return True, f"{left.told} had ended by then"
        case "denied":
            return False, f"{left.told} may not be ended by this user and may still run"
        case "left":
            return False, f"{left.told} does not end, not even by SIGKILL"
        case _:
            why = heard.last_word(ended)
            return False, f"{left.told} could not be ended and may still run: {why}"


async def wait_there(
    call: SshCall, left: LeftThere, sink: OutputSink, stop: Stop, context: Context
) -> Outcome:
    """Wait until a process that an earlier attempt began is gone: how its script ended nobody knows."""
    mark = new_mark()
    begun = left.begun
    waiting = _Waiting(mark, left, sink)
    content = call_of("wait.sh", mark, begun.pid, begun.group, begun.born)
    ended = await _spoken(call, content, waiting, stop, context)
    if ended.stopped:
        is_ended, detail = await end_there(call, left, context)
        return told_to_stop(detail, Outcome(ok=False, is_unknown=not is_ended))
    if waiting.is_gone:
        reason = f"{left.told} is not there any more, and how the script ended is not known"
    else:
        reason = f"it cannot be seen whether {left.told} still runs: {waiting.last_word(ended)}"
    return Outcome(ok=False, reason=reason, is_unknown=True)


async def _spoken(
    call: SshCall, content: bytes, heard: OutputSink, stop: Stop, context: Context
) -> Outcome:
    """Have a program of ours run by a connection of its own."""
    with contextlib.ExitStack() as files:
        stdin = nameless_file(content, files)
        return await run_beside(call.command(context), heard, stop, context, stdin=stdin)


class _Waiting(Heard):
    """Hears whether a process is there, and tells it."""

    def __init__(self, mark: str, left: LeftThere, sink: OutputSink) -> None:
        super().__init__()
        self._mark = mark
        self._left = left
        self._sink = sink
        self._is_told = False

    @property
    def is_gone(self) -> bool:
        return self.word(self._mark) == "gone"

    def write(self, stream: Stream, data: bytes) -> None:
        super().write(stream, data)
        if not self._is_told and self.word(self._mark) == "there":
            self._is_told = True
            note(self._sink, f"{self._left.told} still runs, and its end is waited for")
