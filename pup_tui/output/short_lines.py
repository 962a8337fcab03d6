"""The short lines of secrets with several lines, such as the last one of a key.

Looked for everywhere, they would mask ordinary text. So a short line is a secret only at the end of
a line of text that stands next to one with a masked line of the same secret, in its order.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from pup_tui.secret_spellings import MIN_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINE = 1024
"""Characters of a line of text that is looked at, so that little of a stream is remembered."""

_AFTER = r"[^\w\n]{0,8}\Z"
_BLANK = r"(?<![^\n])(?=[^\S\n]*\Z)"


class _Line(Struct, frozen=True):
    """A line of a secret, and what finds it at the end of a line of text if it is a short one."""

    text: str
    at_end: re.Pattern[str] | None


class ShortLines:
    """Finds the short lines of the secrets that were added."""

    def __init__(self) -> None:
        self._secrets: dict[str, list[_Line]] = {}
        self._short: dict[str, re.Pattern[str]] = {}
        # Lines of text that may decide about one: a masked one, and the short ones up to it.
        self._reach = 0

    def add(self, secret: str) -> None:
        """Look for the short lines of a secret, if it has both short and long ones."""
        lines = [_line(text.strip()) for text in secret.strip().splitlines()]
        short = {line.text: line.at_end for line in lines if line.at_end is not None}
        if short and len(short) < len(lines):
            # Replaced, not changed: another thread may be looking through them.
            self._secrets = {**self._secrets, secret: lines}
            self._short = {**self._short, **short}
            runs = groupby(line.at_end is not None for line in lines)
            longest = max(len(list(run)) for is_short, run in runs if is_short)
            self._reach = max(self._reach, longest + 1)

    def __bool__(self) -> bool:
        """Whether there is anything to be found."""
        return bool(self._secrets)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Return where short lines are in ``text``."""
        for lines in self._secrets.values():
            for at, line in enumerate(lines):
                found = text.find(line.text) if line.at_end is None else -1
                while found >= 0:
                    yield from _beside(text, found, lines[at + 1 :], 1)
                    yield from _beside(text, found, lines[:at][::-1], -1)
                    found = text.find(line.text, found + 1)

    def settled(self, text: str, cut: int) -> int:
        """Return how much of ``text`` up to ``cut`` is decided, whatever text follows it."""
        bounds = _line_at(text, len(text)) if self._secrets else None
        if bounds is None:
            return cut
        cut = min(cut, self._open_start(text, *bounds))
        for _ in range(self._reach):
            bounds = _line_at(text, bounds[0] - 1)
            start = None if bounds is None else self._start(text, *bounds)
            if bounds is None or start is None:
                break
            cut = min(cut, start)
        return cut

    def context(self, text: str) -> str:
        """Return the end of ``text`` that may decide about what follows it."""
        start, ends = len(text), self._reach
        while ends and start >= 0:
            bounds = _line_at(text, start)
            if bounds is None:
                # Too long to be looked at, and so is what is kept of it.
                return text[max(0, start - MOST_LINE - 1) :]
            start = bounds[0] - 1
            ends -= 1
        return text[start + 1 :] if self._reach else ""

    def _start(self, text: str, start: int, end: int) -> int | None:
        found = (pattern.search(text, start, end) for pattern in self._short.values())
        return min((match.start() for match in found if match), default=None)

    def _open_start(self, text: str, start: int, end: int) -> int:
        """Return where a short line stands, or begins, at the end of a line that may go on."""
        begun = (
            end - size
            for line in self._short
            for size in range(1, len(line))
            if text.endswith(line[:size], start, end)
        )
        found = self._start(text, start, end)
        return min([end if found is None else found, *begun])


def _line(text: str) -> _Line:
    if len(text) >= MIN_LINE:
        return _Line(text, None)
    return _Line(text, re.compile(rf"(?<!\w){re.escape(text)}(?={_AFTER})" if text else _BLANK))


def _beside(text: str, found: int, lines: list[_Line], step: int) -> Iterator[tuple[int, int]]:
    """Go on from a line of text, down or up, for as long as the secret's next lines are short."""
    bounds = _line_at(text, found)
    for line in lines:
        if bounds is None or line.at_end is None:
            return
        bounds = _line_at(text, bounds[1] + 1 if step > 0 else bounds[0] - 1)
        short = None if bounds is None else line.at_end.search(text, *bounds)
        if short is None:
            return
        if line.text:
            yield short.span()


def _line_at(text: str, at: int) -> tuple[int, int] | None:
    """Return the bounds of the line of text around a place; None where there is none to look at."""
    if not 0 <= at <= len(text):
        return None
    near = max(0, at - MOST_LINE - 1)
    start = text.rfind("\n", near, at) + 1
    end = text.find("\n", at, at + MOST_LINE + 1)
    if (start == 0 and near > 0) or (end < 0 and len(text) > at + MOST_LINE):
        return None
    bounds = start, len(text) if end < 0 else end
    return bounds if bounds[1] - bounds[0] <= MOST_LINE else None
