"""A text file of lines with a binary index beside it, readable while it is written.

``NAME.log`` is plain text. ``NAME.idx`` is a header of 64 bytes, then 8 bytes for each line: the
offset of its end, shifted left by two, with a bit for standard error and one for "unfinished", in
the machine's byte order. The unfinished lines, one a stream at most, stand at the end of the file
and are written over later. Text is written before its index entries; whatever a crash leaves out
of the index, or wrong about unfinished lines, a reader finds in the text.
"""

from __future__ import annotations

import errno
import os
import re
import struct
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Stream = Literal["stdout", "stderr"]


class Line(NamedTuple):
    """One line of output, safe to show, without its end."""

    stream: Stream
    text: str


_STDERR = 1
_OPEN = 2
_SHIFT = 2

_GONE = "the file was deleted, moved or replaced"
_ENTRY_SIZE = 8
_HEADER = struct.Struct("=8s3I4xQQQQ8x")
_MAGIC = b"pup-idx1"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class IndexHeader:
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
        if len(data) < _HEADER.size or not data.startswith(_MAGIC):
            return cls()
        return cls(*_HEADER.unpack_from(data)[1:])


def index_path(path: Path) -> Path:
    """Return where the index of a text file is."""
    return path.with_suffix(".idx")


def encode_line(text: str) -> bytes:
    """Return a line as it is kept: one line whatever the text is, and always valid UTF-8."""
    data = text.encode("utf-8", "backslashreplace")
    return (data.replace(b"\n", b"\\n") if b"\n" in data else data) + b"\n"


