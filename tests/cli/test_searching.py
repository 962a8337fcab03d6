"""`pup-tui history --search`: commands, answers, notes and outputs of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.journals import copied
from tests.support.program import Program

RUNBOOK = r"""
name: drain
vars:
  TOKEN: {type: secret, from: "env:THE_TOKEN"}
steps:
  - {name: How many, kind: input, vars: {REASON: {default: "the disk is full"}}}
  - name: Each
    kind: shell
    foreach: [one, two]
    env: {TOKEN: "{{ TOKEN }}"}
    run: |
      echo first
      printf '\033[31mtime\033[0mout of %s, token %s, größer\n' {{ item }} "$TOKEN"
  - {name: Shown as JSON, kind: shell, run: "echo '{\"zebra\": 1}'", show: json}
  - name: Quoted
    kind: shell
    run: |
      printf '%s\n' 'a "quoted\x b'
"""
SECRET = "hunter22-the-token"


@pytest.fixture
def run(program: Program) -> str:
    program.write("drain", RUNBOOK)
    done = program("run", "drain.yaml", "--yes", "--json", THE_TOKEN=SECRET)
    assert done.code == 0, done.err
    found: str = done.event("run.started")["run"]
    return found


def found(program: Program, text: str, *more: str) -> list[Any]:
    done = program("history", "--search", text, "--json", *more)
    assert done.code == 0
    return [(each["step"], each["in"], each["line"]) for each in done.json]


def test_what_is_found_leads_to_run_step_and_line(program: Program, run: str) -> None:
    done = program("history", "--search", "timeout of two", "--json")
    (each,) = done.json
    assert each["run"] == run
    assert (each["step"], each["in"], each["line"]) == ("each[1]", "output", 2)
    assert each["text"] == "timeout of two, token ***, größer"
    assert Path(each["output"]).read_text().splitlines()[each["line"] - 1].endswith("größer")
    told = program("history", "--search", "timeout of two").out.splitlines()
    assert told[0].startswith(f"{run} · drain · succeeded · ")
    assert told[1:] == ["  each[1]: output 2: timeout of two, token ***, größer"]


def test_it_looks_into_commands_and_answers_too(program: Program, run: str) -> None:
    assert found(program, "OF %s") == []
    assert found(program, "of %s") == [("each[0]", "command", 2), ("each[1]", "command", 2)]
    assert found(program, "disk is full") == [("how_many", "answer", 1)]
    assert found(program, "GRÖSSER") == []
    assert ("each[0]", "output", 2) in found(program, "größer")
    assert found(program, 'a "quoted\\x b') == [
        ("quoted", "command", 1),
        ("quoted", "output", 1),
    ]
    assert found(program, ".*") == []


def test_what_is_made_of_an_output_for_people_is_not_found_twice(
    program: Program, run: str
) -> None:
    assert found(program, "zebra") == [
        ("shown_as_json", "command", 1),
        ("shown_as_json", "output", 1),
    ]


def test_a_secret_is_found_nowhere(program: Program, run: str) -> None:
    done = program("history", "--search", SECRET)
    assert (done.code, done.out, done.err) == (0, "", "nothing was found\n")


def test_only_the_runs_that_are_asked_for_are_looked_through(program: Program, run: str) -> None:
    assert found(program, "zebra", "--runbook", "other") == []
    assert found(program, "zebra", "--status", "failed") == []
    assert len(found(program, "zebra", "--runbook", "drain", "--since", "1h")) == 2


def test_no_more_is_told_than_anybody_reads(program: Program, run: str, tmp_path: Path) -> None:
    copied(tmp_path / "state", run, 501)
    done = program("history", "--search", "zebra", "--json")
    assert len(done.json) == 1000
    assert "only the first 1,000 lines are told" in done.err
    assert len(program("history", "--search", "zebra", "--limit", "3", "--json").json) == 6


def test_an_output_that_cannot_be_read_is_told(program: Program, run: str, tmp_path: Path) -> None:
    (output,) = (tmp_path / "state" / "outputs" / run).glob("*shown_as_json.log")
    output.unlink()
    output.symlink_to("/etc/passwd")
    done = program("history", "--search", "root:")
    assert done.out == ""
    assert "pup-tui: not looked through: " in done.err


def test_nothing_to_look_for_is_refused(program: Program) -> None:
    done = program("history", "--search", " ")
    assert (done.code, done.err) == (
        2,
        "pup-tui: there is nothing to look for: --search: give a text\n",
    )
