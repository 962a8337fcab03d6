"""A process on a terminal of its own, at which nobody sits.

Both output streams come as one. Standard input is empty: as on a keyboard whose Ctrl-D is held
down, end of file is there whenever somebody reads, whoever it is and however often.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import termios
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pup_tui.steps.child import Child, Reader
from pup_tui.steps.process import ProcessCommand, follow, popen

if TYPE_CHECKING:
    from pup_tui.steps.executor import Context, Outcome, OutputSink, Stop

ROWS, COLUMNS = 40, 120
"""The size of its window. Programs fit tables and progress bars to it."""

_END_OF_FILE = b"\x04"
_PRESS_AGAIN = 0.1

# A terminal becomes the controlling one when the leader of a session opens it. Not every shell does
# it that way (zsh asks not to), so this one does before it becomes the other.
_LAUNCH = ': <"$0"; exec "$@"'


async def run_on_terminal(
    command: ProcessCommand, sink: OutputSink, stop: Stop, context: Context, *, stdin: int
) -> Outcome:
    """Run `command` on a terminal of its own, which is its controlling one; as `run_process` else.

    The descriptor `stdin` is its standard input: `exec </dev/stdout` makes that the terminal.
    """
    return await follow(lambda: _start(command, stdin, sink, context), command, sink, stop, context)


def _start(command: ProcessCommand, stdin: int, sink: OutputSink, context: Context) -> Child:
    terminal = _PseudoTerminal()
    _, *words = command.arguments
    try:
        launched = replace(
            command,
            executable="/bin/sh",
            arguments=("sh", "-c", _LAUNCH, terminal.name, command.executable, *words),
        )
        process = popen(
            launched,
            context,
            stdin=stdin,
            stdout=terminal.slave,
            stderr=terminal.slave,
            start_new_session=True,
        )
        reader = Reader(os.dup(terminal.master), terminal.name, "stdout", sink)
    except BaseException:
        terminal.close()
        raise
    terminal.hold_end_of_file_down()
    return Child(process, [reader], context, let_go=terminal.close)


class _PseudoTerminal:
    """Both ends of a terminal. Our own hold on the far one keeps it alive until `close`."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        self.name = os.ttyname(self.slave)
        self._pressing: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(self.master, False)
        termios.tcsetwinsize(self.slave, (ROWS, COLUMNS))
        modes = termios.tcgetattr(self.slave)
        modes[0] &= ~termios.IMAXBEL
        modes[1] &= ~termios.ONLCR  # lines end as their program ends them
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)

    def hold_end_of_file_down(self) -> None:
        """Press Ctrl-D, and again whenever the last one was read."""
        waiting = select.poll()
        waiting.register(self.slave, select.POLLIN)
        if not waiting.poll(0):
            with contextlib.suppress(OSError):
                os.write(self.master, _END_OF_FILE)
        loop = asyncio.get_running_loop()
        self._pressing = loop.call_later(_PRESS_AGAIN, self.hold_end_of_file_down)

    def close(self) -> None:
        """Let go of it; whoever else has it open keeps it until the reader is closed as well."""
        if not self._open:
            return
        self._open = False
        if self._pressing is not None:
            self._pressing.cancel()
        os.close(self.slave)
        os.close(self.master)
