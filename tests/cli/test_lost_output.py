"""What is printed to a disk that is full, and to a reader who has left, with the real program."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.disks import small_disk
from tests.support.program import PROGRAM, Program

BOOK = """
name: book
steps:
  - {name: a, kind: shell, run: "seq 100000; echo the-end"}
  - {name: b, kind: shell, run: "touch acted"}
"""
FULL = Path("/dev/full")


def printing_to(
    program: Program, place: Path | int, *args: str, stream: str = "stdout", encoding: str = "utf-8"
) -> tuple[int, str]:
    """The exit code of a call that prints to a file, which is then closed, and what its other stream says."""
    with open(place, "ab") as file:
        ended = subprocess.run(
            [*PROGRAM, *args],
            cwd=program.cwd,
            env={**program.environ, "PYTHONIOENCODING": encoding},
            stdin=subprocess.DEVNULL,
            stdout=file if stream == "stdout" else subprocess.PIPE,
            stderr=file if stream == "stderr" else subprocess.PIPE,
            check=False,
        )
    told = ((ended.stdout or b"") + (ended.stderr or b"")).decode()
    assert "Traceback" not in told
    return ended.returncode, told


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_run_that_prints_to_a_full_disk_goes_on_is_recorded_and_fails(
    program: Program, as_json: bool
) -> None:
    program.write("book", BOOK)
    args = ("run", "book.yaml", *(["--json"] if as_json else []))
    code, told = printing_to(program, FULL, *args)
    assert code == 1
    assert (program.cwd / "acted").exists()
    run = program("history", "--json").json[0]
    assert run["status"] == "succeeded"
    cut_off = (
        "pup-tui: what the run printed is cut off (No space left on device): standard output: "
    )
    assert f"{cut_off}`pup-tui show {run['run']}` has all of it" in told
    kept = Path(program("show", run["run"], "--json").json["steps"][0]["output"])
    assert kept.read_text().endswith("100000\nthe-end\n")


def test_a_file_on_a_disk_that_fills_up_gets_nothing_behind_the_cut(
    program: Program, tmp_path: Path
) -> None:
    program.write("book", BOOK)
    with small_disk(tmp_path / "disk") as disk:
        code, _ = printing_to(program, disk / "out", "run", "book.yaml", "--json")
        assert code == 1
        *whole, _ = (disk / "out").read_text().split("\n")
        texts = [event.get("text") for event in map(json.loads, whole)]
        assert "1" in texts
        assert "the-end" not in texts
    assert program("history", "--json").json[0]["status"] == "succeeded"


def test_a_reader_who_leaves_is_no_failure_of_the_run(program: Program) -> None:
    program.write("book", BOOK)
    process = program.start_anew("run", "book.yaml")
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    process.stdout.close()
    assert process.stderr is not None
    assert "cut off" not in process.stderr.read()
    assert process.wait(timeout=200) == 0
    process.stderr.close()


@pytest.mark.proves("P14")
@pytest.mark.parametrize(
    ("command", "stream", "code"),
    [
        ("list", "stdout", 0),
        ("history --json", "stdout", 0),
        ("--help", "stdout", 0),
        ("plan book.yaml --json", "stdout", 0),
        ("validate broken.yaml", "stdout", 2),
        ("validate broken.yaml", "stderr", 2),
        ("run failing.yaml", "stdout", 1),
        ("run failing.yaml", "stderr", 1),
        ("run book.yaml --json", "stdout", 0),
    ],
)
def test_without_a_reader_a_command_has_the_exit_code_that_it_would_have_had(
    program: Program, command: str, stream: str, code: int
) -> None:
    program.write("book", BOOK)
    program.write("broken", "name: broken\n")
    program.write("failing", "name: f\nsteps: [{name: a, kind: shell, run: echo a; false}]\n")
    ours, theirs = os.pipe()
    os.close(ours)
    ended, _ = printing_to(program, theirs, *command.split(), stream=stream)
    assert ended == code


@pytest.mark.parametrize("command", ["list", "history --json", "--help"])
def test_that_holds_for_text_that_the_terminal_cannot_encode_too(
    program: Program, command: str
) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    assert printing_to(program, theirs, *command.split(), encoding="ascii") == (0, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_progress_that_cannot_be_told_fails_the_call_and_not_the_run(program: Program) -> None:
    program.write("book", BOOK)
    code, told = printing_to(program, FULL, "run", "book.yaml", stream="stderr")
    assert code == 1
    assert told.endswith("the-end\n")
    assert program("history", "--json").json[0]["status"] == "succeeded"


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json",
        "show RUN",
        "show RUN --json",
        "history",
        "history --json",
        "plan book.yaml",
        "plan book.yaml --json",
        "describe book.yaml",
        "describe book.yaml --json",
        "validate broken.yaml",
        "validate book.yaml --json",
        "schema",
        "config",
        "--help",
        "run --help",
    ],
)
def test_what_a_command_cannot_print_is_said(program: Program, command: str) -> None:
    program.write("book", BOOK.replace("100000", "10"))
    program.write("broken", "name: broken\nsteps: [{name: a, kind: shell}]\n")
    if "RUN" in command:
        assert program("run", "book.yaml").code == 0
        command = command.replace("RUN", program("history", "--json").json[0]["run"])
    if command.startswith("history"):
        assert program("run", "book.yaml").code == 0
    code, told = printing_to(program, FULL, *command.split())
    assert code == 1
    assert told.startswith("pup-tui: what is printed is cut off (No space left on device): ")
    assert len(told.splitlines()) == 1
