"""Work beside an event loop, so that nothing on it has to wait; and what is said where it has no room."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

P = ParamSpec("P")
T = TypeVar("T")

_NEEDED = 4
"""Threads: the screen's, the keyboard's, the journal's, and one for what is worked out aside."""


NO_THREAD = "no thread can be started: the limit of processes, threads or memory is reached"
END_SOME = "end some programs, or raise the limit (ulimit -u, ulimit -v)"
NO_MEMORY = "there is not enough memory"
FREE_SOME = "end some programs, or raise the limit (ulimit -v)"


def told_limit(error: BaseException) -> tuple[str, str] | None:
    """What limit of the system an exception stands for, and what to do about it; None where it is another."""
    if isinstance(error, MemoryError):
        return NO_MEMORY, FREE_SOME
    # Python has no exception of its own for it.
    if isinstance(error, RuntimeError) and str(error).startswith("can't start new thread"):
        return NO_THREAD, END_SOME
    return None


def check_room() -> None:
    """RuntimeError where there is no room for the threads that a console needs."""
    enough = threading.Event()
    try:
        for _ in range(_NEEDED):
            threading.Thread(target=enough.wait, daemon=True).start()
    finally:
        enough.set()


class _Loop(asyncio.SelectorEventLoop):
    """Ends also where no thread can be started to wait for those that looked names up, which end anyway."""

    # Python 3.12 and later tell how long to wait.
    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        try:
            await super().shutdown_default_executor(*timeout)
        except RuntimeError as error:
            if told_limit(error) is None:
                raise


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """What `main` gives, on an event loop of its own; `asyncio.run` may fail when it has long been done."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` gives, from a thread of its own; from the loop's own where no other can be started.

    `asyncio.to_thread` fails there, and does what it was asked for some time later all the same.
    """
    return await asyncio.wrap_future(_begin(call, *args, **kwargs))


async def aside_to_its_end(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `aside`, but over only when the call is, even if cancelled: what it uses can be closed then."""
    future = _begin(call, *args, **kwargs)
    try:
        return await asyncio.wrap_future(future)
    except asyncio.CancelledError:
        while not future.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([asyncio.wrap_future(future)])
        raise


def _begin(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()
    context = copy_context()

    def work() -> None:
        try:
            future.set_result(context.run(call, *args, **kwargs))
        except BaseException as error:
            future.set_exception(error)

    try:
        threading.Thread(target=work, name="aside", daemon=True).start()
    except RuntimeError:
        work()
    return future
