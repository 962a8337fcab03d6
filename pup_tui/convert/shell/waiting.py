"""Loops that wait until something holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pup_tui.convert.shell.reading import ReadScript, command_name, text_of, word_text

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class Waiting:
    """What is looked at, and how often and how long."""

    look: str
    negated: bool
    interval: str
    attempts: int | None

    @property
    def poll(self) -> dict[str, Any]:
        """The key of the step."""
        made: dict[str, Any] = {"interval": self.interval}
        if self.attempts is None:
            made["timeout"] = "1h"
        else:
            seconds = int(re.sub(r"\D", "", self.interval) or 1) * self.attempts
            made["timeout"] = f"{max(60, 2 * seconds)}s"
            made["max_attempts"] = self.attempts
        return {**made, "until": "exit_code == 0"}

    @property
    def script(self) -> str:
        """A command that succeeds when the waiting is over."""
        if not self.negated:
            return self.look
        return self.look[1:].lstrip() if self.look.startswith("!") else f"! {self.look}"


def waiting_of(node: Node, script: ReadScript) -> Waiting | None:
    """The waiting that a loop is, if it is nothing else."""
    if node.type == "while_statement":
        return _while(node, script)
    if node.type == "for_statement" and text_of(node).startswith("for"):
        variable = node.child_by_field_name("variable")
        values = [text_of(each) for each in node.children_by_field_name("value")]
        return _counted(node, text_of(variable) if variable else "", _count(values), script)
    found = _HEAD.match(text_of(node)) if node.type == "c_style_for_statement" else None
    if found:
        attempts = int(found["end"]) - int(found["begin"]) + (found["how"] == "<=")
        return _counted(node, found["name"], attempts, script)
    return None


_HEAD = re.compile(
    r"for\s*\(\(\s*(?P<name>\w+)\s*=\s*(?P<begin>\d+)\s*;\s*(?P=name)\s*(?P<how><=?)\s*(?P<end>\d+)\s*;"
)
"""`for ((i=1; i<=30; i++))`."""


def _while(node: Node, script: ReadScript) -> Waiting | None:
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
    if condition is None or body is None:
        return None
    children = list(body.named_children)
    counters = [found[1] or found[2] for each in children if (found := _counts(each))]
    ends = [each for each in children if any(_gives_up(each, name) for name in counters)]
    rounds = re.search(r"\b\d+\b", text_of(ends[0])) if ends else None
    attempts = int(rounds[0]) if rounds else None
    leaving = [each for each in children if _leaves(each) and each not in ends]
    rest = [each for each in children if each not in (*leaving, *ends)]
    interval = _interval(rest, script)
    told = text_of(condition)
    if not interval or len(ends) > 1:
        return None
    if told in (":", "true"):
        look = _look(leaving[0]) if len(leaving) == 1 else None
        return Waiting(look, False, interval, attempts) if look else None
    if leaving:
        return None
    return Waiting(told, text_of(node).startswith("while"), interval, attempts)


def _counted(node: Node, counter: str, attempts: int | None, script: ReadScript) -> Waiting | None:
    body = node.child_by_field_name("body")
    if body is None or not attempts or attempts < 0:
        return None
    children = list(body.named_children)
    leaving = [each for each in children if _leaves(each)]
    rest = [each for each in children if each not in leaving and not _gives_up(each, counter)]
    interval = _interval(rest, script)
    look = _look(leaving[0]) if len(leaving) == 1 else None
    return Waiting(look, False, interval, attempts) if interval and look else None


def _count(values: list[str]) -> int | None:
    told = " ".join(values)
    found = re.fullmatch(r"\$\(seq (?:1 )?(\d+)\)|`seq (?:1 )?(\d+)`|\{1\.\.(\d+)\}", told)
    if found:
        return int(next(filter(None, found.groups())))
    return len(values) if values and all(re.fullmatch(r"\d+", each) for each in values) else None


def _interval(nodes: list[Node], script: ReadScript) -> str:
    """The pause, where nothing else is done but to say something."""
    pause = ""
    for node in nodes:
        if node.type == "command" and command_name(node) == "sleep":
            word = word_text(node.named_children[-1])
            pause = word if word and re.fullmatch(r"[\d.]+[smh]?", word) else ""
            continue
        if node.type == "comment" or _says(node, script) or _counts(node):
            continue
        return ""
    return pause if not pause or pause[-1] in "smh" else f"{pause}s"


def _says(node: Node, script: ReadScript) -> bool:
    return node.type in ("command", "redirected_statement") and script.is_logger(
        command_name(node if node.type == "command" else node.named_children[0])
    )


def _counts(node: Node) -> re.Match[str] | None:
    """What counts the rounds, with the name of the counter."""
    return re.fullmatch(
        r"\(\(\s*(\w+)\s*(?:\+\+|\+=\s*1)\s*\)\)|(\w+)=\$\(\(\s*\$?\2\s*\+\s*1\s*\)\)",
        text_of(node),
    )


def _leaves(node: Node) -> bool:
    return bool(re.search(r"\bbreak\b", text_of(node))) and node.type in ("list", "if_statement")


def _gives_up(node: Node, counter: str) -> bool:
    """`[ "$i" = 60 ] && exit 1` in a counted loop: the poll's own end."""
    text = text_of(node)
    is_end = re.search(r"\b(?:exit|return)\s+[1-9]|\bdie\b", text)
    return bool(is_end and re.search(rf"\(\([^)]*\b{counter}\b|\$\{{?{counter}\b", text))


def _look(node: Node) -> str | None:
    """The command whose success leaves the loop."""
    if node.type == "list":
        left = node.named_children[0]
        if re.fullmatch(r"(?s).*&&\s*break\s*", text_of(node)):
            return text_of(left)
        return None
    conditions = list(_conditions(node))
    return conditions[0] if len(conditions) == 1 else None


def _conditions(node: Node) -> Iterator[str]:
    if node.type == "if_statement" and not any(
        c.type in ("else_clause", "elif_clause") for c in node.named_children
    ):
        inner = node.named_children[1:]
        if inner and text_of(inner[-1]) == "break":
            yield text_of(node.named_children[0])
