"""One process from start to end: output streams to a sink, a stop ends the whole group.

Pipes and waiting are our own. asyncio's `wait()` blocks on Python 3.11 while a grandchild holds a
pipe, and its child watcher there starts a thread after the fork: where none can be had, the child
would run unwatched.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pup_tui.steps import survivors
from pup_tui.steps.executor import (
    CANCELLED,
    Context,
    Outcome,
    OutputSink,
    Stop,
    Stream,
    unless_stopped,
)
from pup_tui.steps.start_errors import explain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHUNK = 64 * 1024
DRAIN = 2.0
"""Seconds that output is still read after the exit while something else holds the pipes."""

_DRAIN_AFTER_STOP = 0.5
_KILLED_WITHIN = 1.0
_LOOK_AGAIN = 0.05
_STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to start: `arguments[0]` is the name to show, `executable` the file that runs."""

    executable: str
    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    cwd: Path


async def run_process(
    command: Command,
    sink: OutputSink,
    stop: Stop,
    context: Context,
    *,
    stdin: int = subprocess.DEVNULL,
) -> Outcome:
    """Run `command` to its end, with the descriptor `stdin` as its standard input.

    A background process that holds the pipes after the exit is read for `DRAIN` more seconds and
    then named in a line on stderr. A stop sends TERM and CONT to the process group and after the
    grace KILL; what got away from the group is left alone and named in the reason.
    """
    if stop.is_set():
        return Outcome(ok=False, reason=CANCELLED)
    environ = {**command.environ, **context.marks}
    try:
        child = _start(command, environ, stdin, sink, context)
    except (OSError, ValueError) as error:
        return Outcome(ok=False, reason=explain(error, command.executable, environ))
    try:
        if await unless_stopped(child.exited(), stop):
            return await _finished(child, sink)
        return await _stopped(child)
    except asyncio.CancelledError:
        if not child.reaped:
            await child.end()
        raise
    finally:
        child.discard()


async def _finished(child: _Child, sink: OutputSink) -> Outcome:
    code = child.reap()
    if not await child.drained(DRAIN):
        holders = survivors.listed(child.holders()) or "a process that it started"
        notice = f"[pup-tui] ended; its output is no longer read, though {holders} holds it open\n"
        with contextlib.suppress(OSError):
            sink.write("stderr", notice.encode())
    reason = _exit_reason(code)
    lost = child.lost
    if lost is None:
        return Outcome(ok=code == 0, exit_code=code, reason=reason)
    ending = reason or "exited with 0"
    reason = f"{ending}, but its output could not be kept: {lost.strerror or lost}"
    return Outcome(ok=False, exit_code=code, reason=reason)


async def _stopped(child: _Child) -> Outcome:
    killed = await child.end()
    await child.drained(_DRAIN_AFTER_STOP)
    code = child.reap()
    parts = [CANCELLED]
    if code is None:
        parts.append(f"process {child.pid} does not end, not even by SIGKILL")
    elif killed:
        parts.append("killed by SIGKILL because SIGTERM did not end it")
    if left := child.left():
        parts.append(f"still running: {survivors.listed(left)}")
    return Outcome(ok=False, exit_code=code, reason="; ".join(parts))


def _exit_reason(code: int | None) -> str:
    if code is None or code == 0:
        return ""
    if code > 0:
        return f"exited with {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def _start(
    command: Command, environ: Mapping[str, str], stdin: int, sink: OutputSink, context: Context
) -> _Child:
    with contextlib.ExitStack() as reading, contextlib.ExitStack() as writing:
        ends = []
        for _ in _STREAMS:
            read_end, write_end = os.pipe()
            reading.callback(os.close, read_end)
            writing.callback(os.close, write_end)
            ends.append((read_end, write_end))
        popen = subprocess.Popen(  # noqa: S603 -- to run what the operator wants is the purpose
            command.arguments,
            executable=command.executable,
            env=_encoded(environ),
            cwd=command.cwd,
            stdin=stdin,
            stdout=ends[0][1],
            stderr=ends[1][1],
            start_new_session=True,
        )
        reading.pop_all()
    pipes = [_Pipe(end[0], stream, sink) for end, stream in zip(ends, _STREAMS, strict=True)]
    return _Child(popen, pipes, context)


def _encoded(environ: Mapping[str, str]) -> dict[bytes, bytes]:
    # Not left to the locale, which cannot encode every value in C or POSIX.
    return {
        name.encode(errors="surrogateescape"): value.encode(errors="surrogateescape")
        for name, value in environ.items()
    }


class _Pipe:
    """The reading end of one stream: chunks go to the sink until end of file or `close`."""

    def __init__(self, descriptor: int, stream: Stream, sink: OutputSink) -> None:
        self._descriptor = descriptor
        self._stream = stream
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.lost: OSError | None = None
        self.inode = os.fstat(descriptor).st_ino
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return
        if not data:
            self.close()
        elif self.lost is None:
            try:
                self._sink.write(self._stream, data)
            except OSError as error:
                # The process is not to blame: it runs on, and its outcome tells the loss.
                self.lost = error

    def close(self) -> None:
        if not self.ended.is_set():
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self.ended.set()


class _Child:
    """A started process, the leader of its own session and process group."""

    def __init__(
        self, popen: subprocess.Popen[bytes], pipes: list[_Pipe], context: Context
    ) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._pipes = pipes
        self._context = context

    @property
    def reaped(self) -> bool:
        return self._popen.returncode is not None

    @property
    def lost(self) -> OSError | None:
        """Why output could not be kept."""
        return next((pipe.lost for pipe in self._pipes if pipe.lost), None)

    async def exited(self) -> bool:
        """Wait for the exit, without reaping: an unreaped leader keeps its group's number taken."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):  # not Linux, or no descriptor is left
            while self._popen.poll() is None:  # noqa: ASYNC110 -- there is nothing to wait on
                await asyncio.sleep(_LOOK_AGAIN)
            return True
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(descriptor, readable.set)
        try:
            return await readable.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    async def drained(self, seconds: float) -> bool:
        """Read until both streams have ended, for at most `seconds`; whether they have."""
        try:
            async with asyncio.timeout(seconds):
                for pipe in self._pipes:
                    await pipe.ended.wait()
        except TimeoutError:
            return False
        return True

    async def end(self) -> bool:
        """TERM to the group, KILL after the grace; whether KILL was needed.

        CONT goes along since TERM stays pending in a stopped process. The grace is the whole
        group's: a shell dies at once while what it started still cleans up.
        """
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        if await self._gone_within(self._context.grace):
            return False
        self._signal(signal.SIGKILL)
        await self._gone_within(_KILLED_WITHIN)
        return True

    def left(self) -> list[survivors.Survivor]:
        """What still lives of it, except the leader."""
        found = survivors.marked(self._context.run, self._context.step)
        found += survivors.in_session(self.pid)
        return [survivor for survivor in found if survivor.pid != self.pid]

    def holders(self) -> list[survivors.Survivor]:
        """What still holds a stream that has not ended."""
        return survivors.holding({pipe.inode for pipe in self._pipes if not pipe.ended.is_set()})

    def reap(self) -> int | None:
        """The exit code, -N after signal N; None if it has not ended."""
        try:
            return self._popen.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return None

    def discard(self) -> None:
        """Leave nothing behind, also where nobody waits any more."""
        if not self.reaped:
            self._signal(signal.SIGKILL)
            self.reap()
        for pipe in self._pipes:
            pipe.close()

    async def _gone_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.exited()
                while survivors.group_lives(self.pid):  # noqa: ASYNC110 -- nothing to wait on
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
