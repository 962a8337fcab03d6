"""Much output, many steps, many runs, little memory."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from pup_tui.core.events import Interrupted, Moment, RunCreated, Source
from pup_tui.core.state import RunStatus
from pup_tui.journal.records import RunRecord, RunSummary
from pup_tui.journal.store import Journal
from tests.faults.conftest import Under
from tests.support.program import PROGRAM, Program
from tests.support.proofs import Figure

GIGABYTE = 1_000_000_000
FLOODS = {
    "without a newline": f"head -c {GIGABYTE} /dev/zero | tr '\\0' x",
    "as lines": f"yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c {GIGABYTE}",
}


def most_memory(pid: int) -> int:
    """The most memory that a process has had so far, in kilobytes; 0 once it has ended.

    What the system tells of it at its end counts the process that began it, too.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


@pytest.mark.long
@pytest.mark.proves("F21", "P17")
@pytest.mark.parametrize("flood", FLOODS)
def test_a_gigabyte_of_output(program: Program, flood: str, figure: Figure) -> None:
    step = f"  - name: a\n    kind: shell\n    run: |\n      {FLOODS[flood]}\n"
    program.write("flood", f"name: flood\nsteps:\n{step}")
    most = 0
    with subprocess.Popen(
        [*PROGRAM, "run", "flood.yaml"],
        cwd=program.cwd,
        env=dict(program.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            most = max(most, most_memory(process.pid))
            time.sleep(0.05)
    figure(f"{flood}: {most / 1024:.0f} MB")
    assert process.returncode == 0
    assert 0 < most < 100 * 1024
    run = program("history", "--json").json[0]["run"]
    kept = Path(program("show", run, "--json").json["steps"][0]["output"])
    assert kept.stat().st_size <= 65 * 1024 * 1024


@pytest.mark.long
@pytest.mark.proves("F21b")
def test_a_thousand_steps_with_forty_open_files(
    program: Program, under: Under, figure: Figure
) -> None:
    steps = "".join(f"  - {{name: s{n}, kind: shell, run: ':'}}\n" for n in range(1000))
    program.write("many", f"name: many\nsteps:\n{steps}")
    begun = time.monotonic()
    done = under(["prlimit", "--nofile=40"], "run", "many.yaml", "--json")
    figure(f"1,000 steps in {time.monotonic() - begun:.0f} s")
    assert done.code == 0, done.err
    assert set(done.statuses().values()) == {"succeeded"}


@pytest.mark.long
@pytest.mark.proves("F34")
def test_ten_thousand_runs(program: Program, tmp_path: Path, figure: Figure) -> None:
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    with closing(Journal.open(state)) as journal:
        journal._database.execute("PRAGMA synchronous = OFF")
        for number in range(10_000):
            begin(journal, f"{number:06}AA", ended=number % 100 != 7)
    figures = []
    for args in (["history"], ["history", "--runbook", "restart"], ["show", "009999AA"]):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(
            [*PROGRAM, *args], env=dict(program.environ), stdout=subprocess.DEVNULL, check=True
        )
        taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        figures.append(f"{' '.join(args[:2])} {taken:.2f} s")
    figure(f"of the processor: {', '.join(figures)}")
    assert program("history", "prune", "--older-than", "1d", "--yes").code == 0
    left = program("history", "--json").json
    assert {row["status"] for row in left} == {"interrupted"}
    assert len(left) == 100


TEXT = b"name: Restart\nsteps: [{name: a, kind: wait, duration: 1s}]\n"


def begin(journal: Journal, run: str, *, ended: bool) -> None:
    """A run of long ago, as it is recorded."""
    moment = Moment(1_700_000_000.0, 0.0)
    event = RunCreated(
        at=moment,
        run=run,
        runbook="restart",
        source=Source("restart.yaml", hashlib.sha256(TEXT).hexdigest()),
        operator="ada",
        host="elsewhere",
        values={},
    )
    journal.create_run(RunRecord.of(event, name="Restart", pid=2**22 + 1), {"restart.yaml": TEXT})
    summary = RunSummary(status=RunStatus.SUCCEEDED, duration=1.0, ended_wall=1_700_000_001.0)
    journal.append(run, event)
    if ended:
        journal.append(run, Interrupted(at=moment, reason=""), summary=summary)


@pytest.mark.long
@pytest.mark.proves("F36")
def test_a_long_line_in_little_memory(program: Program, under: Under) -> None:
    program.write(
        "line",
        "name: line\nsteps:\n"
        "  - {name: a, kind: shell, run: \"head -c 100000000 /dev/zero | tr '\\\\0' x\"}\n"
        '  - {name: b, kind: shell, run: "echo the-end"}\n',
    )
    done = under(["prlimit", "--as=600000000"], "run", "line.yaml", "--json")
    assert done.code == 0, done.err[-2000:]
    assert done.event("step.output", step="b")["text"] == "the-end"
