"""An alert, as it was read: facts, each with where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

MAIN: Final = (
    "title",
    "service",
    "environment",
    "severity",
    "severity_as_sent",
    "status",
    "host",
    "alert_id",
    "url",
    "runbook_url",
    "started_at",
)
"""The facts that every reader of alerts knows by name; the others stand apart from them."""

RESOLVED: Final = "resolved"

LabelValue = str | int | float | bool


class Fact(Struct, frozen=True):
    """Something that an alert says. `where` is the place in the paste; a guess says what it was made of."""

    value: Any
    where: str
    guess: bool = False

    @property
    def text(self) -> str:
        """It as text, empty where it is a list or a map."""
        return "" if isinstance(self.value, list | dict) else str(self.value)


class Alert(Struct, frozen=True, kw_only=True):
    """One alert: `facts` by name, its labels with the place of each, and what all of its kind are `about`.

    `tags` are words without a value.
    """

    system: str
    about: str = ""
    facts: Mapping[str, Fact]
    labels: Mapping[str, LabelValue] = field(default_factory=dict)
    label_places: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """A fact as text, empty where the alert does not have it."""
        fact = self.facts.get(name)
        return "" if fact is None else fact.text

    @property
    def title(self) -> str:
        return self.text("title") or self.text("summary") or self.text("url")

    @property
    def is_resolved(self) -> bool:
        return self.text("status") == RESOLVED

    @property
    def guesses(self) -> list[str]:
        """The names of the facts that are guesses."""
        return [name for name, fact in self.facts.items() if fact.guess]

    def for_run(self) -> dict[str, Any]:
        """The alert as a run carries it (`run.alert`): what it says, without where it stood."""
        return {name: value for name, value in self.as_json().items() if name != "read"}

    def as_json(self) -> dict[str, Any]:
        """The alert as `pup-tui alert --json` tells it; what it does not say is absent."""
        main = {name: self.facts[name].value for name in MAIN if name in self.facts}
        extra = {name: fact.value for name, fact in self.facts.items() if name not in MAIN}
        return {
            **main,
            "labels": dict(self.labels),
            "system": self.system,
            "guesses": self.guesses,
            "extra": extra,
            "read": {name: fact.where for name, fact in self.facts.items()},
        }


class AlertReading(Struct, frozen=True, kw_only=True):
    """What a paste says: its alerts, the firing and most severe one first, and remarks on how it was read.

    `text` is the paste without its secrets.
    """

    alerts: tuple[Alert, ...]
    notes: tuple[str, ...]
    text: str

    @property
    def first(self) -> Alert:
        return self.alerts[0]