class LineFileWriter:
    """Writes one text file and its index. Files have mode 0600. Raises ``OSError``.

    An existing file is continued: what its index misses is added to it, and its unfinished lines
    count as ended. Nobody else may write it, also not while it is released. Where the path leads to
    another file than the one that was begun, or to none, nothing is written any more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptors: tuple[int, int] | None = None
        self._begun: os.stat_result | None = None
        self.count = 0
        self.size = 0
        self._text_size = 0
        self._entries = 0
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

    def append(self, lines: Sequence[bytes], stream: Stream) -> None:
        """Add ended lines, made by ``encode_line``. Unfinished lines are gone after it."""
        ends = list(accumulate(map(len, lines), initial=self.size))[1:]
        flag = _STDERR if stream == "stderr" else 0
        self._write(b"".join(lines), [end << _SHIFT | flag for end in ends])
        self.count += len(ends)
        self.size = ends[-1] if ends else self.size

    def set_open(self, lines: Sequence[Line]) -> None:
        """Replace the unfinished lines at the end of the file."""
        data = [encode_line(line.text) for line in lines]
        if data:
            data[-1] = data[-1][:-1]
        ends = list(accumulate(map(len, data), initial=self.size))[1:]
        flags = [_OPEN | (_STDERR if line.stream == "stderr" else 0) for line in lines]
        entries = [end << _SHIFT | flag for end, flag in zip(ends, flags, strict=True)]
        self._write(b"".join(data), entries)

    def append_from(self, reader: LineFileReader) -> None:
        """Add all lines of another file; an unfinished one counts as ended."""
        reader.refresh()
        shift = self.size << _SHIFT
        entries = [(entry & ~_OPEN) + shift for entry in reader.entries()]
        data = reader.data()
        if data and not data.endswith(b"\n"):
            data += b"\n"
            entries[-1] += 1 << _SHIFT
        self._write(data, entries)
        self.count += len(entries)
        self.size += len(data)

    def truncate(self, header: IndexHeader) -> None:
        """Drop all lines after the head whose size the header tells."""
        self.count, self.size = header.head_lines, header.head_bytes
        self._write(b"", [])

    def read_header(self) -> IndexHeader:
        """Return the index's header."""
        return IndexHeader.unpack(os.pread(self._index, _HEADER.size, 0))

    def write_header(self, header: IndexHeader) -> None:
        """Replace the index's header."""
        _write_all(self._index, header.pack(), 0)

    def release(self) -> None:
        """Close the files; the next call that needs them opens them again."""
        if self._descriptors is not None:
            descriptors, self._descriptors = self._descriptors, None
            for descriptor in descriptors:
                os.close(descriptor)

    @property
    def _text(self) -> int:
        return self._opened()[0]

    @property
    def _index(self) -> int:
        return self._opened()[1]

    def _opened(self) -> tuple[int, int]:
        if self._descriptors is None:
            text = _open_private(self.path)
            try:
                self._descriptors = text, _open_private(index_path(self.path))
            except OSError:
                os.close(text)
                raise
        return self._descriptors

    def _write(self, data: bytes, entries: list[int]) -> None:
        """Put text and entries after the last ended line, in place of what is there."""
        self.check_in_place()
        _write_all(self._text, data, self.size)
        if self.size + len(data) < self._text_size:
            os.ftruncate(self._text, self.size + len(data))
        self._text_size = self.size + len(data)
        at = _HEADER.size + self.count * _ENTRY_SIZE
        _write_all(self._index, array("Q", entries).tobytes(), at)
        total = self.count + len(entries)
        if total < self._entries:
            os.ftruncate(self._index, at + len(entries) * _ENTRY_SIZE)
        self._entries = total

    def _recover(self) -> None:
        """Continue the file as it is found, with the index that it should have."""
        if not os.fstat(self._text).st_size:
            header = self.read_header()
            os.ftruncate(self._index, 0)
            self.write_header(header)
            return
        reader = LineFileReader(self.path)
        try:
            reader.refresh()
            self.write_header(reader.header)
            entries = [entry & ~_OPEN for entry in reader.entries()]
        finally:
            reader.close()
        size = os.fstat(self._text).st_size
        if os.pread(self._text, 1, size - 1) != b"\n":
            _write_all(self._text, b"\n", size)
            entries[-1] += 1 << _SHIFT
        _write_all(self._index, array("Q", entries).tobytes(), _HEADER.size)
        os.ftruncate(self._index, _HEADER.size + len(entries) * _ENTRY_SIZE)
        self.count = self._entries = len(entries)
        self.size = self._text_size = entries[-1] >> _SHIFT


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
        self._scanned = (0, 0)
        # Entries for what the index does not cover, or not rightly: unfinished lines, a crash.
        self._more = array("Q")

    @property
    def count(self) -> int:
        """How many lines there are, with unfinished ones, as of the last ``refresh``."""
        return self._indexed + len(self._more)

    @property
    def unfinished(self) -> int:
        """How many of them, the last ones, may still change."""
        return len(self._more)

    def refresh(self) -> None:
        """Take in what has been written since."""
        if self._index < 0:
            try:
                self._index = os.open(self._index_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:
                self._index = -1
        index_size = os.fstat(self._index).st_size if self._index >= 0 else 0
        self.size = os.fstat(self._text).st_size
        self.header = IndexHeader.unpack(self._pread_index(0, _HEADER.size))
        count = max(0, index_size - _HEADER.size) // _ENTRY_SIZE
        count = self._last_valid(count)
        ended, open_entries = self._without_open(count)
        self._indexed = ended
        if open_entries and open_entries[-1] >> _SHIFT == self.size:
            self._more = array("Q", open_entries)
            self._scanned = (0, 0)
        elif self._scanned != (ended, self.size):
            self._more = self._scan(self.entry_end(ended))
            self._scanned = (ended, self.size)

    def entry(self, at: int) -> int:
        """Return the index entry of line ``at``."""
        if at >= self._indexed:
            return self._more[at - self._indexed]
        return self._entries(at, at + 1)[0]

    def entries(self) -> array[int]:
        """Return all index entries."""
        return self._entries(0, self._indexed) + self._more

    def data(self) -> bytes:
        """Return the whole text."""
        return self._pread_text(0, self.size)

    def entry_end(self, count: int) -> int:
        """Return the offset in the text at which the first ``count`` lines end."""
        return self.entry(count - 1) >> _SHIFT if count > 0 else 0

    def lines(self, start: int, stop: int) -> list[Line]:
        """Return the lines from ``start`` up to ``stop``, as far as there are any."""
        start, stop = max(0, start), min(stop, self.count)
        if start >= stop:
            return []
        entries = self._entries(start, min(stop, self._indexed))
        extra_from = max(start, self._indexed) - self._indexed
        entries.extend(self._more[extra_from : max(0, stop - self._indexed)])
        begin = self.entry_end(start)
        data = self._pread_text(begin, (entries[-1] >> _SHIFT) - begin)
        found: list[Line] = []
        at = 0
        for entry in entries:
            end = (entry >> _SHIFT) - begin
            text = data[at:end].decode("utf-8", "replace").removesuffix("\n")
            found.append(Line("stderr" if entry & _STDERR else "stdout", text))
            at = end
        return found

    def close(self) -> None:
        """Close the files."""
        os.close(self._text)
        if self._index >= 0:
            os.close(self._index)

    def _last_valid(self, count: int) -> int:
        """Return how many entries lie within the text, which may have been cut."""
        self._indexed = count
        if count and self.entry_end(count) > self.size:
            ends = range(count)
            return bisect_right(ends, self.size, key=lambda at: self.entry(at) >> _SHIFT)
        return count

    def _without_open(self, count: int) -> tuple[int, list[int]]:
        """Split off the entries of unfinished lines, at most one a stream, at the end."""
        last = list(self._entries(max(0, count - 2), count))
        ended = len(last)
        while ended and last[ended - 1] & _OPEN:
            ended -= 1
        return count - (len(last) - ended), last[ended:]

    def _scan(self, start: int) -> array[int]:
        """Return entries for the text from ``start``, with its last line unfinished or not."""
        entries = array("Q")
        at = start
        while at < self.size:
            block = self._pread_text(at, min(_BLOCK, self.size - at))
            if not block:
                break
            ends = (found.end() for found in re.finditer(rb"\n", block))
            entries.extend(at + end << _SHIFT for end in ends)
            at += len(block)
        if at > start and (not entries or entries[-1] >> _SHIFT < at):
            entries.append(at << _SHIFT | _OPEN)
        return entries

    def _entries(self, start: int, stop: int) -> array[int]:
        entries = array("Q")
        if start < stop:
            data = self._pread_index(
                _HEADER.size + start * _ENTRY_SIZE, (stop - start) * _ENTRY_SIZE
            )
            data += bytes((stop - start) * _ENTRY_SIZE - len(data))
            entries.frombytes(data)
        return entries

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
