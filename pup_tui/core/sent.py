"""What a step does as people see it before they say yes and in the record: its command, and what goes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec
from msgspec import Struct

MOST_KEPT = 16_384
"""Characters of a text that goes into a step of which the record and the plan keep the beginning."""


class Sent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What goes into a step beside its command; None is nothing.

    `body_file` is the file that holds the body of a request. A key of the format says by `sent` that it is
    one of these (`runbook.keys`).
    """

    stdin: str | None = None
    body: str | None = None
    body_file: str | None = None
    statement: str | None = None

    def parts(self) -> Iterator[tuple[str, str]]:
        """What there is, each with its name."""
        for name in self.__struct_fields__:
            text = getattr(self, name)
            if text is not None:
                yield name, text

    def lines(self) -> Iterator[str]:
        """Each part by its name; one of several lines is indented below it."""
        for name, text in self.parts():
            lines = text.splitlines() or [""]
            label = f"{name.replace('_', ' ')}:"
            if len(lines) == 1:
                yield f"{label} {lines[0]}"
            else:
                yield label
                yield from (f"  {line}" for line in lines)

    def as_kept(self, masked: Callable[[str], str]) -> Sent:
        """As it may be kept: each part first `masked`, so that no secret is cut in two, and then cut."""
        return Sent(**{name: _cut(masked(text)) for name, text in self.parts()})

    def as_fields(self) -> dict[str, Any]:
        """Every part by its name, None where there is nothing."""
        return msgspec.structs.asdict(self)


NOTHING_SENT = Sent()


class Shown(Struct, frozen=True):
    """The command of a step in words, and what goes into it."""

    command: str
    sent: Sent = NOTHING_SENT

    @property
    def text(self) -> str:
        return "\n".join((self.command, *self.sent.lines()))


class HasShown(Protocol):
    """What has a command and what is sent as fields of its own, as JSON has them."""

    @property
    def command(self) -> str: ...


def shown_of(told: HasShown) -> Shown:
    """A step as people see it, from the fields of what tells of it."""
    sent = Sent(**{name: getattr(told, name) for name in Sent.__struct_fields__})
    return Shown(told.command, sent)


def _cut(text: str) -> str:
    rest = len(text) - MOST_KEPT
    return text if rest <= 0 else f"{text[:MOST_KEPT]}\n… {rest:,} more characters are not kept"
