"""`omit`: what stands for "not given" where a whole value is one template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import nodes

from pup_tui.template.text import Text, compile_text
from pup_tui.template.values import OMIT

NAME: Final = "omit"
_OPTION: Final = re.compile(r"--[A-Za-z0-9][\w.-]*=")


def is_omitted(source: str, scope: Mapping[str, Any]) -> bool:
    """Whether a text is one template that gives `omit`."""
    if NAME not in source:
        return False
    text = compile_text(source)
    return text.single is not None and text.value(scope) is OMIT


def may_omit(text: Text) -> bool:
    """Whether a text is one template in which `omit` is nothing but what it may give."""
    return text.single is not None and only_gives(text.single.tree)


def may_omit_word(text: Text) -> bool:
    """The same for a word of an argument list, which may also be ``--NAME={{ … }}``."""
    if NAME not in text.names | text.optional_names:
        return True
    begins = text.literals == text.literals[:1] and all(map(_OPTION.fullmatch, text.literals))
    return (
        begins
        and len(text.outputs) == len(text.blocks) - len(text.literals) == 1
        and only_gives(text.outputs[0].expression.tree)
    )


def only_gives(tree: nodes.Node) -> bool:
    """Whether `omit` stands in an expression only as what the whole expression gives."""
    given: list[nodes.Node | None]
    others: list[nodes.Node | None]
    match tree:
        case nodes.Name():
            return True
        case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
            given, others = [then, otherwise], [test]
        case nodes.Filter(name="default" | "d", node=value, args=[replacement, *rest]):
            given, others = [replacement], [value, *rest, *tree.kwargs]
        case nodes.Or(left=left, right=right) | nodes.And(left=left, right=right):
            given, others = [right], [left]
        case _:
            given, others = [], list(tree.iter_child_nodes())
    return all(each is None or only_gives(each) for each in given) and not any(
        each is not None and _names_it(each) for each in others
    )


def _names_it(tree: nodes.Node) -> bool:
    names = [tree] if isinstance(tree, nodes.Name) else tree.find_all(nodes.Name)
    return any(name.name == NAME for name in names)
