"""What is looked at elsewhere: together, bounded, kept for a while."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pup_tui.preflight import remote
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.kept import KEPT_FOR, FindingsInFile, NothingKept
from pup_tui.preflight.remote import remote_checks


class Answer:
    """A probe that finds what it is told, once it is let; `asked` counts how often it looked."""

    def __init__(self, name: str, *, ok: bool = True, waits: bool = False) -> None:
        self.key = name
        self.asked = 0
        self._found = ReadyCheck(what="host", subject=name, ok=ok, detail="looked at")
        self._waits = waits
        self.unlooked = ReadyCheck(what="host", subject=name, ok=False, detail="no time")

    async def look(self) -> ReadyCheck:
        self.asked += 1
        if self._waits:
            await asyncio.Event().wait()
        return self._found


class Broken(Answer):
    async def look(self) -> ReadyCheck:
        raise RuntimeError("a fault")


async def test_each_finding_is_told_when_it_comes_and_what_does_not_come_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 0.05)
    told: list[str] = []
    probes = [Answer("slow", waits=True), Answer("bad", ok=False), Answer("good"), Broken("fault")]
    found = await remote_checks(probes, NothingKept(), lambda check: told.append(check.subject))
    assert [(each.subject, each.detail) for each in found] == [
        ("slow", "no time"),
        ("bad", "looked at"),
        ("good", "looked at"),
        ("fault", "no time"),
    ]
    assert sorted(told) == ["bad", "fault", "good", "slow"]


async def test_what_was_in_order_is_not_looked_at_again_for_some_minutes(tmp_path: Path) -> None:
    now = 1000.0
    kept = FindingsInFile(tmp_path / "state", lambda: now)
    good, bad = Answer("good"), Answer("bad", ok=False)
    for _ in range(2):
        found = await remote_checks([good, bad], kept)
        assert [each.ok for each in found] == [True, False]
    assert (good.asked, bad.asked) == (1, 2)
    now += KEPT_FOR - 1
    await remote_checks([good], FindingsInFile(tmp_path / "state", lambda: now))
    assert good.asked == 1
    now += 2
    await remote_checks([good], kept)
    assert good.asked == 2
    now -= 500  # the clock was set back: nobody knows when that was
    await remote_checks([good], kept)
    assert good.asked == 3


async def test_its_file_is_the_operators_alone_and_what_is_no_finding_counts_for_nothing(
    tmp_path: Path,
) -> None:
    kept = FindingsInFile(tmp_path / "state")
    await remote_checks([Answer("good")], kept)
    (file,) = (tmp_path / "state").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("{")
    good = Answer("good")
    await remote_checks([good], kept)
    assert good.asked == 1
    assert kept.get("good") is not None


async def test_a_folder_that_is_not_private_keeps_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    kept = FindingsInFile(state)
    kept.put("a", ReadyCheck(what="host", subject="a"))
    assert kept.get("a") is None
    assert list(state.iterdir()) == []


async def test_who_is_cancelled_leaves_nothing_looking() -> None:
    probe = Answer("slow", waits=True)
    looking = asyncio.ensure_future(remote_checks([probe], NothingKept()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert probe.asked == 1
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert others == []
