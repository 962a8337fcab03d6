"""A playbook as it is read: its plays, and the variables that nobody but the operator can give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook", "include")
_TASK_LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
LOCAL = frozenset({"localhost", "127.0.0.1"})
_NAME = r"[A-Za-z_]\w*"
_DEFAULTED = re.compile(
    rf"(?P<name>{_NAME})\s*\|\s*default\(\s*(?P<value>'[^']*'|\"[^\"]*\"|true|false|True|False|-?\d+)\s*(?:,\s*\w+\s*)?\)"
    r"(?P<bool>\s*\|\s*bool)?"
)


def is_playbook(data: Any) -> bool:
    """Whether data is a list of plays."""
    return (
        isinstance(data, list)
        and bool(data)
        and all(
            isinstance(play, dict) and ("hosts" in play or any(each in play for each in _IMPORTS))
            for play in data
        )
    )


def is_local(play: dict[str, Any]) -> bool:
    """Whether a play runs on this machine alone."""
    hosts = play.get("hosts")
    named = hosts if isinstance(hosts, list) else [hosts]
    return all(str(each) in LOCAL for each in named) or play.get("connection") == "local"


def tasks_of(play: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All tasks of a play, those in blocks and handlers too."""
    for key in _TASK_LISTS:
        for task in play.get(key) or []:
            if isinstance(task, dict):
                yield task
                yield from tasks_of(task)


def texts_of(data: Any) -> Iterator[str]:
    """All texts of a tree."""
    if isinstance(data, dict):
        for value in data.values():
            yield from texts_of(value)
    elif isinstance(data, list):
        for item in data:
            yield from texts_of(item)
    elif isinstance(data, str):
        yield data


@dataclass
class PlayInputs:
    """The variables that the operator gives: what is said of each, by the playbook's name of it."""

    said: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_defaulted(self, text: str) -> None:
        """`x | default(y)`: a variable with that default."""
        for found in _DEFAULTED.finditer(text):
            value = found["value"].strip("'\"")
            if found["bool"] or value.lower() in ("true", "false"):
                said: dict[str, Any] = {"type": "boolean", "default": value.lower() == "true"}
            elif re.fullmatch(r"-?\d+", value):
                said = {"type": "integer", "default": int(value)}
            else:
                said = {"default": value} if value else {"required": False}
            self.said.setdefault(found["name"], said)

    def add_named(self, text: str) -> None:
        """`{{ x }}` where nothing else gives it: a variable that is asked for."""
        for found in re.finditer(rf"\{{\{{\s*({_NAME})\s*\}}\}}", text):
            self.said.setdefault(found[1], {})


def pattern_in(texts: list[str], name: str) -> str | None:
    """The pattern that an assertion of the playbook asks of a variable."""
    for text in texts:
        found = re.search(
            rf"\b{re.escape(name)}\s+is\s+match\(\s*(['\"])(?P<pattern>.+?)\1\s*\)", text
        )
        if found:
            return found["pattern"].removeprefix("^").removesuffix("$")
    return None
