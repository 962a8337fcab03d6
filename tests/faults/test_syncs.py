"""The program killed, or told of an error, at each of the times when it has the disk written out."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import count, pairwise
from pathlib import Path

import pytest

from pup_tui.journal.store import Journal
from tests.faults.conftest import Under
from tests.support.journals import problems_of
from tests.support.program import Program
from tests.support.proofs import Figure

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


def begin_anew(program: Program, folder: Path) -> None:
    """Take away what a run has left."""
    shutil.rmtree(folder / "state", ignore_errors=True)
    for step in STEPS:
        (program.cwd / step).unlink(missing_ok=True)


@pytest.mark.proves("F01", "F02", "F04", "F05", "P11", "P12", "P13")
def test_killed_at_each_of_them_and_resumed(
    program: Program, under: Under, tmp_path: Path, figure: Figure
) -> None:
    program.write("book", BOOK)
    found: Counter[str] = Counter()
    for number in count(1):
        begin_anew(program, tmp_path)
        killed = under(injected("signal=KILL", number), "run", "book.yaml")
        if killed.code == 0:
            break
        before = effects(program)
        told = program("resume", "--json")
        if "there is no run to resume" in told.err or "broke off before it began" in told.err:
            # Nothing but its name may be known of a run that had not begun.
            statuses = [row["status"] for row in program("history", "--json").json]
            assert statuses in ([], ["interrupted"], ["succeeded"])
            ended = statuses == ["succeeded"]
            assert set(before.values()) == {int(ended)}
            found["after its end" if ended else "before it had begun"] += 1
            continue
        assert sound(program)
        unknown = [step for step in STEPS if f"whether `{step}` was done" in told.err]
        if told.code == 5:
            (step,) = unknown
            assert effects(program) == before
            found["unknown with its effect" if before[step] else "unknown without an effect"] += 1
            again = program("resume", "--json", "--unknown=retry")
            assert again.code == 0, again.err
            allowed = {**dict.fromkeys(STEPS, 1), step: before[step] + 1}
        else:
            assert told.code == 0, told.err
            allowed = dict.fromkeys(STEPS, 1)
            found["between two steps"] += 1
        assert effects(program) == allowed, f"killed at {number}"
    figure(f"{number - 1} kills: " + ", ".join(f"{n} {what}" for what, n in found.items()))
    assert found["before it had begun"]
    assert found["between two steps"]
    assert not found["unknown without an effect"], "that it never began is known"


def calls_of(program: Program, under: Under, told: Path) -> list[str]:
    """The writings out of a run, and the shells of its steps, in their order."""
    words = ["strace", "-f", "-o", str(told), "-e", "trace=fdatasync,execve"]
    assert under(words, "run", "book.yaml").code == 0
    lines = told.read_text().splitlines()
    return [
        line for line in lines if "fdatasync(" in line or ('"sh"' in line and "execve(" in line)
    ]


@pytest.mark.proves("F16b", "P14")
def test_an_error_at_each_of_them_ends_the_run_and_is_said(
    program: Program, under: Under, tmp_path: Path, figure: Figure
) -> None:
    program.write("book", BOOK)
    calls = [call for call in calls_of(program, under, tmp_path / "told") if "fdatasync(" in call]
    said = 0
    for number in range(1, len(calls) + 1):
        begin_anew(program, tmp_path)
        ended = under(injected("error=EIO", number), "run", "book.yaml")
        made = list(effects(program).values())
        assert set(made) <= {0, 1}
        assert made == sorted(made, reverse=True), "a step ran after one that was not recorded"
        if ended.code == 0:
            # A folder's entry, which SQLite does not rely on, or the log's last copy into the file.
            assert sound(program)
            assert program("history", "--json").json[0]["status"] == "succeeded"
            continue
        said += 1
        assert ended.code == 1, ended.err
        assert str(tmp_path / "state") in ended.err
    figure(
        f"{len(calls)} errors, {said} of them ended the run and were said, the others cost nothing"
    )
    assert said > len(calls) / 2


@pytest.mark.proves("F11", "P13")
def test_every_record_of_a_step_is_written_out(
    program: Program, under: Under, tmp_path: Path, figure: Figure
) -> None:
    program.write("book", BOOK)
    calls = calls_of(program, under, tmp_path / "told")
    acts = [number for number, call in enumerate(calls) if "execve(" in call]
    assert len(acts) == len(STEPS)
    # An attempt's beginning before it acts, and its end: no two steps without a writing out between them.
    assert acts[0] > 0
    assert all(second - first > 1 for first, second in pairwise(acts))
    assert acts[-1] < len(calls) - 1
    figure(f"{len(calls) - len(acts)} writings out in a run of {len(STEPS)} steps")
