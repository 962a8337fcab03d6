"""Whether a runbook's `alerts` matcher holds for an alert."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from pup_tui.analysis.alerts.alert import Alert
from pup_tui.analysis.alerts.words import plain


def fits(match: Mapping[str, tuple[str, ...]], alert: Alert) -> bool:
    """Whether all keys hold: each names a fact or label, of whose patterns one is like its value."""
    return bool(match) and all(
        any(_is_like(said, pattern) for said in values_of(key, alert) for pattern in patterns)
        for key, patterns in match.items()
    )


def values_of(key: str, alert: Alert) -> list[str]:
    """What an alert says under a name: its fact, else the label that is called so."""
    name = key.removeprefix("alert.")
    if name.startswith("labels."):
        return _label(name.removeprefix("labels."), alert)
    name = name.removeprefix("extra.")
    if name == "system":
        return [alert.system]
    found = [alert.text(name)] if name in alert.facts else []
    return [*found, *_label(name, alert)]


def _label(name: str, alert: Alert) -> list[str]:
    if name in alert.labels:
        return [str(alert.labels[name])]
    short = plain(name)
    return [str(value) for key, value in alert.labels.items() if plain(key) == short]


def _is_like(said: str, pattern: str) -> bool:
    return fnmatchcase(said.lower(), _only_stars(pattern.lower()))


def _only_stars(pattern: str) -> str:
    """A pattern in which only `*` is more than a letter."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
