"""What becomes of the body of an answer on its way to the screen, and what memory that takes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pup_tui.datadog.transport import Response
from pup_tui.steps.bodies import printed

_MIB = 1024 * 1024

_FETCH = """
import asyncio, resource, sys, zlib
from pathlib import Path
from pup_tui.core.requests import HttpRequest
from pup_tui.datadog.configuration import DatadogConfiguration
from pup_tui.steps.executor import Context, Stop
from pup_tui.steps.http import HttpExecutor
from tests.support.http_server import FakeServer, Reply

class Sink:
    def write(self, stream, data):
        pass

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def main(mib, kind, **given):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"x" * 65535 + b"\\n") for _ in range(mib * 16)) + packer.flush()
    packed = {"Content-Encoding": "gzip", "Content-Type": kind}
    context = Context(environ={}, cwd=Path.cwd(), run="r", step="s", directory="")
    async with FakeServer(Reply(), Reply(body=bomb, headers=packed)) as server:
        for _ in range(2):
            before = peak()
            request = HttpRequest(method="GET", url=server.url, to_datadog=False, **given)
            outcome = await HttpExecutor(DatadogConfiguration()).run(request, Sink(), Stop(), context)
    print(peak() - before, outcome.reason)

asyncio.run(main(%r, %r, **%r))
"""


def grown(mib: int, kind: str, **given: str) -> tuple[int, str]:
    """By how many MiB a process grows over a compressed answer of that size, and why the step failed."""
    done = subprocess.run(
        [sys.executable, "-c", _FETCH % (mib, kind, given)],
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    size, _, reason = done.stdout.strip().partition(" ")
    return int(size), reason


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is the system's")
class TestMemory:
    def test_a_bomb_is_given_up_at_the_limit(self) -> None:
        size, reason = grown(200, "text/plain")
        assert reason.endswith("the answer is larger than 67108864 bytes")
        assert size < 64 + 50

    @pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/x-log"])
    def test_a_body_below_the_limit_is_in_memory_once(self, kind: str) -> None:
        size, reason = grown(60, kind)
        assert reason == ""
        assert size < 60 + 50

    def test_one_that_goes_to_a_file_too(self, tmp_path: object) -> None:
        size, reason = grown(60, "text/plain", output_file=f"{tmp_path}/body")
        assert reason == ""
        assert size < 60 + 50


def shown(body: bytes, kind: str = "application/json") -> bytes:
    return printed(Response(200, {"content-type": kind}, body)).text


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 900 + b"1," * 20_000 + b"1" + b"]" * 900,  # 38 MB indented
        b"[" * 4_000_000,
        b'"\\' * 2_000_000,
        json.dumps([{"id": n, "name": "x" * 20} for n in range(100_000)]).encode(),
    ],
)
def test_json_that_would_be_long_indented_is_shown_as_it_came(body: bytes) -> None:
    assert shown(body) == body


def test_what_stands_in_texts_makes_json_no_deeper() -> None:
    body = json.dumps({"a": ['"[[', "{" * 500, '\\"' * 9], "b": {"c": 1}}).encode()
    assert shown(body).decode() == json.dumps(json.loads(body), indent=2) + "\n"


def test_a_character_that_lies_across_two_pieces_is_text() -> None:
    body = b"x" * (65536 - 1) + "é".encode() + b"x"
    assert shown(body, "application/x-log") == body
    assert printed(Response(200, {}, body[:-2])).problem == "65,536 bytes of no known type"


def test_another_charset_is_told_a_piece_at_a_time() -> None:
    text = "ä" * 70_000
    assert shown(text.encode("utf-16"), "text/plain; charset=utf-16") == text.encode()
