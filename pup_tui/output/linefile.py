"""A text file of lines with an index beside it, readable while it is written.

``NAME.log`` is plain text. ``NAME.idx`` says where blocks of its lines end, of which stream they are
and when they were written (``blockindex``); it comes with the first lines. The unfinished lines, one
block a stream at most, stand at the end of the file and are written over later. Text is written before
its index entries; whatever a crash leaves out of the index, or wrong about unfinished lines, a reader
finds in the text.
"""

from __future__ import annotations

import errno
import os
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from .blockindex import (
    BLOCK_SECONDS,
    BLOCK_SIZE,
    ENTRY_SIZE,
    HEADER_SIZE,
    NO_ENTRY,
    OPEN,
    STDERR,
    BlockEntry,
    IndexHeader,
    index_path,
    is_old,
    pack,
    unpack,
    unpack_old,
)
from .overwritten import AGAIN
from .passage import Line, Passage, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_GONE = "the file was deleted, moved or replaced"
_CUT_SHORT = "the file was cut short"
_NEWLINE = 1
_ENTRIES_AT_ONCE = 64


def is_one_line(data: bytes) -> bool:
    """Whether ended lines are a single one: of a long one this is known much sooner than anything else."""
    return data.find(b"\n") == len(data) - 1


def encode_lines(text: str) -> bytes:
    """Return text as it is kept: always valid UTF-8."""
    return text.encode("utf-8", "backslashreplace")


class _Block(Struct, frozen=True):
    """The block to which lines can still be added."""

    begin: int
    entry: BlockEntry

    def takes(self, flags: int, size: int, at: float) -> bool:
        """Whether lines can be added that make it that long."""
        return (
            self.entry.flags == flags
            and size <= BLOCK_SIZE
            and 0 <= at - self.entry.at < BLOCK_SECONDS
        )


