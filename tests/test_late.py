"""Time limits in a program that stood still: what has happened meanwhile comes before them."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from pup_tui import late


async def slowly_read(descriptor: int, told: list[str]) -> None:
    """Read one byte at a time, each when the loop says that there is one, as protocols do."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        while "end" not in told:
            readable.clear()
            await readable.wait()
            if not os.read(descriptor, 1):
                told.append("end")
    finally:
        loop.remove_reader(descriptor)


@pytest.mark.proves("P31")
async def test_what_has_come_is_taken_in_before_a_late_call() -> None:
    told: list[str] = []
    called = asyncio.Event()

    def call() -> None:
        told.append("call")
        called.set()

    reading, writing = os.pipe()
    try:
        late.Deadline(0.01, call)
        task = asyncio.create_task(slowly_read(reading, told))
        await asyncio.sleep(0)
        os.write(writing, b"x" * 20)
        os.close(writing)
        time.sleep(2 * late.LATE)  # noqa: ASYNC251 -- the program stands still
        async with asyncio.timeout(60):
            await called.wait()
            await task
    finally:
        os.close(reading)
    assert told == ["end", "call"]


async def test_a_timeout_lets_what_has_come_end_its_block() -> None:
    told: list[str] = []
    reading, writing = os.pipe()
    try:
        async with late.timeout(0.01):
            task = asyncio.create_task(slowly_read(reading, told))
            await asyncio.sleep(0)
            os.write(writing, b"x" * 20)
            os.close(writing)
            time.sleep(2 * late.LATE)  # noqa: ASYNC251 -- the program stands still
            await task
    finally:
        os.close(reading)
    assert told == ["end"]


async def test_a_timeout_ends_what_does_not_end() -> None:
    with pytest.raises(TimeoutError):
        async with late.timeout(0.01) as limit:
            await asyncio.Event().wait()
    assert limit.expired()


async def test_a_late_timeout_ends_what_does_not_end_all_the_same() -> None:
    async def stands_still() -> None:
        time.sleep(2 * late.LATE)  # noqa: ASYNC251 -- so it is
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with late.timeout(0.01):
            await stands_still()


async def test_a_cancelled_call_does_not_come() -> None:
    told: list[str] = []
    call = late.Deadline(0.01, lambda: told.append("call"))
    call.cancel()
    after = asyncio.Event()
    late.Deadline(0.02, after.set)
    await after.wait()
    assert told == []
