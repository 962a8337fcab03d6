"""The output of one step, from the bytes of its process to lines that everyone may see.

    bytes -> decode -> sanitize -> assemble lines -> mask -> spool, ``on_passage``

Lines are assembled after sanitizing, so that a backspace or a redraw never makes a new escape
sequence out of the pieces of others, and before masking, so that a secret is looked for in what
the line has become, across chunks. The unfinished line is shown as far as it cannot be the
beginning of a secret; after a pause ``idle_flush`` shows the rest as well. Lines that the program goes
back to are unfinished together.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from .decode import Decoder
from .passage import Line, Passage, Stream, passages
from .rows import RowAssembler
from .sanitize import Sanitizer
from .spool import DEFAULT_LIMIT, SpoolWriter
from .style import MAX_SGR_CHARS, close_style, cut_before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .mask import Masker

CAPTURE_LIMIT = 1024 * 1024
"""Bytes (as UTF-8) of each stream of an attempt that expressions and captures can see."""

IDLE_SECONDS = 0.35
"""How long after the last write the owner calls ``idle_flush``."""

SETTLE_SECONDS = 2.0
"""How often the owner calls ``settle`` while lines are held."""

MAX_LINE = 4 * 1024 * 1024
"""Characters after which a line is broken; less where the limit of the spool is small."""

REDRAW_REACH = 16 * 1024
"""Characters of an unfinished line that a redraw can still take back; what is before is settled, so
that a line without end costs little at a time."""

PARTIAL_SHOWN = 4096
"""Characters of an unfinished line that are shown; an ended line is shown whole."""

_AT_ONCE = 64 * 1024
"""Bytes that are looked at together: what a step gives at once may be all of a large answer."""

_MIN_LINE = 1024
_LINE_SHARE = 16


class Captured(NamedTuple):
    """What an attempt printed: decoded, but as the program wrote it, with secrets and escapes.

    Redraws and backspaces are not applied: expressions see carriage returns as they were written.
    """

    stdout: str
    stderr: str
    truncated: bool
    """Whether standard output was longer than ``CAPTURE_LIMIT``."""
    stderr_truncated: bool = False

    def saying(self, stdout: str) -> Captured:
        """The same with another standard output, held to the same limit."""
        size = len(stdout.encode(errors="replace"))
        if size > CAPTURE_LIMIT:
            return self._replace(stdout="", truncated=True)
        return self._replace(stdout=stdout)


class KeptOutput:
    """Takes the output of one step, all its attempts, and keeps what of it can be shown.

    ``on_passage`` is called with ended lines, many at a time. Opening raises ``OSError``; when a
    later write to disk fails, or the file is gone, ``error`` is set and ``on_error`` called with it, once.
    The spool then stays as it is, and everything else goes on: the program is not blocked, and captures
    and ``on_passage`` still work.
    """

    def __init__(
        self,
        path: Path,
        masker: Masker,
        *,
        limit: int = DEFAULT_LIMIT,
        on_passage: Callable[[Passage], None] | None = None,
        on_error: Callable[[OSError], None] | None = None,
    ) -> None:
        self.error: OSError | None = None
        self._on_passage = on_passage
        self._on_error = on_error
        self._spool: SpoolWriter | None = SpoolWriter(path, limit)
        max_line = max(_MIN_LINE, min(MAX_LINE, limit // _LINE_SHARE))
        self._channels: dict[Stream, _Channel] = {
            "stdout": _Channel("stdout", masker, max_line, self._take_back),
            "stderr": _Channel("stderr", masker, max_line, self._take_back),
        }

    def write(self, stream: Stream, data: bytes) -> None:
        """Take in what was read from a stream, cut anywhere."""
        channel = self._channels[stream]
        for at in range(0, len(data), _AT_ONCE):
            self._publish(channel.write(data[at : at + _AT_ONCE]))
        self._show_partial(channel, final=False)

    def idle_flush(self) -> None:
        """Show all that is there: called when nothing was written for ``IDLE_SECONDS``."""
        for channel in self._channels.values():
            self._publish(channel.release())
            self._show_partial(channel, final=True)

    @property
    def in_block(self) -> bool:
        """Whether lines are held that the program may go back to."""
        return any(channel.in_block for channel in self._channels.values())

    def settle(self) -> bool:
        """Pass on lines that were held, where nothing has moved since this was called before.

        Returns whether there are lines that are held still.
        """
        left: list[bool] = []
        for channel in self._channels.values():
            settled, is_left = channel.settle()
            if settled:
                self._publish(settled)
                self._show_partial(channel, final=False)
            left.append(is_left)
        return any(left)

    @property
    def kept(self) -> int:
        """Bytes that are on disk, of all attempts."""
        return 0 if self._spool is None else self._spool.kept

    def begin_attempt(self) -> None:
        """Start capturing anew."""
        for channel in self._channels.values():
            channel.reset_capture()

    def end_attempt(self) -> None:
        """End what is unfinished (lines, sequences, styles), so that nothing leaks into the next.

        No file stays open after it.
        """
        for channel in self._channels.values():
            if channel.written_to:
                self._publish(channel.end())
                self._show_partial(channel, final=True)
        if self._spool is not None:
            with self._noting_errors():
                self._spool.check_in_place()
            self._spool.release()

    def captured(self) -> Captured:
        """Return what the attempt has printed so far. It may hold secrets: never show it."""
        out, err = self._channels["stdout"], self._channels["stderr"]
        return Captured(
            stdout=out.captured(),
            stderr=err.captured(),
            truncated=out.truncated,
            stderr_truncated=err.truncated,
        )

    def close(self) -> None:
        """End the output and close the spool; what is written after it is not kept on disk."""
        self.end_attempt()
        spool, self._spool = self._spool, None
        if spool is not None:
            with self._noting_errors():
                spool.close()

    def _take_back(self, stream: Stream, lines: int) -> int:
        """Make so many of the newest lines unfinished again; returns how many of them are."""
        if self._spool is not None and self.error is None:
            with self._noting_errors():
                return self._spool.take_back(stream, lines)
        return 0

    def _publish(self, some: list[Passage]) -> None:
        for passage in some:
            if self._spool is not None and self.error is None:
                with self._noting_errors():
                    self._spool.append(passage)
            if self._on_passage is not None:
                self._on_passage(passage)

    def _show_partial(self, channel: _Channel, *, final: bool) -> None:
        if self._spool is not None and self.error is None:
            with self._noting_errors():
                self._spool.set_partial(channel.stream, channel.partial(final=final))

    @contextmanager
    def _noting_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.error is None:
                self.error = error
                if self._on_error is not None:
                    self._on_error(error)


class _Channel:
    """One stream of a step on its way from bytes to lines."""

    def __init__(
        self,
        stream: Stream,
        masker: Masker,
        max_line: int,
        take_back: Callable[[Stream, int], int],
    ) -> None:
        self.stream = stream
        self.written_to = False
        """Whether anything came since the last end."""
        self._take_back = take_back
        self._as_settled = 0
        """How many lines, the last ones, are kept as they were settled: not masked, and not in parts."""
        self._decoder = Decoder()
        self._sanitizer = Sanitizer()
        self._assembler = RowAssembler(min(max_line, REDRAW_REACH), masker, self._give_back)
        self._mask = masker.stream()
        self._max_line = max_line
        self._tail = ""
        self._broken_size = 0
        self.reset_capture()

    def reset_capture(self) -> None:
        """Forget what has been captured."""
        self._capture: list[str] = []
        self._capture_room = CAPTURE_LIMIT
        self.truncated = False

    def captured(self) -> str:
        """Return the decoded text of this attempt, up to the limit."""
        return "".join(self._capture)

    def write(self, data: bytes) -> list[Passage]:
        """Return the lines that are ended with this."""
        self.written_to = True
        text = self._decoder.feed(data)
        self._keep(text)
        settled = self._assembler.feed(self._sanitizer.feed(text))
        return self._masked(settled) if settled else []

    def settle(self) -> tuple[list[Passage], bool]:
        """Return the lines of a block in which nothing moves any more, and whether there is one still."""
        settled, is_left = self._assembler.settle()
        return self._masked(settled) if settled else [], is_left

    @property
    def in_block(self) -> bool:
        """Whether lines are held, since the program goes back to them."""
        return self._assembler.in_block

    def release(self) -> list[Passage]:
        """Return ended lines that were held back as the possible beginning of a secret."""
        return self._split(self._mask.flush()) if "\n" in self._mask.pending else []

    def end(self) -> list[Passage]:
        """Return what is left as lines, and be as new."""
        self.written_to = False
        text = self._decoder.flush()
        self._keep(text)
        rest = self._sanitizer.feed(text) + self._sanitizer.flush()
        settled = self._assembler.feed(rest) + self._assembler.end()
        self._as_settled = 0
        lines = self._split(self._mask.feed(settled) + self._mask.flush())
        if self._tail:
            lines += self._split("\n")
        return lines

    def partial(self, *, final: bool) -> str:
        """Return what can be shown of the unfinished lines; with ``final``, all of it."""
        if len(self._tail) < PARTIAL_SHOWN:
            text, whole = self._assembler.open_rows(PARTIAL_SHOWN, final=final)
            shown = self._tail + self._mask.preview(text, final=final and whole)
        else:
            shown = self._tail[: PARTIAL_SHOWN + MAX_SGR_CHARS]
        rows = shown.rstrip("\n").split("\n")
        return "\n".join(close_style(row[: cut_before(row, PARTIAL_SHOWN)]) for row in rows)

    def _keep(self, text: str) -> None:
        if self.truncated or not text:
            return
        data_size = len(text) if text.isascii() else len(text.encode())
        if data_size <= self._capture_room:
            self._capture.append(text)
            self._capture_room -= data_size
            return
        self._capture.append(text.encode()[: self._capture_room].decode(errors="ignore"))
        self.truncated = True

    def _masked(self, settled: str) -> list[Passage]:
        """Return the lines that are ended with what the assembler has settled."""
        masked = self._mask.feed(settled)
        lines = self._split(masked)
        if masked == settled and len(lines) == 1 and lines[0].text == settled:
            self._as_settled += settled.count("\n")
        else:
            self._as_settled = 0
        return lines

    def _give_back(self, lines: int) -> int:
        """Take back lines that were passed on last, so many at most; return how many."""
        taken = self._take_back(self.stream, min(lines, self._as_settled))
        self._as_settled -= taken
        return taken

    def _split(self, masked: str) -> list[Passage]:
        """Return the lines that ``masked`` ends; the rest is kept."""
        cut = masked.rfind("\n") + 1
        # With one name only it grows where it stands: copied each time, a long line costs its square.
        tail, self._tail = self._tail, ""
        tail += masked[:cut] if cut else masked
        ended, self._tail = (tail, masked[cut:]) if cut else ("", tail)
        if self._broken_size or self._has_long(ended) or len(self._tail) > self._max_line:
            return self._broken(ended)
        return [Passage(self.stream, ended)] if ended else []

    def _has_long(self, ended: str) -> bool:
        limit = self._max_line
        return len(ended) > limit and max(map(len, ended.split("\n"))) > limit

    def _broken(self, ended: str) -> list[Passage]:
        """Return lines of which some are too long, these in parts; so is the rest that is kept."""
        parts: list[Line] = []
        for text in ended.split("\n")[:-1]:
            rest = self._break(text, parts)
            parts.append(Line(self.stream, rest))
            if self._broken_size:
                size = self._broken_size + len(rest)
                self._broken_size = 0
                note = f"[pup-tui: the line above has {size:,} characters and is shown in parts]"
                parts.append(Line("stderr", note))
        self._tail = self._break(self._tail, parts)
        return passages(parts)

    def _break(self, text: str, parts: list[Line]) -> str:
        """Add what is too long for one line to ``parts``; return the last part."""
        while len(text) > self._max_line:
            cut = cut_before(text, self._max_line)
            parts.append(Line(self.stream, close_style(text[:cut])))
            self._broken_size += cut
            text = text[cut:]
        return text