class LineFileWriter:
    """Writes one text file and its index. Files have mode 0600. Raises ``OSError``.

    An existing file is continued: what its index misses is added to it, and its unfinished lines
    count as ended. Nobody else may write it, also not while it is released. Where the path leads to
    another file than the one that was begun, or to none, nothing is written any more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text_open: int | None = None
        self._index_open: int | None = None
        self._has_index = True
        self._begun: os.stat_result | None = None
        self.count = 0
        self.size = 0
        self._text_size = 0
        self._blocks = 0
        self._entries = 0
        self._block: _Block | None = None
        try:
            self._recover()
            self._begun = os.fstat(self._text)
        except OSError:
            self.release()
            raise

    def check_in_place(self) -> None:
        """Raise ``OSError`` where what was written is no longer to be found at the path."""
        try:
            there = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            there = None
        if self._begun is not None and not (there and os.path.samestat(there, self._begun)):
            raise OSError(errno.ENOENT, _GONE)
        if there is not None and there.st_size < self._text_size:
            raise OSError(errno.EIO, _CUT_SHORT)

    def append(self, data: bytes, stream: Stream, at: float) -> None:
        """Add ended lines, made by ``encode_lines``, at a time in seconds since 1970.

        Unfinished lines are gone after it.
        """
        begin, end, flags = self.size, self.size + len(data), _flags(stream)
        block, blocks = self._block, self._blocks
        if block is not None and block.takes(flags, end - block.begin, at):
            begin, at, blocks = block.begin, block.entry.at, blocks - 1
        lines = 1 if is_one_line(data) else data.count(b"\n")
        entry = BlockEntry(end, self.count + lines, at, flags)
        self._write(data, [entry], blocks)
        self._count_ended([entry], blocks)
        self._block = _Block(begin, entry)

    def take_back(self, stream: Stream, lines: int) -> bytes:
        """Count no longer as ended so many of the last lines, as far as all of them are of the stream.

        Returns these lines. Their text stays in the file until something is written.
        """
        wanted, number = self.count - lines, self._blocks
        kept = self._ended(number)
        while kept.lines > wanted and kept.flags == _flags(stream):
            before = self._ended(number - 1)
            if before.lines >= wanted:
                kept, number = before, number - 1
                continue
            data = os.pread(self._text, kept.end - before.end, before.end)
            rest = data.split(b"\n", wanted - before.lines)[-1]
            kept = kept._replace(end=kept.end - len(rest), lines=wanted)
        taken = os.pread(self._text, self.size - kept.end, kept.end)
        if taken:
            self.size, self.count = kept.end, kept.lines
            self._blocks = self._entries = number
            self._block = None
            if number:
                _write_all(self._index, pack([kept]), HEADER_SIZE + (number - 1) * ENTRY_SIZE)
            os.ftruncate(self._index, HEADER_SIZE + number * ENTRY_SIZE)
        return taken

    def set_open(self, lines: Sequence[Line], at: float) -> None:
        """Replace the unfinished lines at the end of the file; the last of them has no line feed.

        Each text may be several lines, with line feeds between them.
        """
        data = b""
        entries: list[BlockEntry] = []
        count = self.count
        for number, line in enumerate(lines, 1):
            data += encode_lines(line.text if number == len(lines) else f"{line.text}\n")
            flags = OPEN | _flags(line.stream)
            count += line.text.count("\n") + 1
            entries.append(BlockEntry(self.size + len(data), count, at, flags))
        self._write(data, entries, self._blocks)

    def append_from(self, reader: LineFileReader) -> None:
        """Add all lines of another file; an unfinished one counts as ended."""
        reader.refresh()
        data, entries = reader.data(), reader.ended_entries()
        shifted = [
            entry._replace(end=entry.end + self.size, lines=entry.lines + self.count)
            for entry in entries
        ]
        if data and not data.endswith(b"\n"):
            data += b"\n"
        self._write(data, shifted, self._blocks)
        self._count_ended(shifted, self._blocks)

    def truncate(self, header: IndexHeader) -> None:
        """Drop all lines after the head whose size the header tells."""
        entries = self._read_entries()
        kept = [entry for entry in entries if entry.end < header.head_bytes]
        if header.head_bytes:
            end = entries[len(kept)]._replace(end=header.head_bytes, lines=header.head_lines)
            kept.append(end)
        self.count, self.size = header.head_lines, header.head_bytes
        self._write(b"", kept, 0)
        self._count_ended(kept, 0)

    def read_header(self) -> IndexHeader:
        """Return the index's header."""
        if not self._has_index:
            return IndexHeader()
        return IndexHeader.unpack(os.pread(self._index, HEADER_SIZE, 0))

    def write_header(self, header: IndexHeader) -> None:
        """Replace the index's header."""
        _write_all(self._index, header.pack(), 0)

    def release(self) -> None:
        """Close the files; the next call that needs them opens them again, and begins another block."""
        self._block = None
        descriptors = self._text_open, self._index_open
        self._text_open = self._index_open = None
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)

    @property
    def _text(self) -> int:
        if self._text_open is None:
            self._text_open = _open_private(self.path)
        return self._text_open

    @property
    def _index(self) -> int:
        if self._index_open is None:
            self._index_open = _open_private(index_path(self.path))
            if not self._has_index:
                self._has_index = True
                self.write_header(IndexHeader())
        return self._index_open

    def _write(self, data: bytes, entries: Sequence[BlockEntry], first: int) -> None:
        """Put text after the last ended line, and entries at number ``first``, in place of what is there."""
        self.check_in_place()
        _write_all(self._text, data, self.size)
        if self.size + len(data) < self._text_size:
            os.ftruncate(self._text, self.size + len(data))
        self._text_size = self.size + len(data)
        if entries:
            _write_all(self._index, pack(entries), HEADER_SIZE + first * ENTRY_SIZE)
        if first + len(entries) < self._entries:
            os.ftruncate(self._index, HEADER_SIZE + (first + len(entries)) * ENTRY_SIZE)
        self._entries = first + len(entries)

    def _count_ended(self, entries: Sequence[BlockEntry], first: int) -> None:
        """Count the lines of entries that were written at number ``first``; nothing is added to these."""
        self._blocks = first + len(entries)
        self._block = None
        if entries:
            self.size, self.count = entries[-1].end, entries[-1].lines

    def _ended(self, number: int) -> BlockEntry:
        """Return the last of the first so many blocks."""
        if not number:
            return NO_ENTRY
        at = HEADER_SIZE + (number - 1) * ENTRY_SIZE
        return unpack(os.pread(self._index, ENTRY_SIZE, at))[0]

    def _read_entries(self) -> list[BlockEntry]:
        reader = LineFileReader(self.path)
        try:
            reader.refresh()
            return reader.ended_entries()
        finally:
            reader.close()

    def _recover(self) -> None:
        """Continue the file as it is found, with the index that it should have."""
        size = os.fstat(self._text).st_size
        if not size and not os.path.lexists(index_path(self.path)):
            self._has_index = False
            return
        header = self.read_header()
        entries = self._read_entries() if size else []
        if size and os.pread(self._text, _NEWLINE, size - _NEWLINE) != b"\n":
            _write_all(self._text, b"\n", size)
        self.write_header(header)
        self._count_ended(entries, 0)
        self._text_size = self.size
        _write_all(self._index, pack(entries), HEADER_SIZE)
        os.ftruncate(self._index, HEADER_SIZE + len(entries) * ENTRY_SIZE)
        self._entries = len(entries)


