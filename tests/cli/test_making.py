from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.program import Program

DOCUMENT = """\
schemaVersion: '0.3'
parameters: {AutomationAssumeRole: {type: String}}
mainSteps:
- {name: look, action: 'aws:executeAwsApi', inputs: {Service: ec2, Api: DescribeInstances}}
"""


def test_a_conversion_is_printed_and_its_report_beside_it(program: Program) -> None:
    (program.cwd / "doc.yaml").write_text(DOCUMENT)
    ended = program("new", "--from", "doc.yaml", "--report")
    assert ended.code == 0
    assert "aws ec2 describe-instances" in ended.out
    assert "kept: look: aws:executeAwsApi" in ended.err


def test_it_comes_from_standard_input_and_goes_to_a_file(program: Program) -> None:
    ended = program("new", "--from", "-", "-o", "made.yaml", "--report", stdin=DOCUMENT)
    assert ended.code == 0
    assert "dropped: parameter AutomationAssumeRole / assumeRole" in ended.out
    assert program("validate", "made.yaml").code == 0
    assert (program.cwd / "runbook.schema.json").is_file()  # its first line names it


def test_nothing_that_is_there_is_overwritten(program: Program) -> None:
    (program.cwd / "made.yaml").write_text("mine")
    ended = program("new", "--from", "-", "-o", "made.yaml", stdin=DOCUMENT)
    assert ended.code == 2
    assert "pup-tui: there is a file already: made.yaml: name another one" in ended.err
    assert (program.cwd / "made.yaml").read_text() == "mine"


def test_what_cannot_be_converted_is_told(program: Program) -> None:
    for source, told in (
        ("", "nothing in the source"),
        ("a: 1", "the format of the source is not known"),
        ("schemaVersion: '2.2'\nmainSteps: [{}]", "schema 2.2 is no Automation document"),
        ("schemaVersion: '0.3'\nmainSteps: [{name: x}]", "step 1 has no action"),
        ("schemaVersion: '0.3'\nmainSteps: [", "the source cannot be read"),
    ):
        ended = program("new", "--from", "-", stdin=source)
        assert ended.code == 2
        assert told in ended.err
    assert "there is no such file: gone.md" in program("new", "--from", "gone.md").err
    assert "not https" in program("new", "--from", "http://example.com/x").err


class Page(BaseHTTPRequestHandler):
    """Serves the document, a page of HTML, and nothing else."""

    def do_GET(self) -> None:
        found = {"/doc.yaml": "text/plain", "/page": "text/html"}.get(self.path)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", found or "text/plain")
        self.send_header("Content-Length", str(len(DOCUMENT)))
        self.end_headers()
        self.wfile.write(DOCUMENT.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its parent has it
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_source_is_fetched_from_an_address(program: Program, address: str) -> None:
    ended = program("new", "--from", f"{address}/doc.yaml")
    assert ended.code == 0
    assert "name: doc\n" in ended.out
    assert "the server answers 404" in program("new", "--from", f"{address}/gone").err
    assert "a page of HTML" in program("new", "--from", f"{address}/page").err


def test_a_conversion_is_called_as_its_file(program: Program) -> None:
    assert program("new", "--from", "-", "-o", "made.yaml", stdin="#!/bin/sh\nls\n").code == 0
    assert "\nname: made\n" in (program.cwd / "made.yaml").read_text()


def test_a_recording_is_converted_with_its_times(program: Program) -> None:
    recorded = Path(__file__).parents[1] / "convert" / "sessions" / "data"
    given = ("--from", str(recorded / "io.typescript"), "--timing", str(recorded / "io.timing"))
    made = program("new", "what-i-did", *given)
    assert made.code == 0
    assert "cat /etc/hostname" in made.out
    assert "typed-and-hidden" not in made.out
    wrong = program("new", *given[:3], str(recorded / "io.typescript"))
    assert wrong.code == 2
    assert "no line of times of `script`" in wrong.err
    assert "there is no such file: gone" in program("new", *given[:3], "gone").err


def test_a_history_that_is_no_utf_8_all_through_is_converted(program: Program) -> None:
    (program.cwd / "history").write_bytes(b": 1796045938:0;uptime \xc5\x83\xbb\n")
    assert "uptime ś" in program("new", "--from", "history").out
