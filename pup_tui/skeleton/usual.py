"""Steps of the usual kinds to begin with; they run anywhere, until somebody writes what they are to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pup_tui.skeleton.offer import StepOffer

_SERVICE = {"SERVICE": {"description": "The service"}}


def _offer(key: str, title: str, comment: str, keys: dict[str, Any]) -> StepOffer:
    names_it = "{{ SERVICE }}" in repr(keys)
    return StepOffer(
        key=key,
        title=title,
        comment=comment,
        keys=keys,
        vars=_SERVICE if names_it else {},
        asks_before=False,
    )


_STEPS = (
    _offer(
        "look",
        "Look",
        "What shows how things stand; it only looks, and plan and overview say so.",
        {"kind": "shell", "read_only": True, "run": 'echo "how {{ SERVICE }} is"'},
    ),
    _offer(
        "confirm",
        "Go on",
        "Somebody judges it before anything changes; a no ends the run here.",
        {"kind": "confirm", "message": "Does {{ SERVICE }} need this?"},
    ),
    _offer(
        "change",
        "Change",
        "What changes something asks before, and says how it is taken back.",
        {
            "kind": "shell",
            "confirm": "Change {{ SERVICE }} now?",
            "danger": True,
            "timeout": "5m",
            "run": 'echo "changes {{ SERVICE }}"',
            "undo": {"kind": "shell", "run": 'echo "takes it back from {{ SERVICE }}"'},
        },
    ),
    _offer(
        "check",
        "Check",
        "What tells that it has helped: it fails where it has not.",
        {"kind": "shell", "read_only": True, "run": 'echo "{{ SERVICE }} is well"'},
    ),
    _offer(
        "wait",
        "Wait until it is well",
        "It looks again and again until something holds.",
        {
            "kind": "shell",
            "read_only": True,
            "run": "echo ok",
            "poll": {"interval": "10s", "timeout": "5m", "until": "output | trim == 'ok'"},
        },
    ),
    _offer(
        "request",
        "Ask a service",
        "One request; a URL that begins with / goes to Datadog with its credentials.",
        {"kind": "http", "url": "https://api.example.com/health"},
    ),
    _offer(
        "datadog",
        "Monitors that alert",
        "A subcommand of pup.",
        {"kind": "pup", "run": "monitors search --query=status:alert"},
    ),
    _offer(
        "database",
        "Count",
        "Statements for a database; values are bound parameters, never text.",
        {
            "kind": "sql",
            "url": "sqlite:///example.db",
            "read_only": True,
            "query": "select 1 as one",
        },
    ),
    _offer(
        "manual",
        "By hand",
        "What a person does; each item is ticked.",
        {"kind": "manual", "message": "Do it.", "checklist": ["It is done"]},
    ),
    _offer(
        "cleanup",
        "Tidy up",
        "It runs at the end, whatever happened.",
        {"kind": "shell", "when": "cleanup", "run": "echo tidied up"},
    ),
)

USUAL = ("look", "confirm", "change", "check")
"""What a runbook begins with where nobody says anything."""


def usual_offers(_folder: Path, _packs: Sequence[Path]) -> list[StepOffer]:
    """The usual steps, which are the same everywhere."""
    return list(_STEPS)


def usual_beginning() -> tuple[StepOffer, ...]:
    """The steps of a runbook for which none were picked."""
    return tuple(each for each in _STEPS if each.key in USUAL)
