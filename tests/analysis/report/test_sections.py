"""What stands in a report of very much, and of several runs."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pup_tui.analysis.report.facts import (
    EntryKind,
    Postmortem,
    ReportedAlike,
    ReportedFleet,
    ReportedItem,
    ReportedLeg,
    ReportedRun,
    ReportedStep,
    TimelineEntry,
)
from pup_tui.analysis.report.page import Bullets, Dated, PagePart, Prose
from pup_tui.analysis.report.people import People
from pup_tui.analysis.report.sections import _counts, page_of
from pup_tui.analysis.report.words import FileLink, plain

PEOPLE = People(["ada"])


def run(**more: Any) -> ReportedRun:
    return ReportedRun(
        run="R1",
        runbook="drain",
        name="Drain",
        status="succeeded",
        why="",
        began=0.0,
        ended=10.0,
        duration=10.0,
        waited=0.0,
        operator="ada",
        profile="",
        scheduled="nightly",
        asked_by="a <client> 2",
        version="1.0",
        path="/home/ada/drain.yaml",
        sha256="0" * 64,
        variables={},
        changed={},
        alert={},
        lock="",
        read_only=False,
        decisions=(),
        notes=(),
        **{"legs": (), "steps": (), "fleets": (), "timeline": (), **more},
    )


def parts(*runs: ReportedRun) -> dict[str, PagePart]:
    told = Postmortem(runs=runs, made=20.0, version="1.0")
    return {part.anchor: part for part in page_of(told, PEOPLE, FileLink).parts}


def step(number: int, **more: Any) -> ReportedStep:
    return ReportedStep(
        id=f"s{number}",
        name=f"Step {number}",
        kind="shell",
        **{"status": "succeeded", "attempts": 1, **more},
    )


def entry(at: float, *, routine: bool) -> TimelineEntry:
    return TimelineEntry(at=at, run="R1", kind=EntryKind.STEP, words=(f"at {at}",), routine=routine)


def test_a_host_that_was_not_reached_is_counted_for_itself() -> None:
    steps = (step(1), step(2, status="failed"), step(3, status="failed", unreachable=True))
    assert _counts(run(steps=steps)) == "1 succeeded, 1 failed, 1 unreachable"


def test_of_very_much_the_routine_is_left_out() -> None:
    timeline = tuple(entry(at, routine=at % 100 > 0) for at in range(1001))
    steps = tuple(
        step(number, status="failed" if number == 7 else "succeeded") for number in range(301)
    )
    found = parts(run(timeline=timeline, steps=steps))
    said, dated, *_ = found["timeline"].blocks
    assert isinstance(said, Prose)
    assert plain(said.words) == "Of what went as usual 990 entries are left out."
    assert isinstance(dated, Dated)
    assert [item.at for item in dated.items] == list(range(0, 1001, 100))
    assert [found[anchor].name for anchor in found if anchor.startswith("step-")] == ["Step 7"]
    (left_out,) = found["steps-1"].blocks
    assert isinstance(left_out, Prose)
    assert plain(left_out.words) == "Of those that only went well 300 are left out."


def test_of_as_much_as_that_nothing_is_left_out() -> None:
    timeline = tuple(entry(at, routine=True) for at in range(1000))
    found = parts(run(timeline=timeline, steps=tuple(map(step, range(300)))))
    (dated,) = found["timeline"].blocks
    assert isinstance(dated, Dated)
    assert len(dated.items) == 1000
    assert sum(anchor.startswith("step-") for anchor in found) == 300


def test_what_happened_in_several_runs_stands_in_one_order_with_its_run() -> None:
    first = run(timeline=(entry(1, routine=False), entry(3, routine=False)))
    second = replace(run(), run="R2", timeline=(replace(entry(2, routine=False), run="R2"),))
    dated, *_ = parts(first, second)["timeline"].blocks
    assert isinstance(dated, Dated)
    assert [plain(item.words) for item in dated.items] == ["R1: at 1", "R2: at 2", "R1: at 3"]


def test_the_schedule_of_a_run_and_who_asked_for_it_are_told() -> None:
    (bullets,) = (each for each in parts(run())["summary"].blocks if isinstance(each, Bullets))
    assert (
        ", by operator, asked for by a <client> 2, for the schedule nightly, and succeeded"
        in plain(bullets.items[0])
    )


def test_without_names_neither_folders_nor_computers_tell_who_it_was() -> None:
    leg = ReportedLeg(number=1, operator="ada", host="laptop-of-ada", version="1.0", began=0.0)
    told = Postmortem(runs=(run(legs=(leg,)),), made=20.0, version="1.0")
    assert "ada" not in repr(page_of(told, PEOPLE, FileLink))
    by_name = People(["ada"], by_name=True)
    named = repr(page_of(told, by_name, FileLink))
    assert "/home/ada/drain.yaml" in named
    assert "laptop-of-ada" in named


def test_a_fleet_is_told_with_who_was_in_trouble_and_who_printed_the_same() -> None:
    hosts = tuple(f"web-{number}" for number in range(1, 14))
    fleet = ReportedFleet(
        step="restart",
        name="Restart",
        noun="host",
        told=("13 of 15 succeeded", "1 failed", "1 unreachable"),
        pace=("10 at a time", "errors 2 of at most 5"),
        counts={"succeeded": 13, "failed": 1, "unreachable": 1},
        trouble=(
            ReportedItem("db-1", "db-1", "failed", "exited with 1", "no such unit"),
            ReportedItem("db-2", "db-2", "unreachable", "cannot reach db-2", ""),
        ),
        alike=(
            ReportedAlike("succeeded", hosts, 3, "active", ""),
            ReportedAlike("unreachable", ("db-2",), 0, "", "nothing ran there"),
        ),
    )
    told = parts(run(fleets=(fleet,)))["fleets"].blocks
    head, trouble, alike = told
    assert isinstance(head, Prose)
    assert plain(head.words) == (
        "Restart (restart): 13 of 15 succeeded, 1 failed, 1 unreachable, 10 at a time, "
        "errors 2 of at most 5."
    )
    assert isinstance(trouble, Bullets)
    assert [plain(item) for item in trouble.items] == [
        "db-1: failed: exited with 1: no such unit",
        "db-2: unreachable: cannot reach db-2",
    ]
    assert isinstance(alike, Bullets)
    first = ", ".join(hosts[:10])
    assert [plain(item) for item in alike.items] == [
        f"13 hosts alike, succeeded ({first} and 3 more): active (lines: 3)",
        "db-2, unreachable: nothing ran there",
    ]


def test_without_a_fleet_there_is_no_part_for_it() -> None:
    assert "fleets" not in parts(run())
