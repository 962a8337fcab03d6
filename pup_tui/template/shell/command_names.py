"""Which commands a word may name that is no literal: one made of variables or substitutions.

A name is told as far as it is known, with `UNKNOWN` for the rest of it, and with the words that a
text may bring along behind it: of ``X="read -r"; $X`` it is ``read -r``. Nothing is told of what the
script does not say: a variable of the environment is the operator's, and a function's own words are
judged where it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.origins import Origins, Surveyed
from pup_tui.template.shell.words import UNKNOWN, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPANSIONS: Final = frozenset({"simple_expansion", "expansion"})
_MAY_BE_NONE: Final = {*_EXPANSIONS, "command_substitution"}
_NAMED: Final = ("variable_name", "special_variable_name", "subscript")
_WHERE: Final = late_pattern(
    rb"(?:(?:command -v|which|type -P|echo) +([\w./+-]+)(?: *2> */dev/null)?|true|:)(?: *\|\| *|\Z)"
)
"""What prints the name of a program or nothing, and perhaps another one after that."""
_BARE: Final = frozenset({"word", "concatenation"})
_IN_BRACES: Final = late_pattern(rb"\{[^{}]*(?:,|\.\.)[^{}]*\}")
_WORD_SIGNS: Final = ("-", "=", "+")
"""What stands before a word in ``${NAME-word}``, behind a colon or not."""
_FIRST: Final = frozenset({b"", b"0]", b"@]", b"*]"})
"""What stands behind ``[`` where an array begins with its first element, and nothing where it is none."""
_ALL_WORDS: Final = (b"@", b"*")
_ALL_OR_REST: Final = late_pattern(rb"\$(?:[@*]|\{[@*](?::([1-9][0-9]?))?\})")
"""A function's own words, all or from one on."""
_MOST: Final = 500
_NODES_PER_STEP: Final = 20


class CommandNames:
    """The names of commands in a script, found once."""

    def __init__(self, survey: Surveyed) -> None:
        self._survey = survey
        self._origins = Origins(survey)
        self._known: dict[tuple[bytes, bytes, range | None], frozenset[bytes]] = {}

    def of(self, word: ShellWord) -> frozenset[bytes]:
        """What a word may begin a command with."""
        key = self._survey.scope_of(word.node), word.raw, self._survey.shifts.before(word.node)
        if key not in self._known:
            found = self._beginnings(word.node)
            self._known[key] = self._parted(found) if word.spreads else found
        return self._known[key]

    def _parted(self, texts: frozenset[bytes]) -> frozenset[bytes]:
        """Texts with blanks for all that parts words."""
        separators = self._origins.separators
        if separators is None:
            return frozenset((UNKNOWN,)) if texts else texts
        blanks = bytes.maketrans(separators, b" " * len(separators))
        return frozenset(text.translate(blanks) for text in texts)

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
            for count, (begin, more) in enumerate(self._step(at), 1):
                if count % _NODES_PER_STEP == 0:
                    spend_on_judging(1)
                if isinstance(begin, bytes):
                    found.add(begin + more + behind)
                else:
                    # However many blanks: a function that calls itself adds one each time.
                    text = more + behind
                    waiting.append((begin, b" " if text.isspace() else text))
        spend_on_judging(len(seen) // _NODES_PER_STEP)
        return frozenset(found)

    def _step(self, node: Node) -> Iterator[tuple[Node | bytes, bytes]]:
        """What a text begins with: known bytes or another node, and the text behind that."""
        children = node.named_children
        is_quoted = node.type == "string" and len(children) == 1
        if node.type == "command_name" or (is_quoted and children[0].type != "string_content"):
            yield children[0], b""
        elif node.type in _EXPANSIONS:
            yield from self._expanded(node)
        elif node.type == "command_substitution":
            yield from self._substituted(node)
        elif node.type == "array":
            yield from self._first_of(self._origins.words_of(node))
        elif node.type != "string" and children and children[0].type in _EXPANSIONS:
            yield children[0], self._survey.word(node).text[1:]
        elif _IN_BRACES.search(self._survey.text(node)) and node.type in _BARE:
            yield UNKNOWN, b""
        else:
            yield self._survey.word(node).text.lstrip(), b""

    def _first_of(self, elements: Sequence[Node | bytes]) -> Iterator[tuple[Node | bytes, bytes]]:
        """The elements of an array that may be its first word: an unquoted variable may be none."""
        for at, element in enumerate(elements, 1):
            yield element, b" " if at < len(elements) else b""
            if isinstance(element, bytes) or element.type not in _MAY_BE_NONE:
                return

    def _expanded(self, node: Node) -> Iterator[tuple[Node | bytes, bytes]]:
        at = next((i for i, part in enumerate(node.children) if part.type in _NAMED), None)
        if at is None:
            return
        name, _, index = self._survey.text(node.children[at]).partition(b"[")
        behind = [part for part in node.children[at + 1 :] if part.type != "}"]
        sign = behind[0].type.lstrip(":") if behind else ""
        if sign in _WORD_SIGNS:
            yield from ((word, b"") for word in behind[1:2])
        if sign == "+":
            return
        rest = _ALL_OR_REST.fullmatch(self._survey.text(node))
        if rest is not None:
            yield from self._origins.own_words(name, node, int(rest[1] or 1))
            return
        is_whole = index in _FIRST
        texts = (self._origins.of if is_whole else self._origins.elements)(name, node)
        is_made = bool(behind) and sign not in (*_WORD_SIGNS, "?")
        is_indirect = node.children[1].type == "!"
        if is_indirect or (is_made and next(texts, None) is not None):
            yield UNKNOWN, b""
        yield from ((text, b" " if name in _ALL_WORDS else b"") for text in texts)

    def _substituted(self, node: Node) -> Iterator[tuple[Node | bytes, bytes]]:
        text = self._survey.text(node).removeprefix(b"$(").removesuffix(b")").strip(b"` ")
        is_told = re.fullmatch(b"(?:%s)+" % _WHERE.pattern, text)
        yield from ((name, b"") for name in (_WHERE.findall(text) if is_told else (UNKNOWN,)))
