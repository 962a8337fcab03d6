"""What the manual says of events and of `--json` is what the program prints, field by field."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from pup_tui.journal.pending import PendingRun
from pup_tui.journal.store import Journal
from tests.support.http_server import FakeServer, Reply
from tests.support.program import Program, program_in

MANUAL = (Path(__file__).parent.parent.parent / "docs" / "command-line.md").read_text()

RUNBOOK = r"""
name: shapes
vars: {X: x, Y: y} # lint: ok unused-variable because it shows what is silenced
lock: "shapes"
steps:
  - {name: Ask, kind: input, vars: {A: {default: a}}}
  - {name: Sure, kind: confirm, message: Sure?}
  - name: Each
    kind: shell
    foreach: [1]
    label: "number {{ item }}"
    run: printf 'one\rtwo\n'; cat; kill -KILL $$
    stdin: "{{ A }}"
    retry: {attempts: 2, delay: 10ms}
    on_failure: ignore
  - {name: Wait, kind: shell, run: echo 3, poll: {until: value > 2, interval: 1s}}
  - {name: Ask the database, kind: sql, url: "sqlite://", query: "select {{ X }} as x"}
  - {name: Look, kind: shell, run: no-such-tool, optional: true, if: X == 'y'}
"""


def fields_of_events() -> dict[str, set[str]]:
    """The fields in the manual's table, without what stands in parentheses about one of them."""
    rows = re.findall(r"^\| `((?:run|step)\.\w+)` \| (.*) \|$", MANUAL, re.M)
    return {
        type_: set(re.findall(r"`(\w+)`", re.sub(r"\([^()]*\)", "", told))) for type_, told in rows
    }


def shape_of(row: str) -> Any:
    """A shape from the manual's table: maps of fields, and lists of such maps."""
    (told,) = re.findall(rf"^\| {re.escape(row)} \| [^{{]*`(\{{.*?\}})`", MANUAL, re.M)
    return yaml.safe_load(told)


def check(shape: Any, found: Any) -> None:
    """Everything that is found has the fields of its shape and no others."""
    if isinstance(shape, list):
        for each in found:
            check(shape[0], each)
    elif isinstance(shape, dict):
        assert set(found) == set(shape)
        for name, inner in shape.items():
            if inner is not None:
                check(inner, found[name])


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = program_in(tmp_path)
    program.write("shapes", RUNBOOK)
    return program


def test_events_and_what_is_recorded_of_them(program: Program) -> None:
    done = program("run", "shapes.yaml", "--yes", "--json")
    assert done.code == 0, done.err
    told = fields_of_events()
    assert {event["type"] for event in done.events} == set(told) - {
        *("run.resumed", "run.noted", "step.paused"),
    }
    optional = {"step.output": {"overwritten"}}
    for event in done.events:
        fields = set(event) - {"type", "ts", "run"}
        assert fields | optional.get(event["type"], set()) == told[event["type"]]
    assert any("overwritten" in event for event in done.events)
    killed = done.event("step.finished", step="each[0]")
    assert (killed["exit_code"], killed["signal"], killed["label"]) == (137, "SIGKILL", "number 1")
    assert done.event("step.answered", step="ask")["values"] == {"A": "a"}
    asked = done.event("step.started", step="ask_the_database")
    assert (asked["command"], asked["statement"]) == ("sqlite://", "select 'x' as x")

    history = program("history", "--json").json
    check([shape_of("`history`")], history)
    shown = program("show", history[0]["run"], "--json").json
    check(shape_of("`show`"), shown)
    check([shape_of("`show`: `steps`")], shown["steps"])
    check([shape_of("`show`: `decisions`")], shown["decisions"])
    assert [each["step"] for each in shown["decisions"]] == ["ask", "sure"]
    (sql,) = (step for step in shown["steps"] if step["kind"] == "sql")
    assert sql["statement"] == "select 'x' as x"
    found = program("history", "--search", "select", "--json").json
    check([shape_of("`history --search`")], found)
    report = program("report", history[0]["run"], "--format", "json").json
    check(shape_of("`report`"), report)
    for part in ("steps", "runs"):
        check(
            [shape_of(f"`report`: `{part}`")],
            report["runs"][0]["steps"] if part == "steps" else report["runs"],
        )
    check([shape_of("`report`: `timeline`")], report["timeline"])
    (listed,) = (
        each for each in program("--runbooks", ".", "list", "--json").json if each["id"] == "shapes"
    )
    check(shape_of("`list`"), listed)
    last_run = {name: None for name in shape_of("`history`") if name != "legs"}
    check(last_run, listed["last_run"])
    check(shape_of("`list`: `freshness`"), listed["freshness"])
    (told,) = program("stats", "--json", "--runbook", "shapes").json.values()
    check(shape_of("`stats`"), told)
    check([shape_of("`stats`: `steps`")], told["steps"])


