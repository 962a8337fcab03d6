"""Work beside an event loop, so that nothing on it has to wait."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def aside(call: Callable[[], T]) -> T:
    """What `call` gives, from a thread of its own; from the loop's own where no other can be started.

    `asyncio.to_thread` fails there, and does what it was asked for some time later all the same.
    """
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    try:
        threading.Thread(target=work, name="aside", daemon=True).start()
    except RuntimeError:
        work()
    return await asyncio.wrap_future(future)
