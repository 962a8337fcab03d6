"""`schedules.yaml`: what stands in it, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.schedules.schedule import (
    FILE,
    Schedule,
    changing,
    read_schedules,
    write_schedules,
)

SCHEDULE = Schedule(
    runbook="vacuum",
    cron="0 3 * * *",
    tz="Europe/Berlin",
    since="2027-01-05T03:00:00Z",
    cwd="/srv",
    args={"DATABASE": "orders: all", "TABLES": ("a", "b")},
    profile="production",
    overlap="queue",
    yes="nothing is lost by it",
    notify="env:CHAT",
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_schedules(tmp_path, {"nightly": SCHEDULE})
    found = read_schedules(tmp_path)
    assert (found.problems, found.by_name) == ((), {"nightly": SCHEDULE})
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_values_are_given_as_on_the_command_line() -> None:
    assert SCHEDULE.given == ["DATABASE=orders: all", "TABLES=a", "TABLES=b"]


def test_no_file_plans_nothing(tmp_path: Path) -> None:
    assert read_schedules(tmp_path).by_name == {}
    (tmp_path / FILE).write_text("# nothing yet\n")
    assert read_schedules(tmp_path).by_name == {}


GOOD = "{runbook: r, cron: '0 3 * * *', tz: UTC, since: '2027-01-01T00:00:00Z', cwd: /}"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("- 1", 1, "must be a map"),
        ("schedules: {a: {cron: x}}", 1, "runbook"),
        (f"schedules:\n  A b: {GOOD}", 2, "cannot be the name of a schedule"),
        (f"schedules:\n  a: {GOOD.replace('0 3', '61 3')}", 2, "is no cron expression"),
        (f"schedules:\n  a: {GOOD.replace('UTC', 'Mars/North')}", 2, "no time zone `Mars/North`"),
        (f"schedules:\n  a: {GOOD.replace('00Z', '00')}", 2, "is no moment"),
        (f"schedules:\n  a: {GOOD.replace('cwd', 'cwdd')}", 2, "did you mean `cwd`?"),
        (f"schedules:\n  a: {GOOD.replace('}', ', overlap: both}')}", 2, "overlap"),
        ("schedules: [", 2, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_counts(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    (tmp_path / FILE).write_text(text)
    found = read_schedules(tmp_path)
    assert found.by_name == {}
    assert found.problems[0].line == line
    assert any(told in str(each) for each in found.problems)


def test_one_changes_it_at_a_time(tmp_path: Path) -> None:
    import fcntl
    import os

    with changing(tmp_path):
        other = os.open(tmp_path / f".{FILE}.lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(other)
