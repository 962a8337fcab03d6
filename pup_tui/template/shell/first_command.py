"""The program that a script begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pup_tui.late_pattern import late_pattern
from pup_tui.template.errors import TemplateError

if TYPE_CHECKING:
    from tree_sitter import Node

RUNNING_OTHERS: Final = frozenset(
    {
        *("command", "builtin", "exec", "noglob", "nocorrect", "time"),
        *("env", "nice", "nohup", "timeout"),
    }
)
"""Commands that every system has, and that run the one behind them here."""
IN_EVERY_SHELL: Final = frozenset(
    {
        *(".", ":", "[", "alias", "break", "cd", "command", "continue", "echo", "eval", "exec"),
        *("exit", "export", "false", "getopts", "kill", "printf", "pwd", "read", "readonly"),
        *("return", "set", "shift", "test", "times", "trap", "true", "type", "ulimit", "umask"),
        *("unalias", "unset", "wait"),
    }
)
"""Builtins that every shell has; `tables.is_builtin` knows all of each, and takes its time to begin with."""
_SHELL_WORDS: Final = frozenset(
    {
        *("if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case"),
        *("esac", "select", "function", "coproc", "in"),
    }
)
_IN_NAMES: Final = r"[A-Za-z0-9_./+@:-]+"
_NAME: Final = late_pattern(_IN_NAMES)
_FIRST_WORD: Final = late_pattern(
    r"(?:\s|#[^\n]*(?:\n|\Z)|\d*(?:&>>|&>|>>|>&|<&|>\||>|<)[ \t]*[\w./+@:-]+(?=[ \t]))*"
    rf"(?!\d+[<>])({_IN_NAMES})(?=[\s;&|<>)]|\Z)"
)
"""A word behind blanks, comments and redirections; a number before one is a part of it."""
_LEADS: Final = late_pattern(r"(?:\s|#[^\n]*\n)*(?:[A-Za-z_]\w*\+?=|!\s)")
"""An assignment or a negation, behind which the command stands."""
_ASKS_ONLY: Final = late_pattern(rb"-p?[vV]")
"""The option with which `command` runs nothing."""
_SETS_PATH: Final = late_pattern(rb"PATH\+?=")
_LONGEST: Final = 20_000
"""Characters of a script that is read for it; more than that is no script of a step."""
_RUNS: Final = late_pattern(rb"[$<]\(|`")
_ASSIGNMENTS: Final = frozenset({"variable_assignment", "variable_assignments"})
_AROUND: Final = frozenset({"list", "pipeline", "redirected_statement", "negated_command"})


def first_tool(source: str, shell: str) -> str | None:
    """Give the name of the program that a script runs first: of `A=1 env B=2 tool x` it is `tool`.

    None where its name is no literal, where the script sets the path that it is looked up on, or where the
    script begins with something else than a plain command (a loop, a group, a function).
    """
    match = _FIRST_WORD.match(source)
    if match is not None and match[1] in _SHELL_WORDS:
        return None
    if match is not None and match[1] not in RUNNING_OTHERS:
        return match[1]
    return _behind_others(source, shell) if match or _LEADS.match(source) else None


def is_function(word: str, source: str) -> bool:
    """Whether a script makes a function of this name."""
    return re.search(rf"(?:^|[\s;]){re.escape(word)}\s*\(\s*\)", source) is not None


def _behind_others(source: str, shell: str) -> str | None:
    # Late: the grammar and the table of programs are large, and few scripts begin so.
    from pup_tui.template.shell.markers import Marked, variants
    from pup_tui.template.shell.script_parts import ScriptParts
    from pup_tui.template.shell.synopsis import Kind
    from pup_tui.template.shell.tree import ScriptTree
    from pup_tui.template.text import compile_text

    if len(source) > _LONGEST:
        return None
    try:
        tree = ScriptTree(Marked(next(variants(compile_text(source).blocks))).script, shell)
    except TemplateError:
        return None
    command = _first_command(tree.root) if not tree.unknown_line else None
    if command is None:
        return None
    use = ScriptParts(tree.root).use(command)
    named = [at for at, each in enumerate(use.uses) if each.kind is Kind.NAME]
    for at in named:
        name = use.words[at].decode(errors="replace")
        if name not in RUNNING_OTHERS or at == named[-1]:
            return name if _NAME.fullmatch(name) else None
        behind = use.words[at + 1]
        if name == "command" and _ASKS_ONLY.match(behind):
            return name
        if any(map(_SETS_PATH.match, use.words[at:])):
            return None
    return None


def _first_command(root: Node) -> Node | None:
    """The command with which a script begins, also behind assignments."""
    for statement in root.named_children:
        if statement.type == "comment":
            continue
        first = statement
        while first.type in _AROUND:
            is_redirected = first.type == "redirected_statement"
            inner = first.child_by_field_name("body") if is_redirected else first.named_child(0)
            if inner is None:
                return None
            first = inner
        assigned = first.children if first.type != "variable_assignment" else [first]
        if any(
            n.type == "variable_assignment" and _SETS_PATH.match(n.text or b"") for n in assigned
        ):
            return None
        if first.type == "command":
            return first
        if first.type not in _ASSIGNMENTS or _RUNS.search(first.text or b""):
            return None
    return None
