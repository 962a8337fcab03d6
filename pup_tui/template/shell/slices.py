"""Slices of texts and lists, of which the grammar knows few sums: as if each were in ``$((…))``.

That is what shells make of it: ``${s:$n+1}`` is ``${s:$(($n+1))}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.spelling import Inserted

if TYPE_CHECKING:
    from tree_sitter import Node

_BEGINS: Final = late_pattern(
    rb"\$\{!?(?:[@*]|\w+(?:\[(?:[@*]|[\w$#+*/ -]+|\$\{\w+\}|\"\$(?:\w+|\{\w+\})\")\])?):(?![-=?+}])"
)
_MODIFIER: Final = late_pattern(rb"[A-Za-z&]")
"""How a modifier of zsh begins; with anything else before it, it is a sum."""
_KNOWN: Final = late_pattern(rb"-?[0-9]+|\w*|\$\{[^{}]*\}|\$\([^()]*\)|\$\(\([^()]*\)\)")
"""The sums that the grammar knows: a number, a name, or nothing but one expansion."""
_TEXT: Final = late_pattern(rb"\"(?:[^\"\\`$\n]|\$\w+|\$\{\w+\})*\"")
_PART: Final = late_pattern(rb"[^\s'\"\\`(){}:?]|[ \t]")
_CHOICE: Final = late_pattern(rb"[:?]")
"""What stands in a sum that chooses: shells differ in where it ends, but within ``$(…)`` and ``${…}``."""
_PARAMETER: Final = late_pattern(rb"\$[\w@*#?$!-]")
_OPENS: Final = late_pattern(rb"\$?\(|\$\{")
_LONGEST: Final = 200
_DEEPEST: Final = 8
"""Bytes and brackets within each other of one sum: what looks like many sums takes no long time."""
_MOST: Final = 2
_BEGIN: Final = b"$(("
_END: Final = b"))"


class Slice(NamedTuple):
    """An expansion that takes a part of its value, and from where to where its sums go."""

    start: int
    sums: tuple[tuple[int, int], ...]


def slices(script: bytes, shell: str) -> list[Slice]:
    """What looks like slices whose sums the grammar may not know."""
    return list(_slices(script, shell))


def _slices(script: bytes, shell: str) -> Iterator[Slice]:
    for begin in _BEGINS.finditer(script):
        found = _sums(script, begin.end())
        is_modified = shell == "zsh" and any(_MODIFIER.match(script, at) for at, _ in found)
        unknown = tuple(span for span in found if _KNOWN.fullmatch(script, *span) is None)
        if unknown and not is_modified:
            yield Slice(begin.start(), unknown)


def in_sums(found: list[Slice]) -> Inserted:
    """What is to be put in, so that each sum of these slices is one in ``$((…))``."""
    spans = [span for each in found for span in each.sums]
    letters = sorted(
        [(end, 0, _END) for _, end in spans] + [(start, 1, _BEGIN) for start, _ in spans]
    )
    places = tuple(at for at, _, written in letters for _ in written)
    return Inserted(places, b"".join(written for _, _, written in letters))


def are_sums(root: Node, added: Inserted, found: Slice) -> bool:
    """Whether the tree of what was written has the sums of a slice."""
    start = added.within(found.start)
    return all(_is_sum(root, start, added, *span) for span in found.sums)


def _is_sum(root: Node, around: int, added: Inserted, start: int, end: int) -> bool:
    begin, stop = added.within(start) - len(_BEGIN), added.within(end - 1) + 1 + len(_END)
    node = root.descendant_for_byte_range(begin, stop)
    expansion = node.parent if node is not None and node.type == "arithmetic_expansion" else None
    return (
        node is not None
        and (node.start_byte, node.end_byte) == (begin, stop)
        and expansion is not None
        and expansion.type == "expansion"
        and expansion.start_byte == around
    )


def _sums(script: bytes, at: int) -> list[tuple[int, int]]:
    """From where to where the sums of a slice go, or none where shells may find them elsewhere."""
    found: list[tuple[int, int]] = []
    while len(found) < _MOST:
        end = _end(script, at, at + _LONGEST)
        if end < 0:
            return []
        found.append((at, end))
        if script.startswith(b"}", end):
            return found
        at = end + 1
    return []


def _end(script: bytes, at: int, limit: int) -> int:
    """Where a sum ends, by ``:`` or ``}``, or -1."""
    opened: list[bytes] = []
    while at < limit and len(opened) <= _DEEPEST:
        opens = _OPENS.match(script, at)
        if opened and script.startswith(_closing(opened[-1]), at):
            opened.pop()
            at += 1
        elif not opened and script[at : at + 1] in (b":", b"}"):
            return at
        elif opens is not None:
            opened.append(opens[0])
            at = opens.end()
        else:
            part = (
                _PARAMETER.match(script, at) or _TEXT.match(script, at) or _PART.match(script, at)
            )
            if part is None and any(each.startswith(b"$") for each in opened):
                part = _CHOICE.match(script, at)
            if part is None:
                return -1
            at = part.end()
    return -1


def _closing(opens: bytes) -> bytes:
    return b"}" if opens.endswith(b"{") else b")"
