"""`pup-tui stats`: what past runs say, for people and for programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pup_tui.analysis.statistics.statistics import KnownRunbook, RunbookStatistics
from pup_tui.cli.stats_told import print_runbook, print_runbooks
from pup_tui.core.figures import TimeSpan
from pup_tui.journal.figures import LastRun, RunFigures, StepFigures
from tests.support.program import Program, program_in

GOOD = "name: good\nmanual_time: 20m\nsteps: [{name: a, kind: shell, run: echo hi}]\n"
MIXED = (
    "name: mixed\nvars: {CODE: {type: integer, default: 0}}\n"
    "steps:\n  - {name: Sure, kind: confirm, message: Sure?}\n"
    "  - {name: Halt, kind: stop, status: aborted, message: enough, if: CODE == 9}\n"
    "  - {name: Act, kind: shell, run: 'exit {{ CODE }}'}\n"
)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Runbooks with runs: two of `good`, of `mixed` one that succeeded, one that failed, one aborted."""
    program = program_in(tmp_path)
    books = program.cwd / "books"
    books.mkdir()
    (books / "good.yaml").write_text(GOOD)
    (books / "mixed.yaml").write_text(MIXED)
    for _ in range(2):
        assert program("run", "--runbooks", "books", "good").code == 0
    for code in ("0", "3", "9"):
        program("run", "--runbooks", "books", "mixed", "--yes", "--arg", f"CODE={code}")
    return program


def test_it_tells_programs_what_runs_and_steps_came_to(program: Program) -> None:
    told = program("stats", "--runbooks", "books", "--json").json
    good, mixed = told["good"], told["mixed"]
    assert (good["runs"], good["succeeded"], good["n"]) == (2, 2, 2)
    assert good["p50"] > 0
    assert (good["p95"], good["success_rate"]) == (None, None)
    assert (good["manual_time"], good["changed"], good["never_run"]) == (1200, False, False)
    assert good["toil_saved"] == pytest.approx(2 * 1200, abs=60)
    assert good["last_success"].endswith("Z")
    assert (mixed["succeeded"], mixed["failed"], mixed["aborted"]) == (1, 1, 1)
    assert (mixed["cancelled"], mixed["interrupted"]) == (0, 0)
    assert mixed["last"] == ["succeeded", "failed", "aborted"]
    act, sure = mixed["steps"]
    assert (act["step"], act["runs"], act["failed"]) == ("act", 2, 1)
    assert act["messages"] == [{"message": "exited with 3", "n": 1}]
    assert (sure["step"], sure["runs"], sure["p50"]) == ("sure", 0, None)
    assert told["deploy-service"]["never_run"]
    assert told["deploy-service"]["stale"]


def test_people_get_a_table_and_one_runbook_with_its_steps(program: Program) -> None:
    every = program("stats", "--runbooks", "books").out
    assert every.splitlines()[0].split() == ["runbook", "n", "ok", "p50", "p95", "last", "20"]
    assert "✔✖⊘" in every
    assert "mixed act  1 of 2: exited with 3" in every
    assert "Never run" in every
    one = program("stats", "--runbooks", "books", "--runbook", "mixed").out
    assert "1 succeeded · 1 failed · 1 aborted · 0 cancelled · 0 interrupted" in one
    assert "1 × exited with 3" in one
    assert "%" not in one


def test_what_is_changed_was_never_run_since(program: Program) -> None:
    book = program.cwd / "books" / "good.yaml"
    book.write_text(GOOD.replace("echo hi", "echo other"))
    told = program("stats", "--runbooks", "books", "--runbook", "good").out
    assert "last succeeded less than a day ago · never run since it changed" in told


def test_collectors_get_openmetrics(program: Program) -> None:
    text = program("stats", "--runbooks", "books", "--openmetrics").out
    families = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    samples = families["pup_tui_runs"].samples
    ends = {
        sample.labels["outcome"]: sample.value
        for sample in samples
        if sample.labels["runbook"] == "mixed"
    }
    assert ends["failed"] == ends["aborted"] == ends["succeeded"] == 1


def test_older_runs_are_left_out_where_that_is_wanted(program: Program) -> None:
    told = program("stats", "--json", "--since", "1ms", "--runbook", "mixed").json
    assert told["mixed"]["runs"] == 0
    assert told["mixed"]["last_success"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--runbook", "nobody"), "there is no runbook `nobody`, and no run of one"),
        (("--json", "--openmetrics"), "give one of them"),
        (("--since", "soon"), "is not a duration"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    done = program_in(tmp_path)("stats", *args)
    assert done.code == 2
    assert told in done.err


def test_without_runs_it_says_what_to_do(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    done = program("stats")
    assert done.code == 0
    assert "makes the first" in done.err
    assert "Never run" in done.out
    assert not (tmp_path / "state" / "journal.db").exists()


def test_a_secret_in_a_reason_is_hidden(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    program.write(
        "leaks",
        "name: leaks\nvars: {TOKEN: {type: secret}}\nsteps:\n"
        "  - name: Say\n    kind: shell\n    run: echo hi\n"
        "    assert: [{that: value > 1, message: 'not {{ TOKEN }}'}]\n",
    )
    (program.cwd / "secrets.yaml").write_text("TOKEN: hunter2-hunter2\n")
    assert program("run", "leaks.yaml", "--arg-file", "secrets.yaml").code == 1
    told = program("stats", "--json").json["leaks"]["steps"][0]
    assert "***" in told["messages"][0]["message"]
    assert b"hunter2" not in (tmp_path / "state" / "journal.db").read_bytes()


def test_a_terminal_of_80_columns_shows_all_six(capsys: pytest.CaptureFixture[str]) -> None:
    name = "rotate-the-credentials-of-every-service-in-the-payments-domain"
    last = [LastRun("succeeded", 7_000.0)] * 20
    times = TimeSpan(41_000, 7_000.0, 90_000.0)
    step = StepFigures(
        runs=41_000, known=41_000, failed=9, seconds=times, messages=(("x" * 200, 9),)
    )
    found = RunbookStatistics(
        runbook=KnownRunbook(id=name),
        runs=RunFigures(ends={"succeeded": 41_000}, seconds=times, last=last),
        steps={f"{name}/{name}": step},
    )
    print_runbooks([found], 80, 0.0)
    print_runbook(found, 80, 0.0, "")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    (row,) = (line for line in lines if "100 %" in line and "✔" in line and "41,000" in line)
    assert row.endswith("✔" * 20)
    assert row.split()[1:-1] == ["41,000", "100", "%", "1h", "56m", "1d", "01h"]
