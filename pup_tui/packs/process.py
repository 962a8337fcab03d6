"""Runs a program to its end: how long, how much it prints and how much it writes has limits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from pup_tui import late

_BLOCK: Final = 512
"""Bytes of a block, in which `ulimit -f` counts."""
_MOST_ERRORS: Final = 16 * 1024
_CHUNK: Final = 64 * 1024
_ENDS: Final = 5.0
"""Seconds that a program has to end which was killed: what it left to others may hold its output open."""

_LIMITED: Final = """
ulimit -f "$1" 2>/dev/null
if [ "$2" -gt 0 ]; then ulimit -v "$2" 2>/dev/null; fi
shift 2
exec "$@"
"""
"""Sets limits for a program in whose place it comes; where a system does not know one, it goes without."""


class TooMuch(Exception):
    """A program printed more than it may, or took longer."""


class Finished(Struct, frozen=True):
    """What a program printed, and how it ended."""

    code: int
    out: bytes
    errors: str


class ProcessLimits(Struct, frozen=True):
    """Seconds; bytes of standard output and of each file that is written; KiB of memory (0: no limit)."""

    seconds: float
    output: int
    file: int
    memory: int = 0


async def run(
    words: Sequence[str],
    environ: Mapping[str, str],
    cwd: Path,
    limits: ProcessLimits,
    feed: bytes = b"",
) -> Finished:
    """Run a program without a terminal; it and what it started are ended where a limit is passed.

    Raises TooMuch, FileNotFoundError where there is no such program is not told: its exit code is 127.
    """
    size = str(limits.file // _BLOCK)
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", _LIMITED, "sh", size, str(limits.memory), *words),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd,
        env=dict(environ),
        start_new_session=True,
    )
    try:
        async with late.timeout(limits.seconds), asyncio.TaskGroup() as tasks:
            tasks.create_task(_feed(process, feed))
            out = tasks.create_task(_read(process, limits.output))
            errors = tasks.create_task(_read_errors(process))
            code = tasks.create_task(process.wait())
    except TimeoutError:
        raise TooMuch(f"it took longer than {limits.seconds:g} s") from None
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        await _end(process)
    return Finished(code.result(), out.result(), errors.result())


async def _feed(process: Process, feed: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError, BrokenPipeError):
        process.stdin.write(feed)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process, most: int) -> bytes:
    assert process.stdout is not None
    found = bytearray()
    while chunk := await process.stdout.read(_CHUNK):
        found += chunk
        if len(found) > most:
            raise TooMuch(f"it gives more than {most:,} bytes")
    return bytes(found)


async def _read_errors(process: Process) -> str:
    assert process.stderr is not None
    found = b""
    while chunk := await process.stderr.read(_CHUNK):
        found = (found + chunk)[-_MOST_ERRORS:]
    return found.decode(errors="replace")


async def _end(process: Process) -> None:
    """End the program and all that it started, which are a group of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    assert process.stderr is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_ENDS):
            # It counts as ended when nothing is left to be read of it.
            for stream in (process.stdout, process.stderr):
                while await stream.read(_CHUNK):
                    pass
            await process.wait()
