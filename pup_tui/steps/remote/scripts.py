"""Scripts on other computers: sent, begun once their process is noted, followed, ended there."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Final

import msgspec

from pup_tui import late
from pup_tui.steps.child import Child
from pup_tui.steps.executor import (
    Context,
    Outcome,
    OutputSink,
    Stop,
    told_to_stop,
    unless_stopped,
)
from pup_tui.steps.notes import note
from pup_tui.steps.process import DRAIN, judged_exit, not_started, on_pipes
from pup_tui.steps.remote.channel import SshChannel
from pup_tui.steps.remote.left import LeftThere, end_there, wait_there
from pup_tui.steps.remote.programs import new_mark
from pup_tui.steps.remote.sending import Sending
from pup_tui.steps.remote.sent import UnfitError, parcel
from pup_tui.steps.remote.ssh import (
    OWN_FAILURE,
    SshCall,
    SshCalls,
    SshError,
    last_line,
    why_not_reached,
)

if TYPE_CHECKING:
    from pup_tui.core.render import Remote
    from pup_tui.core.requests import ShellRequest

_GO: Final = b"go\n"
_ON_THE_WAY: Final = 8 * 1024 * 1024
"""Bytes of output that may still be on their way when a script has ended: more than `ssh` lets be."""
_CLOSES_WITHIN: Final = 1.0
"""Seconds for `ssh` to end once the script there was ended."""


class RemoteScripts:
    """Runs the scripts of steps on other computers; it keeps how `ssh` is called for each."""

    def __init__(self) -> None:
        self._calls = SshCalls()

    async def run(
        self, request: ShellRequest, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome:
        left = _left(context.follow)
        remote = request.remote if left is None else left.remote
        if remote is None:
            return Outcome(
                ok=False, reason="what it had begun cannot be found again", is_unknown=True
            )
        if stop.is_set():
            return told_to_stop()
        try:
            call = await self._calls.to(remote, stop, context)
            if call is None:
                return told_to_stop()
            if left is not None:
                return await wait_there(call, left, sink, stop, context)
            mark = new_mark()
            content = parcel(request, mark, context)
        except SshError as error:
            return Outcome(ok=False, reason=f"{remote.host}: {error}", is_unknown=left is not None)
        except UnfitError as error:
            return Outcome(ok=False, reason=str(error))
        session = _Session(call, SshChannel(mark, sink), sink, context)
        return await session.run(content, request.success_codes, stop)


def _left(follow: str) -> LeftThere | None:
    return msgspec.json.decode(follow, type=LeftThere) if follow else None


class _Session:
    """One script on another computer, by a process of `ssh`."""

    def __init__(
        self, call: SshCall, channel: SshChannel, sink: OutputSink, context: Context
    ) -> None:
        self._call = call
        self._channel = channel
        self._sink = sink
        self._context = context
        self._left: LeftThere | None = None

    @property
    def _host(self) -> str:
        return self._call.remote.host

    async def run(self, content: bytes, success: tuple[int, ...], stop: Stop) -> Outcome:
        """Send `content`, have the script begin, and follow it to its end."""
        with contextlib.ExitStack() as closing:
            command = self._call.command(self._context)
            try:
                reading, writing = os.pipe()
                sending = Sending(writing)
                closing.callback(sending.close)
                try:
                    child = on_pipes(command, reading, self._channel, self._context)
                finally:
                    os.close(reading)
            except (OSError, ValueError) as error:
                return not_started(error, command, self._context)
            closing.callback(child.discard)
            sending.add(content)
            try:
                if await unless_stopped(self._to_its_end(child, sending), stop) or self._is_over:
                    return await self._finished(child, success)
                return await self._stopped(child)
            except asyncio.CancelledError:
                await self._stopped(child)
                raise

    @property
    def _is_over(self) -> bool:
        return self._channel.code is not None

    async def _to_its_end(self, child: Child, sending: Sending) -> bool:
        exited = asyncio.ensure_future(child.exited())
        try:
            while not (self._is_over or exited.done()):
                news = asyncio.ensure_future(self._channel.news.wait())
                await asyncio.wait((exited, news), return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                self._channel.news.clear()
                if self._channel.is_ready and self._left is None:
                    self._begin(sending)
        finally:
            exited.cancel()
            await asyncio.gather(exited, return_exceptions=True)
        return True

    def _begin(self, sending: Sending) -> None:
        """Let the script begin: from here on it may have done something, and where it is is recorded."""
        begun = self._channel.begun
        assert begun is not None
        self._left = LeftThere(remote=self._call.remote, begun=begun)
        self._context.follows(msgspec.json.encode(self._left).decode())
        sending.add(_GO, last=True)

    async def _finished(self, child: Child, success: tuple[int, ...]) -> Outcome:
        if self._is_over and not await self._ends_itself(child):
            with contextlib.suppress(OSError):
                note(
                    self._sink,
                    f"ended, though a process that it started on {self._host} holds its output open: what "
                    "that writes from here on is thrown away; start it with its output elsewhere: "
                    "`>log 2>&1 &`",
                )
            await child.end()
        # Who ends has written all; a connection that is shared may hold what it wrote to open.
        await child.drained(DRAIN)
        code = child.reap()
        self._channel.end()
        if self._left is None:
            return self._not_begun(code)
        if self._channel.code is None:
            return self._lost(code)
        return judged_exit(self._channel.code, success, self._channel.lost)

    async def _ends_itself(self, child: Child) -> bool:
        """Whether `ssh` ends with the script: it does once nothing there holds the output open.

        What was printed before may take its time on a slow line.
        """
        most = self._channel.taken + _ON_THE_WAY
        while True:
            before = self._channel.taken
            with contextlib.suppress(TimeoutError):
                async with late.timeout(DRAIN):
                    return await child.exited()
            if self._channel.taken == before or self._channel.taken > most:
                return False

    def _not_begun(self, code: int | None) -> Outcome:
        """What kept the script from beginning: nothing of it was done."""
        if self._channel.failed:
            why = _told_failure(self._channel.failed, self._call.remote)
            return Outcome(ok=False, reason=why)
        said = self._channel.before
        if said:
            with contextlib.suppress(OSError):
                self._sink.write("stderr", f"{said}\n".encode(errors="replace"))
        if code == OWN_FAILURE:
            why = why_not_reached(said) or f"ssh exited with {OWN_FAILURE} and said nothing"
            return Outcome(ok=False, reason=f"cannot reach {self._host}: {why}", unreachable=True)
        why = last_line(said) or f"ssh exited with {code}"
        return Outcome(ok=False, reason=f"{self._host} did not begin the script: {why}")

    def _lost(self, code: int | None) -> Outcome:
        """The connection broke off in the middle: nobody knows what became of the script."""
        assert self._left is not None
        how = f"ssh exited with {code}" if code is not None else "ssh did not end"
        reason = (
            f"the connection to {self._host} was lost ({how}), and how the script ended is not known; "
            f"{self._left.told} may still run"
        )
        return Outcome(ok=False, reason=reason, is_unknown=True)

    async def _stopped(self, child: Child) -> Outcome:
        """End the script there, since the end of `ssh` would not, and then `ssh`."""
        detail, is_ended = "", True
        if self._left is not None and not self._is_over:
            is_ended, detail = await end_there(self._call, self._left, self._context)
            if is_ended:
                await child.drained(_CLOSES_WITHIN)
        await child.end()
        await child.drained(_CLOSES_WITHIN)
        self._channel.end()
        child.reap()
        ended = Outcome(ok=False, exit_code=self._channel.code, is_unknown=not is_ended)
        return told_to_stop(detail, ended)


def _told_failure(words: str, remote: Remote) -> str:
    """What our own program says that it lacks, as a sentence."""
    what, _, rest = words.partition(" ")
    host = remote.host
    match what:
        case "missing":
            return f"{rest} is not on PATH of {host}; install it there or change `shell`"
        case "folder":
            return f"cannot enter the directory of `cwd` on {host}: it is not there, or not for this user"
        case "needs":
            return f"{host} needs {rest} for scripts to be sent there"
        case _:
            return f"the script cannot be handed to {host}: {rest or words}"
