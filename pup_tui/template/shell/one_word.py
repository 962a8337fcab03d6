"""Words without quotes that stay one word as long as the values of their variables do."""

from __future__ import annotations

import re
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.tables import Use

_LETTER: Final = rb"[A-Za-z0-9_.,:+/@%=-]"
_NAME: Final = rb"(?:[A-Za-z_]\w*|[1-9])"
_VARIABLE: Final = rb"\$(?:%b|\{%b\})" % (_NAME, _NAME)
_TEXT: Final = rb"'[^']*+'|\"[^\"$`\\\[]*+\"|\\[^\n]"
_INSTEAD: Final = rb"(?:%b|%b|%b)*+" % (_LETTER, _TEXT, _VARIABLE)
_PATTERN: Final = rb"[^{}$`\\'\"\s/]"
_PIECES: Final = rb"[#%%]{1,2}(?:/|%b)*+|\^\^?|,,?|:[0-9]+(?::[0-9]+)?|//?%b++(?:/%b*+)?" % (
    _PATTERN,
    _PATTERN,
    _LETTER,
)
_PART: Final = late_pattern(
    rb"(?P<text>\A~/|%(letter)b++|%(text)b)|(?P<quoted>\"(?:[^\"$`\\\[]|%(variable)b)*+\")"
    rb"|\$\{%(name)b:?[-=](?P<fallback>%(letter)b|%(text)b)?%(instead)b\}"
    rb"|\$\{%(name)b:?[+?]%(instead)b\}"
    rb"|(?P<piece>\$\{%(name)b(?:%(pieces)b)\})"
    rb"|%(variable)b"
    % {
        b"letter": _LETTER,
        b"text": _TEXT,
        b"variable": _VARIABLE,
        b"name": _NAME,
        b"instead": _INSTEAD,
        b"pieces": _PIECES,
    }
)
"""What a word may be made of: text that the shell does not expand, and variables."""

_INDEX: Final = rb"\[(?:-?[0-9]+|\$?#?[A-Za-z_]\w*)\]"
_ELEMENT: Final = late_pattern(rb"\$\{[A-Za-z_]\w*%b\}" % _INDEX)
_ELEMENT_OF_ZSH: Final = late_pattern(rb"\$[A-Za-z_]\w*%b" % _INDEX)
"""A word that is one element of an array; of a text that zsh holds in one variable it is a letter."""

_EMPTY: Final = (b"''", b'""', None)


def is_element(raw: bytes, *, is_zsh: bool) -> bool:
    """Whether a word is one element of an array: one word, if that was not filled with parts of one."""
    return bool(_ELEMENT.fullmatch(raw) or (is_zsh and _ELEMENT_OF_ZSH.fullmatch(raw)))


def word_use(raw: bytes, at: int) -> Use | None:
    """What a text has to be, which a variable at a place of a word stands for, so that the word is one.

    None where the word may become several whatever the text is.
    """
    position, begins, ends = 0, False, False
    holder: re.Match[bytes] | None = None
    while position < len(raw):
        part = _PART.match(raw, position)
        if part is None:
            return None
        position = part.end()
        if part.start() <= at < position:
            holder = part
        begins = begins or (holder is None and part["text"] not in _EMPTY)
        ends = ends or part["text"] not in _EMPTY or part["fallback"] not in _EMPTY
    if holder is None:
        return None
    if begins:
        return Use.PIECE
    if holder["piece"] is not None:
        return None
    return Use.BEGINNING if ends else Use.WORD
