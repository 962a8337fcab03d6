"""Which commands a word may name that is no literal: one made of variables or substitutions.

A name is told as far as it is known, with `UNKNOWN` for the rest of it, and with the words that a
text may bring along behind it: of ``X="read -r"; $X`` it is ``read -r``. Nothing is told of what the
script does not say: a variable of the environment is the operator's, and a function's own words are
judged where it is called.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pup_tui.template.shell.words import UNKNOWN, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

    from pup_tui.template.shell.survey import Survey

_EXPANSIONS: Final = frozenset({"simple_expansion", "expansion"})
_NAMED: Final = ("variable_name", "special_variable_name", "subscript")
_WHERE: Final = re.compile(
    rb"(?:(?:command -v|which|type -P|echo) +([\w./+-]+)(?: *2> */dev/null)?|true|:)(?: *\|\| *|\Z)"
)
"""A search for a program by its name."""
_FILLING: Final = frozenset({b"read", b"mapfile", b"readarray"})


class CommandNames:
    """The names of commands in a script, found once."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._known: dict[bytes, frozenset[bytes]] = {}

    def of(self, word: ShellWord) -> frozenset[bytes]:
        """What a word may begin a command with."""
        if word.raw not in self._known:
            self._known[word.raw] = frozenset(self._begins(word.node, frozenset()))
        return self._known[word.raw]

    def _begins(self, node: Node, seen: frozenset[bytes]) -> Iterator[bytes]:
        """The beginnings of the text of a node, without the variables that are being looked at."""
        while node.type in ("string", "command_name") and len(node.named_children) == 1:
            (inner,) = node.named_children
            if inner.type == "string_content":
                break
            node = inner
        if node.type in _EXPANSIONS:
            yield from self._expanded(node, seen)
        elif node.type == "command_substitution":
            yield from self._substituted(node)
        elif node.type == "array":
            elements = node.named_children
            more = b" " if len(elements) > 1 else b""
            yield from (begin + more for n in elements[:1] for begin in self._begins(n, seen))
        elif node.children and node.type != "string" and node.children[0].type in _EXPANSIONS:
            rest = self._text(node)[1:]
            yield from (begin + rest for begin in self._expanded(node.children[0], seen))
        else:
            yield self._text(node).lstrip()

    def _text(self, node: Node) -> bytes:
        return self._survey.word(node).text

    def _expanded(self, node: Node, seen: frozenset[bytes]) -> Iterator[bytes]:
        named = [i for i, part in enumerate(node.children) if part.type in _NAMED]
        if not named:
            return
        at = named[0]
        name = self._survey.text(node.children[at]).split(b"[", 1)[0]
        operator, *words = [*node.children[at + 1 : -1], node.children[-1]]
        sign = operator.type.lstrip(":")
        if sign in ("-", "=", "+"):
            yield from (begin for word in words[:1] for begin in self._begins(word, seen))
        is_made = sign not in ("-", "=", "+", "?", "}") and operator.type != node.children[at].type
        if node.children[1].type == "!" or (is_made and name in self._texts):
            yield UNKNOWN
        if sign != "+" and name not in seen:
            yield from self._assigned(name, seen | {name})

    def _assigned(self, name: bytes, seen: frozenset[bytes]) -> Iterator[bytes]:
        if name in self._filled:
            yield UNKNOWN
        texts = self._texts.get(name, ())
        wholes = [node for node, is_added in texts if not is_added]
        for node in wholes:
            yield from self._begins(node, seen)
        is_begun = (
            wholes
            and all(map(self._survey.text, wholes))
            and b"()" not in map(self._survey.text, wholes)
        )
        for node in (node for node, is_added in texts if is_added):
            if node.type != "array":
                begun = self._survey.text(node).lstrip(b"\"'").startswith((b" ", b"\t"))
                yield from () if begun else (UNKNOWN,)
            elif not is_begun:
                yield from self._begins(node, seen)

    def _substituted(self, node: Node) -> Iterator[bytes]:
        text = self._survey.text(node).removeprefix(b"$(").removesuffix(b")").strip(b"` ")
        if re.fullmatch(b"(?:%s)+" % _WHERE.pattern, text):
            yield from _WHERE.findall(text)
        else:
            yield UNKNOWN

    @cached_property
    def _filled(self) -> frozenset[bytes]:
        """The variables that ``read`` and the like fill."""
        return frozenset(
            word.text
            for words in map(self._survey.words, self._survey.commands)
            if not _FILLING.isdisjoint(word.text for word in words)
            for word in words
        )

    @cached_property
    def _texts(self) -> dict[bytes, list[tuple[Node, bool]]]:
        """What is assigned to each variable as a whole or gone through by a loop, and what is added to it."""
        found: defaultdict[bytes, list[tuple[Node, bool]]] = defaultdict(list)
        for assignment in self._survey.assignments:
            name = self._survey.text(assignment.children[0]).split(b"[", 1)[0]
            is_added = assignment.children[1].type == "+="
            found[name] += [(node, is_added) for node in assignment.children[2:]]
        for loop in self._survey.loops:
            name = self._survey.text(loop.children[1])
            words = [n for n in loop.named_children[1:] if n.type != "do_group"]
            found[name] += [(node, False) for node in words]
        return dict(found)
