"""The first minute with the program: the incident of the demo, and a file of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.copies import CopiedScreen
from tests.support.program import PROGRAM, Program, program_in
from tests.support.screen import Screen

READY = r"Run  r[\s\S]*enter Run  / Filter"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_in(tmp_path)


def with_editor(program: Program, script: str) -> dict[str, str]:
    """Surroundings in which the editor is a script that gets the file as `$1`."""
    path = program.cwd / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {**program.environ, "EDITOR": str(path), "VISUAL": str(path)}


def test_the_incident_of_the_demo_is_ended_with_keys_alone(program: Program) -> None:
    with Screen(
        [*PROGRAM, "demo"], cwd=program.cwd, environ=program.environ, size=(80, 24)
    ) as screen:
        screen.wait_for(r"error rate is high in production +firing since")
        screen.wait_for("enter Run")
        screen.press("A")
        screen.wait_for("6 values ready")
        screen.press_until("ctrl+r", "Turn new-checkout off in production")
        screen.wait_for(r"\d+ +\| ERROR NullPointerException in NewCheckoutHandler")
        screen.answer("y", "Turn new-checkout off in production")
        screen.wait_for("7 of 7")
        screen.wait_for("succeeded")


def test_a_file_is_edited_and_judged_on_return(program: Program) -> None:
    books = program.cwd / "books"
    books.mkdir()
    (books / "mine.yaml").write_text(
        "name: mine\nsteps:\n  - {name: a, kind: shell, run: 'echo a'}\n"
    )
    editor = (
        'grep -q shel "$1" && sed -i "s/shell/shel/;t;s/shel,/shell,/" "$1"; echo "$1" >> edited'
    )
    environ = {**with_editor(program, editor), "PUP_TUI_RUNBOOKS": str(books)}
    with CopiedScreen(["mine"], cwd=program.cwd, environ=environ, size=(100, 30)) as screen:
        screen.wait_for(READY)
        screen.press("E")
        screen.wait_for(r"mine has 1 error: line 3")
        screen.wait_for(r"broken: 1 error")
        screen.wait_for(r"3 │   - \{name: a, kind: shel, run: 'echo a'\}")
        screen.press("E")
        screen.wait_for(r"mine is valid\.")
        screen.wait_for(READY)
    assert (program.cwd / "edited").read_text().split() == [str(books / "mine.yaml")] * 2


def test_the_incident_of_the_demo_is_ended_with_the_mouse_alone(program: Program) -> None:
    with CopiedScreen(["demo"], cwd=program.cwd, environ=program.environ, size=(100, 30)) as screen:
        screen.wait_for(READY)
        screen.scroll_to("maintenance-window", over="incident-triage")
        screen.click_until("maintenance-window", "mute its monitors")
        screen.click("opens it")
        screen.wait_for("6 values ready")
        screen.click_until(r"Plan  \^o", "nothing has run")
        screen.click_until(r"Run  \^r", "Yes, do this dangerous step")
        screen.click_until("Yes, do this dangerous step", "dangerous step  enter")
        screen.click_until("dangerous step  enter", "7 of 7")
        screen.click("Read the flag")
        screen.wait_for("feature-flags get new-checkout")
        screen.click(r"\bRunbooks\b")
        screen.wait_for("mute its monitors")
