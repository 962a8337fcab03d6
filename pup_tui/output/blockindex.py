"""The index of a file of lines: an entry for each block of them, so that a line costs next to nothing.

It is a header of 64 bytes and then 32 bytes for each block, in the machine's byte order. A block is
text of one stream that was written within ``BLOCK_SECONDS``, and no longer than ``BLOCK_SIZE`` unless
it is one line; which of its lines is wanted is found in the text.
"""

from __future__ import annotations

import struct
from array import array
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BLOCK_SECONDS = 0.05
"""How long after its first line something can still be added to a block."""

BLOCK_SIZE = 64 * 1024
"""Bytes from which on nothing more is added to a block."""

STDERR = 1
OPEN = 2

HEADER_SIZE = 64
ENTRY_SIZE = 32
_HEADER = struct.Struct("=8s3I4xQQQQ8x")
_ENTRY = struct.Struct("=QQdI4x")
_MAGIC = b"pup-idx2"

# Version 1 had 8 bytes for each line: the offset of its end, shifted, with the same two flags.
_MAGIC_1 = b"pup-idx1"
_ENTRY_SIZE_1 = 8
_SHIFT_1 = 2
_FLAGS_1 = STDERR | OPEN


class IndexHeader(Struct, frozen=True):
    """What the index's header says about the parts of a spool; all zero for a single file."""

    state: int = 0
    first_part: int = 0
    end_part: int = 0
    head_lines: int = 0
    head_bytes: int = 0
    dropped_lines: int = 0
    dropped_bytes: int = 0

    def pack(self) -> bytes:
        return _HEADER.pack(
            _MAGIC,
            self.state,
            self.first_part,
            self.end_part,
            self.head_lines,
            self.head_bytes,
            self.dropped_lines,
            self.dropped_bytes,
        )

    @classmethod
    def unpack(cls, data: bytes) -> IndexHeader:
        """Read a header; one that is cut off or not ours counts as all zero."""
        if len(data) < HEADER_SIZE or not data.startswith((_MAGIC, _MAGIC_1)):
            return cls()
        return cls(*_HEADER.unpack_from(data)[1:])


class BlockEntry(NamedTuple):
    """A block of lines of one stream."""

    end: int
    """The offset in the text at which it ends."""
    lines: int
    """How many lines end up to there, with those of the blocks before it."""
    at: float
    """When its first line was written, in seconds since 1970; 0 where that is not known."""
    flags: int
    """``STDERR``, and ``OPEN`` for unfinished lines."""


NO_ENTRY = BlockEntry(0, 0, 0.0, 0)
"""What stands before the first block."""


def pack(entries: Iterable[BlockEntry]) -> bytes:
    """Return entries as they stand in the file."""
    return b"".join(_ENTRY.pack(*entry) for entry in entries)


def unpack(data: bytes) -> list[BlockEntry]:
    """Return the entries that stand in some bytes of the file."""
    return list(map(BlockEntry._make, _ENTRY.iter_unpack(data)))


def is_old(header: bytes) -> bool:
    """Whether an index that begins with these bytes has an entry for each line."""
    return header.startswith(_MAGIC_1)


def unpack_old(data: bytes) -> list[BlockEntry]:
    """Return what the index with an entry for each line says, as blocks."""
    lines = array("Q")
    lines.frombytes(data[HEADER_SIZE : len(data) - (len(data) - HEADER_SIZE) % _ENTRY_SIZE_1])
    found: list[BlockEntry] = []
    count = 0
    for _, group in groupby(lines, _block_of_old):
        *others, last = group
        count += len(others) + 1
        found.append(BlockEntry(last >> _SHIFT_1, count, 0.0, last & _FLAGS_1))
    return found


def _block_of_old(line: int) -> tuple[int, int]:
    return (line >> _SHIFT_1) // BLOCK_SIZE, line & _FLAGS_1


def index_path(path: Path) -> Path:
    """Return where the index of a text file is."""
    return path.with_suffix(".idx")
