"""Where a value begins a word of a command, so that a value such as ``-rf`` would be an option."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.template.arguments import compile_arguments
from pup_tui.template.blocks import Literal, Output
from pup_tui.template.shell.markers import Marked, variants
from pup_tui.template.shell.tree import ScriptTree
from pup_tui.template.text import Text, compile_text

if TYPE_CHECKING:
    from tree_sitter import Node

_HARMLESS: Final = frozenset(
    {
        *(b"echo", b"printf", b"test", b"true", b"false", b":", b"exit", b"return", b"export"),
        *(b"local", b"readonly", b"shift", b"wait", b"sleep", b"cd", b"set", b"eval", b"trap"),
    }
)
"""Commands for which an option more does no harm, or which is another matter."""

_FLAGS_ONLY: Final = frozenset(
    {
        *(b"rm", b"cp", b"mv", b"ln", b"ls", b"cat", b"mkdir", b"rmdir", b"touch", b"chmod"),
        *(b"chown", b"kill", b"pkill", b"killall", b"find", b"tee", b"wc", b"sort", b"shred"),
    }
)
"""Commands whose short options take no value in the next word."""

_TAKES_VALUE: Final = re.compile(rb"-[A-Za-z]|--[A-Za-z][A-Za-z0-9-]*")


def options_in_arguments(source: str) -> tuple[Output, ...]:
    """The values that begin a word of an argument list with no ``--`` before it.

    A word right behind an option is taken for that option's value. Raises `TemplateError`.
    """
    found: list[Output] = []
    before = ""
    for number, word in enumerate(compile_arguments(source).words):
        first = word.blocks[0] if word.blocks else None
        if word.literal == "--":
            break
        if isinstance(first, Output) and number and not _takes_value(before.encode()):
            found.append(first)
        before = word.literal if word.literal is not None else _beginning(word)
    return tuple(found)


def _beginning(word: Text) -> str:
    first = word.blocks[0]
    return f"{first.text}=" if isinstance(first, Literal) else ""


def options_in_script(source: str, shell: str) -> tuple[Output, ...]:
    """The same for the commands of a script. Raises `TemplateError`."""
    found: dict[int, Output] = {}
    for variant in variants(compile_text(source).blocks):
        marked = Marked(variant)
        tree = ScriptTree(marked.script, shell, marked.spans)
        if not marked.holes or tree.unknown_line:
            continue
        starts = {hole.marker: hole for hole in marked.holes}
        for start, path in tree.paths():
            unit = starts[start].unit
            if isinstance(unit, Output) and _begins_word(path, start, marked.script):
                found[id(unit)] = unit
    return tuple(found.values())


def _begins_word(path: Sequence[Node], start: int, script: bytes) -> bool:
    """Whether a marker is the beginning of an argument that the command may take for an option."""
    found = _enclosing_command(path)
    if found is None:
        return False
    node, child = found
    opening = script[child.start_byte : start]
    if child.type in ("command_name", "variable_assignment") or opening not in (b"", b'"', b"'"):
        return False
    words = [each.text or b"" for each in node.children if each.start_byte < child.start_byte]
    name = _name(words)
    if name in _HARMLESS or b"--" in words or not words:
        return False
    if name in _FLAGS_ONLY:
        return True
    return not _takes_value(words[-1])


def _enclosing_command(path: Sequence[Node]) -> tuple[Node, Node] | None:
    """The command around the innermost node of a path, and its part that is on the path."""
    for index in range(len(path) - 1, 0, -1):
        node = path[index - 1]
        if node.type == "command":
            return node, path[index]
        if node.type in ("command_substitution", "process_substitution", "file_redirect"):
            return None
    return None


def _name(words: Sequence[bytes]) -> bytes:
    """The command's name, behind words that only run another."""
    named = (word for word in words if word not in (b"sudo", b"command", b"exec", b"nohup"))
    return next(named, b"").rsplit(b"/", 1)[-1]


def _takes_value(word: bytes) -> bool:
    return _TAKES_VALUE.fullmatch(word) is not None