def test_the_event_of_a_run_that_goes_on(program: Program) -> None:
    program.write("once", "name: once\nsteps: [{name: a, kind: shell, run: test -e made}]\n")
    assert program("run", "once.yaml").code == 1
    (program.cwd / "made").touch()
    done = program("resume", "--json")
    assert done.code == 0, done.err
    fields = set(done.event("run.resumed")) - {"type", "ts", "run"}
    assert fields == fields_of_events()["run.resumed"]


async def test_the_event_of_an_attempt_that_only_waits(program: Program) -> None:
    program.write("asks", "name: asks\nsteps: [{name: a, kind: http, url: /api/v1/x}]\n")
    limited = Reply(429, headers={"Retry-After": "0"})
    async with FakeServer(limited, Reply(200, {})) as server:
        environ = {"PUP_TUI_DATADOG_URL": server.url, "DD_ACCESS_TOKEN": "token-0123456789"}
        done = await asyncio.to_thread(program, "run", "asks.yaml", "--json", **environ)
    paused = done.event("step.paused", step="a", reason="rate limit of Datadog")
    assert set(paused) - {"type", "ts", "run"} == fields_of_events()["step.paused"]


def test_what_is_told_of_runs_that_were_asked_for(program: Program) -> None:
    assert program("approve", "--json").json == []
    with closing(Journal.open(Path(program.environ["PUP_TUI_STATE_DIR"]))) as journal:
        journal.ask_for_run(
            PendingRun(
                run="01M8PH8G3RBGJ9EETY5KQGRE58",
                runbook="shapes",
                profile="",
                given={},
                vars={"X": "x"},
                digest="0" * 64,
                client="helper",
                version="4.2",
                reason="It is needed.",
                asked_at=time.time(),
            )
        )
    told = program("approve", "--json").json
    check([shape_of("`approve`")], told)
    assert len(told) == 1
    assert program("approve", told[0]["run"], "--json").code == 2


def test_what_is_told_of_this_computer(program: Program) -> None:
    check(shape_of("`doctor`"), program("doctor", "--offline", "--json").json)
    check(shape_of("`auth status`"), program("auth", "status", "--offline", "--json").json)


def test_what_is_told_of_a_runbook(program: Program) -> None:
    planned = program("plan", "shapes.yaml", "--json").json
    check(shape_of("`plan`"), planned)
    check(shape_of("`list`: `freshness`"), planned["freshness"])
    check(shape_of("`describe`"), program("describe", "shapes.yaml", "--json").json)
    validated = program("validate", "shapes.yaml", "--json").json
    check(shape_of("`validate`"), validated)
    assert len(validated["files"][0]["silenced"]) == 1
    (program.cwd / "_tests").mkdir()
    (program.cwd / "_tests" / "shapes.yaml").write_text("cases: [{name: none, answers: []}]")
    tested = program("test", "shapes.yaml", "--json").json
    check(shape_of("`test`"), tested)
    assert tested["cases"][0]["failures"]
    assert tested["coverage"][0]["missing"]
    program.write("broken", "name: broken\nsteps: []\n")
    validated = program("validate", "broken.yaml", "--json").json
    check(shape_of("`validate`"), validated)
    assert validated["files"][0]["errors"]
