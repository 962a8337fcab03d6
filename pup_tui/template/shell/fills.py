"""Which variables a builtin gives a text: ``read NAME``, ``printf -v NAME``, ``export "NAME=TEXT"``."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.builtins import is_option, option_argument
from pup_tui.template.shell.tables import Builtin, ShellTable
from pup_tui.template.shell.words import ASSIGNMENT, UNKNOWN, ShellWord

ANY: Final = b"*"
"""Stands for every variable."""

_NAMING: Final = frozenset({"name", "assign", "code"})
_NAME: Final = late_pattern(rb"[A-Za-z_]\w*")
_KEEPING: Final = late_pattern(rb"[-+][aAfFgiIprtx]+")
"""Options of a declaration that leave a text what it is."""
_NO_TEXT: Final = frozenset({b"unset", b"test", b"["})
"""Builtins that give the variables which they name no text."""
SOURCING: Final = frozenset({b".", b"source"})
"""Builtins that run what stands in a file."""


def filled(
    words: Sequence[ShellWord], functions: Container[bytes], tables: Sequence[ShellTable]
) -> Iterator[bytes]:
    """The variables that a command fills, whichever builtin it may run."""
    first = words[0]
    is_open = not first.is_literal or first.text in functions
    seen: set[bytes] = set()
    for start, word in enumerate(words):
        if word.text not in seen:
            seen.add(word.text)
            yield from filled_by(word.text, words[start:], tables)
        if not (is_open or any(word.text in table.forwarding for table in tables)):
            return


def filled_by(
    name: bytes, words: Sequence[ShellWord], tables: Sequence[ShellTable]
) -> Iterator[bytes]:
    """The variables that a builtin fills; the first of the words is its name."""
    for table in tables:
        if name in table.builtins:
            yield from _filled_by(table.builtins[name], name, words)


def _filled_by(builtin: Builtin, name: bytes, words: Sequence[ShellWord]) -> Iterator[bytes]:
    if name == b"eval" or (name in SOURCING and not all(map(is_file, words[1:2]))):
        yield ANY
    if name == b"trap":
        yield from ASSIGNMENT.findall(b" ".join(word.text for word in words))
    elif "assign" in builtin.operands:
        yield from _names(_declared(words[1:]))
    elif name not in _NO_TEXT:
        yield from _names(_named(builtin, words))


def _declared(words: Sequence[ShellWord]) -> Iterator[bytes]:
    """What a declaration names: of one that leaves texts what they are, that of words which are quoted."""
    is_kept = all(_KEEPING.fullmatch(word.text) for word in words if is_option(word.text))
    for word in words:
        is_own = word.node.type == "variable_assignment"
        if not is_kept or (b"=" in word.text and not is_own):
            yield word.text.partition(b"=")[0]


def _named(builtin: Builtin, words: Sequence[ShellWord]) -> Iterator[bytes]:
    """The words that stand, or may stand, where a builtin takes a name, alone or behind an option."""
    awaited, count = "", 0
    is_open, is_sure = bool(builtin.options), True
    for word in words[1:]:
        kinds = {awaited or builtin.operand(count)}
        found = option_argument(builtin, word.text) if is_open and is_option(word.text) else None
        if not is_sure:
            kinds.update(builtin.operands, builtin.options.values())
        elif awaited:
            awaited = ""
        elif found is not None:
            kind, attached = found
            awaited = "" if attached else kind
            if attached and kind in _NAMING:
                yield attached
            continue
        elif is_open and word.text == b"--":
            is_open = False
            continue
        else:
            is_open = is_open and word.text.startswith(UNKNOWN)
            is_sure = not (is_open and builtin.has_options)
            count += 1
        if not _NAMING.isdisjoint(kinds):
            yield word.text
        is_sure = is_sure and not word.spreads


def _names(texts: Iterator[bytes]) -> Iterator[bytes]:
    for text in texts:
        name = _NAME.match(text)
        is_own_word = text[:1].isdigit()  # zsh gives `$1` a text by its number
        if (
            is_own_word
            or text.startswith(UNKNOWN)
            or (name and text.startswith(UNKNOWN, name.end()))
        ):
            yield ANY
        elif name is not None:
            yield name[0]


def is_file(word: ShellWord) -> bool:
    """Whether what is sourced is a file of that name, and no text of the script's own."""
    return word.is_literal and not word.text.startswith(b"/dev/")
