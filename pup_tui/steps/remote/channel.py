"""What comes back from another computer: the script's output, and between it what our own program says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from pup_tui.output.passage import Stream
    from pup_tui.steps.executor import OutputSink

_MOST_BEFORE: Final = 64 * 1024
"""Bytes that are kept of what was said before the script: banners, words of `ssh`, files of a login shell."""
_LONGEST_WORD: Final = 4096


class BegunThere(Struct, frozen=True):
    """The process that leads a script: its number there, that of its group, and when it was `born`."""

    pid: int
    group: int
    born: str


class SshChannel:
    """Takes both streams of `ssh`, and hands the script's output on to `sink`, byte for byte.

    What came before the script is `before` and is nobody's output. What stands behind `mark` is ours: where
    the script has `begun`, that it has `failed` to begin (one word or more), and with which `code` it ended.
    `news` is set with each of these. `lost` is why output could not be kept, `taken` how
    many bytes came.
    """

    def __init__(self, mark: str, sink: OutputSink) -> None:
        self._mark = mark.encode()
        self._sink = sink
        self._held: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}
        self._open: set[Stream] = set()
        self._before: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self.news = asyncio.Event()
        self.begun: BegunThere | None = None
        self.failed = ""
        self.code: int | None = None
        self.lost: OSError | None = None
        self.taken = 0

    @property
    def is_ready(self) -> bool:
        """Whether the script waits to be told to go on: of both streams it is known where it begins."""
        return len(self._open) == len(self._held) and self.begun is not None

    @property
    def before(self) -> str:
        """What was said before the script; of streams in turn, standard error first."""
        said = (bytes(self._before[name]).decode(errors="replace") for name in ("stderr", "stdout"))
        return "\n".join(text.strip() for text in said if text.strip())

    def write(self, stream: Stream, data: bytes) -> None:
        self.taken += len(data)
        data = self._held[stream] + data
        while (at := data.find(self._mark)) >= 0:
            word, line, rest = data[at + len(self._mark) :].partition(b"\n")
            if not line and len(word) < _LONGEST_WORD:
                break
            self._pass_on(stream, data[:at])
            self._take(stream, word.decode(errors="replace").split())
            data = rest
        keep = len(data) - at if at >= 0 else self._beginning_of_mark(data)
        self._held[stream] = data[len(data) - keep :]
        self._pass_on(stream, data[: len(data) - keep])

    def end(self) -> None:
        """Hand on what was held back because a mark might have begun with it."""
        for stream, held in self._held.items():
            self._pass_on(stream, held)
        self._held = dict.fromkeys(self._held, b"")

    def _beginning_of_mark(self, data: bytes) -> int:
        """How many bytes at the end of data may be the beginning of a mark."""
        longest = min(len(self._mark) - 1, len(data))
        return next((n for n in range(longest, 0, -1) if data.endswith(self._mark[:n])), 0)

    def _pass_on(self, stream: Stream, data: bytes) -> None:
        if not data:
            return
        if stream in self._open:
            self._keep(stream, data)
        else:
            kept = self._before[stream]
            kept += data
            del kept[: max(0, len(kept) - _MOST_BEFORE)]

    def _keep(self, stream: Stream, data: bytes) -> None:
        if self.lost is None:
            try:
                self._sink.write(stream, data)
            except OSError as error:
                # The script is not to blame, and what our own program says is still to be heard.
                self.lost = error

    def _take(self, stream: Stream, words: list[str]) -> None:
        match words:
            case ["s"]:
                self._open.add(stream)
            case ["s", pid, group, born] if pid.isdecimal() and group.isdecimal():
                self._open.add(stream)
                self.begun = BegunThere(int(pid), int(group), born)
            case ["f", *told] if told:
                self.failed = " ".join(told)
            case ["e", code] if code.isdecimal():
                self.code = int(code)
        self.news.set()
