"""Work beside the loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pup_tui.aside import aside, aside_to_its_end, run_loop


async def test_the_loop_goes_on_while_it_works() -> None:
    go_on = threading.Event()
    asyncio.get_running_loop().call_soon(go_on.set)
    assert await aside(lambda: go_on.wait(60)) is True


async def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0)


async def test_whoever_waits_can_be_cancelled() -> None:
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        began.set()
        go_on.wait(60)
        ended.set()

    task = asyncio.create_task(aside(call))
    await aside(lambda: began.wait(60))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await aside(lambda: ended.wait(60))


async def test_what_a_call_uses_can_be_closed_when_whoever_waited_to_its_end_is_cancelled() -> None:
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        began.set()
        go_on.wait(60)
        ended.set()

    task = asyncio.create_task(aside_to_its_end(call))
    await aside(lambda: began.wait(60))
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


def test_a_loop_that_looked_names_up_ends_without_another_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> int:
        found = await asyncio.get_running_loop().run_in_executor(None, int, "7")
        monkeypatch.setattr(threading.Thread, "start", refuse)
        return found

    assert run_loop(main()) == 7
