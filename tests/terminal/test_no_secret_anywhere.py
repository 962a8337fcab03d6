"""A run of every kind of step on a terminal, full of a secret in every spelling that is masked.

What is looked at is what others could see: the bytes that the terminal gets, all of the state folder, and the
arguments of every process while the run lasts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import get_args

import pytest

from pup_tui.datadog.sandbox import ids
from pup_tui.runbook.model import AnyStep
from pup_tui.secret_spellings import spellings
from tests.support.program import Program, program_in, sandbox_process
from tests.support.terminal import ended, typed_anew

SECRET = 'hunter2-S3cr3t/+"x"&y=z é\'w'
SPELLINGS = sorted(spellings(SECRET))
COLOUR = re.compile(rb"\x1b\[[0-9;:]*m")

RUNBOOK = """
name: every
vars: {TOKEN: {type: secret, from: "env:TOKEN"}, WEB: {}}
steps:
  - name: a shell
    kind: shell
    run: 'cat spelled.txt; cat spelled.txt >&2; printf %s "$T" | cut -c1-12; echo "{{ TOKEN }}"; cat'
    env: {T: "{{ TOKEN }}"}
    stdin: "{{ TOKEN }}"
    capture: {MADE: {value: "lines[0]", secret: true}}
  - {name: a terminal, kind: shell, interactive: true, env: {T: "{{ TOKEN }}"}, run: 'test "$T"'}
  - {name: one that fails, kind: shell, run: 'cat spelled.txt >&2; exit 3', on_failure: warn}
  - name: again
    kind: shell
    run: cat spelled.txt; exit 1
    retry: {attempts: 2, delay: 1ms}
    on_failure: warn
  - name: each
    kind: shell
    foreach: ["{{ TOKEN }}", b]
    label: "item {{ item }}"
    run: echo "{{ item }}"
  - name: polled
    kind: shell
    run: cat spelled.txt
    poll: {interval: 100ms, timeout: 60s, until: TOKEN in output}
  - name: a call
    kind: http
    method: POST
    url: "{{ WEB }}/echo"
    headers: {X-Token: "{{ TOKEN | urlencode }}"}
    body: "{{ TOKEN }}"
  - {name: datadog, kind: pup, run: monitors list}
  - name: flow
    kind: datadog-workflow
    workflow_id: WORKFLOW
    inputs: {service: payments, version: 2.15.0, environment: staging}
  - {name: rows, kind: sql, url: "sqlite://", query: "select {{ TOKEN }} as a, {{ MADE }} as b"}
  - {name: told, kind: notify, to: "WEBHOOK", title: "{{ TOKEN }}", message: "{{ TOKEN }}"}
  - {name: asked, kind: confirm, message: "Really {{ TOKEN }}?"}
  - {name: by hand, kind: manual, message: "Look at {{ TOKEN }}"}
  - {name: typed in, kind: input, message: "After {{ TOKEN }}", vars: {WORD: {type: secret}}}
  - {name: uses, kind: shell, run: 'echo "{{ WORD }}"; cat spelled.txt'}
  - {name: pause, kind: wait, duration: 1ms}
  - name: both
    kind: parallel
    steps: [{name: x, kind: shell, run: cat spelled.txt}, {name: y, kind: shell, run: cat spelled.txt}]
  - {name: held, kind: group, steps: [{name: x, kind: shell, run: 'echo "{{ TOKEN | upper }}"'}]}
  - {name: called, kind: runbook, runbook: inner, vars: {GIVEN: "{{ TOKEN }}"}}
  - {name: over, kind: stop, status: succeeded, message: "Because of {{ TOKEN }}"}
  - {name: tidy, kind: shell, when: cleanup, run: cat spelled.txt}
"""

INNER = """
name: inner
vars: {GIVEN: {}}
steps: [{name: use, kind: shell, run: 'echo "{{ GIVEN }}"; cat spelled.txt'}]
"""


def leaks(seen: bytes) -> list[str]:
    """The spellings of the secret that can be read, with or without colours between."""
    plain = COLOUR.sub(b"", seen)
    forms = [form.encode("utf-8", "surrogatepass") for form in SPELLINGS]
    return [form.decode() for form in forms if form in plain or form in seen]


@contextmanager
def echo() -> Iterator[str]:
    """A web server that answers with every spelling, and with what it was sent."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = "\n".join(SPELLINGS).encode() + b"\n" + sent
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def arguments_seen() -> Iterator[set[bytes]]:
    """The arguments of every process, looked at again and again."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" "))
                except OSError:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def test_every_kind_is_in_it() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(AnyStep)}
    assert set(re.findall(r"kind: ([\w-]+)", RUNBOOK)) == kinds


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs Linux")
def test_no_spelling_of_a_secret_reaches_terminal_record_or_arguments(tmp_path: Path) -> None:
    program = program_in(tmp_path)
    (program.cwd / "spelled.txt").write_bytes("\n".join(SPELLINGS).encode() + b"\n")
    with echo() as web, sandbox_process(program, "--port", "0") as datadog:
        text = RUNBOOK.replace("WORKFLOW", ids.DEPLOY_WORKFLOW_ID)
        program.write("every", text.replace("WEBHOOK", web.replace("http", "json") + "/hook"))
        program.write("inner", INNER)
        environ = {**program.environ, **datadog, "TOKEN": SECRET}
        raw = run_on_a_terminal(Program(program.cwd, environ), web)
    shown = raw.decode(errors="replace")
    for kept in ("by hand", "Because of ***", "called/use", "tidy"):
        assert kept in shown, shown
    assert leaks(raw) == []
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    stored = b"\0".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert b"***" in stored
    assert leaks(stored + str(list(state.rglob("*"))).encode()) == []


def run_on_a_terminal(program: Program, web: str) -> bytes:
    """Run it and answer what it asks; every byte that it wrote."""
    typescript = open(program.cwd / "typescript", "w", encoding="utf-8")  # noqa: SIM115 - closed below
    call = ("run", "every.yaml", "--arg", f"WEB={web}")
    with typescript, arguments_seen() as arguments, typed_anew(program, *call) as child:
        child.logfile_read = typescript
        child.expect("Really")
        child.sendline("y")
        child.expect("Is it done")
        child.sendline("y")
        child.expect("A note")
        child.sendline("")
        child.expect("WORD")
        child.sendline(SECRET)
        code = ended(child)
    raw = (program.cwd / "typescript").read_bytes()
    assert code == 0, raw.decode(errors="replace")
    assert any(b"pup_tui" in each for each in arguments)
    assert leaks(b"\n".join(arguments)) == []
    return raw
