"""Whether what a command gave a variable is tested behind it, so that its failure is seen by that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pup_tui.runbook.lint.endings import name_of, then_of
from pup_tui.runbook.lint.statements import source_of
from pup_tui.template.shell.language import nodes_of

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST: Final = re.compile(r"(?:!\s*)?(?:test|\[\[?)\s")
_PRINTING: Final = frozenset({"echo", "printf"})
_ORDER: Final = r"(?:gt|ge|lt|le|eq|ne)"


def is_judged(node: Node, behind: Sequence[Node]) -> bool:
    """Whether what a variable is given is tested behind it, so that nothing is no answer.

    It may be printed first, and others may be given a text and be tested.
    """
    given = [node] if node.type != "declaration_command" else node.named_children
    given = [each for each in given if each.type == "variable_assignment"]
    if len(given) != 1:
        return False
    name = source_of(given[0].children[0])
    meanwhile: list[str] = []
    for statement in behind:
        if not _is_between(statement, name):
            return _tests(statement, name, [*_may_be_empty(meanwhile)])
        meanwhile.append(source_of(statement))
    return False


def _variable(name: str) -> str:
    return rf"\$\{{?{re.escape(name)}\b"


def _is_between(statement: Node, name: str) -> bool:
    """Whether a statement only prints, or is about other variables."""
    if statement.type == "command" and name_of(statement) in _PRINTING:
        return True
    source = source_of(statement)
    if re.search(_variable(name), source) or source.startswith((f"{name}=", f"{name}+=")):
        return False
    return statement.type == "variable_assignment" or _TEST.match(source) is not None


def _may_be_empty(assignments: Sequence[str]) -> Iterator[str]:
    """The variables that assignments give what a command prints."""
    for each in assignments:
        name, is_assignment, value = each.partition("=")
        if is_assignment and name.isidentifier() and ("$(" in value or "`" in value):
            yield name


def _tests(statement: Node, name: str, others: Sequence[str]) -> bool:
    """Whether a statement tests a variable; that it is as one of the `others` tells nothing of either."""
    source, variable = source_of(statement), _variable(name)
    then = then_of(statement)
    if f"${{{name}:?" in source:
        return True
    if statement.type == "case_statement":
        return re.match(rf"case\s+[\"']?{variable}", source) is not None and any(
            source_of(each) in ("''", '""')
            for item in nodes_of(statement, "case_item")
            for each in item.children_by_field_name("value")
        )
    compared = r"[\"']?\}?[\"']?\s+!?=[=~]?\s+[\"']?"
    sides = ((variable, _variable(other)) for other in others)
    if any(
        re.search(f"{one}{compared}{two}", source)
        for side in sides
        for one, two in (side, side[::-1])
    ):
        return False
    if then is None:
        form = rf"\A(?:!\s*)?(?:test|\[\[?)\s[^\n;]*{variable}"
    elif any(child.type == "else_clause" for child in statement.children):
        condition = (statement.text or b"")[: then.start_byte - statement.start_byte]
        source = condition.decode(errors="replace")
        form = rf"(?:\btest|\[\[?)\s[^\n;]*{variable}"
    else:
        ordered = rf"\Aif\s+!\s+(?:test|\[)\s(?=[^\n;]*{variable})[^\n;]*\s-{_ORDER}\s"
        form = rf"-[zn]\s+[\"']?{variable}|{variable}\}}?[\"']?\s+!=|{ordered}"
    return re.search(form, source) is not None
