"""Where a script asks somebody, and what that becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pup_tui.convert.shell.reading import (
    ReadScript,
    arguments_of,
    command_name,
    commands_in,
    text_of,
    word_text,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_YES = re.compile(
    r"(?i)\[?y(?:es)?\s*/\s*n|\(y\b|\[y|sure|continue|proceed|are you|really|go on|ok to"
)


def read_of(node: Node) -> tuple[str, str] | None:
    """The prompt and the variable of the `read` within a node, if there is one that asks."""
    for command in commands_in(node):
        if command_name(command) != "read":
            continue
        prompt, variable, words = "", "", arguments_of(command)
        at = 0
        while at < len(words):
            text = text_of(words[at])
            if re.fullmatch(r"-[a-zA-Z]*p", text) and at + 1 < len(words):
                prompt, at = text_of(words[at + 1]).strip("'\""), at + 1
            elif re.fullmatch(r"-[a-zA-Z]*[dntNu]", text):
                at += 1
            elif not text.startswith("-") and text.isidentifier():
                variable = text
            at += 1
        return prompt, variable
    return None


def asks_somebody(node: Node, script: ReadScript) -> bool:
    """Whether it reads what somebody types, itself or in a function that it calls."""
    bodies = (script.functions.get(command_name(each)) for each in commands_in(node))
    return _reads(node) or any(each is not None and _reads(each) for each in bodies)


def _reads(top: Node) -> bool:
    return any(command_name(each) == "read" and not _is_fed(each, top) for each in commands_in(top))


def _is_fed(command: Node, top: Node) -> bool:
    """Whether a `read` has its lines from a pipe, a file or a text."""
    above: Node | None = command
    while above is not None:
        if above.type == "pipeline" or any(
            each.type in ("herestring_redirect", "heredoc_redirect")
            or (each.type == "file_redirect" and "<" in text_of(each))
            for each in above.children
        ):
            return True
        if above == top:
            return False
        above = above.parent
    return False


def is_confirmation(prompt: str, variable: str, later: str) -> bool:
    """Whether it asks for a yes: by its words, or since nothing but a test looks at the answer."""
    if not variable or _YES.search(prompt):
        return True
    reads = len(re.findall(rf"\$\{{?{variable}\b", later))
    tests = len(re.findall(rf"(?:\[\[?|case|test)\s[^\n;]*\$\{{?{variable}\b", later))
    return reads == tests


def menu_in_loop(node: Node) -> tuple[str, list[str], dict[str, list[Node]]] | None:
    """`while true` around a question and a `case` over the answer: as `menu_of`."""
    body = node.child_by_field_name("body") if node.type == "while_statement" else None
    asked = read_of(body) if body is not None else None
    test = node.child_by_field_name("condition")
    if body is None or asked is None or test is None or text_of(test) not in ("true", ":"):
        return None
    last = body.named_children[-1]
    value = last.child_by_field_name("value") if last.type == "case_statement" else None
    if value is None or asked[1] not in text_of(value):
        return None
    actions: dict[str, list[Node]] = {}
    for item in (each for each in last.named_children if each.type == "case_item"):
        values = item.children_by_field_name("value")
        named = text_of(values[0]).strip("'\"")
        if re.fullmatch(r"[\w.-]+", named):
            actions[named] = [n for n in item.named_children if n not in values]
    return (asked[1], list(actions), actions) if actions else None


def menu_of(node: Node) -> tuple[str, list[str], dict[str, list[Node]]] | None:
    """A `select`: its variable, the choices, and what is done for each."""
    if node.type != "for_statement" or not text_of(node).startswith("select"):
        return None
    variable = text_of(node.child_by_field_name("variable") or node)
    choices = [word_text(each) or text_of(each) for each in node.children_by_field_name("value")]
    actions: dict[str, list[Node]] = {}
    body = node.child_by_field_name("body")
    for case in (
        each for each in (body.named_children if body else []) if each.type == "case_statement"
    ):
        for item in (each for each in case.named_children if each.type == "case_item"):
            for value in item.children_by_field_name("value"):
                named = text_of(value).strip("'\"")
                if named in choices:
                    actions[named] = [
                        n
                        for n in item.named_children
                        if n not in item.children_by_field_name("value")
                    ]
                elif re.fullmatch(r"[1-9]", named) and int(named) <= len(choices):
                    actions[choices[int(named) - 1]] = [
                        n
                        for n in item.named_children
                        if n not in item.children_by_field_name("value")
                    ]
    return (variable, choices, actions) if choices and actions else None
