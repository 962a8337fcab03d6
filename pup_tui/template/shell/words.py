"""The words of a command, as far as they are known before the script runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pup_tui.late_pattern import late_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

UNKNOWN: Final = b"\0"
"""Stands in the text of a word for a part that is known only when the script runs."""

ZSH_PARAMETER: Final = rb"\$[#+^=~]*(?:[A-Za-z0-9_@*]+|[#?$!-])"
"""What has a subscript in zsh where ``[`` follows it, with what may stand before a name."""
ZSH_SUBSCRIPT: Final = late_pattern(rb"(%b)((?:\[[^]\n]*\])+)" % ZSH_PARAMETER)
"""That, and its subscripts."""

SUBSTITUTION: Final = late_pattern(rb"\$\((?!\()|`")
"""The beginning of a command substitution: a part of a text is what a command prints."""

ONE_VARIABLE: Final = late_pattern(rb"\"?\$\{?([A-Za-z_]\w*)(?:\[@\])?\}?\"?")
"""A word that is one variable, or all elements of an array."""

ALL_OR_REST: Final = late_pattern(rb'"\$(?:@|\{@(?::([1-9][0-9]?))?\})"')
"""A word that becomes all own words of a function, or those from one on."""

READING: Final = frozenset({b"read", b"mapfile", b"readarray", b"sysread"})
"""Commands that put what they read into variables: ``REPLY`` or ``MAPFILE``, where none is named."""

FOR_UNKNOWN: Final = frozenset({b"command_not_found_handle", b"command_not_found_handler"})
"""Functions that bash and zsh call with the words of a command which they do not find."""

BODIES: Final = frozenset({"do_group", "compound_statement"})
"""What a loop runs in each round."""

ASSIGNMENT: Final = late_pattern(rb"([A-Za-z_]\w*)(?:\[[^]]*\])?\+?=")
"""The beginning of a text that sets a variable."""
ESCAPE: Final = late_pattern(rb"\\(.)", re.DOTALL)
ESCAPE_IN_QUOTES: Final = late_pattern(rb"\\([$`\"\\\n])")
_SPREADS: Final = late_pattern(rb"(?<!\\)[*?\[{~]")
_ALL: Final = late_pattern(rb"\$\{?(?:@|[^}]*\[@\])")
_SKIPPED: Final = frozenset(
    {"comment", "variable_assignment", "herestring_redirect", "heredoc_redirect"}
)


class ShellWord(Struct, frozen=True):
    """One word of a command: ``raw`` as it stands in the script, ``text`` without its quotes.

    ``spreads``: the shell may make several words of it, or none. ``holds_value``: a value stands in it.
    """

    node: Node
    raw: bytes
    text: bytes
    spreads: bool = False
    holds_value: bool = False

    @property
    def is_literal(self) -> bool:
        """Whether the word is what the script says, whenever it runs."""
        return not self.spreads and UNKNOWN not in self.text

    @property
    def is_path(self) -> bool:
        """Whether, as the name of a command, it can be a program only."""
        return not self.spreads and b"/" in self.text


def assigned_by(word: ShellWord) -> bytes | None:
    """The variable to which a word of a declaration assigns: of ``NAME[KEY]+=TEXT`` it is ``NAME``."""
    match = ASSIGNMENT.match(word.text)
    return match[1] if match is not None else None


def loop_words(loop: Node) -> Iterator[Node]:
    """The words that ``for`` goes over."""
    return (node for node in loop.named_children[1:] if node.type not in BODIES)


def command_nodes(command: Node) -> list[Node]:
    """The nodes of a command's words: also of those that stand behind a redirection."""
    nodes: list[Node] = []
    for part in command.children:
        if part.type == "file_redirect":
            nodes += destinations(part)[1:]
        elif part.type not in _SKIPPED or command.type != "command":
            nodes.append(part)
    parent = command.parent
    if parent is not None and parent.type == "redirected_statement":
        for redirect in parent.children:
            if redirect.type == "file_redirect":
                nodes += destinations(redirect)[1:]
            elif redirect.type == "heredoc_redirect":
                nodes += redirect.children_by_field_name("argument")
    return nodes


def may_be(name: bytes, parts: Sequence[bytes]) -> bool:
    """Whether a text of these parts, with anything between them, may be a name; one part is all of it."""
    if sum(map(len, parts)) > len(name):
        return False
    # Between parts that are empty there is nothing more to try.
    known = [*parts[:1], *filter(None, parts[1:-1]), *parts[1:][-1:]]
    return re.fullmatch(b".*".join(map(re.escape, known)), name) is not None


def is_calculation(text: bytes) -> bool:
    """Whether this is ``$((…))``, which in a here-document the grammar takes for a command."""
    return text.startswith(b"$((") and text.endswith(b"))")


def destinations(redirect: Node) -> list[Node]:
    """Where a redirection leads; what stands behind the first one are words of the command."""
    return redirect.children_by_field_name("destination")


def read_word(script: bytes, node: Node, marker: re.Pattern[bytes]) -> ShellWord:
    """Read a word; `marker` matches what stands in the place of values."""
    text, spreads = _text(script, node)
    marked = marker.sub(UNKNOWN, text)
    return ShellWord(node, script[node.start_byte : node.end_byte], marked, spreads, marked != text)


def _text(script: bytes, node: Node) -> tuple[bytes, bool]:
    raw = script[node.start_byte : node.end_byte]
    match node.type:
        case "word" | "number" | "variable_name" | "extglob_pattern" | "regex" | "test_operator":
            return ESCAPE.sub(rb"\1", raw), _SPREADS.search(raw) is not None and len(raw) > 1
        case "raw_string":
            return raw[1:-1], False
        case "ansi_c_string":
            return (UNKNOWN if b"\\" in raw else raw[2:-1]), False
        case "string_content":
            return ESCAPE_IN_QUOTES.sub(rb"\1", raw), False
        case "string" | "translated_string":
            return _quoted(script, node)
        case "concatenation" | "command_name":
            parts = [_text(script, part) for part in node.children]
            spreads = any(part[1] for part in parts) or re.search(rb"\{.*(,|\.\.)", raw) is not None
            return b"".join(part[0] for part in parts), spreads
        case "arithmetic_expansion":
            return UNKNOWN, False
        case "variable_assignment":
            return raw.partition(b"=")[0] + b"=" + UNKNOWN, False
    return (UNKNOWN, True) if node.is_named else (raw, False)


def _quoted(script: bytes, node: Node) -> tuple[bytes, bool]:
    text = bytearray()
    spreads = False
    # Blanks at the beginning and end of a string have no node of their own.
    position = node.start_byte
    raw = script[node.start_byte : node.end_byte]
    for part in node.children:
        text += raw[position - node.start_byte : part.start_byte - node.start_byte]
        position = part.end_byte
        if part.type in ('"', "$"):
            continue
        if part.type in ("string_content", "string"):
            text += _text(script, part)[0]
        else:
            text += UNKNOWN
            spreads = spreads or _ALL.match(script, part.start_byte, part.end_byte) is not None
    return bytes(text), spreads
