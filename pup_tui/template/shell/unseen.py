"""What a shell expands in a script where the tree has plain text: nobody would see what is read there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.shell.language import FoundNodes, backticks
from pup_tui.template.shell.redirections import document, text, upwards
from pup_tui.template.shell.words import ZSH_PARAMETER

if TYPE_CHECKING:
    from tree_sitter import Node

_EXPANDED: Final = late_pattern(rb"(\\*)(`|\$\$|\$[\w@*{(\[])")
_EXPANDED_BY_ZSH: Final = late_pattern(rb"(\\*)(`|\$\$|\$(?:[\w@*{(\[]|[+#]*[=~^][=~^+#]*\w))")
"""The signs by which what is no number of the shell's own is expanded, and the backslashes before them."""
_NAME: Final = late_pattern(rb"([A-Za-z_]\w*|[0-9]|[@*])")
_ZSH_NAME: Final = late_pattern(rb"([A-Za-z_]\w*|[0-9]+|[@*])")
"""What a shell takes for a name behind a dollar."""
_SIGN: Final = late_pattern(rb"[$`]")

_TEXTS: Final = (
    *("raw_string", "ansi_c_string", "comment"),
    *("heredoc_redirect", "regex", "extglob_pattern"),
)
"""The texts in which a sign may be a letter."""
_NAMES: Final = frozenset({"variable_name", "special_variable_name", "subscript", "expansion"})
"""One of these stands in every expansion whose text is followed."""
_COUNT: Final = b"${#}"
_IN_WORDS: Final = frozenset({"concatenation", "expansion"})
_DOUBLE_QUOTES: Final = frozenset({"string", "translated_string", "heredoc_body"})
_BEFORE_PATTERNS: Final = frozenset({"#", "##", "%", "%%"})
"""Operators of ``${NAME…}`` behind which quotes count, whatever is around."""
_PATTERNS: Final = frozenset({"regex", "extglob_pattern"})
_COMPARED: Final = late_pattern(
    rb"\$(?:\w+|[@*#?$!-]|\{#?\w+(?:[#%/^,][\w.*?/ ~^,#%-]*|:?[-+][\w./ -]*)?\})"
)
_RUNS: Final = late_pattern(rb"`|\$[(\[]|[<>=]\(|%b\[[^]]*\$" % ZSH_PARAMETER)
"""In a pattern, into which the grammar does not look, a variable is compared; these may do more."""
_LITERAL: Final = late_pattern(rb"\\.|'[^'\"]*'", re.DOTALL)
_OWN_DOLLARS: Final = frozenset({b"awk", b"gawk", b"mawk", b"nawk", b"grep", b"sed", b"perl"})
"""Programs to which a dollar is a letter of their own language."""


def unseen(root: Node, script: bytes, shell: str) -> Iterator[int]:
    """Where the shell expands what no node of the tree stands for: each ``$`` and backtick, by its byte."""
    signs = _EXPANDED_BY_ZSH if shell == "zsh" else _EXPANDED
    if signs.search(script) is not None:
        yield from _unseen(FoundNodes(root), script, shell)


def torn_names(root: Node, script: bytes, shell: str) -> list[tuple[int, int]]:
    """Where the names begin and end that braces would tell from what follows them, if any is not seen.

    One that is seen now may be the next that is not.
    """
    signs = _EXPANDED_BY_ZSH if shell == "zsh" else _EXPANDED
    if signs.search(script) is None:
        return []
    found = FoundNodes(root)
    missed = [*_unseen(found, script, shell)]
    if not missed:
        return []
    joined = (
        script.find(b"$", node.start_byte)
        for node in found.of("simple_expansion")
        if _is_joined(node)
    )
    dollars = sorted(at for at in {*missed, *joined} if script.startswith(b"$", at))
    names = (_name(script, at, shell) for at in dollars)
    found_names = [name.span(1) for name in names if name is not None]
    # With braces it would have no subscript in zsh; and is seen where one begins.
    return [span for span in found_names if shell != "zsh" or not script.startswith(b"[", span[1])]


