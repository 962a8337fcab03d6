"""Tables on a terminal are cut at its edge; off one nothing is left out."""

from __future__ import annotations

import pytest

from pup_tui.cli.printing import columns
from pup_tui.local_time import local_time_of
from tests.support.program import Program
from tests.support.terminal import ended, typed

HEADS = ("ID", "TAGS", "TEXT")
ROWS = [("one", "team:platform", "word " * 10)]


def test_without_an_edge_all_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    columns(None, HEADS, ROWS, spare=("TAGS",))
    assert capsys.readouterr().out.splitlines() == [
        "ID   TAGS           TEXT",
        f"one  team:platform  {'word ' * 10}".rstrip(),
    ]


def test_spare_columns_go_first_and_the_last_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    columns(30, HEADS, ROWS, spare=("TAGS",))
    assert capsys.readouterr().out.splitlines() == ["ID   TEXT", "one  word word word word word…"]


def test_the_program_keeps_to_its_terminal(program: Program) -> None:
    text = f"name: wide\ndescription: {'word ' * 40}\nsteps: [{{name: a, kind: shell, run: ls}}]\n"
    (program.cwd / "runbooks").mkdir()
    program.write("runbooks/wide", text)
    with typed(program, "list", "--runbooks", "runbooks") as child:
        assert ended(child) == 0
        lines = child.before.splitlines() if isinstance(child.before, str) else []
    assert max(map(len, lines)) == 80
    whole = program("list", "--runbooks", "runbooks").out
    assert "word " * 39 in whole


WIDE = """\
name: wide
steps:
  - name: rows
    kind: sql
    url: "sqlite:///a.db"
    query: "select 1 as id, printf('%.100c', 'x') as long"
  - name: made
    kind: shell
    run: |
      echo '[{"id": 2, "long": "YYY"}]' | sed "s/YYY/$(seq -s y 60)/"
    show: {table: {rows: json}}
"""


def test_tables_of_a_run_fit_the_terminal_and_are_whole_elsewhere(program: Program) -> None:
    program.write("wide", WIDE)
    with typed(program, "run", "wide.yaml") as child:
        assert ended(child) == 0
        shown = [line for line in str(child.before).splitlines() if " | " in line]
    (run,) = program("history", "--json").json
    with typed(program, "show", run["run"]) as child:
        assert ended(child) == 0
        kept = [line for line in str(child.before).splitlines() if " | " in line]
    assert [len(line) for line in shown if line.endswith("…")] == [80, 80]
    assert [len(line) for line in kept if line.endswith("…")] == [80, 80]
    whole = program("run", "wide.yaml").out, program("show", run["run"]).out
    assert all("x" * 100 in text and "59y60" in text for text in whole)


def test_the_history_tells_when_and_how_long_on_a_narrow_terminal(program: Program) -> None:
    name = "rollback-feature-flags"
    path = program.write(name, f"name: {name}\nsteps: [{{name: a, kind: shell, run: 'true'}}]\n")
    for _ in range(3):
        assert program("run", str(path)).code == 0
    rows = program("history", "--json").json
    with typed(program, "history", "--limit", "2") as child:
        assert ended(child) == 0
        head, *lines = str(child.before).splitlines()
    assert head.split()[:5] == ["RUN", "RUNBOOK", "STATUS", "STARTED", "DURATION"]
    assert max(map(len, lines)) <= 80
    for row, line in zip(rows[:2], lines, strict=True):
        assert row["run"].endswith(line.split()[0])
        assert local_time_of(row["started_at"]) in line
        assert program("show", line.split()[0], "--json").json["run"] == row["run"]
    assert len(program("history", "--limit", "1", "--json").json) == 1
