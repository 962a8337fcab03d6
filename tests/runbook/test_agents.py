"""The key `agents`: what agents may do with a runbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pup_tui.runbook.agents import may_agents
from pup_tui.runbook.load import load

STEPS = "steps: [{name: a, kind: shell, run: echo}]\n"
CALLS = "{name: b, kind: runbook, runbook: called}"


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ("", "plan"),
        ("agents: none\n", "none"),
        ("agents: plan\n", "plan"),
        ("agents: request\n", "request"),
    ],
)
def test_a_runbook_says_what_agents_may_do(tmp_path: Path, said: str, may: str) -> None:
    (tmp_path / "one.yaml").write_text(f"name: one\n{said}{STEPS}")
    assert may_agents(load(tmp_path / "one.yaml").require()) == may


@pytest.mark.parametrize("said", ["all", "[none]", "yes", '""'])
def test_anything_else_is_refused(said: str, errors: Callable[..., list[str]]) -> None:
    (told,) = errors(f"name: one\nagents: {said}\n{STEPS}")
    assert "agents" in told


@pytest.mark.parametrize(
    "steps",
    [
        f"[{CALLS}]",
        f"[{{name: g, kind: group, steps: [{CALLS}]}}]",
        f"[{{name: a, kind: shell, run: echo, undo: {CALLS}}}]",
    ],
)
@pytest.mark.parametrize(
    ("own", "called", "may"),
    [("request", "none", "none"), ("none", "request", "none"), ("request", "plan", "plan")],
)
def test_of_what_it_calls_the_least_counts(
    tmp_path: Path, steps: str, own: str, called: str, may: str
) -> None:
    (tmp_path / "called.yaml").write_text(f"name: called\nagents: {called}\n{STEPS}")
    (tmp_path / "one.yaml").write_text(f"name: one\nagents: {own}\nsteps: {steps}\n")
    assert may_agents(load(tmp_path / "one.yaml").require()) == may
