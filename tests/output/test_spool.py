from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pup_tui.output.blockindex import index_path
from pup_tui.output.passage import Line
from pup_tui.output.spool import SpoolReader, SpoolWriter, spool_name
from tests.support.passages import write_lines

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 16_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "0001-step.log"


def numbered(start: int, stop: int) -> list[Line]:
    """Lines of 10 bytes on disk."""
    return [Line("stdout", f"{number:9d}") for number in range(start, stop)]


def read(path: Path) -> list[Line]:
    reader = SpoolReader(path)
    try:
        return reader.lines(0, reader.line_count)
    finally:
        reader.close()


def files(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def test_what_was_appended_is_read(path: Path) -> None:
    writer = SpoolWriter(path)
    reader = SpoolReader(path)
    mixed = [Line("stdout", "a"), Line("stderr", "b"), Line("stderr", "c"), Line("stdout", "d")]
    write_lines(writer, mixed)
    reader.refresh()
    assert reader.line_count == 4
    assert reader.size == 8
    assert reader.lines(1, 3) == mixed[1:3]
    writer.close()
    reader.close()
    assert read(path) == mixed


def test_a_spool_that_does_not_exist_yet_has_no_lines(path: Path) -> None:
    reader = SpoolReader(path)
    assert (reader.line_count, reader.lines(0, 10), reader.size) == (0, [], 0)
    writer = SpoolWriter(path)
    write_lines(writer, numbered(0, 2))
    reader.refresh()
    assert reader.lines(0, 10) == numbered(0, 2)
    writer.close()
    reader.close()


def test_unfinished_lines_of_both_streams_are_on_disk(path: Path) -> None:
    writer = SpoolWriter(path)
    writer.set_partial("stdout", "Continue? ")
    writer.set_partial("stderr", "warn")
    assert path.read_text() == "Continue? \nwarn"
    write_lines(writer, [Line("stderr", "warning")])
    assert read(path) == [Line("stderr", "warning"), Line("stdout", "Continue? ")]
    writer.set_partial("stdout", "")
    assert read(path) == [Line("stderr", "warning")]
    writer.close()


@pytest.mark.parametrize(("count", "dropped"), [(1599, 0), (1600, 0), (1601, 100)])
def test_the_limit_is_met_exactly(path: Path, count: int, dropped: int) -> None:
    writer = SpoolWriter(path, LIMIT)
    for line in numbered(0, count):
        write_lines(writer, [line])
    running = read(path)
    writer.close()
    assert read(path) == running
    assert files(path) == ["0001-step.idx", "0001-step.log"]
    if not dropped:
        assert running == numbered(0, count)
        return
    assert running[:800] == numbered(0, 800)
    assert running[800] == Line(
        "stderr",
        "[pup-tui: output limit reached: 100 lines (1,000 bytes) are left out here, "
        "of 1,601 lines (16,010 bytes) in all]",
    )
    assert running[801:] == numbered(900, 1601)


@given(st.lists(st.integers(1, 700), max_size=30), st.booleans())
def test_head_and_tail_are_kept_with_true_counts(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], one_reader: bool
) -> None:
    path = tmp_path_factory.mktemp("spool") / "0001-step.log"
    writer = SpoolWriter(path, LIMIT)
    reader = SpoolReader(path)
    total = 0
    for batch in batches:
        write_lines(writer, numbered(total, total + batch))
        total += batch
        writer.set_partial("stdout", "open")
        if one_reader:
            reader.refresh()
            check_kept(reader, total, [Line("stdout", "open")])
    writer.set_partial("stdout", "")
    writer.close()
    reader.refresh()
    assert reader.line_count == len(reader.lines(0, total + 2))
    reader.close()
    if total * 10 <= LIMIT:
        assert read(path) == numbered(0, total)
    assert path.stat().st_size <= LIMIT + 200


def check_kept(reader: SpoolReader, total: int, partial: list[Line]) -> None:
    lines = reader.lines(0, reader.line_count)
    assert len(lines) == reader.line_count
    dropped = reader.dropped_lines
    if not dropped:
        assert lines == [*numbered(0, total), *partial]
        return
    head = next(at for at, line in enumerate(lines) if line.stream == "stderr")
    assert lines[:head] == numbered(0, head)
    assert f" {dropped:,} lines" in lines[head].text
    assert lines[head + 1 :] == [*numbered(head + dropped, total), *partial]
    assert LIMIT // 2 - LIMIT // 16 <= (total - head - dropped) * 10 <= LIMIT // 2


def test_empty_lines_are_not_free(path: Path) -> None:
    writer = SpoolWriter(path, LIMIT)
    for _ in range(20):
        write_lines(writer, [Line("stdout", "")] * 1000)
    writer.close()
    assert path.stat().st_size + index_path(path).stat().st_size < 2 * LIMIT
    assert "of 20,000 lines (20,000 bytes) in all" in path.read_text()


def test_a_line_larger_than_a_part_is_kept(path: Path) -> None:
    writer = SpoolWriter(path, 1600)
    long = Line("stdout", "x" * 900)
    write_lines(writer, [*numbered(0, 80), long, *numbered(80, 90)])
    writer.close()
    lines = read(path)
    assert lines[:80] == numbered(0, 80)
    assert lines[-10:] == numbered(80, 90)


def test_a_kept_reader_survives_the_joining(path: Path) -> None:
    writer = SpoolWriter(path, LIMIT)
    write_lines(writer, numbered(0, 3000))
    reader = SpoolReader(path)
    before = reader.lines(0, reader.line_count)
    writer.close()
    assert reader.lines(0, reader.line_count) == before
    reader.refresh()
    assert reader.lines(0, reader.line_count) == before
    reader.close()


