"""The four founding runbooks in the real console on a real pty: list, form, run, confirm, poll, done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pup_tui.datadog.sandbox import ids
from tests.support.copies import CopiedScreen
from tests.support.program import Program, program_in
from tests.support.sandboxes import asked_sandbox
from tests.support.screen import Screen

STORY = 2.0
"""Seconds by which the story goes on with each request: so few that several attempts can be seen."""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_in(tmp_path)


@pytest.fixture
def datadog() -> Iterator[dict[str, str]]:
    with asked_sandbox(STORY) as environ:
        yield environ


TAKES_KEYS = "Run  \\^r"
"""What the footer says once a field of the form has the focus."""


def console(program: Program, datadog: dict[str, str], size: tuple[int, int]) -> Screen:
    environ = {**program.environ, **datadog, "COLORTERM": "truecolor"}
    return CopiedScreen([], cwd=program.cwd, environ=environ, size=size)


def fill(screen: Screen, *values: str) -> None:
    """Type values into the form's fields, one after the other; "" leaves a field as it is."""
    for value in values:
        if value:
            screen.type_text(value)
        screen.press("tab")


def open_form(screen: Screen, runbook: str) -> None:
    # A list without the runbook beside it is a page that does not take keys yet.
    screen.wait_for("incident-triage[\\s\\S]*file\\s|file\\s[\\s\\S]*incident-triage")
    screen.wait_for("/ Filter  ")
    screen.press("/")
    screen.wait_for("To the list")
    screen.press(*runbook)
    screen.press("enter")
    # The file's path is wrapped wherever the checkout's own path makes it too long for the pane.
    between = "[\\s▁-█]*"  # the scrollbar may stand at the end of a line
    wrapped = between.join(re.escape(character) for character in f"{runbook}.yaml")
    screen.wait_for(f"file\\s[\\s\\S]*{wrapped}")
    screen.wait_for("Run  r")
    screen.press("r")
    screen.wait_for("values for this run")
    screen.wait_for(TAKES_KEYS)


def finished(program: Program, datadog: dict[str, str]) -> dict[str, str]:
    """How the only run of the history ended, and its steps."""
    (row,) = program("history", "--json").json
    shown = program("show", row["run"], "--json").json
    return {"run": row["status"], **{step["step"]: step["status"] for step in shown["steps"]}}


def test_rollback_feature_flag(program: Program, datadog: dict[str, str]) -> None:
    with console(program, datadog, (80, 24)) as screen:
        open_form(screen, "rollback-feature-flag")
        fill(screen, "new-checkout", "payments", "", "", "", "300ms")
        screen.press("ctrl+r")
        screen.answer("y", "Turn new-checkout off in production")
        screen.wait_for("attempt [2-9]")
        screen.wait_for("succeeded +7 of 7")
        screen.wait_for("succeeded")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    ended = finished(program, datadog)
    assert set(ended.values()) == {"succeeded"}


def test_incident_triage(program: Program, datadog: dict[str, str]) -> None:
    with console(program, datadog, (120, 36)) as screen:
        open_form(screen, "incident-triage")
        fill(screen, ids.INCIDENT_ID, "payments", "", "300ms")
        screen.press("ctrl+r")
        screen.answer("y", "Start this workflow now")
        screen.answer("y", "Is the triage of payments complete")
        screen.wait_for("succeeded +10 of 11 succeeded · 1 skipped")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    ended = finished(program, datadog)
    assert ended["run"] == "succeeded"
    assert ended["diagnose"] == "skipped"


def test_deploy_service(program: Program, datadog: dict[str, str]) -> None:
    with console(program, datadog, (200, 50)) as screen:
        open_form(screen, "deploy-service")
        fill(screen, "payments", "1.4.3")
        screen.press("right", "tab", "tab", "tab")
        fill(screen, "300ms")
        screen.press("ctrl+r")
        screen.answer("y", "Deploy 1.4.3 to")
        screen.wait_for("attempt [2-9]")
        screen.wait_for("succeeded +[0-9] of [0-9]")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    assert finished(program, datadog)["run"] == "succeeded"


def test_maintenance_window(program: Program, datadog: dict[str, str]) -> None:
    with console(program, datadog, (100, 30)) as screen:
        open_form(screen, "maintenance-window")
        fill(screen, "redis", "1h", "", "300ms")
        screen.press("ctrl+r")
        screen.answer("y", "Mute the monitors of redis")
        screen.wait_for("attempt [2-9]")
        screen.answer("y", "Start the work now")
        screen.wait_for("The change is made[\\s\\S]*pgup")
        screen.press_until("space", r"\[x\]")
        for ticked in range(1, 4):
            # Once: a second one would take the tick away again.
            if ticked > 1:
                screen.press("space")
            screen.wait_for(rf"(?:\[x\][\s\S]*){{{ticked}}}")
            screen.press("tab")
        screen.type_text("all went well")
        screen.press("tab", "tab")
        screen.press_until("enter", "succeeded +[0-9] of [0-9]")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    ended = finished(program, datadog)
    assert (ended["run"], ended["cancel_downtime"]) == ("succeeded", "succeeded")


def test_a_no_aborts_and_no_is_what_enter_says(program: Program, datadog: dict[str, str]) -> None:
    with console(program, datadog, (80, 24)) as screen:
        open_form(screen, "rollback-feature-flag")
        fill(screen, "new-checkout", "payments", "", "", "", "300ms")
        screen.press("ctrl+r")
        screen.answer("enter", "Turn new-checkout off in production")
        screen.wait_for("aborted")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    ended = finished(program, datadog)
    assert (ended["run"], ended["disable"]) == ("aborted", "skipped")
