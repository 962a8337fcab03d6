"""What a program overwrote of its own output, in everything that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program

RUNBOOK = r"""
name: over
steps:
  - name: Hide
    kind: shell
    run: printf 'ERROR data lost\rall good\n'; printf 'failed\b\b\b\b\b\bpassed\n'; echo plain
    capture: {SAID: output, COUNT: lines | length}
  - {name: Check, kind: shell, run: 'true', assert: "SAID | length == 49 and COUNT == 3"}
"""
SAID = ["ERROR data lost ⏎ all good", "failed ⏎ passed", "plain"]


@pytest.mark.proves("P29")
def test_a_run_prints_it_and_expressions_see_what_was_written(program: Program) -> None:
    program.write("over", RUNBOOK)
    ended = program("run", "over.yaml")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == SAID


@pytest.mark.proves("P29")
def test_json_and_the_record_have_it(program: Program) -> None:
    program.write("over", RUNBOOK.partition("    capture")[0])
    ended = program("run", "over.yaml", "--json")
    told = [e for e in ended.events if e["type"] == "step.output"]
    assert [(e["text"], e.get("overwritten")) for e in told] == [
        ("all good", ["ERROR data lost"]),
        ("passed", ["failed"]),
        ("plain", None),
    ]
    run = ended.event("run.finished")["run"]
    shown = program("show", run)
    assert [line.strip() for line in shown.out.splitlines()][-3:] == SAID
    [step] = program("show", run, "--json").json["steps"]
    record = Path(step["output"]).read_text()
    assert "ERROR data lost" in record
    assert "\r" not in record


PULL = r"""
name: pull
steps:
  - name: Pull
    kind: shell
    tty: true
    run: |
      printf 'pulling\r\n'
      printf '\n\033[1A\033[2K\rbase: waiting\r\033[1B\n\033[1A\033[2K\rapp: waiting\r\033[1B'
      printf '\033[2A\033[2K\rbase: pulled\r\033[2B\033[1A\033[2K\rapp: pulled\r\033[1Bdone\r\n'
"""


@pytest.mark.proves("P29")
def test_progress_of_several_lines_is_told_as_it_ended(program: Program) -> None:
    program.write("pull", PULL)
    ended = program("run", "pull.yaml", "--json")
    told = [e for e in ended.events if e["type"] == "step.output"]
    assert [(e["text"], e.get("overwritten")) for e in told] == [
        ("pulling", None),
        ("base: pulled", ["base: waiting"]),
        ("app: pulled", ["app: waiting"]),
        ("done", None),
    ]
    shown = program("show", ended.event("run.finished")["run"])
    assert [line.strip() for line in shown.out.splitlines()][-3:] == [
        "base: waiting ⏎ base: pulled",
        "app: waiting ⏎ app: pulled",
        "done",
    ]
