"""`pup-tui export`: runs and steps for other programs."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from pup_tui.analysis.export.records import FIELDS
from tests.support.journals import copied
from tests.support.program import Program

RUNBOOK = """
name: "=drain"
vars:
  TOKEN: {type: secret, from: "env:THE_TOKEN"}
steps:
  - {name: Sure, kind: confirm, message: "Sure?"}
  - name: Both
    kind: group
    steps:
      - {name: Each, kind: shell, foreach: [1, 2], run: "echo {{ item }}", env: {T: "{{ TOKEN }}"}}
  - {name: Never, kind: shell, run: "true", when: on_failure}
  - {name: "-fails", id: fails, kind: shell, run: "exit 3", undo: {kind: shell, run: "true"}}
"""
SECRET = "hunter22-the-token"


@pytest.fixture
def run(program: Program) -> str:
    program.write("drain", RUNBOOK)
    done = program("run", "drain.yaml", "--yes", "--json", THE_TOKEN=SECRET)
    assert done.code == 1, done.err
    found: str = done.event("run.started")["run"]
    return found


def as_bytes(value: Any) -> Any:
    """The same as protobuf's own mapping has it: OTLP writes ids in hexadecimal, that one in base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(each)).decode()
            if name in ("traceId", "spanId", "parentSpanId")
            else as_bytes(each)
            for name, each in value.items()
        }
    return [as_bytes(each) for each in value] if isinstance(value, list) else value


def spans_of(text: str) -> list[Any]:
    """The spans of an export that is what the protocol says, to the last field."""
    json_format.Parse(json.dumps(as_bytes(json.loads(text))), TracesData())
    (resource,) = json.loads(text)["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    return list(scope["spans"])


def test_lines_tell_what_show_tells(program: Program, run: str) -> None:
    done = program("export", "--format", "jsonl")
    assert done.code == 0
    first, *steps = done.events
    shown = program("show", run, "--json").json
    assert set(first) == set(FIELDS)
    for name in ("run", "runbook", "status", "started_at", "duration", "operator", "warnings"):
        assert first[name] == shown[name]
    told = {each["step"]: each for each in shown["steps"] if each["status"] != "pending"}
    assert [each["step"] for each in steps] == list(told)
    for each in steps:
        for name in ("name", "kind", "status", "reason", "attempts", "exit_code", "duration"):
            assert each[name] == told[each["step"]][name]
    parents = {each["step"]: each["parent"] for each in steps}
    assert parents["both/each[1]"] == "both/each"
    assert parents["both/each"] == "both"
    assert parents["both"] is None


@pytest.mark.proves("P33")
def test_a_table_has_the_same_and_no_formula(program: Program, run: str) -> None:
    done = program("export", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(done.out, newline="")))
    events = program("export", "--format", "jsonl").events
    assert [line["step"] for line in lines] == [each["step"] or "" for each in events]
    names = [line["name"] for line in lines]
    assert names[0] == "'=drain"
    assert "'-fails" in names


def test_spans_are_those_of_the_protocol(program: Program, run: str) -> None:
    done = program("export", "--format", "otlp-json")
    assert done.out.count("\n") == 1
    spans = spans_of(done.out)
    by_step = {
        attribute["value"]["stringValue"]: span
        for span in spans
        for attribute in span["attributes"]
        if attribute["key"] == "pup_tui.step.id"
    }
    root, *others = spans
    assert "parentSpanId" not in root
    assert len({span["spanId"] for span in spans}) == len(spans)
    for span in spans:
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert span["traceId"] == root["traceId"]
        assert span["kind"] == 1
        began, ended = (span[name] for name in ("startTimeUnixNano", "endTimeUnixNano"))
        assert isinstance(began, str)
        assert int(root["startTimeUnixNano"]) <= int(began) <= int(ended)
        assert int(ended) <= int(root["endTimeUnixNano"])
    ids = {span["spanId"] for span in spans}
    assert all(span["parentSpanId"] in ids for span in others)
    assert by_step["both/each[0]"]["parentSpanId"] == by_step["both/each"]["spanId"]
    assert by_step["both"]["parentSpanId"] == root["spanId"]
    assert by_step["fails"]["status"] == {"code": 2, "message": "exited with 3"}
    assert {"key": "process.exit.code", "value": {"intValue": "3"}} in by_step["fails"][
        "attributes"
    ]
    assert by_step["both"]["status"] == {"code": 1}
    assert "never" not in by_step
    assert program("export", "--format", "otlp-json").out == done.out


@pytest.mark.parametrize("format_", ["csv", "jsonl", "otlp-json"])
def test_no_secret_is_exported(program: Program, run: str, format_: str) -> None:
    assert SECRET not in program("export", "--format", format_).out


def test_a_run_that_goes_on_has_no_span_yet_and_one_that_broke_off_has(program: Program) -> None:
    program.write(
        "long", "name: long\nsteps: [{name: s, kind: shell, run: 'echo begun; sleep 60'}]\n"
    )
    with program.start("run", "long.yaml", "--json") as begun:
        assert any("step.output" in line for line in begun.stdout)
        assert spans_of(program("export", "--format", "otlp-json").out) == []
        assert program("export", "--format", "jsonl").events[1]["status"] == "running"
        begun.kill()
    root, step = spans_of(program("export", "--format", "otlp-json").out)
    assert root["status"]["code"] == step["status"]["code"] == 2
    assert step["endTimeUnixNano"] == root["endTimeUnixNano"]
    assert program("export", "--format", "jsonl").events[1]["status"] == "unknown"


def test_only_the_runs_that_are_asked_for_go_to_a_private_new_file(
    program: Program, run: str, tmp_path: Path
) -> None:
    copies = copied(tmp_path / "state", run, 250)
    done = program("export", "--format", "jsonl", "--runbook", "drain", "-o", "runs.jsonl")
    assert (done.code, done.out, done.err) == (0, "", "pup-tui: written: runs.jsonl\n")
    file = program.cwd / "runs.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = [json.loads(line) for line in file.read_text().splitlines()]
    assert [each["run"] for each in told if each["type"] == "run"] == [*reversed(copies), run]
    assert program("export", "--format", "csv", "--runbook", "other").out.splitlines() == [
        ",".join(FIELDS)
    ]
    assert program("export", "--format", "jsonl", "-o", "runs.jsonl").code == 2
    assert program("export", "--format", "csv", "--since", "soon").code == 2


def test_a_run_that_cannot_be_read_is_told(program: Program, run: str, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    copied(tmp_path / "state", run, 1)
    with closing(sqlite3.connect(tmp_path / "state" / "journal.db")) as database, database:
        database.execute("UPDATE event SET chain = x'00' WHERE run = 1 AND sequence = 2")
    done = program("export", "--format", "jsonl")
    assert done.code == 1
    assert [each["type"] for each in done.events].count("run") == 2
    assert f"event 2 of run {run} is not as it was written" in done.err
