"""One thing that was looked at before a run, and whether it is in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

_What = Literal[
    "profile", "values", "tool", "version", "lock", "record", "questions", "credentials", "host"
]
"""What was looked at; the last two are elsewhere, and what is found there stops no run."""


class ReadyCheck(Struct, frozen=True, kw_only=True):
    """Of a kind of thing (`what`) one `subject`: whether it is `ok`, and what to do about it.

    `detail` goes on from the subject as a sentence. Where it `stops`, no run begins; anything else that is
    not in order is told and no more. The texts quote files, programs and servers: they are sanitized before
    they are shown.
    """

    what: _What
    subject: str
    ok: bool = True
    detail: str = ""
    hint: str = ""
    stops: bool = False

    def __str__(self) -> str:
        """What is wrong, where, what to do, as errors are told."""
        about = f"{self.subject} {self.detail}".strip()
        return ": ".join(part for part in (about, self.hint) if part)


def stopping(checks: Iterable[ReadyCheck]) -> list[ReadyCheck]:
    """Those for which no run begins."""
    return [each for each in checks if each.stops]


def worst_first(checks: Iterable[ReadyCheck]) -> list[ReadyCheck]:
    """What stops a run, then what else is not in order, then the rest, each in the order given."""
    return sorted(checks, key=lambda each: (not each.stops, each.ok))
