"""One thing that was looked at, and whether it is in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

DiagnosisState = Literal["ok", "warning", "problem"]

MOST_NAMED = 5
"""Of several things alike so many are named, and of the others the number."""


class Diagnosis(Struct, frozen=True, kw_only=True):
    """Of a part (`what`) one `subject`: how it is, a sentence about it, and what to do about it."""

    what: str
    subject: str
    state: DiagnosisState = "ok"
    detail: str = ""
    hint: str = ""


def named(things: Iterable[str]) -> str:
    """Some of the things by name, each once, and how many others there are."""
    every = list(dict.fromkeys(things))
    more = len(every) - MOST_NAMED
    shown = ", ".join(every[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
