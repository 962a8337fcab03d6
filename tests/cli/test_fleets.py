"""What `show` and `report` say of a loop over many items."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docs.test_json_shapes import check, shape_of
from tests.support.program import Program

RUNBOOK = """
name: restart
vars: {TOKEN: {type: secret, from: "env:THE_TOKEN"}}
steps:
  - name: Restart
    kind: shell
    foreach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    label: "web-{{ item }}"
    max_parallel: 4
    keep_going: true
    env: {TOKEN: "{{ TOKEN }}"}
    run: |
      echo "signed in with $TOKEN"
      case {{ item }} in
        3) echo "no such unit" >&2; exit 4 ;;
        5|6) echo "active 7.51.0" ;;
        *) echo "active 7.52.1" ;;
      esac
  - {name: Few, kind: shell, foreach: [1, 2], run: "echo few", when: always}
"""
SECRET = "hunter22-the-token"


@pytest.fixture
def ran(program: Program) -> str:
    """The id of a run in which one item of twelve failed."""
    program.write("restart", RUNBOOK)
    done = program("run", "restart.yaml", "--json", THE_TOKEN=SECRET)
    assert done.code == 1
    run: str = done.event("run.started")["run"]
    return run


def test_programs_are_told_of_a_fleet(program: Program, ran: str) -> None:
    shown = program("show", ran, "--json").json
    (fleet,) = shown["fleets"]
    check(shape_of("`show`: `fleets`"), fleet)
    numbers = {name: fleet[name] for name in ("items", "at_once", "batches", "errors", "budget")}
    assert numbers == {"items": 12, "at_once": 4, "batches": 0, "errors": 1, "budget": 12}
    assert fleet["counts"] == {"succeeded": 11, "failed": 1}
    (failed,) = fleet["failed"]
    assert (failed["label"], failed["reason"]) == ("web-3", "exited with 4")
    assert fleet["unreachable"] == []
    alike: list[dict[str, Any]] = fleet["alike"]
    assert [(each["state"], len(each["steps"]), each["last"]) for each in alike] == [
        ("succeeded", 9, "active 7.52.1"),
        ("succeeded", 2, "active 7.51.0"),
        ("failed", 1, "no such unit"),
    ]
    assert alike[1]["labels"] == ["web-5", "web-6"]


def test_people_are_told_below_the_loop(program: Program, ran: str) -> None:
    told = program("show", ran).out
    assert SECRET not in told
    lines = [line.strip() for line in told.splitlines()]
    at = lines.index("4 at a time · errors 1 of at most 12")
    assert lines[at - 1].startswith("1. Restart · failed")
    assert lines[at + 1 : at + 5] == [
        "11 of 12 succeeded · 1 failed",
        "web-3: failed: exited with 4: no such unit",
        "9 items alike: active 7.52.1  (2 lines)",
        "2 items alike: active 7.51.0  (2 lines)",
    ]


@pytest.mark.parametrize("format_", ["md", "html", "chat"])
def test_a_report_has_a_part_for_it(program: Program, ran: str, format_: str) -> None:
    told = program("report", ran, "--format", format_).out
    assert SECRET not in told
    assert "Fleets" in told
    assert "11 of 12 succeeded, 1 failed" in told


def test_a_report_for_programs_has_it(program: Program, ran: str) -> None:
    report = program("report", ran, "--format", "json").json
    (fleet,) = report["runs"][0]["fleets"]
    check(shape_of("`report`: `fleets`"), fleet)
    (trouble,) = fleet["trouble"]
    assert (trouble["name"], trouble["last"]) == ("web-3", "no such unit")


def test_outputs_that_are_not_shown_are_not_told(program: Program) -> None:
    program.write("quiet", RUNBOOK.replace("    label:", "    show: none\n    label:"))
    done = program("run", "quiet.yaml", "--json", THE_TOKEN=SECRET)
    told = program("show", done.event("run.started")["run"]).out
    assert "11 items, succeeded: the output is not shown" in told
    assert "active" not in told.replace('echo "active', "")
