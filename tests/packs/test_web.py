"""Files from https addresses. The servers here speak http, which only `read_source` refuses."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from pup_tui.packs.errors import PackError
from pup_tui.packs.fetch import FetchSurroundings, fetch_pack
from pup_tui.packs.source import PackSource, SourceKind
from pup_tui.packs.web import _redirected, fetch_file
from tests.support.http_server import FakeServer, Recorded, Reply, Write
from tests.support.packs import runbook

LIMIT = 1024 * 1024


async def test_a_file_is_fetched() -> None:
    async with FakeServer(Reply(body=b"name: x")) as server:
        assert await fetch_file(f"{server.url}/x.yaml", "x", LIMIT) == b"name: x"
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(404), "answers 404"),
        (Reply(body=b"x", headers={"Content-Type": "text/html; charset=utf-8"}), "login page"),
        (Reply(body=b"\n<!DOCTYPE html><title>Sign in</title>"), "login page"),
        (Reply(body=b"x" * (LIMIT + 1)), "larger than"),
        (Reply(302, headers={"Location": "file:///etc/passwd"}), "scheme is not allowed"),
        (Reply(302, headers={"Location": "http://127.0.0.1/x"}), "leaves https"),
        (Reply(302, headers={"Location": "/loop"}), "leaves https"),
        (Reply(302, headers={"Location": "https://169.254.169.254/x"}), "link-local"),
        (Reply(302, headers={"Location": "https://2852039166/x"}), "link-local"),
        (Reply(302, headers={"Location": "https://a:b@host.example/x"}), "names a user"),
        (Reply(body=b"x", headers={"Content-Length": "10"}), "incomplete"),
    ],
)
async def test_what_is_no_runbook(reply: Reply, told: str) -> None:
    async with FakeServer(reply) as server:
        with pytest.raises(PackError) as refused:
            await fetch_file(f"{server.url}/x.yaml", "x", LIMIT)
    assert told in str(refused.value)


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 100 * LIMIT)

    async def answer(_: Recorded, __: Write) -> Reply:
        return Reply(body=bomb, headers={"Content-Encoding": "gzip"})

    async with FakeServer(handler=answer) as server:
        tracemalloc.start()
        try:
            with pytest.raises(PackError, match="larger than"):
                await fetch_file(f"{server.url}/bomb", "x", LIMIT)
            assert tracemalloc.get_traced_memory()[1] < 20 * LIMIT
        finally:
            tracemalloc.stop()


def test_redirects_within_https_are_followed() -> None:
    with pytest.raises(PackError, match="no address"):
        _redirected("https://a.example/x", "https://[::1", "x")
    assert _redirected("https://a.example/x", "/y", "x") == "https://a.example/y"
    assert _redirected("https://a.example/x", "//b.example/y", "x") == "https://b.example/y"


async def _taken(tmp_path: Path, source: PackSource) -> list[str]:
    around = FetchSurroundings(work=tmp_path, environ={"PATH": ""}, tell=lambda _: None)
    return list((await fetch_pack(source, around)).tree.files)


@pytest.mark.parametrize(
    "text", ["", "A=1\0B=secret-value", "secret-value: 1\n", "- secret-value", "\xff", "{" * 50]
)
async def test_a_file_that_is_no_runbook_is_told_without_its_text(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "environ"
    path.write_text(text)
    source = PackSource(kind=SourceKind.FILE, address=str(path), told="x")
    with pytest.raises(PackError, match="no runbook") as refused:
        await _taken(tmp_path, source)
    assert "secret-value" not in str(refused.value)


async def test_a_single_file_is_a_pack_of_one_runbook(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(runbook("one"))
    source = PackSource(kind=SourceKind.FILE, address=str(path), told="x")
    assert await _taken(tmp_path, source) == ["one.yaml"]
    assert source.name == "one"
