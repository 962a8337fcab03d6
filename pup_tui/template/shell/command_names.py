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
from typing import TYPE_CHECKING, Final, Protocol

from pup_tui.template.shell.words import UNKNOWN, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPANSIONS: Final = frozenset({"simple_expansion", "expansion"})
_NAMED: Final = ("variable_name", "special_variable_name", "subscript")
_WHERE: Final = re.compile(
    rb"(?:(?:command -v|which|type -P|echo) +([\w./+-]+)(?: *2> */dev/null)?|true|:)(?: *\|\| *|\Z)"
)
"""What prints the name of a program or nothing, and perhaps another one after that."""
_WORD_SIGNS: Final = ("-", "=", "+")
"""What stands before a word in ``${NAME-word}``, behind a colon or not."""
_MOST: Final = 500
_FILLING: Final = frozenset({b"read", b"mapfile", b"readarray"})


class Surveyed(Protocol):
    """What of a script is looked at: that of its `Survey`."""

    @property
    def commands(self) -> list[Node]: ...

    @property
    def assignments(self) -> list[Node]: ...

    @property
    def loops(self) -> list[Node]: ...

    def text(self, node: Node, /) -> bytes: ...

    def word(self, node: Node, /) -> ShellWord: ...

    def words(self, command: Node, /) -> list[ShellWord]: ...


class CommandNames:
    """The names of commands in a script, found once."""

    def __init__(self, survey: Surveyed) -> None:
        self._survey = survey
        self._known: dict[bytes, frozenset[bytes]] = {}

    def of(self, word: ShellWord) -> frozenset[bytes]:
        """What a word may begin a command with."""
        if word.raw not in self._known:
            self._known[word.raw] = self._beginnings(word.node)
        return self._known[word.raw]

    def _beginnings(self, node: Node) -> frozenset[bytes]:
        """The beginnings of the text of a node; any, where they are too many to be told."""
        found: set[bytes] = set()
        seen: set[tuple[int, bytes]] = set()
        waiting: list[tuple[Node, bytes]] = [(node, b"")]
        while waiting:
            at, behind = waiting.pop()
            if (at.id, behind) in seen:
                continue
            seen.add((at.id, behind))
            if len(seen) > _MOST:
                return frozenset((UNKNOWN,))
            for begin, more in self._step(at):
                if isinstance(begin, bytes):
                    found.add(begin + more + behind)
                else:
                    waiting.append((begin, more + behind))
        return frozenset(found)

    def _step(self, node: Node) -> Iterator[tuple[Node | bytes, bytes]]:
        """What a text begins with: known bytes or another node, and the text behind that."""
        children = node.named_children
        is_quoted = node.type == "string" and len(children) == 1
        if node.type == "command_name" or (is_quoted and children[0].type != "string_content"):
            yield children[0], b""
        elif node.type in _EXPANSIONS:
            yield from ((begin, b"") for begin in self._expanded(node))
        elif node.type == "command_substitution":
            yield from ((begin, b"") for begin in self._substituted(node))
        elif node.type == "array":
            yield from ((element, b" " if children[1:] else b"") for element in children[:1])
        elif node.type != "string" and children and children[0].type in _EXPANSIONS:
            yield children[0], self._survey.word(node).text[1:]
        else:
            yield self._survey.word(node).text.lstrip(), b""

    def _expanded(self, node: Node) -> Iterator[Node | bytes]:
        at = next((i for i, part in enumerate(node.children) if part.type in _NAMED), None)
        if at is None:
            return
        name = self._survey.text(node.children[at]).split(b"[", 1)[0]
        behind = [part for part in node.children[at + 1 :] if part.type != "}"]
        sign = behind[0].type.lstrip(":") if behind else ""
        if sign in _WORD_SIGNS:
            yield from behind[1:2]
        is_made = bool(behind) and sign not in (*_WORD_SIGNS, "?")
        if node.children[1].type == "!" or (is_made and name in self._texts):
            yield UNKNOWN
        if sign != "+":
            yield from self._assigned(name)

    def _assigned(self, name: bytes) -> Iterator[Node | bytes]:
        """What is assigned to a variable, and what is added to it where that may be its beginning."""
        if name in self._filled:
            yield UNKNOWN
        texts = self._texts.get(name, ())
        wholes = [node for node, is_added in texts if not is_added]
        yield from wholes
        is_begun = bool(wholes) and not any(self._survey.text(n) in (b"", b"()") for n in wholes)
        for node in (node for node, is_added in texts if is_added):
            if node.type != "array":
                is_next = self._survey.text(node).lstrip(b"\"'").startswith((b" ", b"\t"))
                yield from () if is_next else (UNKNOWN,)
            elif not is_begun:
                yield node

    def _substituted(self, node: Node) -> Iterator[Node | bytes]:
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
