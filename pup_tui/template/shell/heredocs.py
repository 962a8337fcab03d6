"""Several here-documents that begin on one line, of which the grammar knows one.

All but the last become redirections from a descriptor, and their texts a part of the last one's. Whoever
reads from a descriptor is then taken to read that text. They stay where that would tell less than there is:
where a text of them might go on in the next one, or is one into which values are written as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pup_tui.template.shell.markers import MARKER

_BEGINS: Final = re.compile(
    rb"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"]?)(?P<name>\w+)(?P=quote)(?![\w'\"])"
)
_HERE_STRING: Final = re.compile(rb"<<<")
_EXPANDED: Final = re.compile(rb"(?:[^$`\\]|\$\w|\$\{\w+\}|\$\([^()`'\"\\\n<>]*\)|\$[^\w({])*")
"""A text whose expansions end in it."""
DESCRIPTOR: Final = b"<&p"
"""What stands for the beginning of a here-document; a coprocess is read by the same."""


def shared_lines(script: bytes) -> Iterator[tuple[int, int]]:
    """Where the here-documents begin that are not the last ones of their lines."""
    at = 0
    while at < len(script):
        end = script.find(b"\n", at)
        if end < 0:
            return
        found = [] if _HERE_STRING.search(script, at, end) else [*_BEGINS.finditer(script, at, end)]
        at = end + 1
        bodies: list[bytes] = []
        for begin in found:
            tabs = rb"\t*" if begin["tabs"] else b""
            last = re.compile(rb"^%b%b$" % (tabs, begin["name"]), re.MULTILINE).search(script, at)
            if last is None:
                break
            bodies.append(script[at : last.start()])
            at = last.end() + 1
        is_whole = len(bodies) == len(found) > 1
        if is_whole and _may_be_one(found, bodies[:-1]):
            yield from (begin.span() for begin in found[:-1])


def _may_be_one(found: list[re.Match[bytes]], before: list[bytes]) -> bool:
    """Whether the texts of these here-documents may be read as that of the last one."""
    kinds = {(begin["tabs"], bool(begin["quote"])) for begin in found}
    lines = {line.strip() for text in before for line in text.split(b"\n")}
    names = {begin["name"] for begin in found}
    if len(kinds) > 1 or names & lines or len(names) < len(found):
        return False
    if found[0]["quote"]:
        return not any(map(MARKER.search, before))
    return all(map(_EXPANDED.fullmatch, before))
