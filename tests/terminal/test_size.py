"""Windows of any size: whatever one is made to, what was there comes back with the room for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.copies import CopiedScreen
from tests.support.program import Program, program_in
from tests.support.screen import Screen

RUNBOOK = """
name: ask
vars:
  SERVICE: {description: What to deploy}
steps:
  - {name: Look, kind: shell, run: 'seq 1 200; echo evidence', read_only: true}
  - {name: Sure, kind: confirm, message: 'Deploy {{ SERVICE }}, really?'}
  - {name: Done, kind: shell, run: 'echo it is out'}
"""
STORM = [
    *((width, 24) for width in range(79, 0, -6)),
    *((1, height) for height in range(24, 0, -3)),
    *((1, 1), (2, 1), (1, 2), (300, 1), (1, 100), (250, 80), (1, 1), (20, 6), (120, 40), (39, 9)),
]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    (program.cwd / "books").mkdir()
    (program.cwd / "books" / "ask.yaml").write_text(RUNBOOK)
    return program


def storm(screen: Screen) -> None:
    """Have the terminal many sizes in no time, and at the end the one it had."""
    for columns, rows in STORM:
        screen.have_size(columns, rows)
        screen.read(0.02)
    screen.resize(80, 24)


def test_a_storm_of_sizes_down_to_one_cell_loses_nothing(program: Program) -> None:
    environ = {**program.environ, "PUP_TUI_RUNBOOKS": str(program.cwd / "books")}
    with CopiedScreen(["ask"], cwd=program.cwd, environ=environ, size=(80, 24)) as screen:
        screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
        storm(screen)
        screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.type_text("payments")
        storm(screen)
        screen.wait_for(r"payments[\s\S]*1 value ready")
        screen.press("ctrl+r")
        screen.wait_for("Deploy payments, really")
        screen.wait_for(r"\bNo {2,}n\b")
        storm(screen)
        screen.wait_for("evidence")
        screen.wait_for("Deploy payments, really")
        screen.answer("y", "Deploy payments, really")
        screen.wait_for("it is out")
        screen.wait_for("3 of 3")
        storm(screen)
        screen.wait_for("it is out")
        screen.press("q")
        assert screen.wait_for_exit() == 0
