"""Arguments of a script that are used by their numbers: which, how called, what they are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pup_tui.convert.shell.reading import text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node


def name_by_use(nodes: list[Node], number: int) -> str:
    """What an argument is called that no usage names: by what it decides."""
    told = "\n".join(text_of(each) for each in nodes)
    if re.search(rf"\bcase\s+\"?\$\{{?{number}\b", told):
        return "ACTION"
    if re.search(rf"\[\s+\"?\$\{{?{number}\}}?\"?\s+={{1,2}}\s+[\"']?\w", told):
        return "MODE"
    return f"ARG_{number}"


def numbers_in(node: Node) -> Iterator[str]:
    """The numbers by which arguments are used."""
    for each in walk(node):
        if each.type in ("simple_expansion", "expansion"):
            found = re.match(r"\$\{?([1-9])(?![0-9\w])", text_of(each))
            if found:
                yield found[1]


def compared(nodes: list[Node], number: int) -> Iterator[str]:
    """The values that an argument is compared with, where those are all that it can have."""
    for node in nodes:
        for each in walk(node):
            if each.type == "if_statement":
                yield from _other_way(each, number)
            if each.type == "case_statement" and re.match(
                rf"case\s+\"?\$\{{?{number}", text_of(each)
            ):
                for item in (i for i in each.named_children if i.type == "case_item"):
                    yield from (
                        value
                        for v in item.children_by_field_name("value")
                        if re.fullmatch(r"[\w.-]+", value := text_of(v).strip("'\""))
                    )


def _other_way(statement: Node, number: int) -> list[str]:
    """`if [ $1 = full ]; then load_all; else load_delta; fi`: the values, one by the word that differs."""
    parts = re.fullmatch(
        rf"(?s)if\s+\[+\s+\"?\$\{{?{number}\}}?\"?\s+==?\s+[\"']?(?P<value>[\w.-]+)[\"']?\s+\]+\s*;?\s*then\s"
        r"(?P<one>.*)\selse\s(?P<other>.*)\sfi",
        text_of(statement),
    )
    if parts is None:
        return []
    one, other = (re.findall(r"[A-Za-z0-9]+", parts[way]) for way in ("one", "other"))
    pairs = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    return [parts["value"], pairs[0][1]] if len(one) == len(other) and len(pairs) == 1 else []
