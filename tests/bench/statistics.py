"""How long the statistics of 100,000 runs take, all of them and those of one runbook."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from pup_tui.journal.places import outputs_dir
from pup_tui.journal.store import Journal
from tests.support.made_up import RUNBOOKS, keep_runs, made_up_runs

MADE = 2_000
TIMES = 50
ROUNDS = 3

# Behind the others: the newest, which are looked through with each look, stay as they were written.
_COPIES = (
    """
    INSERT INTO run SELECT number - :by, run || '-' || :by, runbook, name, path, sha256, operator, host,
        pid, vars, started_at - :by, status, reason, warnings, duration, ended_wall
    FROM run WHERE number > 0
    """,
    "INSERT INTO event SELECT run - :by, sequence, body, chain FROM event WHERE run > 0",
    "INSERT INTO run_file SELECT run - :by, name, sha256 FROM run_file WHERE run > 0",
    """
    INSERT INTO ended_run SELECT run - :by, runbook, began - :by, profile, look, status, seconds, waited,
        recovered, retries, undone, warnings
    FROM ended_run WHERE run > 0
    """,
    """
    INSERT INTO ended_step SELECT step, run - :by, item, began - :by, is_first, is_known, seconds, waited,
        retries, failed, undone, message
    FROM ended_step WHERE run > 0
    """,
)


def write_journal(state: Path, made: int = MADE, times: int = TIMES) -> None:
    """A journal of so many times so many runs: made-up ones, and copies of them that are older."""
    keep_runs(state, made_up_runs(made))
    with closing(Journal.open(state)) as journal:
        with journal._transaction():
            for copy in range(1, times):
                for statement in _COPIES:
                    journal._database.execute(statement, {"by": copy * made})
        runs = [run for (run,) in journal._database.execute("SELECT run FROM run")]
    for run in runs:
        (outputs_dir(state) / run).mkdir(parents=True)


def rows(folder: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, float, str]]:
    """What `pup-tui stats` takes, from its start to its end."""
    state = folder / "many-runs"
    write_journal(state)
    command = [sys.executable, "-m", "pup_tui", "stats"]
    for what, args in (
        ("statistics of 100,000 runs", ["--json"]),
        ("those of one runbook", ["--json", "--runbook", RUNBOOKS[0]]),
        ("those of the newest", ["--json", "--since", "30d"]),
    ):
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run(
                [*command, *args],
                env={**environ, "PUP_TUI_STATE_DIR": str(state)},
                check=True,
                capture_output=True,
            )
            times.append(time.perf_counter() - began)
        yield what, min(times), "s"
