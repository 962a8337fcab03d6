"""What a script does with the answer to a question of yes or no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pup_tui.convert.shell.choosing import body_of, ways_of_if
from pup_tui.convert.shell.reading import ScriptStatement, statements_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OPENING = r"[\^(\[{\"'*]*"
_YES = re.compile(rf"{_OPENING}(?:y|j|o)(?:es|a|ui|Y|J|O|\W|$)", re.IGNORECASE)
_NO = re.compile(rf"{_OPENING}(?:no?(?:n|ein)?)(?:N|\W|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnswerWays:
    """What is done after a yes, and what after a no."""

    yes: list[ScriptStatement]
    no: list[ScriptStatement]


def ways_after(node: Node, variable: str) -> AnswerWays | None:
    """The ways of a statement that asks whether a variable holds a yes; None where it asks something else."""
    if node.type == "case_statement":
        return _ways_of_case(node, variable)
    test, good, bad = ways_of_if(node)
    if node.type == "list":
        test, good = node.named_children[0], list(statements_of(body_of(node.named_children[-1])))
        if "||" in [text_of(each) for each in node.children]:
            good, bad = bad, good
    is_yes = _is_yes(text_of(test), variable) if test is not None else None
    if is_yes is None:
        return None
    return AnswerWays(good, bad) if is_yes else AnswerWays(bad, good)


def _is_yes(test: str, variable: str) -> bool | None:
    """Whether a test holds for a yes (True) or for a no (False)."""
    compared = re.findall(
        rf"(!\s+\[*\s*|!\s+test\s+)?[\"']?\$\{{?{variable}\b[^}}\s=!~]*\}}?[\"']?\s*(==?(?!~)|!=|=~)\s*([^\s\];]+)",
        test,
    )
    found = {
        bool(_YES.match(word)) ^ bool(turned) ^ (operator == "!=")
        for turned, operator, word in compared
        if _YES.match(word) or _NO.match(word)
    }
    is_all = len(re.findall(rf"\$\{{?{variable}\b", test)) == len(compared) > 0
    known = all(_YES.match(word) or _NO.match(word) for _, _, word in compared)
    return found.pop() if is_all and known and len(found) == 1 else None


def _ways_of_case(node: Node, variable: str) -> AnswerWays | None:
    value = node.child_by_field_name("value")
    if value is None or not re.fullmatch(rf"\"?\$\{{?{variable}\b[^\s]*", text_of(value)):
        return None
    yes: list[ScriptStatement] | None = None
    no: list[ScriptStatement] | None = None
    rest: list[ScriptStatement] | None = None
    for item in (each for each in node.named_children if each.type == "case_item"):
        values = item.children_by_field_name("value")
        body = list(statements_of([n for n in item.named_children if n not in values]))
        words = [text_of(each) for each in values]
        if words == ["*"]:
            rest = body
        elif all(_YES.match(word) for word in words) and yes is None:
            yes = body
        elif all(_NO.match(word) or word in ('""', "''") for word in words) and no is None:
            no = body
        else:
            return None
    if yes is None and no is None:
        return None
    # Whatever is neither of what it names goes the other way.
    return AnswerWays(rest or [], no or []) if yes is None else AnswerWays(yes, no or rest or [])
