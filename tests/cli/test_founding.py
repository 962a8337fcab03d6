"""The four founding runbooks, headless against the sandbox, as a user would run them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pup_tui.datadog.sandbox import ids
from tests.support.fake_pup import FakePup
from tests.support.program import Ended, Program, sandbox_process
from tests.support.sandboxes import asked_sandbox
from tests.support.terminal import ended, typed

STORY = 5.0
"""Seconds by which the story goes on with each request; a workflow is looked at every 5 s."""

RUNS = {
    "deploy-service": ("SERVICE=payments", "VERSION=1.4.3", "ENV=production", "POLL_INTERVAL=100ms"),
    "incident-triage": (
        f"INCIDENT_ID={ids.INCIDENT_ID}", "SERVICE=payments", "POLL_INTERVAL=100ms",
    ),
    "rollback-feature-flag": ("FLAG_KEY=new-checkout", "SERVICE=payments", "POLL_INTERVAL=100ms"),
    "maintenance-window": ("SERVICE=redis", "DURATION=1h", "POLL_INTERVAL=100ms"),
}  # fmt: skip

WITHOUT_TOOLS = {
    "deploy-service": {"notify"},
    "incident-triage": {"diagnose"},
    "rollback-feature-flag": set(),
    "maintenance-window": {"drain"},
}

SEEN_AGAIN = {
    "deploy-service": "stays_ok",
    "rollback-feature-flag": "stays_low",
    "maintenance-window": "stays_drained",
}
"""The steps that see by several looks that it stays as it was waited for."""

CHANGES = {
    "deploy-service": ("Deploy 1.4.3 to production", "deploy"),
    "incident-triage": ("Start this workflow now", "mitigate"),
    "rollback-feature-flag": ("Turn new-checkout off in production", "disable"),
    "maintenance-window": ("Mute the monitors of redis", "downtime"),
}
"""Of each the question before the first step that changes production, and that step."""


@pytest.fixture
def datadog() -> Iterator[dict[str, str]]:
    with asked_sandbox(STORY) as environ:
        yield environ


def run(program: Program, runbook: str, environ: dict[str, str]) -> Ended:
    args = [part for value in RUNS[runbook] for part in ("--set", value)]
    return program("run", runbook, *args, "--yes", "--json", **environ)


@pytest.mark.parametrize("runbook", RUNS)
def test_it_succeeds(program: Program, datadog: dict[str, str], runbook: str) -> None:
    done = run(program, runbook, datadog)
    assert done.code == 0, done.err + done.out[-2000:]
    finished = done.event("run.finished")
    assert (finished["status"], finished["warnings"]) == ("succeeded", 0)
    statuses = done.statuses()
    assert {step for step, status in statuses.items() if status == "skipped"} == (
        WITHOUT_TOOLS[runbook]
    )
    polls = [event for event in done.events if event["type"] == "step.poll"]
    assert polls[-1]["met"] is True
    assert polls[0]["met"] is False
    looks = [event["met"] for event in polls if event["step"] == SEEN_AGAIN.get(runbook)]
    assert looks in ([], [False, False, True])


@pytest.mark.parametrize(
    ("runbook", "line"),
    [
        ("deploy-service", "notify-oncall --service=payments --version=1.4.3"),
        ("incident-triage", "diag-tool --service=payments --format=summary"),
        ("maintenance-window", "lb-cli drain --service=redis"),
    ],
)
def test_installed_tools_are_called_with_the_values(
    program: Program, datadog: dict[str, str], tmp_path: Path, runbook: str, line: str
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    name = line.split(maxsplit=1)[0]
    script = tools / name
    script.write_text(f'#!/bin/sh\necho "{name} $*"\n')
    script.chmod(0o755)
    done = run(program, runbook, {**datadog, "PATH": f"{tools}:{program.environ['PATH']}"})
    assert done.code == 0, done.err
    assert line in [e["text"] for e in done.events if e["type"] == "step.output"]
    assert "skipped" not in done.statuses().values()


AGENTS = {"CLAUDECODE": "1", "CURSOR_AGENT": "1", "AGENT": "1", "DD_AUTO_APPROVE": "true"}
"""Variables that make a `pup` say yes to everything by itself."""


@pytest.mark.parametrize("runbook", RUNS)
def test_an_installed_pup_and_the_built_in_client_give_the_same(
    program: Program, tmp_path: Path, runbook: str
) -> None:
    pup = FakePup(tmp_path / "fake")
    path = {"PATH": f"{pup.path.parent}:{program.environ['PATH']}", "PUP_TUI_PUP": "auto"}
    with asked_sandbox(STORY) as datadog:
        without = run(program, runbook, {**datadog, "PUP_TUI_PUP": "builtin"})
    with asked_sandbox(STORY) as datadog:
        beside = run(program, runbook, {**datadog, **path, **AGENTS})
    assert (without.code, beside.code) == (0, 0), beside.err
    assert results(beside) == results(without)
    assert printed(beside) == printed(without)
    ran_by = {e["step"]: e["ran_by"] for e in beside.events if e["type"] == "step.finished"}
    by_pup = [step for step, by in ran_by.items() if by == str(pup.path)]
    assert len(by_pup) == len({call.environ["PUP_TUI_STEP"] for call in pup.calls}) > 0
    for call in pup.calls:
        assert call.words[-2:] == ["--output", "json"]
        assert not AGENTS.keys() & call.environ.keys()
        assert call.environ["PUP_MOCK_SERVER"] == datadog["PUP_TUI_DATADOG_URL"]


def results(done: Ended) -> list[tuple[object, ...]]:
    """How each step ended, in order, with what it captured and what its polls saw."""
    return [
        (e["step"], e["status"], e["exit_code"], e["captured"])
        if e["type"] == "step.finished"
        else (e["step"], e["met"], e["status"])
        for e in done.events
        if e["type"] in ("step.finished", "step.poll")
    ]


def printed(done: Ended) -> dict[str, list[object]]:
    """What the steps printed: of JSON what it is made of, for times and numbers are others each time."""
    texts: dict[str, str] = {}
    for event in done.events:
        if event["type"] == "step.output" and event["stream"] == "stdout":
            texts[event["step"]] = f"{texts.get(event['step'], '')}{event['text']}\n"
    return {step: list(made_of(text)) for step, text in texts.items()}


def made_of(text: str) -> Iterator[object]:
    decoder, rest = json.JSONDecoder(), text.lstrip()
    while rest:
        try:
            value, end = decoder.raw_decode(rest)
        except ValueError:
            yield re.sub(r"[0-9a-f-]*[0-9][0-9a-f-]*", "0", rest)
            return
        yield shape(value)
        rest = rest[end:].lstrip()


def shape(value: object) -> object:
    """The types in a document; a list is what its items are made of all together."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        shapes = [shape(each) for each in value]
        maps = [each for each in shapes if isinstance(each, dict)]
        merged = {key: each[key] for each in maps for key in each}
        return [merged, *sorted({str(each) for each in shapes if not isinstance(each, dict)})]
    return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.parametrize("runbook", RUNS)
