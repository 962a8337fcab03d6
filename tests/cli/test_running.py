"""`pup-tui run` as a process: streams, events, exit codes, signals, questions."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.forked import Begun
from tests.support.program import Program
from tests.support.terminal import ended, typed, typed_anew

HELLO = "name: hello\nsteps: [{name: Say it, kind: shell, run: echo hello; echo oops >&2}]\n"


def test_output_goes_to_standard_output_and_progress_to_standard_error(program: Program) -> None:
    program.write("hello", HELLO)
    done = program("run", "hello.yaml")
    assert (done.code, done.out) == (0, "hello\n")
    assert "oops" in done.err
    assert "succeeded" in done.err
    assert "\x1b" not in done.err


def test_a_skipped_step_is_told_by_its_name(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: Not now, if: 'false', kind: shell, run: echo}]\n")
    assert "↷ 1/1 Not now skipped: its `if` does not hold: false" in program("run", "x.yaml").err


def test_events_as_json_lines(program: Program) -> None:
    path = program.write("hello", HELLO)
    done = program("run", "hello.yaml", "--json")
    assert done.code == 0
    kinds = [event["type"] for event in done.events]
    assert kinds[:2] == ["run.started", "step.started"]
    assert kinds[-2:] == ["step.finished", "run.finished"]
    started = done.event("run.started")
    assert started["source"]["path"] == str(path)
    assert (started["runbook"], started["steps"], started["operator"]) == ("hello", 1, "ada")
    output = done.event("step.output", stream="stdout")
    assert (output["step"], output["text"]) == ("say_it", "hello")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", output["ts"])
    assert len({event["run"] for event in done.events}) == 1
    finished = done.event("run.finished")
    assert finished["counts"] == {"succeeded": 1}
    assert set(done.event("step.finished")) == {
        "type", "ts", "run", "step", "status", "exit_code", "duration", "attempts", "reason",
        "captured", "outcome", "signal", "ran_by", "unreachable", "label", "waited",
    }  # fmt: skip


@pytest.mark.proves("P4")
def test_a_value_is_data(program: Program) -> None:
    program.write(
        "x", "name: x\nvars: {X: a}\nsteps: [{name: a, kind: shell, run: 'echo {{ X }}'}]\n"
    )
    done = program("run", "x.yaml", "--arg", "X=; touch pwned")
    assert (done.code, done.out) == (0, "; touch pwned\n")
    assert not (program.cwd / "pwned").exists()


@pytest.mark.parametrize(
    ("text", "args", "code", "told"),
    [
        ("steps: [{name: a, kind: shell, run: exit 3}]", [], 1, "exited with 3"),
        ("steps: [{name: a, kind: shel, run: x}]", [], 2, "did you mean `shell`"),
        ("vars: {X: {}}\nsteps: [{name: a, kind: shell, run: 'echo {{ X }}'}]", [], 2, "X"),
        ("steps: [{name: a, kind: shell, run: echo}]", ["--arg", "Y=1"], 2, "Y"),
        ("steps: [{name: a, kind: shell, run: echo}]", ["--arg", "Y"], 2, "NAME=VALUE"),
        ("steps: [{name: a, kind: confirm, message: Go?}]", [], 2, "no answer to `a`"),
        ("steps: [{name: a, kind: manual, message: Do}]", [], 2, "no answer to `a`"),
        (
            "steps: [{name: a, kind: confirm, if: run.id != '', message: Go?}]",
            [],
            3,
            "nobody could be asked",
        ),
        ("steps: [{name: a, kind: confirm, message: Go?}]", ["--yes"], 0, "answered by --yes"),
    ],
)
def test_exit_codes(program: Program, text: str, args: list[str], code: int, told: str) -> None:
    program.write("r", f"name: r\n{text}\n")
    done = program("run", "r.yaml", *args)
    assert done.code == code, done.err
    assert told in done.err


def test_errors_are_one_line_that_says_what_where_and_what_to_do(program: Program) -> None:
    done = program("run", "rollback-feature-flags")
    assert done.code == 2
    assert done.err == (
        "pup-tui: there is no runbook `rollback-feature-flags`: did you mean rollback-feature-flag?\n"
    )


@pytest.mark.proves("P10")
def test_a_runbook_that_is_not_installed_but_lies_here_is_pointed_to(program: Program) -> None:
    program.write("hello", HELLO)
    done = program("run", "hello")
    assert done.code == 2
    assert (
        "there is no runbook `hello`: a file of that name lies here: say `hello.yaml`" in done.err
    )


def test_a_run_that_did_not_succeed_tells_how_it_goes_on(program: Program) -> None:
    program.write("x", "name: x\nsteps: [{name: A, kind: shell, run: test -e there}]\n")
    failed = program("run", "x.yaml")
    assert "goes on from there" not in program("run", "x.yaml", "--no-journal").err
    told = re.search(r"`pup-tui (resume \w+)` goes on from there", failed.err)
    assert told is not None
    (program.cwd / "there").touch()
    gone_on = program(*told[1].split(), "--yes")
    assert gone_on.code == 0
    assert "goes on from there" not in gone_on.err


def test_a_secret_is_refused_as_an_argument_and_taken_from_a_file(program: Program) -> None:
    program.write(
        "s",
        """\
