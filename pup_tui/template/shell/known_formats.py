"""Formats with variables in them: ``FORMAT='%-20s %s\\n'; printf "$FORMAT" …``, ``printf "${RED}%s\\n" …``.

The world is closed: texts are told only where nothing that the script does could give the variable another
one, or change what it gets. As long as the variable is not set it is the environment's, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Final, Protocol

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.declarations import DECLARING, Declarations, Declared
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.origins import (
    OF_FOLDERS,
    OF_THE_SHELL,
    SET_BY_MATCHES,
    given_by_expansions,
)
from pup_tui.template.shell.tables import Use, tables
from pup_tui.template.shell.words import UNKNOWN, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

_VARIABLE: Final = rb"\$(?:([A-Za-z]\w*)(?![\w\[:])|\{([A-Za-z]\w*)\})"
_WITH_VARIABLES: Final = late_pattern(rb'"(?:[^"\\$`]|\\.|%b)*"' % _VARIABLE, re.DOTALL)
_VARIABLES: Final = late_pattern(rb"\\.|%b" % _VARIABLE, re.DOTALL)
_MOST: Final = 64
"""Formats that one word may stand for."""
_LITERAL: Final = late_pattern(rb"""\$?'[^']*'|"(?:\\.|[^"\\`$])*"|[\w%.,:/@\\-]+""")
"""A text that is what is written, for every shell: no home, no pattern, no path of a command."""
_WITH_FORMAT: Final = late_pattern(rb'\bprintf\s+"[^"]*\$')
_OF_SHELLS: Final = frozenset(
    {
        *(*OF_THE_SHELL, *OF_FOLDERS, *SET_BY_MATCHES, b"argv", b"prompt", b"status", b"reply"),
        *(b"pipestatus", b"psvar", b"watch", b"fignore", b"histchars", b"signals", b"words"),
    }
)
_TIED: Final = b"path"
"""How variables of zsh end that share their text with others."""
_READS_CODE: Final = (
    *(b"eval", b".", b"source", b"trap", b"alias", b"vared", b"emulate", b"enable", b"zmodload"),
    *(b"autoload", b"fc", b"builtin", UNKNOWN),
)
"""Commands, beside those of which nobody knows which they are, that may do anything to a variable."""
_PLAIN_DECLARATIONS: Final = (b"declare", b"typeset", b"local", b"readonly", b"export")
_PLAIN_OPTIONS: Final = b"rxg"
"""Declarations and their options that leave a text what it is."""


class Commanded(Declared, Protocol):
    """What of a script is looked at: that of its `Survey`."""

    @property
    def texts_of(self) -> dict[bytes, list[Node]]: ...

    @property
    def declarations(self) -> Declarations: ...

    def assigned(self, name: bytes, /) -> Use: ...

    def fills(self, words: Sequence[ShellWord], /) -> Iterator[bytes]: ...


def known_formats(script: Commanded) -> Mapping[bytes, tuple[bytes, ...]]:
    """The texts of variables that stand, quoted, in the format of a ``printf``, as far as they are known.

    All of them are taken to be known at first: as long as none holds another text, no ``printf`` has an
    option by them that would give one to a variable.
    """
    if not _WITH_FORMAT.search(script.script):
        return {}
    asked = {name for command in script.commands for name in _named(script.words(command))}
    texts = {name: found for name in asked if (found := _texts(script, name))}
    while texts:
        filled = {*given_by_expansions(script.script)}
        for words in map(script.words, script.commands):
            if not formats_of(words, texts):
                filled.update(script.fills(words))
        if ANY in filled:
            return {}
        known = {name: text for name, text in texts.items() if name not in filled}
        if known == texts:
            break
        texts = known
    return texts


def formats_of(
    words: Sequence[ShellWord], known: Mapping[bytes, tuple[bytes, ...]]
) -> tuple[bytes, ...]:
    """What the format of a ``printf`` may be that holds ``known`` variables; nothing where it may be any."""
    names = _named(words) if known else ()
    if not names or not known.keys() >= {*names}:
        return ()
    distinct = sorted({*names})
    if prod(len(known[name]) for name in distinct) > _MOST:
        return ()
    first, *others = words[1].text.split(UNKNOWN)
    found: dict[bytes, None] = {}
    for texts in product(*(known[name] for name in distinct)):
        given = dict(zip(distinct, texts, strict=True))
        parts = (given[name] + part for name, part in zip(names, others, strict=True))
        found[first + b"".join(parts)] = None
    return () if any(text.startswith((b"-", b"+")) for text in found) else tuple(found)


def _named(words: Sequence[ShellWord]) -> tuple[bytes, ...]:
    """The variables in the format of a ``printf`` that is quoted and right behind its name."""
    if len(words) < 2 or not words[0].is_literal or words[0].text != b"printf":
        return ()
    if words[1].holds_value or not _WITH_VARIABLES.fullmatch(words[1].raw):
        return ()
    found = _VARIABLES.finditer(words[1].raw)
    return tuple(match[1] or match[2] for match in found if match[1] or match[2])


def _texts(script: Commanded, name: bytes) -> tuple[bytes, ...]:
    """The literal texts that a script gives a variable, and none as long as it has given it none."""
    words = [script.word(node) for node in script.texts_of.get(name, ())]
    is_literal = all(
        word.is_literal and not word.holds_value and _LITERAL.fullmatch(word.raw) for word in words
    )
    is_given = bool(script.assignments_to.get(name))
    if not is_given or not is_literal or not _is_plain(script, name):
        return ()
    return tuple(dict.fromkeys((*(word.text for word in words), b"")))


def _is_plain(script: Commanded, name: bytes) -> bool:
    """Whether a variable is a mere text, and gets it by assignments of a whole one only."""
    spelled = {name, name.upper()}
    return (
        spelled.isdisjoint(_OF_SHELLS)
        and all(spelled.isdisjoint(table.parameters) for table in tables(script.shell))
        and script.assigned(name) is Use.DATA
        and name not in script.loops_over
        and not script.may_refer
        and not any(each.startswith(name + b".") for each in script.functions)
        and b"printf" not in script.functions
        and not script.aliases
        and not script.named(*_READS_CODE)
        and not name.lower().endswith(_TIED)
        and not any(map(_declares_unknown, script.named(*DECLARING)))
        and all(map(_is_whole, script.assignments_to.get(name, ())))
        and _is_only_read(script, name)
        and all(
            each.command in _PLAIN_DECLARATIONS and not each.options.strip(_PLAIN_OPTIONS)
            for each in script.declarations.all
            if each.names.intersection((name, ANY))
        )
    )


def _declares_unknown(declared: tuple[Node, list[ShellWord]]) -> bool:
    """Whether a declaration may assign to a variable that it does not name: ``export "$PAIR"``."""
    return any(
        word.node.type != "variable_assignment" and not word.is_literal for word in declared[1][1:]
    )


def _is_only_read(script: Commanded, name: bytes) -> bool:
    """Whether a variable is named nowhere but where it is assigned to and where its text is taken."""
    found = len(re.findall(rb"\b%s\b" % name, script.script))
    read = len(re.findall(rb"\$\{?%s\b" % name, script.script))
    return found == read + len(script.assignments_to.get(name, ()))


def _is_whole(assignment: Node) -> bool:
    """Whether an assignment gives all of a variable a text or none: neither ``+=`` nor an element's."""
    name, sign, *value = assignment.children
    return len(value) <= 1 and name.type == "variable_name" and sign.type == "="
