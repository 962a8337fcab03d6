"""Lines that go on in the next one: a backslash at the end of a line, which shells take out before they read.

They keep it in single quotes, comments and here-documents with a quoted delimiter. Where it stands is told by
the tree of the script without it: what is before it is read in the same way by shells.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.language import FoundNodes, backticks
from pup_tui.template.shell.redirections import document
from pup_tui.template.shell.unseen import are_letters

if TYPE_CHECKING:
    from tree_sitter import Node

_ENDS: Final = late_pattern(rb"(\\+)\n")
_CARRIAGE_RETURN: Final = b"\\\r\n"


def without_returns(script: bytes) -> bytes:
    """A script in which no carriage return stands for the end of a line: to shells it is any letter."""
    return script.replace(_CARRIAGE_RETURN, b"\\_\n")


def continuations(script: bytes) -> tuple[int, ...]:
    """Where backslashes stand that might join two lines."""
    ends = _ENDS.finditer(script) if b"\\\n" in script else ()
    return tuple(found.end(1) - 1 for found in ends if len(found[1]) % 2)


def kept(root: Node, script: bytes, places: Collection[int]) -> frozenset[int]:
    """Those of some places at which shells keep a backslash at the end of a line."""
    return _kept(FoundNodes(root), script, places)


def _kept(found: FoundNodes, script: bytes, places: Collection[int]) -> frozenset[int]:
    if not places:
        return frozenset()
    ordered = sorted(places)
    within = {
        place
        for start, end in (*_texts(found), *_quoted_bodies(found, script))
        for place in ordered[bisect_left(ordered, start) : bisect_left(ordered, end)]
    }
    return frozenset(within)


def doubtful(root: Node, script: bytes, taken: Sequence[int], left: Sequence[int]) -> int:
    """A place, in what was read, of which it is not sure whether shells join the lines there; -1 if none.

    At those ``taken`` they are joined, at those ``left`` they are not.
    """
    found = FoundNodes(root)
    if _kept(found, script, left) != frozenset(left):
        return min(left)
    within = _kept(found, script, taken)
    unsure = {*within, *_at_ends(found, script, taken), *_in_backticks(found, script)}
    return min(unsure, default=-1)


def _texts(found: FoundNodes) -> Iterator[tuple[int, int]]:
    """From where to where the texts go in which a backslash is a letter."""
    for node in found.of("raw_string", "ansi_c_string", "comment"):
        if node.type == "comment" or not are_letters(node):
            # At the last byte the text ends, unless it is a comment.
            yield node.start_byte + 1, node.end_byte


def _quoted_bodies(found: FoundNodes, script: bytes) -> Iterator[tuple[int, int]]:
    for redirect in found.of("heredoc_redirect"):
        here = document(redirect)
        start, body = here.start, here.body
        if start is not None and body is not None and here.is_literal:
            # The blanks before it, which may be lines, are no part of its node.
            blank = len(script[start.end_byte : body.start_byte].rstrip())
            yield script.find(b"\n", start.end_byte + blank), body.end_byte


def _at_ends(found: FoundNodes, script: bytes, taken: Sequence[int]) -> Iterator[int]:
    """Lines, joined with another one, by which some shells end a here-document and some do not."""
    for redirect in found.of("heredoc_redirect") if taken else ():
        here = document(redirect)
        start, end = here.start, here.end
        if start is None or end is None:
            continue
        name = here.delimiter
        first = bisect_left(taken, start.start_byte + 1)
        for place in taken[first : bisect_left(taken, end.end_byte + 1)]:
            is_in_name = place < start.end_byte
            begin = script.rfind(b"\n", 0, place) + 1
            stop = script.find(b"\n", place)
            stop = len(script) if stop < 0 else stop
            lines = {script[begin:stop], script[place:stop], script[begin:place]}
            is_of_document = begin > start.end_byte
            is_end = any(line.strip() == name for line in lines)
            if is_in_name or (is_of_document and is_end):
                yield place


def _in_backticks(found: FoundNodes, script: bytes) -> Iterator[int]:
    """Ends of lines in backticks that become those of lines which go on when the backticks are taken away."""
    for node in backticks(found):
        for match in _ENDS.finditer(script, node.start_byte, node.end_byte):
            if len(match[1]) > 1:
                yield match.start()