name: s
vars: {TOKEN: {type: secret}}
steps: [{name: a, kind: shell, run: 'echo {{ TOKEN }} | wc -c; echo {{ TOKEN }}'}]
""",
    )
    refused = program("run", "s.yaml", "--arg", "TOKEN=hunter2-secret")
    assert refused.code == 2
    assert "secret" in refused.err
    assert "hunter2" not in refused.err
    (program.cwd / "values.yaml").write_text("TOKEN: hunter2-secret\n")
    done = program("run", "s.yaml", "--arg-file", "values.yaml", "--json")
    assert done.code == 0
    assert [e["text"] for e in done.events if e["type"] == "step.output"] == ["15", "***"]
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    kept = b"".join(p.read_bytes() for p in state.rglob("*") if p.is_file())
    assert b"hunter2" not in kept


def test_the_first_line_is_an_event_while_the_step_still_runs(program: Program) -> None:
    program.write(
        "slow",
        "name: slow\nsteps: [{name: a, kind: shell, run: 'echo one; read x < gate; echo two'}]\n",
    )
    os.mkfifo(program.cwd / "gate")
    process = program.start("run", "slow.yaml", "--json")
    seen = []
    for line in process.stdout:
        seen.append(json.loads(line))
        if seen[-1]["type"] == "step.output" and seen[-1]["text"] == "one":
            assert all(event["type"] != "step.finished" for event in seen)
            (program.cwd / "gate").write_text("go\n")
    process.communicate()
    assert [e["text"] for e in seen if e["type"] == "step.output"] == ["one", "two"]


@pytest.mark.proves("F07", "F08c", "P15", "P16")
@pytest.mark.parametrize(
    ("number", "code", "status", "cleaned"),
    [
        (signal.SIGINT, 130, "cancelled", True),
        (signal.SIGTERM, 143, "cancelled", True),
        (signal.SIGHUP, 129, "interrupted", False),
    ],
)
def test_signals(
    program: Program, number: signal.Signals, code: int, status: str, cleaned: bool
) -> None:
    program.write(
        "long",
        """\
name: long
steps:
  - {name: a, kind: shell, run: echo up; exec sleep 600}
  - {name: c, kind: shell, when: cleanup, run: touch cleaned}
""",
    )
    process = program.start("run", "long.yaml", "--json")
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["type"] == "step.output":
            process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == code, err
    assert events[-1]["status"] == status
    assert (program.cwd / "cleaned").exists() is cleaned


def test_a_killed_run_is_listed_as_interrupted_with_what_it_printed(program: Program) -> None:
    program.write(
        "long", "name: long\nsteps: [{name: a, kind: shell, run: echo up; exec sleep 5}]\n"
    )
    process = program.start("run", "long.yaml", "--json")
    for line in process.stdout:
        if '"step.output"' in line:
            process.kill()
            break
    process.communicate()
    (row,) = program("history", "--json").json
    assert row["status"] == "interrupted"
    shown = program("show", row["run"][:12], "--json").json
    (step,) = shown["steps"]
    assert step["status"] == "unknown"
    assert Path(step["output"]).read_text() == "up\n"
    assert "up" in program("show", row["run"]).out


def test_history_and_show_tell_what_happened(program: Program) -> None:
    program.write(
        "two",
        """\
name: two
steps:
  - {name: a, kind: shell, run: "echo hi", capture: A}
  - {name: ask, kind: confirm, message: "Go on with {{ A }}?"}
  - {name: b, kind: shell, run: "false"}
""",
    )
    assert program("run", "two.yaml", "--yes").code == 1
    (row,) = program("history", "--json", "--runbook", "two", "--since", "1h").json
    assert (row["status"], row["operator"], row["warnings"]) == ("failed", "ada", 0)
    shown = program("show", row["run"], "--json").json
    assert [step["status"] for step in shown["steps"]] == ["succeeded", "succeeded", "failed"]
    assert [step["exit_code"] for step in shown["steps"]] == [0, None, 1]
    (decision,) = shown["decisions"]
    assert (decision["step"], decision["answer"], decision["by"]) == ("ask", "yes", "--yes")
    assert program("history", "--json", "--status", "succeeded").json == []


def test_show_tells_labels_signals_and_why_a_run_was_stopped(program: Program) -> None:
    program.write(
        "stopped",
        """\
