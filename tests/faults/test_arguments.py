"""Where a secret must not be while a run with every way to use one is under way."""

from __future__ import annotations

import asyncio
import base64
import json
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.http_server import FakeServer
from tests.support.program import Program

SECRET = 'hunter2-S3cr3t/+"x"&y=z'
SPELLED = {
    SECRET,
    quote(SECRET, ""),
    json.dumps(SECRET)[1:-1],
    base64.b64encode(SECRET.encode()).decode(),
    SECRET.encode().hex(),
}
TOKEN = "{{ TOKEN }}"
BOOK = f"""
name: secrets
vars: {{TOKEN: {{type: secret, from: 'env:TOKEN_SOURCE'}}}}
steps:
  - name: shell
    kind: shell
    run: echo {TOKEN}; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' >cmdlines
  - name: call
    kind: http
    url: URL
    method: POST
    headers: {{Authorization: 'Bearer {TOKEN}'}}
    json: {{a: '{TOKEN}'}}
  - {{name: refused, kind: http, url: 'http://127.0.0.1:9/', headers: {{X: '{TOKEN}'}}, on_failure: ignore}}
  - name: spelled
    kind: shell
    run: printf %s {TOKEN} | base64 -w0; echo; printf %s {TOKEN} | od -An -v -tx1 | tr -d ' \\n'
  - {{name: fails, kind: shell, run: 'cd /nowhere-{TOKEN}', on_failure: ignore}}
"""


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=200)
    return out, err


@pytest.mark.proves("P8", "P9", "P10", "F22")
async def test_it_is_in_no_argument_no_file_and_nothing_that_is_printed(
    program: Program, tmp_path: Path
) -> None:
    async with FakeServer() as server:
        program.write("secrets", BOOK.replace("URL", f"{server.url}/x"))
        process = program.start_anew("run", "secrets.yaml", "--json", TOKEN_SOURCE=SECRET)
        out, err = await asyncio.to_thread(ended, process)
    assert process.returncode == 0, err
    assert server.requests[0].json == {"a": SECRET}
    running = (program.cwd / "cmdlines").read_bytes().decode(errors="replace")
    assert "pup_tui run secrets.yaml" in running
    kept = list((tmp_path / "state").rglob("*"))
    stored = b"".join(path.read_bytes() for path in kept if path.is_file())
    assert b"***" in stored
    for where in (out, err, running, stored.decode(errors="replace"), *map(str, kept)):
        assert not [spelling for spelling in SPELLED if spelling in where]
    for path in (tmp_path / "state", *kept):
        mode = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == mode, path
