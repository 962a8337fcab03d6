"""Warnings about what a runbook says of the alerts that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pup_tui.late_pattern import late_pattern
from pup_tui.runbook.lint.subject import Finding, Subject
from pup_tui.runbook.nodes import Mapping, Scalar, Sequence, YamlNode, shown

_OF_EVERYTHING: Final = frozenset(
    {"severity", "severityassent", "alertseverity", "priority", "alertpriority", "urgency", "level"}
    | {"status", "state", "alertstatus", "system", "source", "environment", "env", "stage"}
    | {"region", "account", "accountid", "startedat"}
)
"""What alerts of all kinds have: how bad it is, where, and whose alert. None of it says what is wrong."""
_NOT_WORD = late_pattern(r"[^a-z0-9]+")
_SAYS_LITTLE: Final = 1
"""Letters beside `*` with which a pattern holds for nearly everything."""


def broad_alert(subject: Subject) -> Iterator[Finding]:
    """A runbook that comes first for alerts of everything is in the way of the one that fits."""
    alerts = subject.root.get("alerts")
    for each in alerts.items if isinstance(alerts, Sequence) else ():
        match = each.get("match") if isinstance(each, Mapping) else None
        if isinstance(match, Mapping) and match.entries:
            yield from _broad(match)


def _broad(match: Mapping) -> Iterator[Finding]:
    beside = [text for entry in match.entries.values() for text in _beside_others(entry.value)]
    for text in beside:
        told = f"{shown(text.text)} holds for nearly everything, whatever stands beside it"
        yield Finding(text, told, "leave it out, or write more of what the alerts have")
    if not beside and all(_says_nothing(key, each.value) for key, each in match.entries.items()):
        told = "this `match` holds for alerts of whatever is wrong"
        yield Finding(match, told, "add what is wrong, such as an `alertname` or a `title`")


def _says_nothing(key: str, said: YamlNode) -> bool:
    return _is_of_everything(key) or any(_holds_for_most(text.text) for text in _texts(said))


def _beside_others(said: YamlNode) -> list[Scalar]:
    texts = _texts(said)
    return [text for text in texts if _holds_for_most(text.text)] if len(texts) > 1 else []


def _is_of_everything(key: str) -> bool:
    name = key.removeprefix("alert.").removeprefix("labels.").removeprefix("extra.")
    return _NOT_WORD.sub("", name.lower()) in _OF_EVERYTHING


def _holds_for_most(pattern: str) -> bool:
    said = pattern.replace("*", "").strip()
    return "*" in pattern and len(said) <= _SAYS_LITTLE


def _texts(node: YamlNode) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    items = node.items if isinstance(node, Sequence) else []
    return [item for item in items if isinstance(item, Scalar)]
