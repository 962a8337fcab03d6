"""Tests of a shell as expressions, where all that they look at is known to the runbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pup_tui.convert.paths import negated, within
from pup_tui.convert.pieces import literal
from pup_tui.convert.shell.reading import text_of, word_text

if TYPE_CHECKING:
    from tree_sitter import Node

_NUMERIC = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}
_SUMS = frozenset({"<", "<=", ">", ">=", "==", "!="})
"""Comparisons of numbers between `((` and `))`."""
_VARIABLE = re.compile(r"\$\{?(\w+)(?::-)?\}?")


def expression_of(node: Node, names: Mapping[str, str]) -> str | None:
    """The expression of a test; None where a command decides, or a variable that is not among `names`."""
    if node.type in ("test_command", "parenthesized_expression"):
        inner = node.named_children
        return expression_of(inner[0], names) if len(inner) == 1 else None
    if node.type == "compound_statement" and text_of(node).startswith("(("):
        inner = node.named_children
        return expression_of(inner[0], names) if len(inner) == 1 else None
    if node.type in ("negated_command",):
        found = expression_of(node.named_children[0], names)
        return None if found is None else negated(found)
    if node.type == "unary_expression":
        return _unary(node, names)
    if node.type == "list":
        return _joined(node, names)
    if node.type == "binary_expression":
        return _binary(node, names)
    return None


def _unary(node: Node, names: Mapping[str, str]) -> str | None:
    operator, operand = text_of(node.children[0]), node.named_children[-1]
    if operator == "!":
        found = expression_of(operand, names)
        return None if found is None else negated(found)
    value = _value(operand, names)
    if value is None or operator not in ("-z", "-n"):
        return None
    blank = f"{value} | default('') | string == ''"
    return blank if operator == "-z" else negated(blank)


def _joined(node: Node, names: Mapping[str, str]) -> str | None:
    left, right = (expression_of(each, names) for each in node.named_children[:2])
    word = text_of(node.children[1])
    if left is None or right is None or word not in ("&&", "||"):
        return None
    return (
        f"{within(left, ' or ')} and {within(right, ' or ')}"
        if word == "&&"
        else f"{left} or {right}"
    )


def _binary(node: Node, names: Mapping[str, str]) -> str | None:
    left, operator, right = node.children[0], text_of(node.children[1]), node.children[-1]
    if operator in ("&&", "||", "-a", "-o"):
        parts = [expression_of(each, names) for each in (left, right)]
        if parts[0] is None or parts[1] is None:
            return None
        word = " and " if operator in ("&&", "-a") else " or "
        return word.join(within(each, " or ") for each in parts if each is not None)
    if operator in _SUMS and _is_sum(node):
        numbers = [_summed(each, names) for each in (left, right)]
        return None if None in numbers else f"{numbers[0]} {operator} {numbers[1]}"
    one, other = _value(left, names), _value(right, names)
    if one is None or other is None:
        return None
    if operator in _NUMERIC:
        return f"{_number(one)} {_NUMERIC[operator]} {_number(other)}"
    if operator in ("=", "==", "!=") and not re.search(r"[*?\[]", text_of(right).strip("\"'")):
        return f"{one} {'!=' if operator == '!=' else '=='} {other}"
    return None


def _is_sum(node: Node) -> bool:
    """Whether a comparison stands between `((` and `))`."""
    above = node.parent
    while above is not None and above.type in ("binary_expression", "parenthesized_expression"):
        above = above.parent
    return above is not None and above.type == "compound_statement"


def _summed(node: Node, names: Mapping[str, str]) -> str | None:
    text = text_of(node).strip("${}")
    if node.type == "number" or text.isdigit():
        return text
    return f"{names[text]} | int" if text in names else None


def _number(value: str) -> str:
    return value.strip("'\"") if re.fullmatch(r"['\"]-?\d+['\"]", value) else f"{value} | int"


def _value(node: Node, names: Mapping[str, str]) -> str | None:
    text = word_text(node)
    if text is not None:
        return literal(text)
    found = _VARIABLE.fullmatch(text_of(node).strip('"'))
    return names.get(found[1]) if found else None