name: stopped
steps:
  - {name: a, kind: shell, foreach: [x], label: "{{ item | upper }}", run: "echo hi"}
  - {name: b, kind: shell, run: "kill -9 $$", on_failure: ignore}
  - {name: s, kind: stop, if: steps.b.outcome == 'ignored', message: nothing to do}
  - {name: c, kind: shell, run: "false"}
""",
    )
    ended = program("run", "stopped.yaml", "--json")
    assert ended.code == 0
    assert ended.event("step.finished", step="a[0]")["label"] == "X"
    told = ended.event("step.finished", step="b")
    assert (told["exit_code"], told["signal"], told["label"]) == (137, "SIGKILL", None)
    assert told["outcome"] == "ignored"
    assert ended.event("run.finished")["reason"] == "nothing to do"
    (row,) = program("history", "--json").json
    shown = program("show", row["run"], "--json").json
    steps = {step["step"]: step for step in shown["steps"]}
    assert shown["reason"] == "nothing to do"
    assert steps["a[0]"]["label"] == "X"
    assert (steps["b"]["exit_code"], steps["b"]["signal"]) == (137, "SIGKILL")
    assert (steps["b"]["outcome"], steps["c"]["outcome"]) == ("ignored", "skipped")
    assert (steps["c"]["status"], steps["c"]["reason"]) == ("skipped", "nothing to do")
    assert "a [0] X · succeeded" in program("show", row["run"]).out


def test_show_tells_items_and_undo_steps_one_by_one(program: Program) -> None:
    program.write(
        "nested",
        """\
name: nested
steps:
  - name: Hosts
    kind: group
    foreach: [a, b]
    as: host
    steps: [{name: Drain, kind: shell, run: "echo {{ host }}", undo: {kind: shell, run: echo back}}]
  - {name: Never, kind: group, foreach: [c], if: "false", steps: [{name: X, kind: shell, run: x}]}
  - {name: Fail, kind: shell, run: "false"}
""",
    )
    assert program("run", "nested.yaml", "--undo", "--yes").code == 1
    (row,) = program("history", "--json").json
    shown = program("show", row["run"], "--json").json
    assert [(step["step"], step["status"]) for step in shown["steps"]] == [
        ("hosts", "succeeded"),
        ("hosts[0]", "succeeded"),
        ("hosts[0]/drain", "succeeded"),
        ("hosts[1]", "succeeded"),
        ("hosts[1]/drain", "succeeded"),
        ("never", "skipped"),
        ("fail", "failed"),
        ("hosts[1]/drain:undo", "succeeded"),
        ("hosts[0]/drain:undo", "succeeded"),
    ]
    told = program("show", row["run"]).out
    assert "  Hosts [1] · succeeded" in told
    assert "    2. Drain · succeeded" in told
    assert "       $ echo b\n       b\n" in told
    assert "undo: " in told


def test_no_journal_keeps_nothing(program: Program) -> None:
    program.write("hello", HELLO)
    assert program("run", "hello.yaml", "--no-journal").code == 0
    assert program("history", "--json").json == []
    assert not Path(program.environ["PUP_TUI_STATE_DIR"]).joinpath("journal.db").exists()


@pytest.mark.proves("F13", "P14")
def test_a_damaged_journal_is_reported_and_nothing_is_run(program: Program) -> None:
    program.write("touches", "name: touches\nsteps: [{name: a, kind: shell, run: touch ran}]\n")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    state.mkdir(mode=0o700, parents=True)
    (state / "journal.db").write_bytes(b"not a database" * 100)
    done = program("run", "touches.yaml")
    assert done.code == 1
    assert "journal.db" in done.err
    assert not (program.cwd / "ran").exists()
    assert program("validate", "touches.yaml").code == 0


@pytest.mark.proves("P10")
def test_the_journal_is_private(program: Program) -> None:
    program.write("hello", HELLO)
    program("run", "hello.yaml")
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    loose = [p for p in [state, *state.rglob("*")] if p.stat().st_mode & 0o077]
    assert loose == []
    with sqlite3.connect(state / "journal.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.proves("F37")
def test_a_run_goes_on_when_nobody_reads_its_output(program: Program) -> None:
    program.write(
        "chatty",
        "name: chatty\nsteps: [{name: a, kind: shell, run: 'seq 20000; touch done'}]\n",
    )
    process = program.start("run", "chatty.yaml", "--json")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=200) == 0
    assert process.stderr.read() == ""
    process.stderr.close()
    assert (program.cwd / "done").exists()


def wait_until(process: Begun, holds: Callable[[], bool]) -> None:
    """Return when it holds; AssertionError if the program ends before."""
    while True:
        ended = process.poll()
        if holds():
            return
        assert ended is None, f"it ended with {ended}"
        time.sleep(0.05)


def test_a_reader_who_pauses_holds_up_neither_timeouts_nor_signals(program: Program) -> None:
    program.write(
        "flood",
        """\