def _unseen(found: FoundNodes, script: bytes, shell: str) -> Iterator[int]:
    signs = _EXPANDED_BY_ZSH if shell == "zsh" else _EXPANDED
    seen = {*_seen(found, script, shell)}
    in_backticks = _Nodes(backticks(found))
    texts = _Nodes(found.of(*_TEXTS))
    for match in _signs(signs, script):
        at = match.start(2)
        if at in seen or match[2] == b"$$":
            continue
        is_within = in_backticks.around(at) is not None
        if len(match[1]) % 2 and not is_within:
            continue
        place = texts.around(at)
        is_known = place is not None and _is_known(place, script, at)
        if place is not None and place.type == "raw_string" and is_within and match[1]:
            is_known = is_known and _is_for_program(place)
        if not is_known:
            yield at


def _signs(signs: re.Pattern[bytes], script: bytes) -> Iterator[re.Match[bytes]]:
    """The signs of a script: behind a dollar with a backslash before it the next one is a sign of its own."""
    at = 0
    while (match := signs.search(script, at)) is not None:
        is_escaped = match[2] == b"$$" and len(match[1]) % 2
        at = match.start(2) + 1 if is_escaped else match.end()
        if not is_escaped:
            yield match


def _name(script: bytes, at: int, shell: str) -> re.Match[bytes] | None:
    """The name behind a dollar; none where more letters follow, of another alphabet, which zsh knows."""
    name = (_ZSH_NAME if shell == "zsh" else _NAME).match(script, at + 1)
    behind = script[name.end() : name.end() + 4].decode(errors="ignore") if name else ""
    is_longer = shell == "zsh" and behind[:1].isalnum() and not behind[:1].isascii()
    return None if is_longer else name


def _is_joined(expansion: Node) -> bool:
    return expansion.parent is not None and expansion.parent.type == "concatenation"


def _seen(found: FoundNodes, script: bytes, shell: str) -> Iterator[int]:
    """The signs of what the tree knows. A node may begin with the blanks before it."""
    for node in found.of("simple_expansion", "expansion"):
        at = script.find(b"$", node.start_byte)
        if node.type == "simple_expansion":
            name = _name(script, at, shell)
            is_special = node.children[-1].type == "special_variable_name"
            if is_special or (name is not None and name.end() == node.end_byte):
                yield at
        elif any(part.type in _NAMES for part in node.children) or script.startswith(_COUNT, at):
            yield at
    for node in found.of("arithmetic_expansion", "command_substitution"):
        sign = _SIGN.search(script, node.start_byte)
        if sign is not None:
            yield sign.start()
    for node in backticks(found):
        yield node.end_byte - 1


class _Nodes:
    """Nodes of a tree, and which of them is around a byte."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = [*nodes]
        self._starts = [node.start_byte for node in self._nodes]

    def around(self, at: int) -> Node | None:
        """The innermost of them."""
        before = range(bisect_right(self._starts, at) - 1, -1, -1)
        return next((self._nodes[i] for i in before if at < self._nodes[i].end_byte), None)


def _is_known(place: Node, script: bytes, at: int) -> bool:
    """Whether a sign within quotes, a comment, a here-document or a pattern is a letter, or compared."""
    match place.type:
        case "raw_string":
            return not are_letters(place)
        case "heredoc_redirect":
            here = document(place)
            body = here.body if here.is_literal else None
            return body is not None and body.start_byte <= at < body.end_byte
        case kind if kind in _PATTERNS:
            runs = _RUNS.search(_LITERAL.sub(b"", script[place.start_byte : place.end_byte]))
            is_plain = runs is None and _COMPARED.match(script, at) is not None
            return is_plain and _is_pattern(place)
    return True


def _is_pattern(place: Node) -> bool:
    """Whether this is a pattern, and not what the grammar takes for one: ``let A == $B*C``."""
    for around in upwards(place):
        if around.type in ("case_item", "expansion"):
            return True
        if around.type in ("test_command", "command"):
            return around.children[0].type == "[["
    return False


def are_letters(quotes: Node) -> bool:
    """Whether single quotes are letters: in ``"${NAME:-'…'}"``, and so in here-documents."""
    inside = quotes
    for around in upwards(quotes):
        if around.type == "expansion":
            before = (part.type for part in around.children if part.end_byte <= inside.start_byte)
            if not _BEFORE_PATTERNS.isdisjoint(before):
                return False
        if around.type in _DOUBLE_QUOTES:
            return True
        if around.type not in _IN_WORDS and around is not quotes:
            return False
        inside = around
    return False


def _is_for_program(quotes: Node) -> bool:
    """Whether a text is a word of a program that knows dollars itself."""
    command = next((each for each in upwards(quotes) if each.type == "command"), None)
    return command is not None and text(command.children[0]) in _OWN_DOLLARS
