"""What ``test`` and ``[`` do with their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from pup_tui.template.shell.tables import Use
from pup_tui.template.shell.words import ShellWord

if TYPE_CHECKING:
    from tree_sitter import Node

ARITHMETIC_TESTS: Final = frozenset({b"-eq", b"-ne", b"-lt", b"-le", b"-gt", b"-ge"})
"""Operators for whose operands some shells calculate."""

TEXT_TESTS: Final = frozenset(
    {b"=", b"==", b"!=", b"<", b">", b"\\<", b"\\>", b"-ef", b"-nt", b"-ot", b"=~"}
)
"""Operators that compare texts or files."""

_SIGNS: Final = frozenset({b"&&", b"||", b"(", b")", b"!"})
"""What stands between the tests within ``[[``."""

_JOINTS: Final = frozenset({b"-a", b"-o"})
_FILE_TESTS: Final = frozenset(b"-" + bytes([letter]) for letter in b"abcdefghknoprsuwxzGLNOS")


def unary_use(operator: bytes) -> Use:
    """What a test with one operand does with it."""
    if operator in _FILE_TESTS:
        return Use.DATA
    if operator in (b"-v", b"-R"):
        return Use.NAME
    return Use.INT if operator == b"-t" else Use.CODE


def test_use(words: Sequence[ShellWord], index: int, numbers: Use) -> Use:
    """What a test does with the word at `index`; ``numbers`` is the use of a number's place.

    A test that other words than this decide is not known: an operator that is no literal may be ``-v``.
    """
    while len(words) > 1 and index > 0 and words[0].text == b"!":
        words, index = words[1:], index - 1
    if len(words) > 2 and words[0].text == b"(" and words[-1].text == b")" and index > 0:
        return test_use(words[1:-1], index - 1, numbers)
    match len(words):
        case 1:
            return Use.DATA
        case 2 if index == 1:
            return unary_use(words[0].text)
        case 2:
            return Use.DATA if words[1].is_literal else Use.CODE
        case 3:
            return _binary_use(words[1].text, index, numbers)
    return _joined_use(words, index, numbers)


def _binary_use(operator: bytes, index: int, numbers: Use) -> Use:
    if index == 1:
        return Use.CODE
    if operator in ARITHMETIC_TESTS:
        return numbers
    return Use.DATA if operator in TEXT_TESTS or operator in _JOINTS else Use.CODE


def _joined_use(words: Sequence[ShellWord], index: int, numbers: Use) -> Use:
    """Of tests that ``-a`` and ``-o`` join, one with an operator of its own is like one alone."""
    first = max((i + 1 for i in range(index) if words[i].text in _JOINTS), default=0)
    after = (i for i in range(index, len(words)) if words[i].text in _JOINTS)
    segment = words[first : next(after, len(words))]
    if len(segment) not in (2, 3) or len(segment) == len(words) or segment[0].text == b"!":
        return Use.CODE
    return test_use(segment, index - first, numbers)


def test_words(read: Callable[[Node], ShellWord], nodes: Sequence[Node]) -> list[ShellWord]:
    """The words of a test: what stands without a blank between is one."""
    words: list[ShellWord] = []
    end = -1
    for node in operands(nodes):
        word = read(node)
        if node.start_byte == end and not {word.raw, words[-1].raw} & _SIGNS:
            last = words[-1]
            words[-1] = replace(
                last,
                raw=last.raw + word.raw,
                text=last.text + word.text,
                spreads=last.spreads or word.spreads,
                holds_value=last.holds_value or word.holds_value,
            )
        else:
            words.append(word)
        end = node.end_byte
    return words


def segment(words: list[ShellWord], index: int) -> tuple[list[ShellWord], int]:
    """The one test within ``[[`` that a word belongs to."""
    first = max((i + 1 for i in range(index) if words[i].raw in _SIGNS), default=0)
    after = (i for i in range(index, len(words)) if words[i].raw in _SIGNS)
    return words[first : next(after, len(words))], index - first


def operands(nodes: Sequence[Node]) -> Iterator[Node]:
    """The pieces of a test, whatever the grammar has made of them."""
    for node in nodes:
        if node.type in ("binary_expression", "unary_expression", "parenthesized_expression"):
            yield from operands(node.children)
        else:
            yield node
