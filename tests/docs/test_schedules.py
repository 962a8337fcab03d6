"""The commands of the page on set times run as they are written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.support.program import Program, program_in

MANUAL = (Path(__file__).parents[2] / "docs" / "schedules.md").read_text()
COMMANDS = re.findall(r"^pup-tui (.+)$", MANUAL, re.M)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    for path, text in (
        (
            "runbooks/vacuum.yaml",
            "name: vacuum\nvars: {DATABASE: {}}\nsteps: [{name: A, kind: shell, run: 'true'}]\n",
        ),
        ("profiles/production.yaml", "danger: true\n"),
    ):
        file = Path(program.environ["PUP_TUI_CONFIG_DIR"], path)
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return program


def test_what_is_added_is_listed_and_its_entry_shown(program: Program) -> None:
    add, install, listed = map(shlex.split, COMMANDS)
    added = program(*add)
    assert added.code == 0, added.err
    assert "vacuum runs vacuum, next " in added.out
    # Nothing is installed for who runs the tests.
    printed = program(*install, "--print")
    assert printed.code == 0
    assert "schedule tick" in printed.out
    (told,) = program(*listed, "--json").json
    assert (told["cron"], told["tz"], told["args"], told["profile"]) == (
        "0 3 * * *",
        "Europe/Berlin",
        {"DATABASE": "orders"},
        "production",
    )


def test_it_is_paused_run_and_removed_by_its_name(program: Program) -> None:
    program(*shlex.split(COMMANDS[0]))
    for line in re.findall(r"`(schedule (?:pause|run-now|remove) NAME)`", MANUAL):
        ended = program(*line.replace("NAME", "vacuum").split())
        assert ended.code == 0, ended.err
    assert program("schedule", "list", "--json").json == []
