"""The table of systems (`systems.yaml`, which explains its notation)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from pup_tui.own_files import own_data

PasteForm = Literal["json", "mail", "form", "url", "text"]


class System(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of paste of one system is read."""

    name: str
    about: str = ""
    form: tuple[PasteForm, ...]
    when: tuple[str, ...]
    each: str = ""
    labels: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)
    no_labels: tuple[str, ...] = ()
    facts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    severity: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def systems() -> tuple[System, ...]:
    """The table, read once."""
    table: Any = own_data(__package__, "systems.yaml")
    return msgspec.convert(table, tuple[System, ...])
