"""What a line said before it was redrawn, kept in front of what it says in the end.

A carriage return or a backspace makes a terminal forget. A line of ours is kept as
``before ⏎ between ⏎ in the end``, so that every reader of it sees what was written. The sign is set
in a style sequence that the sanitizer never lets out, so that no program can print it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pup_tui.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AGAIN = " \x1b[7m⏎\x1b[0m "
"""Stands between one state of a line and the next."""

FIRST_KEPT = 3
"""States of a line that are kept whatever they say."""

LAST_KEPT = 3
"""Of those that are counted only, as progress bars have many, the last ones that are kept."""

MOST_NEW = 12
"""States that are kept because they say in letters what no state before them did."""

_NO_LETTERS = late_pattern(r"(?:[^\w\r]|[\d_])+")
_ASCII_NO_LETTERS = {
    code: None for code in range(128) if chr(code) != "\r" and not chr(code).isalpha()
}
"""The same for ASCII, which most text is, and ten times faster."""

LEAST_TOLD = 6
"""Characters that were taken back from which on it matters whether they end a secret."""


def states(line: str) -> list[str]:
    """Return what a line said, one state after the other; the last one is what it says in the end."""
    return line.split(AGAIN)


class Overwritten:
    """The states of one unfinished line, in bounded memory.

    A state that the next one goes on from, or that the one before said as well, is not lost and is
    not kept. Of one of which the end was taken back the end is kept, or all of it if ``holds_secret``
    says that a secret is in it. Texts are without style.
    """

    def __init__(self, holds_secret: Callable[[str], bool]) -> None:
        self._holds_secret = holds_secret
        self.clear()

    def clear(self) -> None:
        """Forget what was added: a new line begins."""
        self._state = ""
        self._same = 0
        self._kept: dict[str, None] = {}
        self._last: deque[str] = deque(maxlen=LAST_KEPT)
        self._counted = 0
        self._words: set[str] = set()

    def add(self, text: str, same: int) -> None:
        """Take in that ``text`` stood in the line when all but ``same`` characters were taken back."""
        text = text.rstrip()
        if self._state.startswith(text):
            self._same = min(self._same, same)
            return
        lost = self._lost(text)
        if lost and not self._is_known(lost):
            self._keep(lost, _letters(lost))
        self._state, self._same = text, same

    def add_redrawn(self, texts: Sequence[str]) -> None:
        """Take in texts that stood in the line one after the other, each taken back as a whole.

        It does what `add` does for each of them, in a loop that progress bars can afford.
        """
        self.add(texts[0], 0)
        state, words = self._state, _letters(self._state)
        kept, last = self._kept, self._last
        following = _letters("\r".join(texts)).split("\r")
        for text, letters in zip(map(str.rstrip, texts), following, strict=True):
            if state.startswith(text):
                continue
            if not text.startswith(state) and state not in kept and state not in last:
                self._keep(state, words)
            state, words = text, letters
        self._state = state

    def before(self, line: str) -> str:
        """Return what to put in front of the line as it stands."""
        lost = self._lost(line)
        if not lost and not self._kept:
            return ""
        number = self._counted - len(self._last)
        count = f"… {number:,} more state{'s' if number > 1 else ''}" if number else ""
        told = [*self._kept, count, *self._last, "" if self._is_known(lost) else lost]
        return "".join(text + AGAIN for text in told if text)

    def _lost(self, following: str) -> str:
        """Return what of the last state cannot be seen in the one that follows."""
        state = self._state
        if following.startswith(state) or not state[self._same :].strip():
            return ""
        end = f"…{state[self._same :]}"
        if not self._same:
            return state
        # The end of a secret alone could not be masked; a short one, as of a spinner, tells little.
        is_short = len(state) - self._same < LEAST_TOLD
        return end if is_short or not self._holds_secret(state) else state

    def _keep(self, state: str, words: str) -> None:
        is_new = words not in self._words and len(self._words) < MOST_NEW
        if is_new or len(self._kept) < FIRST_KEPT:
            self._words.add(words)
            self._kept |= dict.fromkeys([*self._last, state])
            self._counted -= len(self._last)
            self._last.clear()
            return
        self._last.append(state)
        self._counted += 1

    def _is_known(self, state: str) -> bool:
        return state in self._kept or state in self._last


def _letters(text: str) -> str:
    """Return a text without what is no letter; a carriage return stays, so that many can be read at once."""
    return text.translate(_ASCII_NO_LETTERS) if text.isascii() else _NO_LETTERS.sub("", text)
