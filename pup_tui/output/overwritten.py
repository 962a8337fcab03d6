"""What a line said before it was redrawn, kept in front of what it says in the end.

A carriage return or a backspace makes a terminal forget. A line of ours is kept as
``before ⏎ between ⏎ in the end``, so that every reader of it sees what was written. The sign is set
in a style sequence that the sanitizer never lets out, so that no program can print it.
"""

from __future__ import annotations

import re
from collections import deque

AGAIN = " \x1b[7m⏎\x1b[0m "
"""Stands between one state of a line and the next."""

FIRST_KEPT = 3
"""States of a line that are kept whatever they say."""

LAST_KEPT = 3
"""Of those that are counted only, as progress bars have many, the last ones that are kept."""

MOST_NEW = 12
"""States that are kept because they say in letters what no state before them did."""

_LETTERS = re.compile(r"[^\W\d_]+")


def states(line: str) -> list[str]:
    """Return what a line said, one state after the other; the last one is what it says in the end."""
    return line.split(AGAIN)


class Overwritten:
    """The states of one unfinished line, in bounded memory.

    A state that the next one goes on from, or that the one before said as well, is not lost and is
    not kept. Texts are without style.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what was added: a new line begins."""
        self._state = ""
        self._same = 0
        self._kept: dict[str, None] = {}
        self._last: deque[str] = deque()
        self._left_out = 0
        self._words: set[str] = set()

    def add(self, text: str, same: int) -> None:
        """Take in that ``text`` stood in the line when all but ``same`` characters were taken back."""
        if self._state.startswith(text.rstrip()):
            self._same = min(self._same, same)
            return
        lost = self._lost(text)
        if lost:
            self._keep(lost)
        self._state, self._same = text, same

    def before(self, line: str) -> str:
        """Return what to put in front of the line as it stands."""
        lost = self._lost(line)
        if not lost and not self._kept:
            return ""
        number = self._left_out
        count = f"… {number:,} more state{'s' if number > 1 else ''}" if number else ""
        told = [*self._kept, count, *self._last, "" if self._is_known(lost) else lost]
        return "".join(text + AGAIN for text in told if text)

    def _lost(self, following: str) -> str:
        """Return what of the last state cannot be seen in the one that follows."""
        state = self._state.rstrip()
        if following.startswith(state) or not state[self._same :].strip():
            return ""
        return f"…{state[self._same :]}" if self._same else state

    def _keep(self, state: str) -> None:
        if self._is_known(state):
            return
        words = "".join(_LETTERS.findall(state))
        is_new = words not in self._words and len(self._words) < MOST_NEW
        if is_new or len(self._kept) < FIRST_KEPT:
            self._words.add(words)
            self._kept |= dict.fromkeys([*self._last, state])
            self._last.clear()
            return
        self._last.append(state)
        if len(self._last) > LAST_KEPT:
            self._last.popleft()
            self._left_out += 1

    def _is_known(self, state: str) -> bool:
        return state in self._kept or state in self._last
