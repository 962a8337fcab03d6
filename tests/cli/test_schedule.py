"""`pup-tui schedule`: what is planned, and what the system begins each minute."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.packs import runbook, write_pack
from tests.support.program import Program
from tests.support.schedules import made_before

HELLO = """
name: hello
vars: {WHO: {type: string}, HOW: {default: loud}}
steps:
  - {name: say, kind: shell, run: 'echo hello {{ WHO }} >> said'}
"""
ASKS = """
name: asks
steps:
  - {name: sure, kind: confirm, message: Sure?}
  - {name: say, kind: shell, run: 'echo done >> said'}
"""
EACH_MINUTE = ("--cron", "* * * * *", "--tz", "UTC")
PATIENCE = 200
"""Seconds for what was begun to be recorded; a busy machine takes its time."""


def planned(program: Program) -> Any:
    return program("schedule", "list", "--json").json


def hello(program: Program, *more: str) -> Any:
    program.write("hello", HELLO)
    return program("schedule", "add", "./hello.yaml", *EACH_MINUTE, "--arg", "WHO=ada", *more)


def until_recorded(program: Program, runs: int = 1) -> Any:
    """The history when that many runs in it have ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        history = program("history", "--json").json
        if len(history) >= runs and all(row["status"] != "running" for row in history):
            return history
        time.sleep(0.1)
    raise AssertionError("what was begun is not recorded")


def test_what_is_added_is_listed_with_its_next_three_times(program: Program) -> None:
    added = hello(program, "--name", "greeting")
    assert (added.code, added.err.count("schedule install")) == (0, 1)
    (listed,) = planned(program)
    assert (listed["schedule"], listed["args"], len(listed["next"])) == (
        "greeting",
        {"WHO": "ada"},
        3,
    )
    assert "greeting" in program("schedule", "list").out


def test_a_second_one_of_a_name_is_refused_and_one_that_is_removed_is_gone(
    program: Program,
) -> None:
    assert hello(program).code == 0
    again = hello(program)
    assert again.code == 2
    assert "--name" in again.err
    assert program("schedule", "remove", "hello").code == 0
    assert planned(program) == []
    gone = program("schedule", "remove", "hello")
    assert (gone.code, "no schedule `hello`" in gone.err) == (2, True)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--cron", "0 3 * *", "--tz", "UTC", "--arg", "WHO=x"), "has 4 fields"),
        ((*EACH_MINUTE, "--arg", "WHO=x", "--arg", "HOW"), "`HOW` is none"),
        (("--cron", "0 3 * * *", "--tz", "Berlin", "--arg", "WHO=x"), "no time zone"),
        (EACH_MINUTE, "`WHO` is required"),
        ((*EACH_MINUTE, "--arg", "WHO"), "NAME=VALUE"),
        ((*EACH_MINUTE, "--arg", "WHO=x", "--name", "A b"), "cannot be the name"),
        ((*EACH_MINUTE, "--arg", "WHO=x", "--name", ""), "cannot be the name"),
        ((*EACH_MINUTE, "--arg", "WHO=x", "--notify", "nowhere"), "--notify"),
    ],
)
def test_what_could_never_run_is_not_planned(
    program: Program, args: tuple[str, ...], told: str
) -> None:
    program.write("hello", HELLO)
    refused = program("schedule", "add", "./hello.yaml", *args)
    assert (refused.code, planned(program)) == (2, [])
    assert told in refused.err


@pytest.mark.proves("P27")
def test_what_surely_asks_needs_a_reason_for_its_yes(program: Program) -> None:
    program.write("asks", ASKS)
    refused = program("schedule", "add", "./asks.yaml", *EACH_MINUTE)
    assert refused.code != 0
    assert "sure" in refused.err
    assert program("schedule", "add", "./asks.yaml", *EACH_MINUTE, "--yes", "it is ours").code == 0
    assert planned(program)[0]["yes"] == "it is ours"


def test_what_the_environment_of_that_time_lacks_is_told(program: Program) -> None:
    secret = HELLO.replace("{type: string}", "{type: secret, from: 'env:WHO'}")
    program.write("hello", secret.replace("echo hello {{ WHO }}", "echo"))
    added = program("schedule", "add", "./hello.yaml", *EACH_MINUTE, WHO="ada-lovelace")
    assert added.code == 0
    assert "at that time" in added.err
    assert "WHO" in added.err
    assert "ada-lovelace" not in added.out + added.err


