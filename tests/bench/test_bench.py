"""What is measured can be measured: nobody runs all of it every day."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.journal.reader import JournalReader
from tests.bench import __main__ as bench
from tests.bench import cost, fleet_keys, hosts, keys, outputs, statistics
from tests.support.runbooks import program_of

RUNBOOKS = {
    "flood": bench.FLOOD,
    "plain": cost.PLAIN,
    "templates": cost.TEMPLATES,
    "steps": cost.steps(2),
    "hosts": hosts.RUNBOOK,
    "fleet": fleet_keys.runbook(items=20),
    **{name: keys.runbook(name) for name in keys.FLOODS},
}


@pytest.mark.parametrize("name", RUNBOOKS)
def test_a_runbook_loads(name: str) -> None:
    program_of(RUNBOOKS[name])


def test_the_catalog_loads(tmp_path: Path) -> None:
    bench.write_catalog(tmp_path / "catalog", runbooks=1, steps=5)
    (path,) = (tmp_path / "catalog").iterdir()
    program_of(path.read_text())


def test_the_journal_of_many_runs_is_sound(tmp_path: Path) -> None:
    statistics.write_journal(tmp_path / "state", made=20, times=3)
    with closing(JournalReader.open(tmp_path / "state")) as journal:
        found = journal.figures().runs.values()
        newest = journal.damaged_runs(most=50)
    assert sum(its.runs + its.looks for its in found) == 60
    assert newest == {}


def test_a_past_output_is_looked_at(tmp_path: Path) -> None:
    assert len(outputs.rows(tmp_path, lines=5000)) == 3
