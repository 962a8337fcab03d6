"""Says quickly that none of many texts is in another: what all output is asked for every secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pup_tui.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW = 6
"""Characters of a text that are looked for."""

REACH = 64
"""Characters at the beginning of a text in which its window is."""

# The more common a character is in logs, the less it is worth to begin a window.
_COMMON = "xzqjkvwbygf\"'_/,.=:-pmcudlhrsnioate9876543210\n "
_NOTHING = late_pattern(r"(?!)")


class Screen:
    """Looks for many texts in one pass of a fast search, and tells whether any of them can be there.

    Of each text a window of some characters is looked for, one that begins with a rare character. The search
    stops where at each place of a window some text has that character; what stands there is then compared.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Each of the texts has at least ``WINDOW`` characters."""
        firsts: set[str] = set()
        self._windows: set[str] = set()
        for text in sorted(texts):
            at = _best(text[:REACH], firsts)
            firsts.add(text[at])
            self._windows.add(text[at : at + WINDOW])
        self._firsts = sorted({window[0] for window in self._windows})
        self._search = _any_of(self._windows)

    def may_hold(self, text: str) -> bool:
        """Whether one of the texts can be in ``text``; hardly ever where none is."""
        # To look for single characters is the fastest search of all, and where one is there it ends soon.
        return any(first in text for first in self._firsts) and any(
            found[0] + found[1] in self._windows for found in self._search.finditer(text)
        )


def _best(text: str, firsts: set[str]) -> int:
    """Return where the window begins that costs least: nothing where another one begins so as well."""
    begins = enumerate(text[: len(text) - WINDOW + 1])
    return min(begins, key=lambda begin: begin[1] not in firsts and _COMMON.find(begin[1]) + 1)[0]


def _any_of(windows: set[str]) -> re.Pattern[str]:
    if not windows:
        return _NOTHING
    first, *others = (
        f"[{''.join(map(re.escape, sorted(set(chars))))}]" for chars in zip(*windows, strict=True)
    )
    # What is found does not reach over the beginning of the next window.
    return re.compile(f"{first}(?=({''.join(others)}))")
