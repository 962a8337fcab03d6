"""What the steps of a run print, on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pup_tui.drivers.masking import Masking
from pup_tui.drivers.outputs import Outputs
from pup_tui.output.overwritten import AGAIN
from pup_tui.output.spool import SpoolReader
from tests.support.runbooks import program_of

PROGRAM = "steps: [{name: a, kind: shell, run: x}, {name: b, kind: shell, run: x}]"


def outputs(folder: Path) -> Outputs:
    return Outputs(folder, program_of(PROGRAM), Masking([]), lambda *_: None, lambda *_: None)


def texts(path: Path) -> list[str]:
    reader = SpoolReader(path)
    try:
        return [line.text for line in reader.lines(0, reader.line_count)]
    finally:
        reader.close()


async def test_beyond_the_limit_the_middle_is_dropped_and_said_so(tmp_path: Path) -> None:
    every = outputs(tmp_path)
    sink = every.begin("a", 16_000)
    sink.write("stdout", b"".join(b"%09d\n" % number for number in range(10_000)))
    captured = sink.end()
    every.close()
    kept = texts(every.path("a"))
    assert (kept[0], kept[-1]) == ("000000000", "000009999")
    assert sum(map(len, kept)) < 20_000
    assert len([line for line in kept if "output limit reached" in line]) == 1
    assert len(captured.stdout) == 100_000


async def test_the_limit_holds_for_all_attempts_of_a_step(tmp_path: Path) -> None:
    every = outputs(tmp_path)
    for attempt in range(10):
        sink = every.begin("a", 16_000)
        sink.write("stdout", b"%d234567890\n" % attempt * 500)
        sink.end()
    every.close()
    assert every.path("a").stat().st_size < 20_000


async def test_without_a_limit_the_usual_one_holds(tmp_path: Path) -> None:
    every = outputs(tmp_path)
    sink = every.begin("a")
    sink.write("stdout", b"123456789\n" * 100_000)
    sink.end()
    every.close()
    assert len(texts(every.path("a"))) == 100_000


async def test_side_by_side_lines_stay_whole_and_apart(tmp_path: Path) -> None:
    every = outputs(tmp_path)
    a, b = every.begin("a"), every.begin("b")
    for piece in (b"on", b"e line\n"):
        a.write("stdout", b"a: " + piece)
        b.write("stdout", b"b: " + piece)
    assert a.end().stdout == "a: ona: e line\n"
    assert b.end().stdout == "b: onb: e line\n"
    every.close()
    assert texts(every.path("a")) == ["a: ona: e line"]
    assert texts(every.path("b")) == ["b: onb: e line"]


async def test_lines_that_a_program_went_back_to_are_told_when_it_has_gone_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pup_tui.drivers.outputs.SETTLE_SECONDS", 0.01)
    told: asyncio.Queue[str] = asyncio.Queue()
    every = Outputs(
        tmp_path,
        program_of(PROGRAM),
        Masking([]),
        lambda _, passage: told.put_nowait(passage.text),
        lambda *_: None,
    )
    sink = every.begin("a")
    sink.write("stdout", b"pulling\n")
    assert told.get_nowait() == "pulling\n"
    sink.write("stdout", b"\x1b[Apulled\nContinue? ")
    assert texts(every.path("a")) == [f"pulling{AGAIN}pulled", "Continue? "]
    async with asyncio.timeout(10):
        assert await told.get() == f"pulling{AGAIN}pulled\n"
    assert texts(every.path("a")) == [f"pulling{AGAIN}pulled", "Continue? "]
    sink.write("stdout", b"y\n")
    assert told.get_nowait() == "Continue? y\n"
    sink.end()
    every.close()
