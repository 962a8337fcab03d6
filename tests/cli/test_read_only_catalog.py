"""The read-only mode over all that the catalog can hold, as the sandbox sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from pup_tui.datadog.installed import installed_commands
from pup_tui.datadog.sandbox import ids
from pup_tui.datadog.sandbox.server import Received
from pup_tui.datadog.table import PupFlag, load_table
from pup_tui.runbook.model import AnyStep
from tests.cli.test_founding import RUNS
from tests.support.fake_pup import FakePup
from tests.support.program import Program
from tests.support.sandboxes import watched_sandbox

Datadog = tuple[dict[str, str], list[Received]]

REFUSED = "refused: it may change something, and the run is read-only"
METHODS = ("POST", "PUT", "PATCH", "DELETE")
STARTS = {
    "kind": "datadog-workflow",
    "workflow_id": ids.MITIGATION_WORKFLOW_ID,
    "inputs": {"service": "x"},
}
SWITCH = {
    "kind": "pup",
    "run": f"feature-flags disable {ids.FLAG_KEY} --env production",
}
POST = {"kind": "http", "method": "POST", "url": "/api/v1/monitor", "json": {}}

CHANGING: dict[str, Sequence[dict[str, Any]]] = {
    "shell": ({"run": "touch {place}/shell"}, {"run": "touch {place}/shell", "shell": "bash"}),
    "pup": (SWITCH,),
    "sql": ({"url": "sqlite:///{place}/x.db", "query": "create table a (b int)"},),
    "http": tuple({"method": method, "url": "/api/v1/monitor"} for method in METHODS),
    "datadog-workflow": (STARTS,),
    "notify": ({"to": "{hook}", "message": "m"},),
    "group": ({"steps": [STARTS]}, {"steps": [{"kind": "group", "steps": [POST]}]}),
    "parallel": ({"steps": [STARTS, SWITCH, POST]},),
    "runbook": ({"runbook": "inner"},),
}
"""By kind, steps that change something."""

HARMLESS = {"confirm", "manual", "input", "wait", "stop"}
"""Kinds that change nothing by themselves."""


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with watched_sandbox() as sandbox:
        yield sandbox


def changes(asked: Sequence[Received]) -> list[Received]:
    """The requests that are neither reads by their method nor those of a subcommand that only looks."""
    reads = [
        (row.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", row.path)))
        for row in load_table().commands
        if not row.mutates
    ]
    return [
        each
        for each in asked
        if each.method != "GET"
        and not any(each.method == m and path.fullmatch(each.path) for m, path in reads)
    ]


def with_names(steps: Sequence[dict[str, Any]], at: str = "s") -> list[dict[str, Any]]:
    return [
        {**each, "name": f"{at}{number}"}
        | ({"steps": with_names(each["steps"], f"{at}{number}_")} if "steps" in each else {})
        for number, each in enumerate(steps)
    ]


def test_every_kind_is_tried() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(AnyStep)}
    assert kinds == CHANGING.keys() | HARMLESS


@pytest.mark.parametrize("kind", CHANGING)
@pytest.mark.parametrize("when", ["on_success", "always", "cleanup"])
def test_no_kind_of_step_changes_anything(
    program: Program, datadog: Datadog, tmp_path: Path, kind: str, when: str
) -> None:
    environ, asked = datadog
    place = tmp_path / "place"
    place.mkdir()
    inner = {"name": "inner", "steps": with_names([STARTS, SWITCH, POST])}
    program.write("inner", json.dumps(inner))
    hook = environ["PUP_TUI_DATADOG_URL"].replace("http:", "json:") + "/api/v1/events"
    steps = with_names([{"kind": kind, "when": when, **step} for step in CHANGING[kind]])
    for step in steps:
        step["on_failure"] = "warn"
    text = json.dumps({"name": "all", "steps": steps})
    text = text.replace("{place}", str(place)).replace("{hook}", hook)
    path = program.write("all", text)
    done = program("run", "--read-only", "--yes", "--undo", "--json", str(path), **environ)
    reasons = [
        event["reason"]
        for event in done.events
        if event["type"] == "step.finished" and "/" not in event["step"]
    ]
    assert len(reasons) == len(steps)
    if kind in ("group", "parallel", "runbook"):
        inside = [e["reason"] for e in done.events if e["type"] == "step.finished"]
        assert REFUSED in inside
    else:
        assert set(reasons) == {REFUSED}
    assert changes(asked) == []
    assert list(place.iterdir()) == []


SAMPLES = {"int": "5", "uuid": ids.FLAG_ID, "duration": "1h", "time": "now", "json": "{}"}


def sample(flag: PupFlag) -> str:
    return f"{flag.name}={next(iter(flag.choices), SAMPLES.get(flag.type, 'x'))}"


def changing_subcommands() -> list[str]:
    """Every subcommand that changes something, of every table, with what it needs."""
    lines = []
    for row in load_table().commands:
        if row.mutates:
            words = [row.name, *(SAMPLES.get(each.type, "x") for each in row.arguments)]
            words += [sample(flag) for flag in row.flags if flag.required]
            lines.append(" ".join([*words, *(["-X POST"] if row.name == "api" else [])]))
    for more in installed_commands().values():
        if more.mutates and more.arguments:
            kinds = [each.partition(":")[2] for each in more.arguments]
            lines.append(f"{more.name} {' '.join(SAMPLES.get(kind, 'x') for kind in kinds)}")
        elif more.mutates:
            flags = [sample(flag) for flag in more.flags if flag.required]
            lines.append(" ".join([more.name, *flags]))
    return lines


@pytest.mark.parametrize("pup", ["builtin", "auto"])
def test_no_subcommand_that_changes_something_is_sent(
    program: Program, datadog: Datadog, tmp_path: Path, pup: str
) -> None:
    environ, asked = datadog
    fake = FakePup(tmp_path / "fake")
    path = f"{fake.path.parent}:{program.environ['PATH']}"
    steps = [
        {"name": f"s{number}", "kind": "pup", "run": line, "on_failure": "warn"}
        for number, line in enumerate(changing_subcommands())
    ]
    everything = program.write("all", json.dumps({"name": "all", "steps": steps}))
    args = ("--read-only", "--yes", "--json", str(everything))
    done = program("run", *args, **environ, PATH=path, PUP_TUI_PUP=pup)
    assert done.err == ""
    ended = [event["reason"] for event in done.events if event["type"] == "step.finished"]
    assert ended == [REFUSED] * len(steps)
    assert (asked, fake.calls) == ([], [])


@pytest.mark.parametrize("runbook", RUNS)
def test_no_runbook_that_comes_along_changes_anything(
    program: Program, datadog: Datadog, runbook: str
) -> None:
    environ, asked = datadog
    args = [part for value in RUNS[runbook] for part in ("--set", value)]
    done = program("run", runbook, *args, "--read-only", "--yes", "--undo", "--json", **environ)
    assert any(event.get("reason") == REFUSED for event in done.events)
    assert changes(asked) == []


CHANGES_FLAG = f"pup feature-flags disable {ids.FLAG_KEY} --env production"


@pytest.mark.parametrize(
    "variable",
    [
        {"from": f"command:{CHANGES_FLAG}"},
        {"from": "command:touch {place}/x"},
        {"from": ["env:NOT_SET", "command:touch {place}/x"], "default": "x"},
        {"type": "enum", "choices_from": "touch {place}/x; echo x"},
        {"type": "enum", "choices_from": CHANGES_FLAG},
    ],
)
@pytest.mark.parametrize("is_called", [False, True])
def test_no_command_that_gives_a_value_changes_anything(
    program: Program, datadog: Datadog, tmp_path: Path, variable: dict[str, Any], is_called: bool
) -> None:
    environ, asked = datadog
    place = tmp_path / "place"
    place.mkdir()
    look = {"name": "look", "kind": "pup", "run": "monitors list"}
    inner: dict[str, Any] = {"name": "inner", "vars": {"A": variable}, "steps": [look]}
    program.write("inner", json.dumps(inner).replace("{place}", str(place)))
    call = {"name": "call", "kind": "runbook", "runbook": "inner"}
    outer = program.write("outer", json.dumps({"name": "outer", "steps": [call]}))
    path = str(outer) if is_called else "inner.yaml"
    program("run", "--read-only", "--yes", path, **environ)
    assert changes(asked) == []
    assert list(place.iterdir()) == []


def test_a_command_that_only_looks_gives_its_value(program: Program, datadog: Datadog) -> None:
    environ, asked = datadog
    variable = {"from": "command:pup monitors list --limit=1"}
    step = {"name": "a", "kind": "pup", "run": "monitors list"}
    path = program.write(
        "one", json.dumps({"name": "one", "vars": {"A": variable}, "steps": [step]})
    )
    done = program("run", "--read-only", str(path), **environ)
    assert (done.code, len(asked)) == (0, 2), done.err


def test_an_installed_pup_is_told(program: Program, datadog: Datadog, tmp_path: Path) -> None:
    environ, asked = datadog
    fake = FakePup(tmp_path / "fake")
    path = {"PATH": f"{fake.path.parent}:{program.environ['PATH']}", "PUP_TUI_PUP": "auto"}
    args = [part for value in RUNS["incident-triage"] for part in ("--set", value)]
    program("run", "incident-triage", *args, "--read-only", "--yes", **environ, **path)
    assert {call.environ["DD_READ_ONLY"] for call in fake.calls} == {"true"}
    assert asked
    assert changes(asked) == []


def test_no_workflow_of_datadog_is_started(program: Program, datadog: Datadog) -> None:
    environ, asked = datadog
    listed = program("list", "--refresh", "--json", **environ).json
    found = [entry["id"] for entry in listed if entry["source"] == "datadog"]
    assert len(found) > 2
    for id_ in found:
        needed = program("describe", id_, "--json", **environ).json["vars"]
        args = ("--set", "service=x") if "service" in needed else ()
        done = program("run", id_, *args, "--read-only", "--yes", "--json", **environ)
        assert (done.code, done.event("run.started")["read_only"]) == (1, True)
    assert changes(asked) == []
