"""Runs whose record has no room any more, or is taken away under them, with the real program."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.disks import small_disk
from tests.support.program import Program

CHATTY = """
name: chatty
steps:
  - {name: a, kind: shell, run: "seq 1000000 1040000; echo the-end"}
  - {name: b, kind: shell, run: "touch effects"}
"""
TAKEN = """
name: taken
steps:
  - {{name: before, kind: shell, run: echo hi}}
  - {{name: a, kind: shell, run: '{how}; echo acted'}}
  - {{name: b, kind: shell, run: touch effects}}
"""
STATE = '"$PUP_TUI_STATE_DIR"'


@pytest.fixture
def state(program: Program) -> Path:
    return Path(program.environ["PUP_TUI_STATE_DIR"])


@pytest.mark.proves("F09", "P14")
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_full_disk_is_said_at_once_and_the_step_is_told_to_its_end(
    program: Program, state: Path, as_json: bool
) -> None:
    program.write("chatty", CHATTY)
    with small_disk(state):
        ended = program("run", "chatty.yaml", *(["--json"] if as_json else []))
        assert ended.code == 1
        assert not (program.cwd / "effects").exists()
        said = next(line for line in ended.err.splitlines() if line.startswith("▲"))
        assert "the output of a cannot be kept: " in said
        assert f"{state}/outputs/" in said
        assert "No space left on device" in said
        if as_json:
            assert ended.event("step.output", text="the-end")
            finished = ended.event("step.finished")
            assert (finished["status"], finished["exit_code"]) in {("unknown", 0), ("failed", 0)}
            assert ended.events[-1]["type"] == "run.finished"
            assert ended.events[-1]["status"] in {"interrupted", "failed"}
        else:
            assert ended.out.endswith("the-end\n")
            assert ended.err.index("▲") < ended.err.index("its output could not be kept")
        assert program("history", "--json").json[0]["status"] in {"interrupted", "failed"}


@pytest.mark.proves("P1", "P14")
def test_a_step_that_ended_well_is_not_done_twice_for_its_lost_output(program: Program) -> None:
    gone = f"echo 1; rm {STATE}/outputs/*/*.log; seq 4000; sleep 0.4; echo done >> effects"
    program.write(
        "lost",
        f"""
        name: lost
        steps:
          - {{name: a, kind: shell, retry: {{attempts: 3, delay: 1ms}}, run: '{gone}'}}
        """,
    )
    ended = program("run", "lost.yaml")
    assert ended.code == 1
    assert "it ended well; its output could not be kept: " in ended.err
    asked = program("resume")
    assert (asked.code, "nobody knows whether `a` was done" in asked.err) == (5, True)
    answered = program("resume", "--unknown=done")
    assert answered.code == 0
    assert "What its last attempt came to: it ended well; its output could not be" in answered.err
    assert (program.cwd / "effects").read_text() == "done\n"


@pytest.mark.proves("P14")
@pytest.mark.parametrize(
    ("how", "where"),
    [
        (f"rm -r {STATE}", "journal.db"),
        (f"mv {STATE} elsewhere", "journal.db"),
        (f"mv {STATE} elsewhere && cp -a elsewhere {STATE}", "journal.db"),
        (f"rm {STATE}/journal.db", "journal.db"),
        (f"cp {STATE}/journal.db copy && mv copy {STATE}/journal.db", "journal.db"),
        (f"rm {STATE}/journal.db-wal", "journal.db-wal"),
        (f"rm -r {STATE}/outputs", "outputs/"),
        (f"rm {STATE}/outputs/*/owner.lock", "outputs/"),
    ],
)
def test_nothing_goes_on_whose_record_was_taken_away(
    program: Program, state: Path, how: str, where: str
) -> None:
    program.write("taken", TAKEN.format(how=how))
    ended = program("run", "taken.yaml", "--json")
    assert ended.code == 1
    assert ended.event("step.output", step="a", text="acted")
    assert not (program.cwd / "effects").exists()
    finished = ended.event("step.finished", step="a")
    assert (finished["status"], finished["exit_code"]) == ("unknown", 0)
    assert finished["reason"].endswith("(exit code 0), which could not be recorded")
    last = ended.events[-1]
    assert (last["type"], last["status"]) == ("run.finished", "interrupted")
    told = next(line for line in ended.err.splitlines() if line.startswith("pup-tui: "))
    assert "deleted, moved or replaced" in told
    assert f"{state}/{where}" in told


@pytest.mark.proves("P14")
@pytest.mark.parametrize(
    "how", [": > {}-wal", "truncate -s 100 {}-wal", "cp {} copy; : > {}-wal; cat copy > {}"]
)
def test_a_log_that_is_cut_short_costs_no_run_that_ended(
    program: Program, state: Path, how: str
) -> None:
    program.write("taken", TAKEN.format(how="true"))
    earlier = [program("run", "taken.yaml", "--json").events[0]["run"] for _ in range(2)]
    (program.cwd / "effects").unlink()
    program.write("taken", TAKEN.format(how=how.replace("{}", f"{STATE}/journal.db")))
    ended = program("run", "taken.yaml")
    assert ended.code == 1
    assert not (program.cwd / "effects").exists()
    assert f"the journal was cut short while it was in use: {state}/journal.db-wal" in ended.err
    told = program("history", "--json")
    assert {run["run"] for run in told.json} >= set(earlier)
    assert "the records of 1 run are lost" in told.err


@pytest.mark.proves("P14")
def test_a_log_that_is_overwritten_is_noticed_before_anything_else_begins(
    program: Program, state: Path
) -> None:
    log = f"{STATE}/journal.db-wal"
    how = f"head -c $(stat -c %s {log}) /dev/zero | dd of={log} conv=notrunc status=none"
    program.write("taken", TAKEN.format(how=how))
    ended = program("run", "taken.yaml")
    assert ended.code == 1
    assert not (program.cwd / "effects").exists()
    assert f"the journal was overwritten while it was in use: {state}/journal.db-wal" in ended.err


@pytest.mark.proves("P14")
@pytest.mark.parametrize("mode", ["truncate", "restart", "full", "passive"])
def test_a_log_that_another_program_moves_into_the_database_costs_nothing(
    program: Program, state: Path, mode: str
) -> None:
    statement = (
        f"print(sqlite3.connect(sys.argv[1]).execute('pragma wal_checkpoint({mode})').fetchone())"
    )
    (program.cwd / "moves.py").write_text(f"import sqlite3, sys\n{statement}\n")
    how = f"{sys.executable} moves.py {STATE}/journal.db; stat -c %s {STATE}/journal.db-wal"
    program.write("taken", TAKEN.format(how=how))
    ended = program("run", "taken.yaml", "--json")
    assert ended.code == 0, ended.err
    printed = [e["text"] for e in ended.events if e["type"] == "step.output" and e["step"] == "a"]
    assert printed[0].startswith("(0, ")
    assert (printed[1] == "0") == (mode == "truncate")
    assert (program.cwd / "effects").exists()
    shown = program("show", ended.events[0]["run"], "--json").json
    assert [step["status"] for step in shown["steps"]] == ["succeeded"] * 3
    assert "sound" in program("history", "repair").err


@pytest.mark.proves("P14")
def test_an_emptied_journal_is_said_before_anything_else_begins(
    program: Program, state: Path
) -> None:
    program.write("taken", TAKEN.format(how=f": > {STATE}/journal.db"))
    ended = program("run", "taken.yaml")
    assert ended.code == 1
    assert not (program.cwd / "effects").exists()
    assert f"the journal was cut short while it was in use: {state}/journal.db" in ended.err


@pytest.mark.proves("P14")
def test_a_journal_that_was_replaced_is_left_alone(program: Program, state: Path) -> None:
    program.write("taken", TAKEN.format(how="true"))
    assert program("run", "taken.yaml").code == 0
    (program.cwd / "effects").unlink()
    how = f"mv {STATE} elsewhere && cp -a elsewhere {STATE} && sha256sum {STATE}/journal.db* > sums"
    program.write("taken", TAKEN.format(how=how))
    assert program("run", "taken.yaml").code == 1
    sums = (program.cwd / "sums").read_text().split()
    assert {Path(name).name for name in sums[1::2]} >= {"journal.db", "journal.db-wal"}
    assert (state / "journal.db-wal").exists()
    assert len(program("history", "--json").json) == 2


@pytest.mark.proves("F15", "P14")
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_busy_journal_is_waited_for_and_that_is_said(
    program: Program, state: Path, as_json: bool
) -> None:
    program.write("taken", TAKEN.format(how="echo up; read x < gate"))
    os.mkfifo(program.cwd / "gate")
    process = program.start("run", "taken.yaml", *(["--json"] if as_json else []))
    while "up" not in process.stdout.readline().split('"text":')[-1]:
        pass
    with closing(sqlite3.connect(state / "journal.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        (program.cwd / "gate").write_text("go\n")
        while not (line := process.stderr.readline()).startswith("▲ "):
            assert line
        holder.execute("ROLLBACK")
    assert f"the journal is busy: {state}/journal.db: another program holds it" in line
    process.communicate(timeout=200)
    assert process.returncode == 0
    assert (program.cwd / "effects").exists()


def test_an_output_that_is_deleted_while_its_step_runs_leaves_it_unknown(
    program: Program, state: Path
) -> None:
    program.write("taken", TAKEN.format(how=f"rm {STATE}/outputs/*/0001-a.log"))
    ended = program("run", "taken.yaml", "--json")
    assert ended.code == 1
    finished = ended.event("step.finished", step="a")
    assert (finished["status"], finished["exit_code"]) == ("unknown", 0)
    assert "0001-a.log: the file was deleted, moved or replaced" in finished["reason"]
    assert "▲ the output of a cannot be kept: " in ended.err
    assert ended.events[-1]["status"] == "failed"


def test_an_output_that_is_deleted_later_is_said(program: Program, state: Path) -> None:
    program.write("taken", TAKEN.format(how=f"rm {STATE}/outputs/*/0000-before.log"))
    ended = program("run", "taken.yaml")
    assert ended.code == 1
    assert (program.cwd / "effects").exists()
    assert "▲ the output of before is not whole in the record: " in ended.err
    assert "0000-before.log: the file was deleted, moved or replaced" in ended.err
    assert program("history", "--json").json[0]["status"] == "succeeded"


@pytest.mark.proves("P14")
@pytest.mark.parametrize(("left", "missing"), [(0, "3 of 3"), (1, "2 of 3")])
def test_an_output_that_is_emptied_or_cut_later_is_said(
    program: Program, state: Path, left: int, missing: str
) -> None:
    program.write("taken", TAKEN.format(how="true"))
    run = program("run", "taken.yaml", "--json").events[0]["run"]
    path = state / "outputs" / run / "0000-before.log"
    assert [step["output_lost"] for step in program("show", run, "--json").json["steps"]] == [
        ""
    ] * 3
    assert "gone" not in program("watch", run).err
    os.truncate(path, left)
    told = f"of what it printed {missing} bytes are gone: {path}"
    shown = program("show", run).out
    assert shown.count(told) == 1
    assert (f"{told}\n   h\n" in shown) == (left == 1)
    before, *others = program("show", run, "--json").json["steps"]
    assert (before["output_lost"], [step["output_lost"] for step in others]) == (told, ["", ""])
    assert program("watch", run).err.count(f"▲ before: {told}\n") == 1
    assert program("watch", run, "--json").err.count(f"before: {told}\n") == 1


def test_an_output_that_is_cut_while_its_step_runs_leaves_it_unknown(
    program: Program, state: Path
) -> None:
    how = f"echo one; until grep -q one {STATE}/outputs/*/0001-a.log; do sleep 0.05; done; "
    program.write("taken", TAKEN.format(how=f"{how}: > $(echo {STATE}/outputs/*/0001-a.log)"))
    ended = program("run", "taken.yaml", "--json")
    assert ended.code == 1
    finished = ended.event("step.finished", step="a")
    assert (finished["status"], finished["exit_code"]) == ("unknown", 0)
    assert "0001-a.log: the file was cut short" in finished["reason"]


def test_the_output_of_all_attempts_is_whole_beyond_its_limit_and_over_legs(
    program: Program, state: Path
) -> None:
    text = """
