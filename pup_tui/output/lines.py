"""Sanitized text to lines, with what redraws and backspaces made of them.

It stands between the sanitizer and the masker. After the sanitizer, so that a backspace or a
carriage return never cuts an escape sequence into something new; before the masker, so that a
secret is searched for in the line as it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.late_pattern import late_pattern

from .overwritten import Overwritten
from .style import SGR, cut_before, strip_style

if TYPE_CHECKING:
    from collections.abc import Callable

_EDIT = late_pattern(r"[\r\x08]")
_RETURN_AT_END = late_pattern(r"\r+\n")
_TYPED = late_pattern(r"([^\x08]*)(\x08*)")


class LineAssembler:
    """Assembles the lines of one stream.

    A carriage return starts the line anew (programs redraw progress that way, and erase the rest
    with a sequence that the sanitizer takes out); before a line feed it is part of the line end.
    A backspace takes the character before it, back to the beginning of the line. What was
    overwritten so stands in front of the line, as ``overwritten`` says.

    Of an unfinished line that is longer than ``reach`` characters the beginning is passed on, so that
    memory is bounded; redraws and backspaces do not get at it any more.
    """

    def __init__(self, reach: int, holds_secret: Callable[[str], bool]) -> None:
        self._reach = reach
        self._line = ""
        self._plain = ""
        self._overwritten = Overwritten(holds_secret)
        self._returns = ""

    def feed(self, text: str) -> str:
        """Return the text that is settled now: ended lines with their line feeds."""
        text = self._returns + text
        body = text.rstrip("\r")
        # Whether it redraws the line or belongs to its end, only the next character tells.
        self._returns = "\r" if len(body) < len(text) else ""
        if "\r\n" in body:
            body = _RETURN_AT_END.sub("\n", body)
        settled: list[str] = []
        at = 0
        has_edits = "\r" in body or "\b" in body
        while has_edits and (found := _EDIT.search(body, at)):
            start = body.rfind("\n", at, found.start()) + 1 or at
            end = body.find("\n", found.end())
            settled.append(self._add(body[at:start]))
            settled.append(self._edit(body[start : len(body) if end < 0 else end]))
            at = len(body) if end < 0 else end
        settled.append(self._add(body[at:]))
        return "".join(settled)

    def end(self) -> str:
        """Return the unfinished line, ended; empty if there is none."""
        self._returns = ""
        line = self._take()
        return line + "\n" if line else ""

    @property
    def text(self) -> str:
        """The unfinished line as it stands."""
        return self._line

    def whole(self) -> str:
        """Return the unfinished line with what was overwritten in front of it."""
        return self._overwritten.before(self._plain) + self._line

    def replace(self, text: str, *, forget: bool = False) -> None:
        """Let the unfinished line be another text; with ``forget``, nothing was overwritten."""
        self._line, self._plain = text, strip_style(text)
        if forget:
            self._overwritten.clear()

    def take_return(self) -> bool:
        """Return whether a carriage return came last, and leave it to the caller."""
        returned, self._returns = self._returns, ""
        return bool(returned)

    def begin_anew(self) -> None:
        """Take back all that the line says."""
        self._overwritten.add(self._plain, 0)
        self._line = self._plain = ""

    def open_line(self, limit: int) -> tuple[str, bool]:
        """Return the first ``limit`` characters of the unfinished line, and whether that is all.

        Where there is no room for what was overwritten, the line alone is what is returned.
        """
        whole = self.whole()
        if len(whole) <= limit:
            return whole, True
        return self._line[: cut_before(self._line, limit)], False

    def _add(self, text: str) -> str:
        """Take in text without redraws and backspaces; return what is settled."""
        cut = text.rfind("\n") + 1
        if not cut:
            return self._append(text)
        first = text.index("\n")
        ended = self._append(text[:first]) + self._take() + text[first:cut]
        return ended + self._append(text[cut:])

    def _edit(self, text: str) -> str:
        """Apply text of one line, with its redraws and backspaces; return what had to be settled."""
        first, *redraws = text.split("\r")
        settled = self._type(first)
        if redraws and "\b" not in text and max(map(len, redraws)) <= self._reach:
            *between, last = redraws
            self.begin_anew()
            self._overwritten.add_redrawn(strip_style("\r".join(between)).split("\r"))
            return settled + self._append(last)
        for redraw in redraws:
            self.begin_anew()
            settled += self._type(redraw)
        return settled

    def _type(self, text: str) -> str:
        """Apply text without redraws; return what had to be settled."""
        if "\b" not in text:
            return self._append(text)
        if "\x1b" in text or "\x1b" in self._line:
            return "".join(self._typed(*found) for found in _TYPED.findall(text))
        return self._type_unstyled(text)

    def _typed(self, text: str, backspaces: str) -> str:
        settled = self._append(text)
        before = self._plain
        self._plain = before[: max(0, len(before) - len(backspaces))]
        if backspaces:
            self._overwritten.add(before, len(self._plain))
        self._line = _without_end(self._line, len(backspaces))
        return settled

    def _type_unstyled(self, text: str) -> str:
        """Do the same where neither text nor line has style, as fast as a flood of backspaces needs it."""
        settled: list[str] = []
        line = self._line
        add = self._overwritten.add
        for typed, backspaces in _TYPED.findall(text):
            line += typed
            if len(line) > self._reach:
                self._line = line
                settled.append(self._append(""))
                line = self._line
            if backspaces:
                kept = max(0, len(line) - len(backspaces))
                add(line, kept)
                line = line[:kept]
        self._line = self._plain = line
        return "".join(settled)

    def _append(self, text: str) -> str:
        """Add to the unfinished line; return what had to be settled because it is too long."""
        self._line += text
        self._plain += strip_style(text)
        if len(self._line) <= self._reach:
            return ""
        settled: list[str] = []
        while len(self._line) > self._reach:
            cut = cut_before(self._line, self._reach)
            start, self._line = self._line[:cut], self._line[cut:]
            settled += (self._overwritten.before(strip_style(start)), start)
            self._overwritten.clear()
        self._plain = strip_style(self._line)
        return "".join(settled)

    def _take(self) -> str:
        line = self.whole()
        self._line = self._plain = ""
        self._overwritten.clear()
        return line


def _without_end(line: str, count: int) -> str:
    """Return the line without its last characters; the style that is in force at its end stays."""
    style = ""
    while count:
        at = line.rfind("\x1b")
        found = SGR.match(line, at) if at >= 0 else None
        start = found.end() if found else 0
        taken = min(count, len(line) - start)
        line = line[: len(line) - taken]
        count -= taken
        if found is None:
            break
        if count:
            style = style or found.group()
            line = line[:at]
    return line + style