name: flood
steps:
  - {name: a, kind: shell, run: "seq 100000; touch flooded; exec sleep 600"}
""",
    )
    process = program.start("run", "flood.yaml", "--json")
    process.stdout.readline()
    wait_until(process, (program.cwd / "flooded").exists)
    process.send_signal(signal.SIGTERM)
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    query = "SELECT status FROM run"
    with sqlite3.connect(state / "journal.db") as database:
        wait_until(process, lambda: database.execute(query).fetchone() == ("cancelled",))
    rest = process.stdout.read()
    assert process.wait() == 143
    assert json.loads(rest.splitlines()[-1])["status"] == "cancelled"
    process.stderr.close()
    process.stdout.close()


def test_a_skipped_confirmation_is_no_yes_to_the_dangerous_step_behind_it(program: Program) -> None:
    program.write(
        "x",
        "name: x\nsteps:\n  - {name: Sure, kind: confirm, message: Sure?, if: 'false'}\n"
        "  - {name: Drop, kind: shell, run: touch dropped, danger: true}\n",
    )
    planned = program("plan", "x.yaml", "--json").json["steps"]
    assert [step["confirm"] for step in planned] == [False, True]
    done = program("run", "x.yaml")
    assert (done.code, "nobody could be asked" in done.err) == (3, True)
    assert not (program.cwd / "dropped").exists()
    assert program("run", "x.yaml", "--yes").code == 0
    assert (program.cwd / "dropped").exists()


def test_a_process_that_a_step_left_writes_on_while_the_run_goes_on(program: Program) -> None:
    """It ends with its first write that nobody takes; the second step waits for more of them."""
    program.write(
        "x",
        r"""
name: x
steps:
  - name: Start
    kind: shell
    run: (while echo tick; do echo >>ticks; sleep 0.05; done; echo >ended) &
  - name: Look
    kind: shell
    run: |
      before=$(wc -l <ticks)
      until [ "$(wc -l <ticks)" -gt "$((before + 5))" ]; do [ ! -e ended ] || exit 1; sleep 0.1; done
""",
    )
    done = program("run", "x.yaml")
    assert done.code == 0, done.err
    assert "is thrown away, and may end it once pup-tui has ended" in done.err


@pytest.mark.parametrize("word", ["help", "version"])
def test_what_is_a_command_elsewhere_is_named_as_the_option_that_it_is_here(
    program: Program, word: str
) -> None:
    assert f"say `pup-tui --{word}`" in program(word).err


def test_an_option_without_its_value_names_its_command(program: Program) -> None:
    assert "see `pup-tui run --help`" in program("run", "x", "--break-lock").err


def test_a_file_that_is_not_there_has_no_place_in_it(program: Program) -> None:
    assert "error: missing.yaml: there is no runbook" in program("validate", "missing.yaml").out


def test_a_folder_that_the_environment_names_and_that_is_not_there_is_said(
    program: Program,
) -> None:
    nowhere = str(program.cwd / "nowhere")
    for args in (("list",), ("run", "qqqq")):
        told = program(*args, PUP_TUI_RUNBOOKS=nowhere).err
        assert f"PUP_TUI_RUNBOOKS names what is no folder: {nowhere}" in told


def test_a_run_without_a_record_names_no_id(program: Program) -> None:
    path = program.write("x", "name: x\nsteps: [{name: a, kind: shell, run: 'true'}]\n")
    assert "x · without a record\n" in program("run", str(path), "--no-journal").err


def test_on_a_terminal_missing_credentials_are_told_before_values_are_asked_for(
    program: Program,
) -> None:
    path = program.write(
        "asks",
        "name: asks\nvars: {SERVICE: {}}\n"
        "steps: [{name: Look, id: look, kind: pup, run: monitors list}]\n",
    )
    with typed_anew(program, "run", str(path)) as child:
        child.expect_exact("no credentials of Datadog were found, and `look` asks it")
        child.expect_exact("SERVICE: ")
        child.sendcontrol("d")
        child.expect_exact("stopped at a question")
        assert ended(child) == 130


def test_on_a_terminal_what_is_read_only_names_what_it_will_refuse(program: Program) -> None:
    path = program.write(
        "x", "name: x\nsteps: [{name: a, id: writes, kind: shell, run: touch made}]\n"
    )
    with typed(program, "run", str(path), "--read-only") as child:
        child.expect_exact("read-only: refused when its turn comes is writes")
        assert ended(child) == 1
    assert not (program.cwd / "made").exists()
