"""Secrets that were typed: each becomes a secret variable, and its value is taken over nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pup_tui.convert.shell.reading import parsed, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_SURE = 8
"""Characters from which on a value is hidden wherever it stands, also within a word."""


def hidden(text: str, secrets: Mapping[str, str]) -> str:
    """A command that names variables of the shell in place of secrets, quoted as its place needs."""
    data = text.encode()
    tree = parsed(text)
    places = [
        (start, end, name)
        for value, name in sorted(secrets.items(), key=lambda each: -len(each[0]))
        for start, end in _places(data, value.encode())
    ]
    taken: list[tuple[int, int]] = []
    put: list[tuple[int, int, bytes]] = []
    for start, end, name in places:
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        taken.append((start, end))
        put.append((start, end, _reference(tree, start, end, name).encode()))
    for start, end, reference in sorted(put, reverse=True):
        data = data[:start] + reference + data[end:]
    return data.decode()


def _places(data: bytes, value: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(value)
    while at >= 0:
        end = at + len(value)
        before, after = data[max(0, at - 2) : at], data[end : end + 1]
        alone = not re.search(rb"[\w.-]$", before) or re.fullmatch(rb"-[pPaW]", before)
        if len(value) >= _SURE or (alone and not re.match(rb"[\w-]", after)):
            yield at, end
        at = data.find(value, end)


def _reference(tree: Node, start: int, end: int, name: str) -> str:
    variable = f"${{{name}}}"
    inside = [each.type for each in walk(tree) if each.start_byte <= start and end <= each.end_byte]
    if "raw_string" in inside:
        return f"'\"{variable}\"'"
    if "string" in inside or "heredoc_body" in inside:
        return variable
    return f'"{variable}"'
