from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.core.events import AttemptStarted, Moment, RunCreated
from pup_tui.core.state import RunStatus
from pup_tui.journal.errors import JournalError
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from pup_tui.journal.writer import JournalWriter, MemoryJournal, Recorder
from tests.journal.conftest import TEXTS

SUCCEEDED = RunSummary(status=RunStatus.SUCCEEDED, duration=1.0, ended_wall=1.0)


@pytest.fixture
async def writer(state: Path) -> AsyncIterator[JournalWriter]:
    writer = await JournalWriter.open(state, patience=60)
    yield writer
    await writer.close()


@pytest.fixture(params=["disk", "memory"])
async def recorder(request: pytest.FixtureRequest, state: Path) -> AsyncIterator[Recorder]:
    recorder: Recorder = (
        MemoryJournal() if request.param == "memory" else await JournalWriter.open(state)
    )
    yield recorder
    await recorder.close()


@pytest.fixture
def damaged(state: Path) -> Path:
    state.mkdir()
    (state / "journal.db").write_bytes(b"")
    return state


def record_of(event: RunCreated) -> RunRecord:
    return RunRecord.of(event, name="Restart payments", pid=os.getpid())


def attempt(number: int) -> AttemptStarted:
    return AttemptStarted(at=Moment(1.0, number), attempt=f"restart#{number}", command="true")


async def test_both_recorders_number_a_runs_events_from_one(
    recorder: Recorder, created: Callable[..., RunCreated]
) -> None:
    for run in ("aa11", "bb22"):
        event = created(run)
        await recorder.create_run(record_of(event), TEXTS)
        assert await recorder.append(run, event) == 1
        assert await recorder.append(run, attempt(1), summary=SUCCEEDED) == 2


async def test_both_recorders_refuse_what_belongs_to_no_run(
    recorder: Recorder, created: Callable[..., RunCreated]
) -> None:
    event = created()
    with pytest.raises(JournalError, match="there is no run aa11"):
        await recorder.append("aa11", event)
    await recorder.create_run(record_of(event), TEXTS)
    await recorder.append("aa11", event, summary=SUCCEEDED)
    with pytest.raises(JournalError, match="there is a run aa11 already"):
        await recorder.create_run(record_of(event), TEXTS)


async def test_what_was_awaited_is_stored(
    writer: JournalWriter, state: Path, created: Callable[..., RunCreated]
) -> None:
    event = created()
    await writer.create_run(record_of(event), TEXTS)
    await writer.append("aa11", event, summary=SUCCEEDED)
    journal = Journal.open(state)
    assert journal.events("aa11") == [event]
    assert journal.files("aa11") == TEXTS
    assert [row.status for row in journal.runs()] == [RunStatus.SUCCEEDED]
    journal.close()


async def test_the_order_is_that_of_the_calls(
    writer: JournalWriter, state: Path, created: Callable[..., RunCreated]
) -> None:
    await writer.create_run(record_of(created()), {})
    told = await asyncio.gather(*(writer.append("aa11", attempt(n)) for n in range(1, 51)))
    assert told == list(range(1, 51))
    journal = Journal.open(state)
    assert journal.events("aa11") == [attempt(n) for n in range(1, 51)]
    journal.close()


@pytest.mark.proves("F15")
async def test_the_loop_goes_on_while_the_journal_is_locked(
    writer: JournalWriter, created: Callable[..., RunCreated], state: Path
) -> None:
    await writer.create_run(record_of(created()), {})
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        waiting = asyncio.create_task(writer.append("aa11", attempt(1)))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        holder.execute("ROLLBACK")
        assert await waiting == 1


async def test_those_who_wait_for_a_busy_journal_are_told_so(
    writer: JournalWriter, created: Callable[..., RunCreated], state: Path
) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    writer.tell_busy(told.put_nowait)
    await writer.create_run(record_of(created()), {})
    assert told.empty()
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        waiting = asyncio.create_task(writer.append("aa11", attempt(1)))
        assert f"the journal is busy: {state / 'journal.db'}: " in await told.get()
        assert not waiting.done()
        holder.execute("ROLLBACK")
        assert await waiting == 1
    assert told.empty()


@pytest.mark.proves("F15", "P14")
async def test_a_lock_held_for_too_long_stops_the_writer(
    state: Path, created: Callable[..., RunCreated]
) -> None:
    writer = await JournalWriter.open(state, patience=0)
    await writer.create_run(record_of(created()), {})
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JournalError, match="locked by another program"):
            await writer.append("aa11", attempt(1))
    with pytest.raises(JournalError, match="not written any more"):
        await writer.append("aa11", attempt(2))
    await writer.close()


async def test_an_event_is_stored_even_if_nobody_waits_for_it_any_more(
    writer: JournalWriter, created: Callable[..., RunCreated], state: Path
) -> None:
    await writer.create_run(record_of(created()), {})
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        waiting = [asyncio.create_task(writer.append("aa11", attempt(n))) for n in (1, 2)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert all(task.cancelled() for task in waiting)
        holder.execute("ROLLBACK")
    assert await writer.append("aa11", attempt(3)) == 3


async def test_an_error_that_nobody_waited_for_is_not_forgotten(
    state: Path, created: Callable[..., RunCreated]
) -> None:
    writer = await JournalWriter.open(state, patience=0)
    await writer.create_run(record_of(created()), {})
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        waiting = asyncio.create_task(writer.append("aa11", attempt(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        with pytest.raises(JournalError):
            await writer.append("aa11", attempt(2))
    with pytest.raises(JournalError, match="not written any more"):
        await writer.append("aa11", attempt(3))
    await writer.close()


async def test_closing_writes_what_was_asked_for_and_ends_the_thread(
    state: Path, created: Callable[..., RunCreated]
) -> None:
    before = set(threading.enumerate())
    writer = await JournalWriter.open(state)
    await writer.create_run(record_of(created()), {})
    last = asyncio.create_task(writer.append("aa11", attempt(1), summary=SUCCEEDED))
    await asyncio.sleep(0)
    await writer.close()
    await writer.close()
    assert await last == 1
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("journal"):
            thread.join()
    with pytest.raises(JournalError, match="the journal is closed"):
        await writer.append("aa11", attempt(2))


async def test_a_journal_that_cannot_be_opened_is_reported(damaged: Path) -> None:
    with pytest.raises(JournalError, match="it is empty"):
        await JournalWriter.open(damaged)


async def test_the_memory_shows_tests_what_it_was_given(
    created: Callable[..., RunCreated],
) -> None:
    memory = MemoryJournal()
    event = created(values={"token": "hunter2-hunter2"}, secrets=("token",))
    await memory.create_run(record_of(event), TEXTS)
    await memory.append("aa11", event, summary=SUCCEEDED)
    assert memory.files["aa11"] == TEXTS
    assert memory.summaries == {"aa11": SUCCEEDED}
    assert "hunter2" not in repr((memory.records, memory.events))


async def test_without_a_thread_it_is_told_what_to_do(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    with pytest.raises(JournalError, match="no thread can be started") as caught:
        await JournalWriter.open(state)
    assert "ulimit -u" in caught.value.hint
