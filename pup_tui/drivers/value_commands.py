"""Runs commands that give values: in a process group of their own, with an end to time and output."""

from __future__ import annotations

import asyncio
import secrets as randomness
from collections.abc import Mapping
from pathlib import Path

from pup_tui.core.requests import PupRequest, Request, ShellRequest
from pup_tui.drivers.masking import Masking
from pup_tui.output.sanitize import safe_text
from pup_tui.steps.executor import Context, Executor, Outcome, Stop, Stream
from pup_tui.template.value_command import ValueCommand

MAX_OUTPUT = 1024 * 1024
"""Bytes of standard output that a command may print."""

_STDERR_KEPT = 16 * 1024
_GRACE = 1.0
"""Seconds that a command has to end when it is told to: somebody waits for its value."""

_STEP = "variables"


class _Printed:
    """What a command prints; standard output without an end stops it."""

    def __init__(self, stop: Stop) -> None:
        self.stdout = bytearray()
        self.stderr = b""
        self._stop = stop

    @property
    def is_too_long(self) -> bool:
        return len(self.stdout) > MAX_OUTPUT

    def write(self, stream: Stream, data: bytes) -> None:
        if stream == "stderr":
            self.stderr = (self.stderr + data)[-_STDERR_KEPT:]
            return
        self.stdout += data[: MAX_OUTPUT + 1 - len(self.stdout)]
        if self.is_too_long:
            self._stop.set()

    @property
    def last_words(self) -> str:
        """The last line of standard error that says something."""
        lines = [line.strip() for line in self.stderr.decode("utf-8", "replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")


async def run_value_command(
    command: ValueCommand,
    seconds: float,
    executors: Mapping[type[Request], Executor],
    environ: Mapping[str, str],
    cwd: Path,
) -> str:
    """What a command prints on standard output, ended after `seconds`; its standard input is empty.

    Raises ValueError with a sentence, safe to show, where it fails, does not end in time, or prints more than
    `MAX_OUTPUT` or something that is not UTF-8.
    """
    stop = Stop()
    printed = _Printed(stop)
    request = _request(command)
    context = Context(
        environ=environ, cwd=cwd, run=randomness.token_hex(8), step=_STEP, grace=_GRACE
    )
    try:
        async with asyncio.timeout(seconds):
            outcome = await executors[type(request)].run(request, printed, stop, context)
    except TimeoutError:
        raise ValueError(f"the command did not end within {seconds:g} s") from None
    if printed.is_too_long:
        raise ValueError(f"the command prints more than {MAX_OUTPUT // 1024**2} MiB")
    if not outcome.ok:
        raise ValueError(_told(outcome, printed, command.hidden))
    try:
        return printed.stdout.decode()
    except UnicodeDecodeError:
        raise ValueError("the command prints something that is not UTF-8 text") from None


def _request(command: ValueCommand) -> ShellRequest | PupRequest:
    if command.words:
        return PupRequest(words=command.words)
    return ShellRequest(script=command.script, values=dict(command.values))


def _told(outcome: Outcome, printed: _Printed, hidden: tuple[str, ...]) -> str:
    """Why a command failed, with the last that it said of it; secrets that it knew are masked."""
    masking = Masking(hidden)
    parts = [outcome.reason or "it failed"]
    if printed.last_words and printed.last_words not in outcome.reason:
        parts.append(printed.last_words)
    told = masking.text(": ".join(parts))
    return f"the command failed: {safe_text(told)}"
