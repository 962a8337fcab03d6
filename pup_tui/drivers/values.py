"""Values that a run gets from outside: those of what it calls in mid-run, and what commands give."""

from __future__ import annotations

import asyncio
import secrets as randomness
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pup_tui import late
from pup_tui.aside import aside
from pup_tui.core.actions import FoundValues, ListItems, ResolveValues
from pup_tui.core.amounts import check_number
from pup_tui.core.events import ItemsListed, Moment, ValuesResolved
from pup_tui.core.requests import PupRequest, ShellRequest, StepRequest
from pup_tui.drivers.faults import told_fault
from pup_tui.drivers.masking import Masking
from pup_tui.output.passage import Stream
from pup_tui.output.sanitize import safe_text
from pup_tui.steps import adopted, survivors
from pup_tui.steps.executor import Context, Executor, Outcome, Stop
from pup_tui.steps.notes import MARK
from pup_tui.template.errors import TemplateError
from pup_tui.template.value_command import ValueCommand

MAX_OUTPUT = 1024 * 1024
"""Bytes of standard output that a command may print."""

_STDERR_KEPT = 16 * 1024
_GRACE = 1.0
"""Seconds that a command has to end when it is told to: somebody waits for its value."""

_STEP = "variables"


Resolve = Callable[[ResolveValues, Path], Awaitable[FoundValues]]
"""Finds the values that an action asks for, by commands in that directory: whoever wires a run knows
where they come from.
"""


async def resolve_values(
    action: ResolveValues,
    resolve: Resolve,
    cwd: Path,
    masking: Masking,
    now: Callable[[], Moment],
) -> ValuesResolved:
    """Find the values; secrets among them are masked from now on. A fault is a problem, no exception."""
    try:
        found = await resolve(action, cwd)
    except Exception as error:
        return ValuesResolved(at=now(), step=action.step, problems=(told_fault(error),))
    typed = {name for name, variable in action.variables.items() if variable.is_secret}
    secrets = masking.find(found.values, typed, found.secrets, found.made)
    return ValuesResolved(
        at=now(),
        step=action.step,
        values=dict(found.values),
        left_out=found.left_out,
        secrets=secrets,
        problems=tuple(str(problem) for problem in found.problems),
    )


Listing = Callable[[ListItems, Path], Awaitable[Sequence[Any]]]
"""Finds the items that an inventory has, by commands in that directory: as for `Resolve`.

Raises ValueError with a sentence where they cannot be had.
"""


async def nothing_listed(wanted: ListItems, cwd: Path) -> Sequence[Any]:
    """Where nobody knows how inventories are asked."""
    raise ValueError("no inventory is asked here")


async def list_items(
    action: ListItems,
    listing: Listing,
    cwd: Path,
    masking: Masking,
    now: Callable[[], Moment],
) -> ItemsListed:
    """Ask an inventory. What it says wrong is a problem, and so is a secret among its items: it would be
    recorded.
    """
    made = () if action.command is None else action.command.made
    for each in made:
        masking.keep_made(each)
    items: Sequence[Any] = ()
    try:
        items, problem = await listing(action, cwd), ""
        check_number(items)
    except TemplateError as error:
        items, problem = (), error.message
    except ValueError as error:
        problem = str(error)
    except Exception as error:
        problem = told_fault(error)
    if masking.is_secret(list(items)):
        items, problem = (), "it gives the value of a secret, which the record would keep"
    return ItemsListed(at=now(), step=action.step, items=tuple(items), problem=problem)


async def run_value_command(
    command: ValueCommand,
    seconds: float,
    executors: Mapping[type[StepRequest], Executor],
    environ: Mapping[str, str],
    cwd: Path,
    tell: Callable[[str], None],
) -> PrintedByCommand:
    """What a command prints, ended after `seconds`; its standard input is empty.

    `tell` is called with what is to be said by the way, such as which processes it has left.
    Raises ValueError with a sentence, safe to show, where it fails, does not end in time, or prints more than
    `MAX_OUTPUT`.
    """
    stop = Stop()
    printed = PrintedByCommand(stop, lambda told: tell(f"a command that gives a value: {told}"))
    request = _request(command)
    loop = asyncio.get_running_loop()
    due = loop.time() + seconds
    context = Context(
        environ=environ,
        cwd=cwd,
        run=randomness.token_hex(8),
        step=_STEP,
        directory=command.directory,
        grace=_GRACE,
        time_left=lambda: due - loop.time(),
    )
    try:
        async with late.timeout(seconds):
            outcome = await executors[type(request)].run(request, printed, stop, context)
    except TimeoutError:
        orphans = adopted.left_behind(context.run, context.step)
        adopted.tell(orphans)
        left = [*await aside(survivors.marked, context.run), *orphans]
        still = f"; still running: {survivors.listed(left)}" if left else ""
        raise ValueError(f"the command did not end within {seconds:g} s{still}") from None
    if printed.is_too_long:
        raise ValueError(f"the command prints more than {MAX_OUTPUT // 1024**2} MiB")
    if not outcome.ok:
        raise ValueError(_told(outcome, printed, command.hidden))
    return printed


class PrintedByCommand:
    """What a command prints; standard output without an end stops it. Notes of ours are told."""

    def __init__(self, stop: Stop, tell: Callable[[str], None]) -> None:
        self.stdout = bytearray()
        self.stderr = b""
        self._is_cut = False
        self._stop = stop
        self._tell = tell

    def text(self) -> str:
        """Standard output. Raises ValueError where that is no UTF-8."""
        try:
            return self.stdout.decode()
        except UnicodeDecodeError:
            raise ValueError("the command prints something that is not UTF-8 text") from None

    def both(self) -> tuple[str, str]:
        """Standard output and standard error, whatever they are."""
        return self.stdout.decode(errors="replace"), self.stderr.decode(errors="replace")

    @property
    def is_too_long(self) -> bool:
        return len(self.stdout) > MAX_OUTPUT

    def write(self, stream: Stream, data: bytes) -> None:
        if stream == "stderr" and data.startswith(MARK.encode()):
            self._tell(safe_text(data.decode("utf-8", "replace").removeprefix(MARK).strip()))
            return
        if stream == "stderr":
            self.stderr += data
            self._is_cut = self._is_cut or len(self.stderr) > _STDERR_KEPT
            self.stderr = self.stderr[-_STDERR_KEPT:]
            return
        self.stdout += data[: MAX_OUTPUT + 1 - len(self.stdout)]
        if self.is_too_long:
            self._stop.set()

    @property
    def last_words(self) -> str:
        """The last line of standard error that says something."""
        # What is left of a secret could not be found in a line without its beginning.
        kept = self.stderr.partition(b"\n")[2] if self._is_cut else self.stderr
        lines = [line.strip() for line in kept.decode("utf-8", "replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")


def _request(command: ValueCommand) -> ShellRequest | PupRequest:
    if command.words:
        return PupRequest(words=command.words)
    return ShellRequest(script=command.script, values=dict(command.values))


def _told(outcome: Outcome, printed: PrintedByCommand, hidden: tuple[str, ...]) -> str:
    """Why a command failed, with the last that it said of it; secrets that it knew are masked."""
    masking = Masking(hidden)
    parts = [outcome.reason or "it failed"]
    if printed.last_words and printed.last_words not in outcome.reason:
        parts.append(printed.last_words)
    told = masking.text(": ".join(parts))
    return f"the command failed: {safe_text(told)}"
