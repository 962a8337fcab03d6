from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from pup_tui.steps.executor import Context, Outcome, Stop, unless_stopped
from tests.support.executors import FakeExecutor, Play, RecordingSink

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Work:
    """Work that waits for ever, and tells whether it has ended."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ended = False

    def __call__(self) -> Coroutine[None, None, str]:
        return self._run()

    async def _run(self) -> str:
        try:
            self.began.set()
            await asyncio.Event().wait()
            return "never"
        finally:
            await asyncio.sleep(0)
            self.ended = True


class TestUnlessStopped:
    async def test_gives_what_the_work_gives(self, stop: Stop) -> None:
        assert await unless_stopped(asyncio.sleep(0, "done"), stop) == "done"

    async def test_raises_what_the_work_raises(self, stop: Stop) -> None:
        async def broken() -> None:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            await unless_stopped(broken(), stop)

    async def test_stop_ends_the_work_first(self, stop: Stop) -> None:
        work = Work()
        running = asyncio.create_task(unless_stopped(work(), stop))
        await work.began.wait()
        stop.set()
        assert await running is None
        assert work.ended

    async def test_cancelling_ends_the_work_first(self, stop: Stop) -> None:
        work = Work()
        running = asyncio.create_task(unless_stopped(work(), stop))
        await work.began.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert work.ended


class TestFakeExecutor:
    async def test_plays_in_order_and_the_last_again(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        failed = Outcome(ok=False, exit_code=1, reason="exited with 1")
        fake = FakeExecutor(Play(stderr=b"no", outcome=failed), Play(stdout=b"yes"))
        outcomes = [await fake.run(number, sink, stop, context) for number in range(3)]
        assert [outcome.ok for outcome in outcomes] == [False, True, True]
        assert sink.written == [("stderr", b"no"), ("stdout", b"yes"), ("stdout", b"yes")]
        assert fake.requests == [0, 1, 2]

    async def test_holds_until_it_may_go_on(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        hold = asyncio.Event()
        fake = FakeExecutor(Play(stdout=b"began", hold=hold))
        running = asyncio.create_task(fake.run("r", sink, stop, context))
        await sink.seen(b"began")
        assert not running.done()
        hold.set()
        assert (await running).ok

    async def test_stop_ends_a_hold(
        self, sink: RecordingSink, stop: Stop, context: Context
    ) -> None:
        fake = FakeExecutor(Play(stdout=b"began", hold=asyncio.Event()))
        running = asyncio.create_task(fake.run("r", sink, stop, context))
        await sink.seen(b"began")
        stop.set()
        assert (await running).reason == "cancelled"
