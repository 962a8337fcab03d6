"""A warning about commands whose failure nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.statements import StepScript, source_of
from pup_tui.runbook.lint.subject import Finding, Subject, is_true
from pup_tui.runbook.nodes import Scalar, shown
from pup_tui.template.shell.tables import is_builtin

if TYPE_CHECKING:
    from tree_sitter import Node

_STRICT: Final = re.compile(
    r"\A#![^\n]*\s-[a-zA-Z]*e|(?:^|[\s;&])set\s+(?:-[a-zA-Z]+\s+)*(?:-[a-zA-Z]*e|-o\s+errexit)|"
    r"(?:^|[\s;&])trap\s[^\n]*\bERR\b"
)
_HARMLESS: Final = frozenset(
    {
        *("sleep", "date", "hostname", "whoami", "id", "uname", "basename", "dirname", "seq"),
        *("tput", "clear", "cat", "printf", "echo", "exit", "nproc", "uptime"),
    }
)
"""Programs that do not fail, or whose failure is seen by what they do not print."""

_MADE_OF: Final = frozenset(
    {
        *(
            "program",
            "compound_statement",
            "subshell",
            "if_statement",
            "elif_clause",
            "else_clause",
        ),
        *("case_statement", "case_item"),
    }
)
_LOOPS: Final = frozenset({"while_statement", "for_statement", "c_style_for_statement"})


def unseen_failure(subject: Subject) -> Iterator[Finding]:
    """Without `set -e` a script goes on behind a command that failed, and its last one decides."""
    is_strict = _says_strict(subject.default("strict"))
    for script in subject.scripts:
        own = script.step.node.get("strict")
        if (is_strict if own is None else is_true(script.step.node, "strict")) or _STRICT.search(
            script.node.text
        ):
            continue
        found = next(_unseen(script, script.root.named_children, is_last=True), None)
        if found is not None:
            name = _name(found)
            told = f"{shown(name)} may fail unseen: only the last command decides how the step ends"
            hint = "begin the script with `set -e`, or write `|| exit` behind the command"
            yield Finding(script.node, told, hint, script.line(found), name)


def _says_strict(node: object) -> bool:
    return isinstance(node, Scalar) and node.style == "plain" and node.text.lower() == "true"


def _unseen(script: StepScript, statements: Sequence[Node], *, is_last: bool) -> Iterator[Node]:
    """The commands among statements in a row whose exit code nothing looks at."""
    told = [node for node in statements if node.type not in ("comment", "heredoc_body")]
    for number, node in enumerate(told):
        last = is_last and number + 1 == len(told)
        behind = source_of(told[number + 1]) if number + 1 < len(told) else ""
        if "$?" not in behind and not _is_in_background(node):
            yield from _within(script, node, is_last=last)


def _within(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    if node.type == "redirected_statement":
        yield from _within(script, node.named_children[0], is_last=is_last)
    elif node.type == "pipeline":
        yield from _within(script, node.named_children[-1], is_last=is_last)
    elif node.type == "function_definition":
        yield from _within(script, node.named_children[-1], is_last=True)
    elif node.type in _LOOPS:
        for body in node.named_children:
            if body.type == "do_group":
                yield from _unseen(script, body.named_children, is_last=False)
    elif node.type in _MADE_OF:
        yield from _in_parts(script, node, is_last=is_last)
    elif node.type in ("command", "variable_assignment") and not is_last:
        name = _name(node)
        if name and name not in _HARMLESS and not is_builtin(script.shell, name):
            yield node


def _in_parts(script: StepScript, node: Node, *, is_last: bool) -> Iterator[Node]:
    """Within a compound statement, but not in the conditions of its branches."""
    parts = node.named_children
    then = next((child for child in node.children if child.type == "then"), None)
    if then is not None:
        parts = [part for part in parts if part.start_byte > then.start_byte]
    elif node.type in ("case_statement", "case_item"):
        parts = parts[1:]
    branches = ("elif_clause", "else_clause", "case_item")
    row = [part for part in parts if part.type not in branches]
    yield from _unseen(script, row, is_last=is_last)
    for part in parts:
        if part.type in branches:
            yield from _in_parts(script, part, is_last=is_last)


def _is_in_background(node: Node) -> bool:
    after = node.next_sibling
    return after is not None and after.type == "&"


def _name(node: Node) -> str:
    """The name of a command, or of the one whose output a variable is given."""
    if node.type == "command":
        named = node.child_by_field_name("name")
        return source_of(named) if named is not None else ""
    value = node.named_children[-1] if node.named_children else None
    if value is not None and value.type == "string" and len(value.named_children) == 1:
        value = value.named_children[0]
    if value is None or value.type != "command_substitution" or not value.named_children:
        return ""
    inner = value.named_children[-1]
    while inner.type in ("pipeline", "redirected_statement"):
        inner = inner.named_children[-1 if inner.type == "pipeline" else 0]
    return _name(inner) if inner.type == "command" else ""