def test_a_no_comes_before_what_changes_production(
    program: Program, datadog: dict[str, str], runbook: str
) -> None:
    args = [part for value in RUNS[runbook] for part in ("--set", value)]
    asked = replace(program, environ={**program.environ, **datadog})
    with typed(asked, "run", runbook, *args) as child:
        if runbook == "rollback-feature-flag":
            child.expect("new-checkout is ENABLED in production")
            child.expect(r"payments there: [0-9.]+ per second")
        question, change = CHANGES[runbook]
        child.expect(question)
        child.expect(r"Go on\? ")
        child.sendline("n")
        assert ended(child) == 3
    (ran,) = json.loads(program("history", "--json").out)
    steps = json.loads(program("show", ran["run"], "--json").out)["steps"]
    statuses = {step["step"]: step["status"] for step in steps}
    assert statuses[change] == "skipped"
    assert "failed" not in statuses.values()


@pytest.mark.parametrize("runbook", RUNS)
def test_where_nobody_can_agree_nothing_begins(
    program: Program, datadog: dict[str, str], runbook: str
) -> None:
    args = [part for value in RUNS[runbook] for part in ("--set", value)]
    done = program("run", runbook, *args, "--json", **datadog)
    assert (done.code, done.events) == (2, [])
    assert "give --yes" in done.err


def test_the_downtime_goes_away_whatever_happened(
    program: Program, datadog: dict[str, str]
) -> None:
    args = [part for value in RUNS["maintenance-window"] for part in ("--set", value)]
    asked = replace(program, environ={**program.environ, **datadog})
    with typed(asked, "run", "maintenance-window", *args) as child:
        child.expect("Mute the monitors of redis")
        child.sendline("y")
        child.expect("Start the work now")
        child.sendline("n")
        assert ended(child) == 3
    (ran,) = json.loads(program("history", "--json").out)
    steps = json.loads(program("show", ran["run"], "--json").out)["steps"]
    statuses = {step["step"]: step["status"] for step in steps}
    assert (statuses["work"], statuses["cancel_downtime"]) == ("skipped", "succeeded")


@pytest.mark.parametrize("scenario", ["incident", "deployment"])
def test_the_sandbox_plays_the_scenario_that_is_named(program: Program, scenario: str) -> None:
    runbook = "name: asks\nsteps: [{name: Ask, kind: pup, run: incidents list}]\n"
    path = program.write("asks", runbook)
    with sandbox_process(program, "--scenario", scenario) as environ:
        found = program("run", str(path), **environ)
    assert found.code == 0, found.err
    assert ("Checkouts fail in payments" in found.out) == (scenario == "incident")


def test_wrong_keys_fail_with_datadogs_words(program: Program, datadog: dict[str, str]) -> None:
    done = program(
        "run", "incident-triage", "--set", "INCIDENT_ID=1", "--set", "SERVICE=payments",
        "--yes", "--json", PUP_TUI_DATADOG_URL=datadog["PUP_TUI_DATADOG_URL"],
    )  # fmt: skip
    assert done.code == 1
    assert "DD_API_KEY" in done.event("step.finished", step="incident")["reason"]


def test_the_demo_without_a_terminal(program: Program) -> None:
    done = program("demo")
    assert done.code == 0, done.err
    assert "succeeded" in done.err.splitlines()[-1]
    assert "incident-triage" in done.err
    assert "Customers cannot pay." in done.out
    assert program("history", "--json").json == []
