"""Patterns by which a filter lets through what holds digits only, whatever it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pup_tui.late_pattern import late_pattern

_CLASS: Final = rb"\[(?:\[:digit:\]|[0-9.,+:-])+\]"
_PART: Final = _CLASS + rb"|[0-9,:%+*?{}() ^$-]|\\[.+?(){}]"
_DIGITS: Final = late_pattern(rb"(?:" + _PART + rb"|\|)+")
_DIGITS_OF_PERL: Final = late_pattern(rb"(?:" + _PART + rb"|\\[db]|\(\?:|\|)+")
_BESIDE: Final = rb"\(\?<?[=!](?:[^()\\]|\\[^QE])*\)"
_AROUND: Final = late_pattern(rb"\A" + _BESIDE + rb"|(?<!\\)" + _BESIDE + rb"\Z")
"""What stands beside a match, and is none of it."""
_UP_TO: Final = late_pattern(
    rb"(?:[^\\()\[\]|]|\\[^KQE]|\[\^?\]?(?:\[:\w+:\]|[^]\\])*\]|\((?!\?)[^()\\\[\]|]*\))*\\K(?![?*+{])"
)
"""What stands before a match, in every match."""
_WITHOUT_OTHERS: Final = late_pattern(
    rb"s(?P<by>[/|,#])\[\^(?:0-9|\[:digit:\]|[.-])+\](?:\*|\+|\\\+)?(?P=by)(?P=by)g"
)
_DELETING: Final = late_pattern(rb"-[dcC]+")
_KEPT: Final = late_pattern(rb"(?:0-9|\[:digit:\]|[.,\n]|\\n)+-?")
_BY: Final = rb"[^/\\]|\\[^n1-9]"
_LINE: Final = late_pattern(
    rb"s/\^(?:" + _BY + rb")*?\\?\((?P<digits>(?:" + _CLASS + rb"(?:[*+]|\\\+)?)+)\\?\)"
    rb"(?P<rest>(?:" + _BY + rb")*?)\$/\\1/p"
)
"""A whole line becomes its digits: what a pattern leaves beside them would be printed too.

At the end it takes a ``$``: what is no letter in any encoding ends what ``.*`` matches.
"""


def matches_digits(pattern: bytes, *, is_perl: bool) -> bool:
    """Whether whatever a pattern of `grep` matches is made of digits and signs."""
    if is_perl:
        pattern = _AROUND.sub(b"", pattern)
        before = _UP_TO.match(pattern)
        if before is not None and b"|" not in pattern:
            pattern = pattern[before.end() :]
        return _DIGITS_OF_PERL.fullmatch(pattern) is not None
    return _DIGITS.fullmatch(pattern) is not None


def leaves_digits(program: bytes, *, is_silent: bool) -> bool:
    """Whether a program of `sed` prints nothing but digits; ``is_silent`` if only what it says itself."""
    if not is_silent:
        return _WITHOUT_OTHERS.fullmatch(program) is not None
    found = _LINE.fullmatch(program)
    groups = re.findall(rb"\(", program)
    return found is not None and len(groups) == 1 and b"|" not in program


def deletes_others(words: Sequence[bytes]) -> bool:
    """Whether `tr` takes away what is no digit."""
    *options, kept = words or (b"",)
    letters = b"".join(word.removeprefix(b"-") for word in options).lower()
    is_known = all(map(_DELETING.fullmatch, options)) and {*letters} == {*b"dc"}
    return is_known and _KEPT.fullmatch(kept) is not None
