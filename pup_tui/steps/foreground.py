"""A process on the operator's own terminal: it is handed over, and taken back whatever happened."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
from typing import TYPE_CHECKING

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
from pup_tui.steps.process import ProcessCommand, follow, popen

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_AGAIN = 0.1
_WILD = 128
"""A shell adds the number of the signal that killed its command to this."""

_GOES_ON = b"\r\n[pup-tui] a step cannot be put to sleep, it goes on; Ctrl-C ends it\r\n"

# Plain text, the cursor visible, no reports of the mouse or of pasting, keys as usual, and the
# ordinary screen: what a program that had no time to clean up may have left.
_PLAIN = (
    b"\x1b[0m\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>"
    b"\x1b[?1047l"
)


async def run_in_foreground(
    command: ProcessCommand, sink: OutputSink, stop: Stop, context: Context, *, stdin: int, go: int
) -> Outcome:
    """Run `command` on the operator's terminal, as its foreground: Ctrl-C reaches it, and not us.

    The descriptor `stdin` is its standard input: `exec </dev/stdout` makes that the terminal. A line is
    written to `go` when the terminal is its own. What it shows is not recorded.
    """
    if context.terminal is None:
        return Outcome(
            ok=False,
            reason="`interactive` hands over the operator's terminal, and there is none here; "
            "run it where one is, or take `tty: true`",
        )
    async with contextlib.AsyncExitStack() as stack:
        try:
            taking = stack.enter_async_context(context.terminal.handed_over())
            descriptor = await unless_stopped(taking, stop)
        except OSError as error:
            return Outcome(ok=False, reason=f"the terminal cannot be had: {error.strerror}")
        if descriptor is None:
            return told_to_stop()
        note(sink, "on the operator's terminal; what it shows there is not recorded")
        return await _run(command, descriptor, stdin, go, sink, stop, context)


async def _run(
    command: ProcessCommand,
    descriptor: int,
    stdin: int,
    go: int,
    sink: OutputSink,
    stop: Stop,
    context: Context,
) -> Outcome:
    with _restored(descriptor) as front:

        def start() -> Child:
            process = popen(
                command, context, stdin=stdin, stdout=descriptor, stderr=descriptor, process_group=0
            )
            front.give(process.pid)
            os.write(go, b"\n")
            return Child(process, [], context)

        outcome = await follow(start, command, sink, stop, context)
        front.wild = outcome.exit_code is None or not 0 <= outcome.exit_code < _WILD
        return outcome


class _Front:
    """Who is in the foreground of a terminal, and keeping it awake."""

    def __init__(self, descriptor: int) -> None:
        self.wild = True
        self._descriptor = descriptor
        self._modes = termios.tcgetattr(descriptor)
        self._group = os.tcgetpgrp(descriptor)
        self._watching: asyncio.Task[None] | None = None

    def give(self, pid: int) -> None:
        """Make a child's group the foreground, before or while it waits for that."""
        self._put(pid)
        self._watching = asyncio.create_task(self._keep_awake(pid))

    def take_back(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        with _unstopped(), contextlib.suppress(OSError, termios.error):
            os.tcsetpgrp(self._descriptor, self._group)
            termios.tcflow(self._descriptor, termios.TCOON)
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._modes)
            if self.wild:
                os.write(self._descriptor, _PLAIN)

    def _put(self, group: int) -> None:
        with _unstopped(), contextlib.suppress(OSError):
            os.tcsetpgrp(self._descriptor, group)
        # It may have been stopped for touching the terminal a moment too early.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGCONT)

    async def _keep_awake(self, pid: int) -> None:
        """Continue what stops itself (Ctrl-Z): nobody could, with no shell beside it. Linux only."""
        while hasattr(os, "waitid"):
            await asyncio.sleep(_LOOK_AGAIN)
            stopped = _stopped_by(pid)
            if stopped is None:
                continue
            if stopped == signal.SIGTSTP:
                with _unstopped(), contextlib.suppress(OSError):
                    os.write(self._descriptor, _GOES_ON)
            self._put(pid)


def _stopped_by(pid: int) -> int | None:
    """The signal that has stopped a child since this was last asked; its exit is left alone."""
    with contextlib.suppress(ChildProcessError):
        found = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG)
        return found.si_status if found is not None else None
    return None


@contextlib.contextmanager
def _restored(descriptor: int) -> Iterator[_Front]:
    """The terminal as it was before, whatever is done to it in the block."""
    front = _Front(descriptor)
    try:
        yield front
    finally:
        front.take_back()


@contextlib.contextmanager
def _unstopped() -> Iterator[None]:
    """While we are in the background, touching the terminal would stop us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
