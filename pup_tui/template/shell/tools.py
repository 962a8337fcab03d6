"""The programs that a script runs by names which stand in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.template.errors import TemplateError

if TYPE_CHECKING:
    from tree_sitter import Node

_NAME: Final = re.compile(r"[A-Za-z0-9_./+@:-]+")
_LONGEST: Final = 200_000
"""Bytes of a script that is looked through."""


def tools_of_script(source: str, shell: str) -> tuple[str, ...]:
    """The names of commands that are literal, each once, without those of the shell and of its functions.

    Where a script cannot be read, or runs what a value names, more may run than it tells.
    """
    from pup_tui.template.shell.markers import Marked, variants
    from pup_tui.template.shell.tables import is_builtin
    from pup_tui.template.shell.tree import ScriptTree
    from pup_tui.template.text import compile_text

    if len(source) > _LONGEST:
        return ()
    try:
        tree = ScriptTree(Marked(next(variants(compile_text(source).blocks))).script, shell)
    except TemplateError:
        return ()
    functions: set[str] = set()
    found: dict[str, None] = {}
    waiting: list[Node] = [tree.root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.named_children))
        name = node.child_by_field_name("name")
        text = (name.text or b"").decode(errors="replace") if name is not None else ""
        if node.type == "function_definition":
            functions.add(text)
        elif node.type == "command" and _NAME.fullmatch(text):
            found.setdefault(text)
    return tuple(name for name in found if name not in functions and not is_builtin(shell, name))
