"""A runbook while it is made: its steps, what became of the original, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pup_tui.convert.pieces import raw

Fate = Literal["kept", "changed", "manual", "dropped"]


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One line of the report: what became of a part of the original, and why."""

    fate: Fate
    what: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.fate}: {self.what}" + (f": {self.why}" if self.why else "")


@dataclass(slots=True)
class NewStep:
    """A step that will be written.

    `keys` are those of the format besides name, id, kind and steps, in their order. `notes` stand above it
    as comments. `original` is what it was made from, for the person who has to do it where it cannot be
    written.
    """

    name: str
    kind: str
    keys: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    steps: list[NewStep] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    original: str = ""

    def ask(self) -> None:
        """Let it ask before it changes something."""
        self.keys |= {"confirm": f"{self.name}?", "danger": True}

    def walk(self) -> Iterator[NewStep]:
        """The step and all steps inside it."""
        yield self
        for step in self.steps:
            yield from step.walk()


@dataclass(slots=True)
class NewRunbook:
    """A runbook that will be written, and what became of its original.

    `id` is the stem of its file, `source` what it was made from, in words.
    """

    id: str
    source: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    links: list[dict[str, str]] = field(default_factory=list)
    vars: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: str = ""
    steps: list[NewStep] = field(default_factory=list)
    report: list[ToldChange] = field(default_factory=list)

    def walk(self) -> Iterator[NewStep]:
        """All steps, in the order of the file."""
        for step in self.steps:
            yield from step.walk()

    def tell(self, fate: Fate, what: str, why: str = "") -> None:
        """Add a line to the report, once."""
        line = ToldChange(fate, " ".join(what.split()), " ".join(why.split()))
        if line not in self.report:
            self.report.append(line)


def manual(name: str, reason: str, original: str, id_: str = "") -> NewStep:
    """What a person does, with the original's text and the reason why no step can do it."""
    keys: dict[str, Any] = {"message": raw(reason)}
    if original.strip():
        keys = {"description": raw(fenced(original)), **keys}
    return NewStep(name, "manual", keys, id=id_, original=original)


def by_hand(name: str, why: str, original: str, id_: str = "") -> NewStep:
    """As `manual`, for a reason that is no whole sentence."""
    return manual(name, f"{why[0].upper()}{why[1:]}.", original, id_)


def fenced(text: str) -> str:
    """A text as code of Markdown."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text.rstrip()}\n{fence}\n"