@pytest.mark.parametrize("count", [10, 1000, 5000])
def test_a_spool_is_continued_after_a_crash(path: Path, count: int) -> None:
    write_lines(SpoolWriter(path, LIMIT), numbered(0, count))
    crashed = read(path)
    writer = SpoolWriter(path, LIMIT)
    write_lines(writer, numbered(count, count + 5))
    writer.close()
    after = read(path)
    assert after[-5:] == numbered(count, count + 5)
    assert after[: min(count, 800)] == crashed[:800]
    if count <= 1000:
        assert after == numbered(0, count + 5)


def test_a_spool_without_a_head_is_continued_after_a_crash(path: Path) -> None:
    long = Line("stdout", "x" * LIMIT)
    write_lines(SpoolWriter(path, LIMIT), [long])
    assert read(path) == [long]
    writer = SpoolWriter(path, LIMIT * 2)
    write_lines(writer, numbered(0, 1))
    writer.close()
    assert read(path) == [long, *numbered(0, 1)]


def test_a_crash_while_parts_are_joined_loses_nothing(path: Path) -> None:
    write_lines(SpoolWriter(path, LIMIT), numbered(0, 3000))
    before = read(path)
    with path.open("a") as text:
        text.write("half joined\n")
    assert read(path) == before
    writer = SpoolWriter(path, LIMIT)
    writer.close()
    assert read(path) == before


def test_a_closed_spool_is_continued(path: Path) -> None:
    for start in (0, 3000, 6000):
        writer = SpoolWriter(path, LIMIT)
        write_lines(writer, numbered(start, start + 3000))
        writer.close()
    lines = read(path)
    assert lines[-300:] == numbered(8700, 9000)
    assert sum("left out here" in line.text for line in lines) == 3


PRINTER = """
import sys
from pathlib import Path
from pup_tui.output.passage import Passage
from pup_tui.output.spool import SpoolWriter
writer = SpoolWriter(Path(sys.argv[1]), 100_000)
number = 0
while True:
    lines = "".join(f"{n:9d}\\n" for n in range(number, number + 50))
    writer.append(Passage("stdout", lines))
    number += 50
    writer.set_partial("stdout", "shown")
    if number % 5000 == 0:
        print(number, flush=True)
"""


@pytest.mark.parametrize("reports", [1, 3])
def test_a_killed_writer_leaves_all_that_was_shown(path: Path, reports: int) -> None:
    command = [sys.executable, "-c", PRINTER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(reports):
            reported = int(process.stdout.readline())
        reader = SpoolReader(path)
        assert reader.lines(0, 100) == numbered(0, 100)
        os.kill(process.pid, signal.SIGKILL)
    reader.refresh()
    lines = reader.lines(0, reader.line_count)
    reader.close()
    numbers = [int(line.text) for line in lines if line.text.strip().isdigit()]
    head = 5000
    assert numbers[:head] == list(range(head))
    tail = numbers[head:]
    assert tail == list(range(tail[0], tail[-1] + 1)) if tail else reported <= head
    assert numbers[-1] >= reported - 1


@pytest.mark.parametrize("limit", [LIMIT, 1 << 20])
def test_passages_hold_all_lines_with_their_numbers(path: Path, limit: int) -> None:
    writer = SpoolWriter(path, limit)
    for start in range(0, 4_000, 100):
        write_lines(writer, numbered(start, start + 100))
        write_lines(writer, [Line("stderr", f"\x1b[31mERROR {start}\x1b[0m")])
    writer.set_partial("stdout", "unfinished")
    reader = SpoolReader(path)
    every = reader.lines(0, reader.line_count)
    for start, stop in [(0, len(every)), (0, 1), (150, 160), (len(every) - 1, len(every)), (7, 7)]:
        found = {
            begin + number: line
            for begin, passage in reader.passages(start, stop)
            for number, line in enumerate(passage.lines())
        }
        assert set(range(start, stop)) <= set(found)
        assert all(every[number] == line for number, line in found.items())
    reader.close()
    writer.close()


@pytest.mark.parametrize(
    ("step_id", "name"),
    [
        ("check_slo", "0003-check_slo.log"),
        ("gate/read[2]", "0003-gate_read_2_.log"),
        ("../../etc/passwd", "0003-______etc_passwd.log"),
        ("a\n\0é", "0003-a___.log"),
        ("x" * 80, "0003-" + "x" * 80 + ".log"),
        ("", "0003-.log"),
    ],
)
def test_spool_names_are_safe_file_names(step_id: str, name: str) -> None:
    assert spool_name(3, step_id) == name


def test_spool_names_of_long_ids_differ_and_are_short() -> None:
    """Items of one step share its index, and their ids differ at the end."""
    names = {spool_name(3, f"{'x' * 300}[{item}]/{'y' * 300}") for item in range(1_000)}
    assert len(names) == 1_000
    assert {len(name) for name in names} == {len("0003-.log") + 80}


def test_a_spool_is_released_between_two_writes_with_parts_or_without(path: Path) -> None:
    plain, released = SpoolWriter(path, LIMIT), SpoolWriter(path.with_name("0002-other.log"), LIMIT)
    for start in range(0, 4000, 100):
        write_lines(plain, numbered(start, start + 100))
        write_lines(released, numbered(start, start + 100))
        released.release()
    assert read(path.with_name("0002-other.log")) == read(path)
    plain.close()
    released.close()
    assert read(path.with_name("0002-other.log")) == read(path)
    assert files(path) == ["0001-step.idx", "0001-step.log", "0002-other.idx", "0002-other.log"]
