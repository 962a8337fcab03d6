"""Names that a script puts together, with an index whose brackets stand in the texts they are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.limits import spend_on_judging
from pup_tui.template.shell.fills import ANY
from pup_tui.template.shell.language import nodes_of
from pup_tui.template.shell.readings import OwnWords
from pup_tui.template.shell.survey import Survey
from pup_tui.template.shell.words import ZSH_SUBSCRIPT, ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

_TEXTS: Final = (
    *("word", "raw_string", "string_content", "ansi_c_string", "heredoc_content"),
    *("regex", "number"),
)
_INDIRECT: Final = late_pattern(rb"\$\{!([A-Za-z_]\w*|[0-9]+)|\s-v\s+['\"]?([\w$\{\}'\"@*]*\$\S*)")
"""Variables whose text is taken for a name: that of an indirect expansion, those in the word of a test."""
_TESTING: Final = (b"test", b"wait")
"""Commands that take a name behind an option only, and have other words."""
_BRACKET: Final = late_pattern(rb"[\[\]]")
_ESCAPE: Final = late_pattern(rb"\\(?:x([0-9a-fA-F]{1,2})|[uU]([0-9a-fA-F]{1,8})|0?([0-7]{1,3}))")


class MadeIndexes:
    """The literal texts of which names with an index may be put together.

    ``given`` tells what a variable gets its text from, ``filled`` what commands such as `printf -v` give it.
    """

    def __init__(
        self,
        survey: Survey,
        words: OwnWords,
        given: Callable[[bytes], Iterable[Node]],
        filled: Iterable[tuple[tuple[bytes, ...], Node]],
    ) -> None:
        self._survey = survey
        self._words = words
        self._given = given
        self._filled = filled

    def texts(self, naming: Iterable[Sequence[ShellWord]]) -> Iterator[tuple[Node, bytes]]:
        """Those that words which are taken for a name are made of, and what they say, if one has a bracket.

        Of what the script reads from elsewhere it is not known which of its texts come back: then those
        with a bracket, wherever they stand.
        """
        found: list[Node] = []
        waiting = list(self._named_by(naming, found))
        seen = set(waiting)
        fills: dict[bytes, list[Node]] = {}
        for targets, node in self._filled:
            for target in targets:
                fills.setdefault(target, []).append(node)
        while waiting:
            name = waiting.pop()
            for node in chain(self._given(name), fills.get(name, ()), fills.get(ANY, ())):
                spend_on_judging(1)
                found += self._literals(node)
                further = {*self._expanded(node)} - seen
                seen |= further
                waiting += further
        said = [(node, self._said(node)) for node in found]
        if any(_BRACKET.search(text) for _, text in said):
            yield from said
        if not seen.isdisjoint(self._read):
            for node in self._literals(self._survey.root):
                if _BRACKET.search(text := self._said(node)):
                    yield node, text

    def _named_by(
        self, naming: Iterable[Sequence[ShellWord]], found: list[Node]
    ) -> Iterator[bytes]:
        """The variables in words that are taken for a name; their literal parts are noted."""
        for words in naming:
            if words[0].text in _TESTING and not any(word.text[:2] == b"-v" for word in words):
                continue
            for word in words[1:]:
                if not word.is_literal:
                    found += self._literals(word.node)
                    yield from self._expanded(word.node)
        for match in _INDIRECT.finditer(self._survey.script):
            root = self._survey.root
            place = root.descendant_for_byte_range(match.start(), match.end()) or root
            if match[1]:
                yield from self._words.names(match[1], place)
            else:
                yield from self._words.read_in(match[2], place)

    @property
    def _read(self) -> set[bytes]:
        """The variables that get what the script reads."""
        reading = self._survey.named(b"read", b"mapfile", b"readarray")
        return {name for _, words in reading for name in self._survey.fills(words)} | {b"REPLY"}

    def _said(self, node: Node) -> bytes:
        """A text with what its escapes stand for: who prints it decides whether they are any."""
        text = self._survey.text(node)
        return _ESCAPE.sub(_unescaped, text) if b"\\" in text else text

    def _literals(self, node: Node) -> list[Node]:
        """The literal texts in a word, also in commands whose output it takes; no subscripts of zsh."""
        return [each for each in nodes_of(node, *_TEXTS) if not self._is_subscript(each)]

    def _is_subscript(self, node: Node) -> bool:
        """Whether it is in one of `$NAME[…]` in zsh, which is read where it stands."""
        return any(begin <= node.start_byte < end for begin, end in self._subscripts)

    @cached_property
    def _subscripts(self) -> list[tuple[int, int]]:
        if self._survey.shell != "zsh":
            return []
        return [match.span(2) for match in ZSH_SUBSCRIPT.finditer(self._survey.script)]

    def _expanded(self, node: Node) -> Iterator[bytes]:
        for each in nodes_of(node, "simple_expansion", "expansion"):
            yield from self._words.read_in(self._survey.text(each), each)


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = int(match[3], 8) if match[3] else int(match[1] or match[2], 16)
    return chr(code).encode() if code < 128 else b" "