name: chatty
steps:
  - name: a
    kind: shell
    output_limit: 64 KiB
    retry: {attempts: 3, delay: 1s}
    run: |
      seq 100000 160000
      [ -e again ] || { touch again; kill -9 $PPID; exit 1; }
      [ -e twice ] || { touch twice; false; }
"""
    program.write("chatty", text)
    process = program.start("run", "chatty.yaml")
    process.communicate(timeout=200)
    run = program("history", "--json").json[0]["run"]
    assert program("resume", "--unknown=retry").code == 0
    (step,) = program("show", run, "--json").json["steps"]
    assert (step["attempts"], step["output_lost"]) == (3, "")
    os.truncate(step["output"], 1000)
    assert "are gone" in program("show", run).out


@pytest.mark.parametrize("gone", ["outputs", "outputs/{}", "outputs/{}/0000-before.log"])
def test_an_output_that_is_gone_when_a_run_is_shown_is_said(
    program: Program, state: Path, gone: str
) -> None:
    program.write("taken", TAKEN.format(how="true"))
    assert program("run", "taken.yaml").code == 0
    run = program("history", "--json").json[0]["run"]
    assert "is gone" not in program("show", run).out
    path = state / gone.format(run)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    told = [line for line in program("show", run).out.splitlines() if "is gone" in line]
    assert len(told) == (1 if gone.endswith(".log") else 3)
    assert told[0].strip() == f"what it printed is gone: {state}/outputs/{run}/0000-before.log"
