"""Hosts of literal URLs: which there are, and whether somebody answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from pup_tui.preflight.hosts import HostAddress, HostProbe, addresses, literal_address
from tests.support.runbooks import program_of


@pytest.fixture(autouse=True)
def straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of who runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def open_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.example.com/v1/{{ X }}", "api.example.com:443"),
        ("http://API.example.com", "api.example.com:80"),
        ("http://localhost:8080/?a={{ X }}", "localhost:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("postgresql://{{ USER }}:{{ PASSWORD }}@db.example.com/orders", "db.example.com:5432"),
        ("mysql://app@db.example.com:3307/orders", "db.example.com:3307"),
        ("https://{{ HOST }}/v1", None),
        ("https://api.{{ ENV }}.example.com/", None),
        ("https://api{{ SUFFIX }}", None),
        ("https://api.example.com:{{ PORT }}/", None),
        ("{{ URL }}", None),
        ("/api/v1/monitor", None),
        ("sqlite:///orders.db", None),
        ("https://api.example.com:99999/", None),
    ],
)
def test_where_a_url_leads_whatever_its_values_are(url: str, address: str | None) -> None:
    found = literal_address(url)
    assert (None if found is None else str(found)) == address


def test_each_is_looked_at_once_and_none_of_what_is_left_out() -> None:
    program = program_of("""
        steps:
          - {name: a, kind: http, url: "https://one.example.com/a"}
          - {name: b, kind: http, url: "https://one.example.com/b"}
          - {name: c, kind: group, steps: [{name: d, kind: http, url: "https://two.example.com"}]}
          - {name: e, kind: sql, url: "postgresql://db.example.com/x", query: select 1}
          - name: f
            kind: shell
            run: echo https://not-a-url-of-a-step.example.com
            undo: {kind: http, url: "https://undo.example.com"}
    """)
    assert [str(each) for each in addresses(program, ("c",))] == [
        "one.example.com:443",
        "db.example.com:5432",
        "undo.example.com:443",
    ]


async def test_a_host_that_answers(open_port: int) -> None:
    check = await HostProbe(HostAddress("http", "127.0.0.1", open_port)).look()
    assert (check.ok, check.detail) == (True, "answers")


async def test_a_port_at_which_nobody_answers(closed_port: int) -> None:
    check = await HostProbe(HostAddress("postgresql", "127.0.0.1", closed_port)).look()
    assert (check.ok, check.stops) == (False, False)
    assert check.detail == "does not answer (Connection refused)"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid"])
async def test_a_host_that_does_not_resolve(host: str) -> None:
    check = await HostProbe(HostAddress("https", host, 443)).look()
    assert (check.ok, check.stops) == (False, False)
    assert check.detail.startswith("does not resolve (")


async def test_through_a_proxy_the_proxy_has_to_answer(
    open_port: int, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = HostProbe(HostAddress("https", "no-such-host.invalid", 443))
    monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{open_port}")
    check = await probe.look()
    assert check.ok
    assert f"http://127.0.0.1:{open_port}" in check.detail
    assert "secret" not in check.detail
    monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{closed_port}")
    check = await probe.look()
    assert not check.ok
    assert f"http://127.0.0.1:{closed_port}" in check.detail
    # A database is spoken to straight.
    database = HostProbe(HostAddress("mysql", "127.0.0.1", open_port))
    assert (await database.look()).detail == "answers"


async def test_nothing_is_sent(open_port: int) -> None:
    assert (
        HostProbe(HostAddress("http", "h", 80)).key != HostProbe(HostAddress("http", "h", 81)).key
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = HostAddress("http", "127.0.0.1", server.getsockname()[1])
        assert (await HostProbe(address).look()).ok
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1) == b""
