"""The arguments that a script takes as they come: `"$@"` where no function is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pup_tui.convert.shell.reading import arguments_of, command_name, parsed, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

REST = "ARGUMENTS"
"""What the arguments are called that are left."""
_OWN = frozenset({"set", "getopts", "shift", "eval", "exec"})


def with_rest_named(source: str) -> str:
    """A script in which the arguments that it takes as they come have a name: each step has its own `$@`.

    An array is made of them before the first statement that has them: a variable of the runbook, a list that
    may be empty.
    """
    data = source.encode()
    root = parsed(source)
    functions = {
        text_of(name)
        for node in walk(root)
        if node.type == "function_definition"
        and (name := node.child_by_field_name("name")) is not None
    }
    found = list(_taken(root, functions))
    if not found or re.search(rf"\b{REST}\b", source):
        return source
    for node in sorted(found, key=lambda each: -each.start_byte):
        sign = text_of(node)[-1]
        data = data[: node.start_byte] + f"${{{REST}[{sign}]}}".encode() + data[node.end_byte :]
    first = min(found, key=lambda each: each.start_byte)
    while first.parent is not None and first.parent != root:
        first = first.parent
    at = first.start_byte
    return (data[:at] + f'{REST}=("$@")\n'.encode() + data[at:]).decode()


def _taken(root: Node, functions: set[str]) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "simple_expansion" and text_of(node) in ("$@", "$*"):
            yield node
        elif not _is_otherwise(node, functions):
            waiting += node.children


def _is_otherwise(node: Node, functions: set[str]) -> bool:
    """Whether the arguments inside are those of a function, or all go to one, or are taken apart there."""
    if node.type == "command" and command_name(node) in functions:
        return all(text_of(each).strip('"') in ("$@", "$*") for each in arguments_of(node))
    if node.type == "command":
        return command_name(node) in _OWN
    if node.type == "variable_assignment":
        return re.fullmatch(r"\w+=\(\s*\"?\$[@*]\"?\s*\)", text_of(node)) is not None
    return node.type == "function_definition" or _takes_apart(node)


def _takes_apart(node: Node) -> bool:
    """Whether a loop reads options out of the arguments."""
    if node.type not in ("while_statement", "for_statement"):
        return False
    words = [text_of(each) for each in walk(node) if each.type == "case_item"]
    return any(re.match(r"\(?\s*[\"']?-", word) for word in words)
