"""What a program overwrote of its own output, in everything that shows it."""

from __future__ import annotations

from pathlib import Path

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


def test_a_run_prints_it_and_expressions_see_what_was_written(program: Program) -> None:
    program.write("over", RUNBOOK)
    ended = program("run", "over.yaml")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == SAID


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
