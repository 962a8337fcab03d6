"""The output of one step on disk: any amount written, a limited amount kept, any line read.

Up to its limit a spool is one text file with a line index. Beyond it, the first half of the limit
stays as the head, and the newest lines go to numbered part files, of which the oldest is dropped
as a new one fills. A reader shows head, a line that says what is missing, and the parts, as one.
``close`` joins them to one file. At each moment the header of the main index says what counts, so
a crash at any point leaves a readable spool.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .blockindex import IndexHeader, index_path
from .linefile import LineFileReader, LineFileWriter, encode_lines, is_one_line
from .passage import Line, Passage, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEFAULT_LIMIT = 64 * 1024 * 1024
"""Bytes of output kept of a step. A line counts at least ``MIN_LINE_COST``."""

MIN_LINE_COST = 8
"""What a short line counts: empty lines must not be free."""

_LONG = b"." * MIN_LINE_COST
_SHAPE = bytes(ord("\n") if code == ord("\n") else ord(".") for code in range(256))
"""What tells the length of lines and nothing else."""

_PARTS = 1
_JOINED = 2
_PART_SHARE = 16

_NAME_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_NAME_LIMIT = 80
_DIGEST = 12


def spool_name(index: int, step_id: str) -> str:
    """Return the file name of a step's spool, such as ``0003-check_slo.log``.

    ``index`` is the step's place in the runbook, which the items of a foreach share; other characters
    of the id than letters, digits, ``_`` and ``-`` become ``_``. The end of a long id is replaced by
    a digest of it, since ids that differ only there must not share a file.
    """
    name = "".join(char if char in _NAME_CHARS else "_" for char in step_id)
    if len(name) > _NAME_LIMIT:
        digest = sha256(step_id.encode()).hexdigest()[:_DIGEST]
        name = f"{name[: _NAME_LIMIT - _DIGEST - 1]}-{digest}"
    return f"{index:04d}-{name}.log"


def _part_path(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.part{number:06d}.log")


def _notice(dropped: tuple[int, int], kept: tuple[int, int]) -> str:
    lines, size = dropped
    return (
        f"[pup-tui: output limit reached: {lines:,} lines ({size:,} bytes) are left out here, "
        f"of {lines + kept[0]:,} lines ({size + kept[1]:,} bytes) in all]"
    )


class _Kept(Struct):
    """What one file of a spool holds: its number, lines, bytes, and what they count."""

    number: int
    lines: int = 0
    size: int = 0
    cost: int = 0

    def add(self, lines: int, size: int, cost: int) -> None:
        self.lines += lines
        self.size += size
        self.cost += cost


def _fitting(data: bytes, room: int) -> tuple[int, int]:
    """Return how much of some lines fits, in bytes, and what these lines count."""
    cost = _cost(data)
    if cost <= room:
        return len(data), cost
    if is_one_line(data):
        return 0, 0
    sizes = [length + 1 for length in _lengths(data)]
    costs = list(accumulate((max(size, MIN_LINE_COST) for size in sizes), initial=0))
    fit = max(0, bisect_right(costs, room) - 1)
    return sum(sizes[:fit]), costs[fit]


def _cost(data: bytes) -> int:
    """Return what some lines count; where all of them are short, that is known from their number."""
    if is_one_line(data):
        return max(len(data), MIN_LINE_COST)
    if _LONG not in data.translate(_SHAPE):
        return data.count(b"\n") * MIN_LINE_COST
    short = [length + 1 for length in _lengths(data) if length < MIN_LINE_COST]
    return len(data) - sum(short) + len(short) * MIN_LINE_COST


def _lengths(data: bytes) -> Iterator[int]:
    """Return how long the lines are, without their ends."""
    return map(len, data[:-1].split(b"\n"))


class SpoolWriter:
    """Writes the spool of a step. Its folder gets mode 0700, its files 0600. Raises ``OSError``.

    An existing spool is continued, as a step that is run again after a crash does.
    """

    def __init__(
        self, path: Path, limit: int = DEFAULT_LIMIT, now: Callable[[], float] = time.time
    ) -> None:
        """`now` is the time in seconds since 1970 that lines get."""
        self._path = path
        self._limit = limit
        self._now = now
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._main = LineFileWriter(path)
        self._file = self._main
        self._open: dict[Stream, str] = {}
        self._parts: list[_Kept] = []
        self._header = self._main.read_header()
        if self._header.state == _PARTS:
            self._main.truncate(self._header)
            self._reopen_parts()
        elif self._header.state == _JOINED:
            self._set_header(IndexHeader())
        head = self._main
        cost = max(head.size, head.count * MIN_LINE_COST)
        self._head = _Kept(-1, head.count, head.size, cost)

    def append(self, passage: Passage) -> None:
        """Add ended lines, in place of the unfinished line of their stream."""
        self._open.pop(passage.stream, None)
        self._append(encode_lines(passage.text), passage.stream, self._now())
        self._drop_surplus()
        if self._open:
            self._write_open()

    def take_back(self, stream: Stream, lines: int) -> int:
        """Make ended lines unfinished again, so many of the newest of a stream; return how many.

        That ends where something else was written after them. They stay on disk until they are replaced, as
        unfinished lines are.
        """
        kept, _ = self._current()
        before = self._file.count
        removed = self._file.take_back(stream, min(lines, kept.lines))
        taken = before - self._file.count
        kept.add(-taken, -len(removed), -_cost(removed) if removed else 0)
        return taken

    def set_partial(self, stream: Stream, text: str) -> None:
        """Put the unfinished lines of a stream on disk, in place of what they were; "" takes them off."""
        if self._open.get(stream, "") == text:
            return
        self._open.pop(stream, None)
        if text:
            self._open[stream] = text
        self._write_open()

    @property
    def kept(self) -> int:
        """Bytes of ended lines that are kept on disk."""
        return self._main.size + sum(part.size for part in self._parts)

    def check_in_place(self) -> None:
        """Raise ``OSError`` where what was written is no longer to be found at the path."""
        self._main.check_in_place()

    def release(self) -> None:
        """Hold no file open until something is written again: a run has many steps."""
        self._file.release()
        self._main.release()

    def close(self) -> None:
        """Join the parts to one file and close it. An unfinished line stays as the last one."""
        try:
            if self._parts:
                self._file.release()
                self._join()
        finally:
            self._main.release()

    def _append(self, data: bytes, stream: Stream, at: float) -> None:
        while data:
            kept, room = self._current()
            size, cost = _fitting(data, room - kept.cost)
            if not size:
                if kept.lines or kept is self._head:
                    self._start_part()
                    continue
                size = data.index(b"\n") + 1
                cost = max(size, MIN_LINE_COST)
            lines = self._file.count
            self._file.append(data[:size], stream, at)
            kept.add(self._file.count - lines, size, cost)
            data = data[size:]

    def _current(self) -> tuple[_Kept, int]:
        if self._parts:
            return self._parts[-1], self._limit // _PART_SHARE
        return self._head, self._limit // 2

    def _write_open(self) -> None:
        lines = [Line(stream, text) for stream, text in self._open.items()]
        self._file.set_open(lines, self._now())

    def _start_part(self) -> None:
        self._file.set_open([], self._now())
        number = self._header.end_part
        file = LineFileWriter(_part_path(self._path, number))
        if self._parts:
            self._file.release()
        self._file = file
        self._parts.append(_Kept(number))
        self._set_header(
            replace(
                self._header,
                state=_PARTS,
                end_part=number + 1,
                head_lines=self._main.count,
                head_bytes=self._main.size,
            )
        )

    def _drop_surplus(self) -> None:
        cost = self._head.cost + sum(part.cost for part in self._parts)
        # A spool that was closed full and is continued still gets a tail worth having.
        limit = max(self._limit, self._head.cost + self._limit // 4)
        while cost > limit and len(self._parts) > 1:
            part = self._parts.pop(0)
            cost -= part.cost
            # First the header: a part that is no longer named may be gone.
            self._set_header(
                replace(
                    self._header,
                    first_part=part.number + 1,
                    dropped_lines=self._header.dropped_lines + part.lines,
                    dropped_bytes=self._header.dropped_bytes + part.size,
                )
            )
            self._unlink(part.number)

    def _join(self) -> None:
        header = self._header
        if header.dropped_lines:
            kept = self._head, *self._parts
            sizes = sum(part.lines for part in kept), sum(part.size for part in kept)
            notice = _notice((header.dropped_lines, header.dropped_bytes), sizes)
            self._main.append(encode_lines(f"{notice}\n"), "stderr", self._now())
        for part in self._parts:
            reader = LineFileReader(_part_path(self._path, part.number))
            try:
                self._main.append_from(reader)
            finally:
                reader.close()
        self._set_header(IndexHeader(state=_JOINED))
        for part in self._parts:
            self._unlink(part.number)

    def _reopen_parts(self) -> None:
        for number in range(self._header.first_part, self._header.end_part):
            if self._parts:
                self._file.release()
            self._file = LineFileWriter(_part_path(self._path, number))
            lines, size = self._file.count, self._file.size
            self._parts.append(_Kept(number, lines, size, max(size, lines * MIN_LINE_COST)))

    def _set_header(self, header: IndexHeader) -> None:
        self._header = header
        self._main.write_header(header)

    def _unlink(self, number: int) -> None:
        path = _part_path(self._path, number)
        path.unlink(missing_ok=True)
        index_path(path).unlink(missing_ok=True)


class _Section(Struct, frozen=True):
    """Lines of a spool that stand together: in one file, or the notice (no file)."""

    start: int
    length: int
    file: LineFileReader | None


class SpoolReader:
    """Reads a spool by line number, also one that is being written, or whose writer crashed.

    Lines are numbered as they are kept: when the limit is passed, dropping a part moves the numbers
    after the notice down. A file that does not exist yet has no lines.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._main: LineFileReader | None = None
        self._parts: dict[int, LineFileReader] = {}
        self._sections: list[_Section] = []
        self._notice_text = ""
        self.size = 0
        """Bytes of text kept, as of the last ``refresh``."""
        self.dropped_lines = 0
        """Lines that were left out because of the limit."""
        self.refresh()

    @property
    def line_count(self) -> int:
        """Lines to be read, with unfinished ones and the notice, as of the last ``refresh``."""
        last = self._sections[-1] if self._sections else None
        return last.start + last.length if last else 0

    @property
    def unfinished(self) -> int:
        """How many of them, the last ones, may still change while the spool is written."""
        file = self._sections[-1].file if self._sections else None
        return file.unfinished if file is not None else 0

    def refresh(self) -> None:
        """Take in what has been written since; cheap enough for every frame."""
        if self._main is None:
            try:
                self._main = LineFileReader(self._path)
            except FileNotFoundError:
                return
        self._main.refresh()
        header = self._main.header
        self._sections = []
        if header.state != _PARTS:
            self._keep_parts(range(0))
            self.size, self.dropped_lines = self._main.size, 0
            self._add_section(self._main.count, self._main)
            return
        self._keep_parts(range(header.first_part, header.end_part))
        lines, self.size = header.head_lines, header.head_bytes
        for part in self._parts.values():
            part.refresh()
            lines += part.count
            self.size += part.size
        self.dropped_lines = header.dropped_lines
        self._add_section(header.head_lines, self._main)
        if header.dropped_lines:
            dropped = header.dropped_lines, header.dropped_bytes
            self._notice_text = _notice(dropped, (lines, self.size))
            self._add_section(1, None)
        for part in self._parts.values():
            self._add_section(part.count, part)

    @property
    def kept(self) -> int:
        """Bytes of text that were kept once, without those of which a file is missing or cut short."""
        if self._main is None:
            return 0
        header = self._main.header
        if header.state != _PARTS:
            return self._main.size
        parts = sum(part.size for part in self._parts.values())
        return min(header.head_bytes, self._main.size) + parts + header.dropped_bytes

    def lines(self, start: int, stop: int, most: int | None = None) -> list[Line]:
        """Return the lines from ``start`` up to ``stop``, as far as there are any.

        Of a line of more than ``most`` bytes only the beginning is read where that is enough to know what
        it says: not where it was overwritten, and not where shorter ones were printed together with it.
        """
        found: list[Line] = []
        for section in self._sections:
            first = max(start - section.start, 0)
            last = min(stop - section.start, section.length)
            if first >= last:
                continue
            if section.file is None:
                found.append(Line("stderr", self._notice_text))
            else:
                found += section.file.lines(first, last, most)
        return found

    def time_of(self, line: int) -> float | None:
        """Return when a line was written, in seconds since 1970, at most 50 ms too early; None if unknown."""
        for section in self._sections:
            if section.file is not None and 0 <= line - section.start < section.length:
                return section.file.time_of(line - section.start)
        return None

    def passages(self, start: int, stop: int) -> Iterator[tuple[int, Passage]]:
        """Return the lines as they were printed together, each passage with the number of its first line.

        They are whole: the first may begin before ``start``, and the last end behind ``stop``.
        """
        for section in self._sections:
            first = max(start - section.start, 0)
            last = min(stop - section.start, section.length)
            if first >= last:
                continue
            if section.file is None:
                yield section.start, Passage("stderr", f"{self._notice_text}\n")
            else:
                for at, passage in section.file.passages(first, last):
                    yield section.start + at, passage

    def close(self) -> None:
        """Close the files."""
        self._keep_parts(range(0))
        if self._main is not None:
            self._main.close()
        self._main = None
        self._sections = []

    def _add_section(self, length: int, file: LineFileReader | None) -> None:
        self._sections.append(_Section(self.line_count, length, file))

    def _keep_parts(self, numbers: range) -> None:
        """Open the parts that are named, close the others; one that is just gone is left out."""
        for number in [number for number in self._parts if number not in numbers]:
            self._parts.pop(number).close()
        for number in numbers:
            if number not in self._parts:
                try:
                    self._parts[number] = LineFileReader(_part_path(self._path, number))
                except FileNotFoundError:
                    continue
