"""Sanitized text to lines as a terminal would leave them: redraws and backspaces applied.

It stands between the sanitizer and the masker. After the sanitizer, so that a backspace or a
carriage return never cuts an escape sequence into something new; before the masker, so that a
secret is searched for in the line as it is shown.
"""

from __future__ import annotations

import re

from .style import cut_before

_RETURN_AT_END = re.compile(r"\r+\n")
_MANY_PARTS = 256
_CELL = re.compile(r"\x1b\[[0-9;]*m|.", re.DOTALL)


class LineAssembler:
    """Assembles the lines of one stream.

    A carriage return starts the line anew (programs redraw progress that way, and erase the rest
    with a sequence that the sanitizer takes out); before a line feed it is part of the line end.
    A backspace takes the character before it, back to the beginning of the line.

    Of an unfinished line that is longer than ``reach`` characters the beginning is passed on, so that
    memory is bounded; redraws and backspaces do not get at it any more.
    """

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._open: list[str] = []
        self._open_size = 0
        self._returns = ""

    def feed(self, text: str) -> str:
        """Return the text that is settled now: ended lines with their line feeds."""
        text = self._returns + text
        body = text.rstrip("\r")
        # Whether it redraws the line or belongs to its end, only the next character tells.
        self._returns = "\r" if len(body) < len(text) else ""
        if "\r" in body:
            body = _RETURN_AT_END.sub("\n", body)
        if "\r" not in body and "\b" not in body:
            cut = body.rfind("\n") + 1
            return (self._take() + body[:cut] if cut else "") + self._extend(body[cut:])
        first, *more = body.split("\n")
        settled = [self._extend(first)]
        for line in more:
            settled += (self._take(), "\n", self._extend(line))
        return "".join(settled)

    def end(self) -> str:
        """Return the unfinished line, ended; empty if there is none."""
        self._returns = ""
        line = self._take()
        return line + "\n" if line else ""

    def open_line(self, limit: int) -> tuple[str, bool]:
        """Return the first ``limit`` characters of the unfinished line, and whether that is all."""
        if self._open_size <= limit:
            return self._joined(), True
        if len(self._open) > _MANY_PARTS:
            self._joined()
        start = ""
        for part in self._open:
            start += part
            if len(start) > limit:
                break
        return start[: cut_before(start, limit)], False

    def _extend(self, text: str) -> str:
        """Add to the unfinished line; return what had to be settled because it is too long."""
        if "\r" in text or "\b" in text or self._open_size + len(text) > self._reach:
            return self._rewrite(self._take() + text)
        if text:
            self._open.append(text)
            self._open_size += len(text)
        return ""

    def _rewrite(self, line: str) -> str:
        settled: list[str] = []
        while len(line) > self._reach:
            cut = cut_before(line, self._reach)
            start = _applied(line[:cut])
            if len(start) == cut:
                settled.append(start)
                start = ""
            line = start + line[cut:]
        line = _applied(line)
        self._open = [line]
        self._open_size = len(line)
        return "".join(settled)

    def _take(self) -> str:
        line = "".join(self._open)
        self._open = []
        self._open_size = 0
        return line

    def _joined(self) -> str:
        self._open = ["".join(self._open)]
        return self._open[0]


def _applied(line: str) -> str:
    """Return what redraws and backspaces leave of ``line``."""
    line = line[line.rfind("\r") + 1 :]
    if "\b" not in line:
        return line
    cells: list[str] = []
    for cell in _CELL.findall(line):
        if cell != "\b":
            cells.append(cell)
        else:
            _take_back(cells)
    return "".join(cells)


def _take_back(cells: list[str]) -> None:
    """Remove the last character; the style sequences after it stay."""
    for at in range(len(cells) - 1, -1, -1):
        if cells[at][0] != "\x1b":
            del cells[at]
            return
