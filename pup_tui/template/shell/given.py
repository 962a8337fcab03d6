"""Standard input that a shell reads as its script: none of our environment is there, values are literals."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pup_tui.template.errors import TemplateError
from pup_tui.template.shell.interpreter import SHELLS
from pup_tui.template.shell.markers import Marked, variants
from pup_tui.template.shell.redirections import REDIRECTS
from pup_tui.template.shell.tables import is_builtin
from pup_tui.template.shell.tree import ScriptTree
from pup_tui.template.text import compile_text

if TYPE_CHECKING:
    from tree_sitter import Node


@lru_cache(maxsize=1024)
def input_shell(script: str, shell: str) -> str | None:
    """The shell that takes the standard input of a script for its own: of ``ssh host bash -s`` it is bash.

    None where another program may read it: beside builtins the script is one command, without redirections.
    """
    if shell not in SHELLS:
        return None
    try:
        tree = ScriptTree(Marked(next(variants(compile_text(script).blocks))).script, shell)
    except TemplateError:
        return None
    if tree.unknown_line:
        return None
    *before, last = [n for n in tree.root.named_children if n.type != "comment"] or [tree.root]
    is_redirected = any(child.type in REDIRECTS for child in last.named_children)
    is_one = (
        last.type == "command"
        and not is_redirected
        and all(_is_builtin(tree, node, shell) for node in before)
    )
    reader = tree.reader() if is_one else None
    name = reader.command.rsplit("/", 1)[-1] if reader is not None else ""
    return name if name in SHELLS else None


def _is_builtin(tree: ScriptTree, node: Node, shell: str) -> bool:
    """Whether a statement is a builtin, which leaves the standard input to what comes behind it."""
    if node.type != "command":
        return node.type in ("variable_assignment", "declaration_command")
    name = tree.survey.words(node)[0].text.decode()
    return name not in ("exec", "eval", "read", "source", ".") and is_builtin(shell, name)
