"""Lines as steps print them: some at a time, in blocks of one stream."""

from __future__ import annotations

from collections.abc import Iterable

from pup_tui.output.passage import Line, passages
from pup_tui.output.spool import SpoolWriter


def write_lines(writer: SpoolWriter, lines: Iterable[Line]) -> None:
    for passage in passages(lines):
        writer.append(passage)
