"""Whether a runbook's `alerts` matcher holds for an alert."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from pup_tui.analysis.alerts.alert import Alert, Fact
from pup_tui.analysis.alerts.words import plain


def fits(match: Mapping[str, tuple[str, ...]], alert: Alert) -> bool:
    """Whether all keys hold: each names a fact or label, of whose patterns one is like its value."""
    return bool(match) and all(
        any(_is_like(said.text, pattern) for said in told_at(key, alert) for pattern in patterns)
        for key, patterns in match.items()
    )


def told_at(path: str, alert: Alert) -> list[Fact]:
    """What an alert says at `alert.NAME`, `alert.labels.NAME` or `alert.extra.NAME`.

    That is its fact of that name, and then the labels that are called so.
    """
    name = path.removeprefix("alert.")
    if name.startswith("labels."):
        return labels_called(name.removeprefix("labels."), alert)
    name = name.removeprefix("extra.")
    if name == "system":
        return [Fact(alert.system, "its shape")]
    found = [alert.facts[name]] if name in alert.facts else []
    return [*found, *labels_called(name, alert)]


def labels_called(name: str, alert: Alert) -> list[Fact]:
    """The label of this name, or else those of nearly the same."""
    short = plain(name)
    alike = (each for each in alert.labels if plain(each) == short)
    return [
        Fact(alert.labels[each], alert.label_places.get(each, f"labels.{each}"))
        for each in ([name] if name in alert.labels else alike)
    ]


def _is_like(said: str, pattern: str) -> bool:
    return fnmatchcase(said.lower(), _only_stars(pattern.lower()))


def _only_stars(pattern: str) -> str:
    """A pattern in which only `*` is more than a letter."""
    return pattern.replace("[", "[[]").replace("?", "[?]")
