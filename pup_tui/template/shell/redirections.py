"""The redirections of a script, as the syntax tree has them: what they read, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from pup_tui.template.limits import spend_on_judging

if TYPE_CHECKING:
    from tree_sitter import Node

REDIRECTS: Final = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
STANDARD: Final = frozenset({b"0", b"1", b"2"})
"""The descriptors that every command has."""
_INPUT: Final = frozenset({"<", "<>"})
_DUPLICATES: Final = frozenset({">&"})
_COMPUTED: Final = frozenset({"expansion", "simple_expansion", "string"})
_OUTPUT: Final = frozenset({">", ">>", ">|", "&>", "&>>", ">&"})
_NODES_PER_STEP: Final = 10
_QUOTES: Final = re.compile(rb"\\(.)|['\"]")


class HereDocument(NamedTuple):
    """What a here-document consists of: its delimiter, its text, and the delimiter at its end."""

    start: Node | None
    body: Node | None
    end: Node | None

    @property
    def is_literal(self) -> bool:
        """Whether nothing in it is expanded: its delimiter is quoted, be it in part."""
        return self.start is not None and _QUOTES.search(text(self.start)) is not None

    @property
    def delimiter(self) -> bytes:
        """The line that ends it."""
        return ending_line(text(self.start)) if self.start is not None else b""


def ending_line(delimiter: bytes) -> bytes:
    """The line that ends a here-document which begins with this delimiter: it is there without quotes."""
    return _QUOTES.sub(rb"\1", delimiter)


def text(node: Node) -> bytes:
    """The source of a node."""
    return node.text or b""


def upwards(node: Node) -> Iterator[Node]:
    """A node and those around it, innermost first."""
    around: Node | None = node
    while around is not None:
        yield around
        around = around.parent


def path_to(root: Node, node: Node) -> list[Node]:
    """The nodes from one down to one within it: each step up would look for the parent from the root on."""
    path = [root]
    while path[-1].id != node.id:
        child = path[-1].child_with_descendant(node)
        if child is None:
            return [*upwards(node)][::-1]
        path.append(child)
    spend_on_judging(len(path) // _NODES_PER_STEP)
    return path


def redirects(statement: Node) -> Iterator[Node]:
    """The redirections of a command or statement, also those behind a here-document's beginning."""
    for child in statement.children:
        if child.type in REDIRECTS:
            yield child
            if child.type == "heredoc_redirect":
                yield from (part for part in child.children if part.type in REDIRECTS)


def document(redirect: Node) -> HereDocument:
    """The here-document that a redirection begins, as far as the tree has it."""
    parts = {part.type: part for part in redirect.children}
    return HereDocument(*map(parts.get, ("heredoc_start", "heredoc_body", "heredoc_end")))


def body(redirect: Node) -> Node | None:
    """The command, function or statement whose redirection this is, or none for a bare one."""
    parent = redirect.parent
    while parent is not None and parent.type in REDIRECTS:
        parent = parent.parent
    if parent is None or parent.type in ("command", "function_definition"):
        return parent
    first = parent.named_children[0]
    return None if first.type in REDIRECTS else first


def target_of(redirect: Node) -> Node | None:
    """The file that is read or written."""
    if redirect.type == "heredoc_redirect":
        return None
    parts = (n for n in redirect.named_children if n.type != "file_descriptor")
    return next(parts, None)


def feeds_input(redirect: Node) -> bool:
    """Whether a redirection is one of standard input."""
    if redirect.type != "file_redirect":
        return True
    return _is(redirect, _INPUT, b"0")


def opens_input(redirect: Node) -> bool:
    """Whether a redirection gives a descriptor of the script's own, or its input, something to read."""
    return (is_own(redirect) or is_of_exec(redirect)) and not any(
        part.type in _OUTPUT for part in redirect.children
    )


def written(redirect: Node) -> Node | None:
    """The file to which a redirection sends standard output, if it does."""
    is_output = redirect.type == "file_redirect" and _is(redirect, _OUTPUT, b"1")
    target = target_of(redirect)
    return target if is_output and target is not None and target.type != "number" else None


def is_to_descriptor(redirect: Node) -> bool:
    """Whether a redirection is one to a descriptor that is not standard output or standard error."""
    target = target_of(redirect) if redirect.type == "file_redirect" else None
    return (
        target is not None
        and _is(redirect, _DUPLICATES, b"1")
        and text(target) not in STANDARD
        and (target.type in _COMPUTED or text(target) == b"p" or text(target).isdigit())
    )


def is_of_exec(redirect: Node) -> bool:
    """Whether a redirection is made for the rest of the script."""
    owner = body(redirect)
    return owner is not None and text(owner).split(maxsplit=1)[:1] == [b"exec"]


def is_own(redirect: Node) -> bool:
    """Whether a redirection is that of a descriptor from 3 on."""
    given = [text(n) for n in redirect.children if n.type == "file_descriptor"]
    return bool(given) and given[0] not in STANDARD


def _is(redirect: Node, operators: frozenset[str], descriptor: bytes) -> bool:
    given = [text(n) for n in redirect.children if n.type == "file_descriptor"]
    return given in ([], [descriptor]) and any(n.type in operators for n in redirect.children)
