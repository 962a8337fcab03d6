"""`pup-tui resume` where the only run broke off before its first event was recorded."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.journal.places import journal_path
from tests.cli.test_resuming import DIES
from tests.support.program import Program

BOOK = f"""
name: killed
steps:
  - {{name: one, kind: shell, run: '{DIES.format(name="one")}'}}
"""


@pytest.mark.parametrize("named", [False, True], ids=["the newest", "by its id"])
def test_a_run_that_broke_off_before_it_began_is_named(program: Program, named: bool) -> None:
    program.start("run", str(program.write("killed", BOOK))).communicate(timeout=200)
    with (
        closing(
            sqlite3.connect(journal_path(Path(program.environ["PUP_TUI_STATE_DIR"])))
        ) as database,
        database,
    ):
        database.execute("DELETE FROM event")
    (row,) = program("history", "--json").json
    refused = program("resume", *([row["run"]] if named else []))
    assert refused.code == 2
    assert f"run {row['run']} broke off before it began" in refused.err
    assert "pup-tui run killed" in refused.err
