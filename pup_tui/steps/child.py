"""A started process: its output as it comes, its exit, and its end by signals.

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
from typing import TYPE_CHECKING

from pup_tui import late
from pup_tui.steps import adopted, survivors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import Context, OutputSink
    from pup_tui.steps.leftovers import Leftovers

CHUNK = 64 * 1024

TURNS = 8
"""Turns of the event loop that others get between two chunks of a stream: a key of the console takes some."""

_KILLED_WITHIN = 1.0
_LOOK_AGAIN = 0.05


class Reader:
    """The reading end of one stream: chunks go to the sink until end of file or `close`.

    It takes `descriptor` over. `name` is how the system names the file at the writing end.
    """

    def __init__(self, descriptor: int, name: str, stream: Stream, sink: OutputSink) -> None:
        self.name = name
        self._descriptor = descriptor
        self._stream = stream
        self._sink = sink
        self._loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.lost: OSError | None = None
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return
        except OSError:  # so the end of a pseudo-terminal is told, where a pipe gives nothing
            data = b""
        if not data:
            self.close()
        elif self.lost is None:
            try:
                self._sink.write(self._stream, data)
            except OSError as error:
                # The process is not to blame: it runs on, and its outcome tells the loss.
                self.lost = error
        if not self.ended.is_set():
            self._loop.remove_reader(self._descriptor)
            self._read_after(TURNS)

    def _read_after(self, turns: int) -> None:
        """Go on reading when everybody else has had so many turns; these cost nothing where nobody waits."""
        if self.ended.is_set():
            return
        if turns:
            self._loop.call_soon(self._read_after, turns - 1)
        else:
            self._loop.add_reader(self._descriptor, self._read)

    def close(self) -> None:
        self._end(os.close)

    def leave_to(self, leftovers: Leftovers | None) -> None:
        """Have what is still to come read by `leftovers`, if there are any."""
        self._end(os.close if leftovers is None else leftovers.take)

    def _end(self, pass_on: Callable[[int], None]) -> None:
        if not self.ended.is_set():
            self._loop.remove_reader(self._descriptor)
            pass_on(self._descriptor)
            self.ended.set()


class Child:
    """A started process, the leader of its own process group.

    `let_go` is called, maybe more than once, as soon as it is over.
    """

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        readers: Sequence[Reader],
        context: Context,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self.pid = popen.pid
        self._popen = popen
        self._readers = readers
        self._context = context
        self._let_go = let_go
        adopted.begin(self.pid)
        context.began(
            self.pid, [reader.name for reader in readers if reader.name.startswith("pipe:")]
        )

    @property
    def reaped(self) -> bool:
        return self._popen.returncode is not None

    @property
    def lost(self) -> OSError | None:
        """Why output could not be kept."""
        return next((reader.lost for reader in self._readers if reader.lost), None)

    @property
    def ended(self) -> bool:
        """Whether every stream has ended."""
        return all(reader.ended.is_set() for reader in self._readers)

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

    def has_exited(self) -> bool:
        """Whether it has exited by this moment, reaped or not."""
        if self.reaped or not hasattr(os, "waitid"):
            return self._popen.poll() is not None
        try:
            how = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.pid, how) is not None
        except ChildProcessError:
            return True

    async def drained(self, seconds: float) -> bool:
        """Read until every stream has ended, for at most `seconds`; whether they have."""
        self._let_go()
        if self.ended:
            return True
        try:
            async with late.timeout(seconds):
                for reader in self._readers:
                    await reader.ended.wait()
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
        """The live processes that the step has started, except the leader."""
        found = survivors.marked(self._context.run, self._context.step)
        found += survivors.in_session(self.pid)
        found += self._adopted()
        return [survivor for survivor in found if survivor.pid != self.pid]

    async def left_behind(self) -> list[survivors.Survivor]:
        """What goes on after an exit that nobody asked for; what is about to end is waited for a moment."""
        if not adopted.left_behind(self._context.run, self._context.step):
            return []
        await asyncio.sleep(_LOOK_AGAIN)
        return self._adopted()

    def _adopted(self) -> list[survivors.Survivor]:
        found = adopted.left_behind(self._context.run, self._context.step)
        adopted.tell(found)
        return found

    def hung_up(self) -> list[survivors.Survivor]:
        """What the end of its terminal has killed in the background."""
        return adopted.hung_up(self.pid)

    def holders(self) -> list[survivors.Survivor]:
        """The live processes that hold a stream open which has not ended."""
        return survivors.holding({each.name for each in self._readers if not each.ended.is_set()})

    def reap(self) -> int | None:
        """The exit code, -N after signal N; None if it has not ended."""
        try:
            code = self._popen.wait(timeout=0.2)
            adopted.end(self.pid)
            return code
        except subprocess.TimeoutExpired:
            return None

    def discard(self) -> None:
        """Leave nothing of ours behind, also where nobody waits any more."""
        if not self.reaped:
            self._signal(signal.SIGKILL)
            self.reap()
        adopted.hung_up(self.pid)
        self._let_go()
        for reader in self._readers:
            reader.leave_to(self._context.leftovers)

    async def _gone_within(self, seconds: float) -> bool:
        try:
            async with late.timeout(seconds):
                await self.exited()
                while survivors.group_lives(self.pid):  # noqa: ASYNC110 -- nothing to wait on
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