class LineFileReader:
    """Reads a text file by line number, from its index, while another process may write it.

    Between a writer's two writes a read may give a line in part; the next ``refresh`` mends it.
    A missing index is made up for from the text. Memory does not grow with the file as long as
    the index is there. Raises ``OSError`` when the text cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._text = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._index = -1
        self._index_path = index_path(path)
        self.header = IndexHeader()
        self.size = 0
        self._indexed = 0
        self._last = NO_ENTRY
        self._scanned = (0, 0)
        # Entries for what the index does not cover, or not rightly: unfinished lines, a crash, an old index.
        self._more: list[BlockEntry] = []

    @property
    def count(self) -> int:
        """How many lines there are, with unfinished ones, as of the last ``refresh``."""
        return self._more[-1].lines if self._more else self._last.lines

    @property
    def unfinished(self) -> int:
        """How many of them, the last ones, may still change."""
        return self.count - self._last.lines

    def refresh(self) -> None:
        """Take in what has been written since."""
        if self._index < 0:
            try:
                self._index = os.open(self._index_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:
                self._index = -1
        index_size = os.fstat(self._index).st_size if self._index >= 0 else 0
        self.size = os.fstat(self._text).st_size
        header = self._pread_index(0, HEADER_SIZE)
        self.header = IndexHeader.unpack(header)
        if is_old(header):
            self._take_old(index_size)
            return
        count = max(0, index_size - HEADER_SIZE) // ENTRY_SIZE
        self._indexed, unfinished = self._without_open(self._last_valid(count))
        self._last = self._entry(self._indexed - 1) if self._indexed else NO_ENTRY
        if unfinished and unfinished[-1].end == self.size:
            self._more = unfinished
            self._scanned = (0, 0)
        elif self._scanned != (self._last.end, self.size):
            self._more = self._scan(self._last)
            self._scanned = (self._last.end, self.size)

    def data(self) -> bytes:
        """Return the whole text."""
        return self._pread_text(0, self.size)

    def ended_entries(self) -> list[BlockEntry]:
        """Return an entry for each block, as when its unfinished lines were ended."""
        entries = [*self._entries(0, self._indexed), *self._more]
        entries = [entry._replace(flags=entry.flags & ~OPEN) for entry in entries]
        if entries and self._pread_text(self.size - _NEWLINE, _NEWLINE) != b"\n":
            entries[-1] = entries[-1]._replace(end=entries[-1].end + _NEWLINE)
        return entries

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        """Return the lines from ``start`` up to ``stop``, as far as there are any.

        Of a line of more than ``most`` bytes only the beginning is read where that is enough to know what
        it says: not where it was overwritten in there, and not where shorter ones were printed together
        with it.
        """
        start, stop = max(0, start), min(stop, self.count)
        found: list[Line] = []
        for begin, entry in self._blocks(start, stop):
            stream: Stream = "stderr" if entry.flags & STDERR else "stdout"
            size = entry.end - begin.end
            if most is not None and size > most and entry.lines == begin.lines + 1:
                text = self._pread_text(begin.end, most).decode("utf-8", "ignore")
                if AGAIN not in text:
                    ends = 0 if entry.flags & OPEN else _NEWLINE
                    found.append(Line(stream, text, size - ends - len(text.encode())))
                    continue
            data = self._pread_text(begin.end, size)
            texts = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
            chosen = texts[max(0, start - begin.lines) : stop - begin.lines]
            found += [Line(stream, text) for text in chosen]
        return found

    def passages(self, start: int, stop: int) -> Iterator[tuple[int, Passage]]:
        """Return the blocks that hold these lines, each with the number of its first line."""
        for begin, entry in self._blocks(start, min(stop, self.count)):
            stream: Stream = "stderr" if entry.flags & STDERR else "stdout"
            data = self._pread_text(begin.end, entry.end - begin.end)
            text = data.decode("utf-8", "replace").removesuffix("\n")
            yield begin.lines, Passage(stream, f"{text}\n", entry.at or None)

    def time_of(self, line: int) -> float | None:
        """Return when a line was written, in seconds since 1970, at most ``BLOCK_SECONDS`` too early."""
        at = next((entry.at for _, entry in self._blocks(line, line + 1)), 0.0)
        return at or None

    def close(self) -> None:
        """Close the files."""
        os.close(self._text)
        if self._index >= 0:
            os.close(self._index)

    def _blocks(self, start: int, stop: int) -> Iterator[tuple[BlockEntry, BlockEntry]]:
        """Return the blocks that hold the lines from ``start`` up to ``stop``, each with the one before."""
        first = bisect_right(range(self._indexed), start, key=lambda at: self._entry(at).lines)
        before = self._entry(first - 1) if first else NO_ENTRY
        for entry in chain(self._indexed_from(first), self._more):
            if before.lines >= stop:
                return
            if entry.lines > start:
                yield before, entry
            before = entry

    def _indexed_from(self, first: int) -> Iterator[BlockEntry]:
        for at in range(first, self._indexed, _ENTRIES_AT_ONCE):
            yield from self._entries(at, min(at + _ENTRIES_AT_ONCE, self._indexed))

    def _last_valid(self, count: int) -> int:
        """Return how many entries lie within the text, which may have been cut."""
        if count and self._entry(count - 1).end > self.size:
            return bisect_right(range(count), self.size, key=lambda at: self._entry(at).end)
        return count

    def _without_open(self, count: int) -> tuple[int, list[BlockEntry]]:
        """Split off the entries of unfinished lines, at most one a stream, at the end."""
        last = self._entries(max(0, count - 2), count)
        ended = len(last)
        while ended and last[ended - 1].flags & OPEN:
            ended -= 1
        return count - (len(last) - ended), last[ended:]

    def _take_old(self, index_size: int) -> None:
        """Take the entries from an index of the first version."""
        if self._scanned != (index_size, self.size):
            old = unpack_old(self._pread_index(0, index_size))
            self._more = [entry for entry in old if entry.end <= self.size]
            if not self._more or self._more[-1].end < self.size:
                self._more = [entry for entry in self._more if not entry.flags & OPEN]
                self._more += self._scan(self._more[-1] if self._more else NO_ENTRY)
            self._scanned = (index_size, self.size)

    def _scan(self, last: BlockEntry) -> list[BlockEntry]:
        """Return entries for the text after a block, with its last line unfinished or not."""
        entries: list[BlockEntry] = []
        at = last.end
        while at < self.size:
            data = self._pread_text(at, min(BLOCK_SIZE, self.size - at))
            if not data:
                break
            if count := data.count(b"\n"):
                last = BlockEntry(at + data.rindex(b"\n") + 1, last.lines + count, 0.0, 0)
                entries.append(last)
            at += len(data)
        if at > last.end:
            entries.append(BlockEntry(at, last.lines + 1, 0.0, OPEN))
        return entries

    def _entry(self, at: int) -> BlockEntry:
        return self._entries(at, at + 1)[0]

    def _entries(self, start: int, stop: int) -> list[BlockEntry]:
        size = max(0, stop - start) * ENTRY_SIZE
        data = self._pread_index(HEADER_SIZE + start * ENTRY_SIZE, size)
        return unpack(data + bytes(size - len(data)))

    def _pread_index(self, at: int, size: int) -> bytes:
        return os.pread(self._index, size, at) if self._index >= 0 else b""

    def _pread_text(self, at: int, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0:
            part = os.pread(self._text, size, at)
            if not part:
                break
            parts.append(part)
            at += len(part)
            size -= len(part)
        return b"".join(parts)


def _flags(stream: Stream) -> int:
    return STDERR if stream == "stderr" else 0


def _open_private(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def _write_all(descriptor: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, at)
        view = view[written:]
        at += written
