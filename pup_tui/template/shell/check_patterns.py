"""The patterns by which a script checks that a text is a number or a plain name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from pup_tui.late_pattern import late_pattern


class Shape(IntEnum):
    """What a text is made of; whatever has one is of those behind it too."""

    NUMBER = 1
    """Digits, signs, points and commas: arithmetic runs nothing of it and reads no variable."""
    NAME = 2
    """Letters and ``_`` besides: no index of an element, in which a command could stand."""


class Check(NamedTuple):
    """The shape of the texts that match, if it is known, and of those that do not."""

    matches: Shape | None = None
    others: Shape | None = None

    @property
    def swapped(self) -> Check:
        """The same of the opposite."""
        return Check(self.others, self.matches)


_SETS: Final = {
    Shape.NUMBER: rb"-?(?:[0-9]-[0-9]|[0-9.,+]|\[:digit:\])+-?",
    Shape.NAME: rb"(?:[0-9]-[0-9]|[a-z]-[a-z]|[A-Z]-[A-Z]|\w"
    rb"|\[:(?:digit|alpha|alnum|upper|lower|xdigit):\])+",
}
"""What stands in brackets, by what it leaves a text to be made of."""
_LETTERS: Final = {Shape.NUMBER: rb"[0-9,-]", Shape.NAME: rb"\w"}
_EMPTY: Final = frozenset({b"''", b'""'})
_IN_GLOBS: Final = rb"[.+]|[@+?*]?\(|\)|\|"
_IN_ZSH_GLOBS: Final = rb"[.+]|\((?!#)|\)|\||(?<!\()#|<[0-9]*-[0-9]*>"
"""In zsh a sign before a group may stand for letters of its own."""
_IN_REGEXES: Final = rb"[?*+]|\{[0-9]*,?[0-9]*\}|\(|\)|\||\\[.+-]"
_WHOLE: Final = late_pattern(rb"\^(.*)\$", re.DOTALL)
_OTHER_LETTER: Final = late_pattern(rb"(?:\.\*)?\[\^(.*)\](?:\.\*)?")
_LETTER_AMONG: Final = late_pattern(rb"\*\[([!^])(.*)\]\*")
_OUTSIDE_GROUPS: Final = late_pattern(rb"\([^()]*\)")


def glob(patterns: Sequence[bytes], shell: str) -> Check:
    """What is known of a text that is compared with patterns of files, one of which it has to match."""
    texts = [pattern.lstrip(b"(") for pattern in patterns]
    matching = _known(_of_glob(text, shell) for text in texts)
    others = _known(_without(text, shell) for text in texts)
    all_known = len(matching) == len(texts)
    return Check(max(matching, default=None) if all_known else None, min(others, default=None))


def regex(pattern: bytes) -> Check:
    """What is known of a text that is compared with a regular expression."""
    other = _OTHER_LETTER.fullmatch(pattern)
    if other is not None:
        return Check(others=_of_set(other[1]))
    whole = _WHOLE.fullmatch(pattern)
    if whole is None:
        return Check()
    inner, count = whole[1], 1
    while count:
        inner, count = _OUTSIDE_GROUPS.subn(b"", inner)
    if b"|" in inner:  # parts of it are not bound to the beginning and the end
        return Check()
    return Check(next((s for s in Shape if _made_of(whole[1], s, _IN_REGEXES)), None))


def _known(shapes: Iterable[Shape | None]) -> list[Shape]:
    return [shape for shape in shapes if shape is not None]


def _of_glob(pattern: bytes, shell: str) -> Shape | None:
    """The shape of the texts that match a pattern."""
    if pattern in _EMPTY:
        return Shape.NUMBER
    signs = _IN_ZSH_GLOBS if shell == "zsh" else _IN_GLOBS
    return next((shape for shape in Shape if _made_of(pattern, shape, signs)), None)


def _without(pattern: bytes, shell: str) -> Shape | None:
    """The shape of the texts in which no letter is that such a pattern looks for."""
    among = _LETTER_AMONG.fullmatch(pattern)
    if among is None or (among[1] == b"^" and shell not in ("bash", "zsh")):
        return None
    return _of_set(among[2])


def _of_set(inside: bytes) -> Shape | None:
    return next((s for s in Shape if re.fullmatch(_SETS[s], inside)), None)


def _made_of(pattern: bytes, shape: Shape, signs: bytes) -> bool:
    """Whether a pattern holds nothing but letters and brackets of a shape, and signs."""
    part = rb"\[%b\]|%b|%b" % (_SETS[shape], _LETTERS[shape], signs)
    return re.sub(part, b"", pattern) == b""
