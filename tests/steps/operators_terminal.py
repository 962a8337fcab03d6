"""Runs a script on the terminal that controls this process, and then tells how it left it.

Started by the tests of interactive steps, on a terminal that they hold the other end of. Arguments:
the script and the shell. It is stopped as soon as there is the file that STOP_AT names.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pup_tui.core.requests import ShellRequest
from pup_tui.steps import survivors
from pup_tui.steps.executor import Context, Stop
from pup_tui.steps.shell import ShellExecutor
from tests.support.executors import RecordingSink


class OwnTerminal:
    def __init__(self) -> None:
        self.descriptor = os.open("/dev/tty", os.O_RDWR)

    @asynccontextmanager
    async def handed_over(self) -> AsyncIterator[int]:
        yield self.descriptor


async def main(script: str, shell: str) -> None:
    terminal, sink, stop = OwnTerminal(), RecordingSink(), Stop()
    context = Context(
        environ={"PATH": os.environ["PATH"]},
        cwd=Path.cwd(),
        run=f"run-{Path.cwd()}",
        step="step",
        grace=0.5,
        inherit=(os.open("lock", os.O_CREAT | os.O_RDWR, 0o600),),
        terminal=terminal,
    )
    if os.environ.get("STOP_AT"):
        asyncio.create_task(_stop_at(Path(os.environ["STOP_AT"]), stop))  # noqa: RUF006
    modes = termios.tcgetattr(terminal.descriptor)
    request = ShellRequest(script=script, shell=shell, interactive=True)
    outcome = await ShellExecutor().run(request, sink, stop, context)
    print("\nENDED", flush=True)
    told = {
        "ok": outcome.ok,
        "exit_code": outcome.exit_code,
        "reason": outcome.reason,
        "recorded": (sink.stdout + sink.stderr).decode(),
        "modes kept": termios.tcgetattr(terminal.descriptor) == modes,
        "in front": os.tcgetpgrp(terminal.descriptor) == os.getpgrp(),
        "left": await _left(context.run),
    }
    print(f"\nTOLD {json.dumps(told)}", flush=True)


async def _left(run: str) -> list[str]:
    """What is still there in the end: a hangup that was sent takes a moment to be obeyed."""
    for _ in range(600):
        if not survivors.marked(run):
            break
        await asyncio.sleep(0.1)
    return [survivor.name for survivor in survivors.marked(run)]


async def _stop_at(gate: Path, stop: Stop) -> None:
    while not gate.exists():  # noqa: ASYNC110, ASYNC240 -- a file is all that both processes see
        await asyncio.sleep(0.02)
    stop.set()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
