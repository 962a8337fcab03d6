"""The program killed, or told of an error, at each of the times when it has the disk written out."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from itertools import count, pairwise
from pathlib import Path

import pytest

from pup_tui.journal.store import Journal
from tests.faults.conftest import Under
from tests.support.journals import problems_of
from tests.support.program import Program

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]
BOOK = """
name: book
steps:
  - {name: one, kind: shell, run: echo x >>one; echo 42, capture: X}
  - {name: two, kind: shell, run: 'echo x >>two; echo got {{ X }}'}
  - {name: three, kind: shell, run: echo x >>three}
"""
STEPS = ("one", "two", "three")


def injected(what: str, number: int) -> list[str]:
    """The words under which the `number`th writing out of each thread fails in this way."""
    inject = f"inject=fdatasync:{what}:when={number}"
    return ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", inject]


def effects(program: Program) -> dict[str, int]:
    paths = {step: program.cwd / step for step in STEPS}
    return {s: p.read_text().count("x") if p.exists() else 0 for s, p in paths.items()}


def sound(program: Program) -> bool:
    journal = Journal.open(Path(program.environ["PUP_TUI_STATE_DIR"]))
    try:
        return problems_of(journal) == []
    finally:
        journal.close()


@pytest.mark.proves("F01", "F02", "F04", "F05", "P11", "P12", "P13")
def test_killed_at_each_of_them_and_resumed(
    program: Program, under: Under, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    program.write("book", BOOK)
    found: Counter[str] = Counter()
    for number in count(1):
        for path in (*(program.cwd / step for step in STEPS), tmp_path / "state"):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(True)
        killed = under(injected("signal=KILL", number), "run", "book.yaml")
        if killed.code == 0:
            break
        before = effects(program)
        told = program("resume", "--json")
        if told.code == 1:
            assert "no run" in told.err, told.err
            assert sum(before.values()) == 0
            found["before it was recorded"] += 1
            continue
        assert sound(program)
        unknown = [step for step in STEPS if f"{step}:" in told.err or f"`{step}`" in told.err]
        if told.code == 5:
            (step,) = unknown
            assert effects(program) == before
            found["step unknown, effect made" if before[step] else "step unknown, no effect"] += 1
            again = program("resume", "--json", "--unknown=retry")
            assert again.code == 0, again.err
            allowed = {**dict.fromkeys(STEPS, 1), step: before[step] + 1}
        else:
            assert told.code == 0, told.err
            allowed = dict.fromkeys(STEPS, 1)
            found["between two steps"] += 1
        assert effects(program) == allowed, f"killed at {number}"
    figure(f"{number - 1} kills: " + ", ".join(f"{n} {what}" for what, n in found.items()))
    assert found["between two steps"]
    assert found["step unknown, no effect"] + found["step unknown, effect made"]


@pytest.mark.proves("F16b", "P14")
def test_an_error_at_each_of_them_ends_the_run_and_is_said(
    program: Program, under: Under, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    program.write("book", BOOK)
    for number in count(1):
        for path in (*(program.cwd / step for step in STEPS), tmp_path / "state"):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(True)
        ended = under(injected("error=EIO", number), "run", "book.yaml")
        if ended.code == 0:
            break
        assert ended.code == 1, ended.err
        assert "pup-tui: " in ended.err
        assert str(tmp_path / "state") in ended.err
        made = list(effects(program).values())
        assert made == sorted(made, reverse=True), (
            "a later step ran after one that was not recorded"
        )
        assert set(made) <= {0, 1}
    figure(f"{number - 1} errors, each said, nothing began after")
    assert number > 4


@pytest.mark.proves("F11", "P13")
def test_every_record_of_a_step_is_written_out(
    program: Program, under: Under, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    program.write("book", BOOK)
    counted = tmp_path / "counted"
    words = ["strace", "-f", "-o", str(counted), "-e", "trace=fdatasync,execve"]
    assert under(words, "run", "book.yaml").code == 0
    calls = counted.read_text()
    synced = calls.count("fdatasync(")
    figure(f"{synced} writings out in a run of 3 steps")
    # An attempt's beginning before it acts, and its end before the next: no two steps without one between.
    order = [line for line in calls.splitlines() if "fdatasync(" in line or 'execve("/bin/' in line]
    acts = [number for number, line in enumerate(order) if "execve(" in line]
    assert len(acts) >= len(STEPS)
    for first, second in pairwise(acts):
        assert second - first > 1
    assert synced >= len(STEPS) + 1
