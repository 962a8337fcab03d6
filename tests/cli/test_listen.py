"""`pup-tui listen`, and the inbox without the console: `alert --inbox`, `inbox:NUMBER`."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.program import Program

ALERTS = Path(__file__).parent.parent / "analysis" / "data" / "alerts"
DISK = (
    "name: disk-full\nvars: {HOST: {}, ENV: {}}\n"
    "steps: [{name: a, kind: shell, run: 'echo {{ HOST }} {{ run.alert.title }}'}]\n"
)


@contextmanager
def listening(program: Program, *args: str) -> Iterator[tuple[str, Any]]:
    """`pup-tui listen` at a free port: its address, and the process."""
    process = program.start("listen", "--port", "0", *args)
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.terminate()
        process.communicate(timeout=200)


@pytest.fixture
def token(program: Program) -> str:
    return program("listen", "--new-token").out.strip()


@pytest.mark.proves("P26")
def test_what_comes_is_listed_ranked_and_run_about(program: Program, token: str) -> None:
    program.write("disk-full", DISK)
    with (
        listening(program) as (url, process),
        httpx.Client(trust_env=False, verify=False) as client,
    ):
        assert url.startswith("http://127.0.0.1:")
        hook = f"{url}/hook/{token}"
        for name in (
            "zabbix-webhook.json",
            "alertmanager-single.json",
            "alertmanager-resolved.json",
        ):
            assert client.post(hook, content=(ALERTS / name).read_bytes()).status_code == 200
        assert client.post(f"{url}/hook/x", content="x").status_code == 401
        listed = program("alert", "--inbox", "--json").json
        process.terminate()
        out, err = process.communicate(timeout=200)
        assert process.returncode == 0
    assert [(each["open"], each["alert"]["system"]) for each in listed] == [
        (True, "Prometheus Alertmanager"),
        (True, "Zabbix"),
        (False, "Prometheus Alertmanager"),
    ]
    assert token not in out + err
    assert "/var: Disk space is critically low" in err
    kept = f"inbox:{listed[1]['number']}"
    assert kept in program("alert", "--inbox").out
    match = program("alert", kept, "--runbooks", ".", "--json").json["matches"][0]
    assert match["vars"] == {"HOST": "batch-07", "ENV": "production"}
    assert match["from"]["HOST"] == "host_name"
    ended = program("run", "disk-full.yaml", "--alert", kept)
    assert "batch-07 /var: Disk space" in ended.out
    assert program("check", "disk-full.yaml", "--alert", kept, "--offline").code == 0


def test_an_empty_inbox_and_a_number_that_is_none_are_told(program: Program) -> None:
    assert "No alert has come" in program("alert", "--inbox").out
    assert program("alert", "--inbox", "--json").json == []
    for source in ("inbox:1", "inbox:", "inbox:x"):
        ended = program("alert", source)
        assert ended.code == 2
        assert "there is no such alert in the inbox" in ended.err
    assert program("alert", "--inbox", "a.json").code == 2


def test_a_token_is_made_and_shown_once(program: Program, token: str) -> None:
    assert len(token) >= 40
    state = Path(program.environ["PUP_TUI_STATE_DIR"])
    assert token not in "".join(path.read_text() for path in state.rglob("*.sha256"))
    other = program("listen", "--new-token")
    assert other.out.strip() not in ("", token)
    assert "not shown again" in other.err


def test_without_a_token_and_a_terminal_it_says_how_to_make_one(program: Program) -> None:
    ended = program("listen", "--port", "0")
    assert ended.code == 2
    assert ended.out == ""
    assert "`pup-tui listen --new-token` makes one" in ended.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_it_listens_to_others_only_behind_tls(program: Program, token: str, host: str) -> None:
    ended = program("listen", "--host", host, "--port", "0")
    assert ended.code == 2
    assert "in the clear" in ended.err
    assert "--behind-tls" in ended.err


def test_a_port_that_is_taken_is_told(program: Program, token: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = program("listen", "--port", port)
    assert ended.code == 2
    assert f"cannot listen at 127.0.0.1, port {port}" in ended.err


def test_behind_tls_it_listens_where_it_is_told_to(program: Program, token: str) -> None:
    with listening(program, "--host", "0.0.0.0", "--behind-tls") as (url, _):
        port = url.rpartition(":")[2]
        with httpx.Client(trust_env=False, verify=False) as client:
            answered = client.post(
                f"http://127.0.0.1:{port}/hook",
                content=json.dumps({"title": "x is down"}),
                headers={"Authorization": f"Bearer {token}"},
            )
    assert answered.status_code == 200
