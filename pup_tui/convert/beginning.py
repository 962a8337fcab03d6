"""A new runbook to begin from: what it is about, and the steps that were picked, with comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pup_tui.convert.draft import escaped
from pup_tui.convert.naming import unique_name
from pup_tui.convert.writer import SCHEMA_COMMENT, block_lines

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TEMPLATE = "template "

PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "look": (
        "Only looks: plan and overview say so, and nobody is asked.",
        {"name": "Look", "kind": "shell", "read_only": True, "run": "uptime"},
    ),
    "confirm": (
        "A question; a no ends the run here.",
        {"name": "Go on", "kind": "confirm", "message": "Go on?"},
    ),
    "change": (
        "Changes something: it asks before, and undo is offered where the run fails later.",
        {
            "name": "Change it",
            "kind": "shell",
            "confirm": "Change it now?",
            "danger": True,
            "timeout": "5m",
            "run": "echo changed",
            "undo": {"kind": "shell", "run": "echo changed back"},
        },
    ),
    "wait": (
        "Looks again and again until something holds.",
        {
            "name": "Wait until it is well",
            "kind": "shell",
            "read_only": True,
            "run": "echo ok",
            "poll": {"interval": "10s", "timeout": "5m", "until": "output | trim == 'ok'"},
        },
    ),
    "request": (
        "One request; a URL that begins with / goes to Datadog with its credentials.",
        {"name": "Ask a service", "kind": "http", "url": "https://api.example.com/health"},
    ),
    "datadog": (
        "A subcommand of pup.",
        {
            "name": "Monitors that alert",
            "kind": "pup",
            "run": "monitors search --query=status:alert",
        },
    ),
    "database": (
        "Statements; values are bound parameters, never text.",
        {
            "name": "Count",
            "kind": "sql",
            "url": "sqlite:///example.db",
            "read_only": True,
            "query": "select 1 as one",
        },
    ),
    "manual": (
        "What a person does; each item is ticked.",
        {
            "name": "By hand",
            "kind": "manual",
            "message": "Do it.",
            "checklist": ["It is done"],
        },
    ),
    "cleanup": (
        "Runs at the end whatever happened.",
        {"name": "Tidy up", "kind": "shell", "when": "cleanup", "run": "echo tidied up"},
    ),
}
"""Steps to begin from, by what they are for: a comment, and the keys."""

USUAL = ("look", "confirm", "change", "wait")
"""What is picked where nobody says anything."""


def why_no_name(name: str) -> str:
    """Why a new runbook cannot be called so; empty if it can: its file is called so too."""
    if _NAME.fullmatch(name):
        return ""
    return "A name is made of letters, digits, and . _ - between them."


def picks(templates: Iterable[str] = ()) -> list[str]:
    """All that can be picked: steps to begin from, and the templates of a folder by their names."""
    return [*PARTS, *(f"{_TEMPLATE}{name}" for name in templates)]


def beginning(
    name: str, *, type_: str = "", service: str = "", picked: Sequence[str] = USUAL
) -> str:
    """The text of a new runbook. Of a service the name is the default of a variable."""
    lines = [
        SCHEMA_COMMENT,
        "# `pup-tui schema > runbook.schema.json` writes what editors complete and check by;",
        "# `pup-tui validate` tells all errors and warnings, `pup-tui plan` what a run would do.",
        f"name: {name}",
        "description: |",
        "  What it is for, and when to use it.",
    ]
    tags = {key: escaped(value) for key, value in (("type", type_), ("service", service)) if value}
    if tags:
        lines += block_lines({"tags": tags})
    picked = list(picked or USUAL)
    if service and "look" in picked:
        lines += ["", "# What is asked for before it runs; {{ SERVICE }} stands for it in texts."]
        said = {
            "description": "Service that it is about",
            "pattern": "[a-z0-9][a-z0-9._-]*",
            "default": escaped(service),
        }
        lines += block_lines({"vars": {"SERVICE": said}})
    lines += ["", "# Of every step: a script stops at the first command that fails."]
    lines += block_lines({"defaults": {"strict": True, "shell": "bash"}})
    lines += ["", "steps:"]
    taken: set[str] = set()
    for at, pick in enumerate(picked):
        comment, keys = _step(pick)
        title = unique_name(str(keys["name"]), taken)
        taken.add(title)
        if service and pick == "look":
            keys = {**keys, "run": 'echo "looking at {{ SERVICE }}"'}
        lines += [""] if at else []
        lines.append(f"  # {comment}")
        body = block_lines({**keys, "name": title})
        lines += [f"  {'- ' if number == 0 else '  '}{line}" for number, line in enumerate(body)]
    return "\n".join(lines) + "\n"


def _step(pick: str) -> tuple[str, dict[str, Any]]:
    """The comment and the keys of a step. Raises KeyError for what cannot be picked."""
    if pick.startswith(_TEMPLATE):
        template = pick.removeprefix(_TEMPLATE)
        title = template.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ").capitalize()
        told = "Taken from a file of _templates; `with` gives it what it asks for."
        return told, {"name": title, "template": template}
    return PARTS[pick]
