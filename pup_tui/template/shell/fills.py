"""Which variables a builtin gives a text: ``read NAME``, ``printf -v NAME``, ``export "NAME=TEXT"``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import Final

from pup_tui.template.shell.tables import Builtin, ShellTable
from pup_tui.template.shell.words import UNKNOWN, ShellWord

ANY: Final = b"*"
"""Stands for every variable."""

_NAMING: Final = frozenset({"name", "assign", "code"})
_NAME: Final = re.compile(rb"[A-Za-z_]\w*")
_IN_TEXT: Final = re.compile(rb"([A-Za-z_]\w*)(?:\[[^]]*\])?\+?=")
_KEEPING: Final = re.compile(rb"[-+][aAfFgiIprtx]+")
"""Options of a declaration that leave a text what it is."""
_NO_TEXT: Final = frozenset({b"unset", b"test", b"["})
"""Builtins that give the variables which they name no text."""
_SOURCING: Final = frozenset({b".", b"source"})


def filled(
    words: Sequence[ShellWord], functions: Container[bytes], tables: Sequence[ShellTable]
) -> Iterator[bytes]:
    """The variables that a command fills, whichever builtin it may run."""
    first = words[0]
    is_open = not first.is_literal or first.text in functions
    seen: set[bytes] = set()
    for start, word in enumerate(words):
        builtins = [table.builtins[word.text] for table in tables if word.text in table.builtins]
        if word.text not in seen:
            seen.add(word.text)
            for builtin in builtins:
                yield from _filled_by(builtin, words[start:])
        if not (is_open or any("command" in builtin.operands for builtin in builtins)):
            return


def _filled_by(builtin: Builtin, words: Sequence[ShellWord]) -> Iterator[bytes]:
    name = words[0].text
    if name == b"eval" or (name in _SOURCING and not all(map(_is_file, words[1:2]))):
        yield ANY
    if name == b"trap":
        yield from _IN_TEXT.findall(b" ".join(word.text for word in words))
    elif "assign" in builtin.operands:
        yield from _names(_declared(words[1:]))
    elif name not in _NO_TEXT:
        yield from _names(_named(builtin, words))


def _declared(words: Sequence[ShellWord]) -> Iterator[bytes]:
    """What a declaration names: of one that leaves texts what they are, that of words which are quoted."""
    is_kept = all(_KEEPING.fullmatch(word.text) for word in words if _is_option(word))
    for word in words:
        is_own = word.node.type == "variable_assignment"
        if not is_kept or (b"=" in word.text and not is_own):
            yield word.text.partition(b"=")[0]


def _named(builtin: Builtin, words: Sequence[ShellWord]) -> Iterator[bytes]:
    """The words that may stand where a builtin takes a name, alone or behind an option."""
    naming = {letter.encode() for letter, kind in builtin.options.items() if kind in _NAMING}
    awaited = False
    count = 0
    for word in words[1:]:
        kinds = {builtin.operand(count)} if not builtin.options else {*builtin.operands}
        if awaited or not _NAMING.isdisjoint(kinds):
            yield word.text
        is_option = _is_option(word)
        for letter in naming if is_option else ():
            yield word.text.partition(letter)[2]
        awaited = bool(naming) and (is_option or word.text.startswith(UNKNOWN))
        count += not is_option


def _names(texts: Iterator[bytes]) -> Iterator[bytes]:
    for text in texts:
        name = _NAME.match(text)
        if text.startswith(UNKNOWN) or (name and text.startswith(UNKNOWN, name.end())):
            yield ANY
        elif name is not None:
            yield name[0]


def _is_option(word: ShellWord) -> bool:
    return word.text[:1] in (b"-", b"+")


def _is_file(word: ShellWord) -> bool:
    return word.is_literal and not word.text.startswith(b"/dev/")