@pytest.mark.proves("P27")
def test_of_three_looks_at_once_one_has_the_run(program: Program) -> None:
    hello(program)
    made_before(program)
    looks = [program.start("schedule", "tick") for _ in range(3)]
    for each in looks:
        each.communicate(timeout=PATIENCE)
    (run,) = until_recorded(program)
    assert (run["status"], run["scheduled"], run["operator"]) == ("succeeded", "hello", "ada")
    assert (program.cwd / "said").read_text() == "hello ada\n"
    (last,) = [each for each in planned(program)[0]["last"] if each["run"]]
    assert (last["run"], last["status"]) == (run["run"], "succeeded")
    assert "for the schedule hello" in program("show", run["run"]).out


@pytest.mark.proves("P27")
@pytest.mark.parametrize("after", [0.0, 0.15, 0.4])
def test_a_run_that_is_killed_as_it_begins_is_begun_once(program: Program, after: float) -> None:
    hello(program)
    made_before(program)
    moment = float(int(time.time() // 60) * 60)
    killed = program.start_anew("schedule", "fire", "hello", repr(moment))
    time.sleep(after)
    killed.kill()
    killed.communicate()
    fired = [program("schedule", "fire", "hello", repr(moment)) for _ in range(2)]
    assert fired[1].code == 0
    assert len(program("history", "--json").json) == 1
    said = program.cwd / "said"
    assert not said.exists() or said.read_text() == "hello ada\n"


def test_what_cannot_begin_is_recorded_and_told(program: Program) -> None:
    told = program.cwd / "told"
    hello(program, "--notify", f"command:echo json://127.0.0.1:1 | tee -a {told}")
    (program.cwd / "hello.yaml").unlink()
    failed = program("schedule", "fire", "hello", "60.0")
    assert failed.code == 2
    assert told.exists()
    assert "nobody was told" in failed.err
    made_before(program)
    again = program("schedule", "fire", "hello", "60.0")
    assert again.code == 2
    # Two looks at once may both try; it is told once.
    assert "nobody was told" not in again.err


def test_the_reason_is_whole_where_lines_above_it_are_not_seen(program: Program) -> None:
    hello(program, "--notify", "command:echo json://127.0.0.1:1")
    program.write(
        "hello", HELLO.replace("WHO: {type: string}", "WHO: {type: integer}, NEW: {}, X: {}")
    )
    assert program("schedule", "fire", "hello", "60.0").code == 2
    made_before(program, 100.0)
    moment = float(int(time.time() // 60) * 60)
    assert program("schedule", "fire", "hello", repr(moment)).code == 2
    (last,) = planned(program)[0]["last"]
    assert last["outcome"] == "failed"
    assert "`NEW` is required" in last["why"]
    assert "above" not in last["why"]


@pytest.mark.parametrize(
    ("more", "code"), [("", 2), (", if: WHO == 'me'", 0), (", optional: true", 0)]
)
def test_what_wants_a_terminal_is_not_planned(program: Program, more: str, code: int) -> None:
    program.write("vi", HELLO.replace(">> said'", "'" + f", interactive: true{more}"))
    added = program("schedule", "add", "./vi.yaml", *EACH_MINUTE, "--arg", "WHO=x", "--yes", "why")
    assert added.code == code, added.err
    assert ("no terminal, which `say`" in added.err) is ("optional" not in more)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("foreach: [a, b, c], canary: 1", 2),
        ("foreach: [a, b, c], canary: 50%", 2),
        ("foreach: [a, b, c], canary: 3", 0),
        ("foreach: [a, b, c], canary: 1, canary_confirm: false", 0),
        ("foreach: [a], danger: true", 2),
        ("foreach: {command: ls}, canary: 1", 0),
    ],
)
def test_what_surely_asks_between_its_items_is_not_planned(
    program: Program, keys: str, code: int
) -> None:
    program.write("fleet", HELLO.replace("say, kind", f"say, {keys}, kind"))
    added = program("schedule", "add", "./fleet.yaml", *EACH_MINUTE, "--arg", "WHO=x")
    assert added.code == code, added.err


def test_what_was_missed_is_reported_once(program: Program) -> None:
    hello(program)
    made_before(program, 600.0)
    first = program("schedule", "tick")
    assert first.code == 0
    assert first.err.count("missed") >= 8
    until_recorded(program)
    assert "missed" not in program("schedule", "tick").err


def test_a_paused_one_rests_and_goes_on_from_now(program: Program) -> None:
    hello(program)
    assert program("schedule", "pause", "hello").code == 0
    made_before(program, 600.0)
    assert program("schedule", "tick").out + program("schedule", "tick").err == ""
    assert planned(program)[0]["next"] == []
    assert program("schedule", "pause", "hello", "--off").code == 0
    assert "missed" not in program("schedule", "tick").err


def test_what_runs_by_hand_or_from_before_a_pause_is_under_way_too(program: Program) -> None:
    gate = program.cwd / "gate"
    os.mkfifo(gate)
    program.write("hello", HELLO.replace("echo hello", "cat gate; echo hello"))
    added = program("schedule", "add", "./hello.yaml", *EACH_MINUTE, "--arg", "WHO=ada")
    assert added.code == 0
    under_way = program.start("schedule", "run-now", "hello")
    with gate.open("w"):
        assert program("schedule", "pause", "hello").code == 0
        assert program("schedule", "pause", "hello", "--off").code == 0
        made_before(program)
        assert program("schedule", "tick").out == ""
    under_way.communicate(timeout=PATIENCE)
    assert {each["outcome"] for each in planned(program)[0]["last"]} == {"skipped"}
    assert len(program("history", "--json").json) == 1


def test_it_can_be_run_by_hand(program: Program) -> None:
    hello(program)
    assert program("schedule", "run-now", "hello").code == 0
    (run,) = program("history", "--json").json
    assert (run["scheduled"], (program.cwd / "said").read_text()) == ("hello", "hello ada\n")
    assert planned(program)[0]["last"] == []


def test_it_runs_where_it_was_planned_with_its_profile(program: Program, tmp_path: Path) -> None:
    profiles = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "night.yaml").write_text("vars: {WHO: profile}\n")
    program.write("hello", HELLO)
    added = program("schedule", "add", "./hello.yaml", *EACH_MINUTE, "--profile", "night")
    assert added.code == 0, added.err
    elsewhere = Program(tmp_path, program.environ)
    assert elsewhere("schedule", "run-now", "hello").code == 0
    assert (program.cwd / "said").read_text() == "hello profile\n"
    assert program("history", "--json").json[0]["profile"] == "night"


def test_a_runbook_of_a_pack_is_planned_by_its_id(program: Program, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "ops", {"say.yaml": runbook("Say")})
    assert program("import", str(folder), "--yes").code == 0
    (pack,) = program("pack", "list", "--json").json
    assert program("trust", "ops", "--trust", pack["tree"]).code == 0
    added = program("schedule", "add", "ops/say", *EACH_MINUTE)
    assert added.code == 0, added.err
    (listed,) = planned(program)
    assert (listed["schedule"], listed["runbook"]) == ("say", "ops/say")
    assert program("schedule", "run-now", "say").code == 0


def test_the_entry_of_the_system_is_printed_or_put_in(program: Program, tmp_path: Path) -> None:
    printed = program("schedule", "install", "--print").out
    assert "OnCalendar" in printed
    assert "# pup-tui schedule" in printed
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "crontab").write_text('#!/bin/sh\n[ "$1" = -l ] || exec /bin/cat > "$HOME/tab"\n')
    (tools / "crontab").chmod(0o755)
    os.makedirs(program.environ["HOME"], exist_ok=True)
    assert program("schedule", "install", "--cron", PATH=str(tools)).code == 0
    line = (Path(program.environ["HOME"]) / "tab").read_text()
    assert line.startswith("* * * * * ")
    assert "schedule tick >/dev/null" in line
    nothing = program("schedule", "install", PATH=str(tmp_path))
    assert (nothing.code, "OnCalendar" in nothing.out) == (1, True)


def test_a_file_that_is_wrong_is_told_and_nothing_begins(program: Program) -> None:
    hello(program)
    path = Path(program.environ["PUP_TUI_CONFIG_DIR"]) / "schedules.yaml"
    path.write_text(path.read_text().replace("tz: UTC", "tz: Mars"))
    for command in ("list", "tick"):
        refused = program("schedule", command)
        assert refused.code == 2
        assert "Mars" in refused.err
