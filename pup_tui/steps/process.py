"""One process from start to end: output streams to a sink, a stop ends the whole group."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pup_tui.output.passage import Stream
from pup_tui.steps import adopted, survivors
from pup_tui.steps.child import Child, Reader
from pup_tui.steps.executor import (
    Context,
    Outcome,
    OutputSink,
    Stop,
    told_to_stop,
    unless_stopped,
)
from pup_tui.steps.notes import note
from pup_tui.steps.start_errors import explain, told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DRAIN = 2.0
"""Seconds that output is still read after the exit while something else holds it open."""

DIED = 128
"""What is added to a signal's number for the exit code of what it killed, as shells do."""

_DRAIN_AFTER_STOP = 0.5
_STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")


class ProcessCommand(Struct, frozen=True, kw_only=True):
    """What to start: `arguments[0]` is the name to show, `executable` the file that runs.

    It went well if it exits with one of `success_codes`. `descriptors` are what it inherits beside
    the three streams, under the same numbers. What is not `marked` gets exactly its `environ`: of what it
    starts, only orphans and what holds its output are found again.
    """

    executable: str
    arguments: tuple[str, ...]
    environ: Mapping[str, str]
    cwd: Path
    success_codes: tuple[int, ...] = (0,)
    descriptors: tuple[int, ...] = ()
    marked: bool = True

    def environment(self, context: Context) -> dict[str, str]:
        """All variables that it is started with."""
        return {**self.environ, **(context.marks if self.marked else {})}


async def run_process(
    command: ProcessCommand,
    sink: OutputSink,
    stop: Stop,
    context: Context,
    *,
    stdin: int = subprocess.DEVNULL,
) -> Outcome:
    """Run `command` to its end, with the descriptor `stdin` as its standard input."""
    return await follow(
        lambda: on_pipes(command, stdin, sink, context), command, sink, stop, context
    )


async def follow(
    start: Callable[[], Child],
    command: ProcessCommand,
    sink: OutputSink,
    stop: Stop,
    context: Context,
) -> Outcome:
    """Run what `start` starts to its end.

    A background process that holds the output open after the exit is read for `DRAIN` more seconds
    and then named in a line on stderr; the context's `leftovers` read on. A stop sends TERM and
    CONT to the process group and after the grace KILL; what got away from the group is left alone
    and named in the reason. What has exited before that has ended by itself.
    """
    if stop.is_set():
        return told_to_stop()
    try:
        child = start()
    except (OSError, ValueError) as error:
        return not_started(error, command, context)
    try:
        if await unless_stopped(child.exited(), stop) or child.has_exited():
            return await _finished(child, command, sink)
        return await _stopped(child)
    except asyncio.CancelledError:
        if not child.reaped:
            await child.end()
        raise
    finally:
        child.discard()


def popen(command: ProcessCommand, context: Context, **streams: Any) -> subprocess.Popen[bytes]:
    """Start `command` with these streams, by its marks the step's, and with what it shall inherit."""
    adopted.adopt()
    return subprocess.Popen(  # noqa: S603 -- to run what the operator wants is the purpose
        command.arguments,
        executable=command.executable,
        env=_encoded(command.environment(context)),
        cwd=command.cwd,
        pass_fds=(*context.inherit, *command.descriptors),
        **streams,
    )


async def _finished(child: Child, command: ProcessCommand, sink: OutputSink) -> Outcome:
    code = child.reap()
    holders = [] if await child.drained(DRAIN) else child.holders()
    with contextlib.suppress(OSError):
        if not child.ended:
            named = survivors.listed(holders) or "a process that it started"
            note(
                sink,
                f"ended, though {named} holds it open: what that writes from here on is thrown away, "
                "and may end it once pup-tui has ended; start it with its output elsewhere: `>log 2>&1 &`",
            )
        if left := [each for each in await child.left_behind() if each not in holders]:
            note(sink, f"still running, and not waited for: {survivors.listed(left)}")
        if killed := child.hung_up():
            note(
                sink,
                f"its terminal ended with it, and SIGHUP killed {survivors.listed(killed)}: start what shall "
                "go on behind `trap '' HUP`, and with its output elsewhere: `>log 2>&1 &`",
            )
    return judged_exit(code, command.success_codes, child.lost)


async def _stopped(child: Child) -> Outcome:
    killed = await child.end()
    await child.drained(_DRAIN_AFTER_STOP)
    code = child.reap()
    parts = []
    if code is None:
        parts.append(f"process {child.pid} does not end, not even by SIGKILL")
    elif killed:
        parts.append("killed by SIGKILL because SIGTERM did not end it")
    if left := child.left():
        parts.append(f"still running: {survivors.listed(left)}")
    return told_to_stop("; ".join(parts), _ended(code, ok=False, reason=""))


def judged_exit(code: int | None, success: tuple[int, ...], lost: OSError | None) -> Outcome:
    """How a process ended that nobody has stopped; `lost` is why its output could not be kept."""
    if lost is not None:
        reason = f"{_ending(code)}, but its output could not be kept: {told(lost)}"
        return _ended(code, ok=False, reason=reason)
    reason = exit_reason(code, success)
    return _ended(code, ok=not reason, reason=reason)


def not_started(error: OSError | ValueError, command: ProcessCommand, context: Context) -> Outcome:
    """How an attempt ends for which `command` could not be started."""
    environ = command.environment(context)
    return Outcome(ok=False, reason=explain(error, command.executable, command.arguments, environ))


def _ended(code: int | None, *, ok: bool, reason: str) -> Outcome:
    """How a process ended by what it left: an exit code, or the number of a signal below zero."""
    if code is None or code >= 0:
        return Outcome(ok=ok, exit_code=code, reason=reason)
    return Outcome(ok=ok, exit_code=DIED - code, signal=_signal_name(-code), reason=reason)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_reason(code: int | None, success: tuple[int, ...]) -> str:
    """Why an exit is no success; empty where it is one."""
    if code in success:
        return ""
    if code == 0:
        wanted = ", ".join(str(each) for each in success)
        return f"exited with 0, and its `success_codes` are {wanted}"
    return _ending(code)


def _ending(code: int | None) -> str:
    if code is None:
        return "ended, nobody knows how"
    if code >= 0:
        return f"exited with {code}"
    return f"killed by {_signal_name(-code)}"


def on_pipes(command: ProcessCommand, stdin: int, sink: OutputSink, context: Context) -> Child:
    """Start `command` as the leader of a session, and have its output read into the sink.

    Raises OSError or ValueError where it cannot be started.
    """
    with contextlib.ExitStack() as reading, contextlib.ExitStack() as writing:
        ends = []
        for _ in _STREAMS:
            read_end, write_end = os.pipe()
            reading.callback(os.close, read_end)
            writing.callback(os.close, write_end)
            ends.append((read_end, write_end))
        process = popen(
            command,
            context,
            stdin=stdin,
            stdout=ends[0][1],
            stderr=ends[1][1],
            start_new_session=True,
        )
        reading.pop_all()
    readers = [
        Reader(end[0], f"pipe:[{os.fstat(end[0]).st_ino}]", stream, sink)
        for end, stream in zip(ends, _STREAMS, strict=True)
    ]
    return Child(process, readers, context)


def _encoded(environ: Mapping[str, str]) -> dict[bytes, bytes]:
    # Not left to the locale, which cannot encode every value in C or POSIX.
    return {
        name.encode(errors="surrogateescape"): value.encode(errors="surrogateescape")
        for name, value in environ.items()
    }
