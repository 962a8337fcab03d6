"""What comes back: whose it is, in whatever pieces it comes."""

from __future__ import annotations

from typing import Any

import pytest

from pup_tui.output.passage import Stream
from pup_tui.steps.remote.channel import BegunThere, SshChannel
from tests.support.executors import RecordingSink

MARK = "pup-tui:0123456789abcdef"
OUT = f"welcome\n{MARK} s\nout pup-tui:01 \x00\xff".encode("latin-1")
ERR = f"banner{MARK} s 7 6 1@boot\nerr{MARK} e 3\nmore".encode()


@pytest.fixture
async def channel(sink: RecordingSink) -> SshChannel:
    return SshChannel(MARK, sink)


@pytest.fixture
async def sink() -> RecordingSink:
    return RecordingSink()


def pieces(channel: SshChannel, stream: Any, data: bytes, size: int) -> None:
    for at in range(0, len(data), size):
        channel.write(stream, data[at : at + size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 1000])
async def test_in_whatever_pieces_it_comes(
    size: int, channel: SshChannel, sink: RecordingSink
) -> None:
    ready = []
    for stream, data in (("stdout", OUT), ("stderr", ERR)):
        pieces(channel, stream, data, size)
        ready.append(channel.is_ready)
    channel.end()
    assert ready == [False, True]
    assert channel.begun == BegunThere(7, 6, "1@boot")
    assert channel.code == 3
    assert sink.stdout == b"out pup-tui:01 \x00\xff"
    assert sink.stderr == b"errmore"
    assert channel.before == "banner\nwelcome"


async def test_what_looks_like_a_mark_is_not_kept_back_for_ever(
    channel: SshChannel, sink: RecordingSink
) -> None:
    channel.write("stdout", f"{MARK} s\n".encode())
    channel.write("stdout", b"ends with pup-tui:0123")
    assert sink.stdout == b"ends with "
    channel.end()
    assert sink.stdout == b"ends with pup-tui:0123"


async def test_why_it_did_not_begin(channel: SshChannel) -> None:
    channel.write("stderr", f"{MARK} f needs mktemp\n".encode())
    assert channel.failed == "needs mktemp"
    assert channel.news.is_set()


async def test_what_was_said_before_is_bounded(channel: SshChannel) -> None:
    channel.write("stdout", b"x" * 200_000 + b"end")
    assert len(channel.before) == 64 * 1024
    assert channel.before.endswith("xend")


async def test_output_that_cannot_be_kept_hides_no_end() -> None:
    class Full:
        def write(self, stream: Stream, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    channel = SshChannel(MARK, Full())
    pieces(channel, "stderr", ERR, 1000)
    assert channel.lost is not None
    assert channel.code == 3
