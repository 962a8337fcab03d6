"""Lines as steps print them: some at a time, in blocks of one stream."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from pup_tui.output.block import Block, Line
from pup_tui.output.spool import SpoolWriter


def blocks(lines: Iterable[Line]) -> list[Block]:
    return [
        Block(stream, "".join(f"{line.text}\n" for line in some))
        for stream, some in groupby(lines, key=attrgetter("stream"))
    ]


def write_lines(writer: SpoolWriter, lines: Iterable[Line]) -> None:
    for block in blocks(lines):
        writer.append(block)
