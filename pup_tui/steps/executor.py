"""What carries out the attempts of steps: one request in, output to a sink, an outcome back."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.datadog.configuration import READ_ONLY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from pup_tui.output.passage import Stream
    from pup_tui.steps.leftovers import Leftovers

RUN_MARK = "PUP_TUI_RUN"
STEP_MARK = "PUP_TUI_STEP"
DIRECTORY = "PUP_TUI_RUNBOOK_DIR"
CANCELLED = "cancelled"

T = TypeVar("T")


class OutputSink(Protocol):
    """Where an attempt's bytes go, as they come; decoding and masking happen behind it."""

    def write(self, stream: Stream, data: bytes) -> None: ...


class Stop:
    """A request to end an attempt: set by whoever started it, heeded by its executor."""

    def __init__(self) -> None:
        self._is_set = False
        self._calls: list[Callable[[], object]] = []

    def set(self) -> None:
        self._is_set = True
        for call in self._calls:
            call()

    def is_set(self) -> bool:
        return self._is_set

    @contextmanager
    def calling(self, call: Callable[[], object]) -> Iterator[None]:
        """Have it called when the attempt is to end, or at once where it is already."""
        self._calls.append(call)
        try:
            if self._is_set:
                call()
            yield
        finally:
            self._calls.remove(call)


class Outcome(Struct, frozen=True, kw_only=True):
    """How an attempt ended.

    `ok` is the executor's verdict. `signal` names what killed a process (SIGKILL); its `exit_code`
    is then 128 and the signal's number, as shells have it. `reason` is a plain sentence without
    secrets: what is wrong, where, what to do; empty when there is nothing to say. `is_unknown` tells that
    nobody knows whether it was done. `said` is what captures and conditions see for standard output, where
    people are shown another form of it. `stopped` tells that it ended because it was told to, as
    `told_to_stop` says: what ended by itself is a fact, whatever was wanted of it by then. `ran_by` names the
    client that ran a subcommand of `pup`: the path of a program, or the one that is built in. `again_in` is
    in how many seconds another attempt has a chance, where whoever was asked has told that.
    `unreachable` tells that the host that it was for could not be reached: nothing was begun there.
    """

    ok: bool
    exit_code: int | None = None
    signal: str = ""
    status_code: int | None = None
    headers: Mapping[str, str] | None = None
    reason: str = ""
    is_unknown: bool = False
    said: str | None = None
    stopped: bool = False
    ran_by: str = ""
    again_in: float | None = None
    unreachable: bool = False


class Terminal(Protocol):
    """The operator's own terminal, which whoever draws on it can hand over."""

    def handed_over(self) -> AbstractAsyncContextManager[int]:
        """Hand the terminal over, until the block ends; gives a descriptor to read and write it.

        Whoever implements it lets one in at a time, and neither draws nor reads while the block
        lasts. The descriptor is of the terminal that controls this process, and stays the
        implementation's. Modes and foreground group are the executor's matter: it restores them.
        Raises OSError where the terminal cannot be had, with the reason as its `strerror`.
        """
        ...


def without_changes(environ: Mapping[str, str]) -> dict[str, str]:
    """The operator's variables where nothing may be changed."""
    return {**environ, READ_ONLY_VARIABLE: "true"}


class Context(Struct, frozen=True, kw_only=True):
    """The surroundings of an attempt.

    `environ` and `cwd` are the operator's; `run` and `step` mark every process that the attempt
    starts, and `directory` tells it where the runbook's file lies; `grace` is the time in
    seconds between asking something to end and forcing it. `inherit` are the descriptors that
    every process it starts gets: by them it keeps the locks of its run.
    `terminal` is the operator's, None where there is none. `leftovers` read what still comes from
    background processes after the attempt; without them that is closed. `began` is told of the process
    that the attempt is started with, and of the pipes that it writes to, as the system names them. `follows`
    is told what the attempt has begun elsewhere that goes on without this program, by a word of the
    executor's own; where that is given as `follow`, the attempt begins nothing and tells how it ends.
    `mask` hides the secrets of the run in a text: before it is shortened or changed, since they could not
    be found any more.
    """

    environ: Mapping[str, str]
    cwd: Path
    run: str
    step: str
    directory: str = ""
    grace: float = 5.0
    inherit: tuple[int, ...] = ()
    terminal: Terminal | None = None
    leftovers: Leftovers | None = None
    began: Callable[[int, Sequence[str]], None] = lambda pid, pipes: None
    pauses: Callable[[float, str], None] = lambda seconds, reason: None
    time_left: Callable[[], float | None] = lambda: None
    follows: Callable[[str], None] = lambda what: None
    follow: str = ""
    mask: Callable[[str], str] = str

    @property
    def marks(self) -> dict[str, str]:
        """Environment variables by which processes are found again, and find files beside the runbook."""
        known = {DIRECTORY: self.directory} if self.directory else {}
        return {**self.marks_elsewhere, **known}

    @property
    def marks_elsewhere(self) -> dict[str, str]:
        """The same on another computer, which has no file beside the runbook."""
        return {RUN_MARK: self.run, STEP_MARK: self.step}

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""
        return self.environ.get(READ_ONLY_VARIABLE) == "true"

    def environment(self, *layers: Mapping[str, str | None]) -> dict[str, str]:
        """The operator's variables with those of the layers, the last of which wins; None unsets one.

        None of them takes back that nothing may be changed.
        """
        found: dict[str, str | None] = dict(self.environ)
        for layer in layers:
            found |= layer
        if self.read_only:
            found[READ_ONLY_VARIABLE] = "true"
        return {name: text for name, text in found.items() if text is not None}


class Executor(Protocol):
    """Carries out requests of one kind.

    What can go wrong in the world is an outcome, never an exception. After `stop` was set the
    executor ends promptly: with the outcome of what had ended before it could be stopped, else with
    that of `told_to_stop`. A cancelled task leaves nothing running.
    """

    async def run(
        self, request: Any, sink: OutputSink, stop: Stop, context: Context
    ) -> Outcome: ...


def told_to_stop(detail: str = "", ended: Outcome | None = None) -> Outcome:
    """The outcome of what a stop has ended: a `detail` for people, and what is known of how it `ended`."""
    reason = f"{CANCELLED}; {detail}" if detail else CANCELLED
    return replace(ended or Outcome(ok=False), ok=False, stopped=True, reason=reason)


async def unless_stopped(work: Coroutine[Any, Any, T], stop: Stop) -> T | None:
    """What `work` gives, or None if `stop` came first; `work` is then cancelled and has ended.

    What it gives although it was cancelled counts; an exception then does not.
    """
    task = asyncio.ensure_future(work)
    in_time = True

    def end() -> None:
        nonlocal in_time
        in_time = not task.cancel()

    # Behind what is known to the loop by then: work that has been done has been done in time.
    with stop.calling(partial(asyncio.get_running_loop().call_soon, end)):
        try:
            await asyncio.wait((task,))
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    if task.cancelled() or (task.exception() is not None and not in_time):
        return None
    return task.result()
