"""What an installed `pup` takes beside what the built-in client does: enough to judge words before a run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from pup_tui.datadog.arguments import is_uuid, name_length, split_globals
from pup_tui.datadog.groups import GROUPS, may_name_extension
from pup_tui.datadog.table import PupFlag, load_table, read_data
from pup_tui.quoted import quoted

OUTPUTS = frozenset({"json", "table", "yaml", "csv", "tsv"})
"""What `--output` may ask for."""


class InstalledCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subcommand, or (without arguments) further flags of one that the built-in client has.

    An argument that may be missing ends in `?`, one that is repeated in `...`, one that is a number or a UUID
    in `:int` or `:uuid`. Where it is not whole its arguments and flags are not known.
    """

    name: str
    mutates: bool = False
    arguments: list[str] = []
    flags: list[PupFlag] = []
    is_whole: bool = True

    @property
    def usage(self) -> str:
        """How it is spelled: `metrics tags list METRIC_NAME`."""
        words = [
            self.name,
            *(f"[{a[:-1].upper()}]" if a[-1] == "?" else a.upper() for a in self.named),
        ]
        words += [f"{f.name} {f.name.strip('-').upper()}" for f in self.flags if f.required]
        return " ".join(words)

    @property
    def named(self) -> list[str]:
        """The arguments without their kinds."""
        return [argument.partition(":")[0] for argument in self.arguments]

    def takes(self, count: int) -> bool:
        """Whether it can have so many arguments."""
        least = sum(not argument.endswith("?") for argument in self.arguments)
        has_more = any(argument.endswith("...") for argument in self.arguments)
        return count >= least and (has_more or count <= len(self.arguments))


def wrong_kind(argument: str, value: str) -> str:
    """Why an argument of an installed command cannot be this value; blank where it can."""
    name, _, kind = argument.partition(":")
    if kind == "int" and not value.isdecimal():
        return f"{name}: {quoted(value)} is no whole number"
    if kind == "uuid" and not is_uuid(value):
        return f"{name}: {quoted(value)} is no UUID"
    return ""


@cache
def installed_commands() -> dict[str, InstalledCommand]:
    """All of `installed.yaml` by name, read on first use."""
    rows = read_data("installed.yaml", list[InstalledCommand])
    return {row.name: row for row in rows}


def installed_command(words: Sequence[str]) -> InstalledCommand | None:
    """The longest of these subcommands that words begin with, behind flags that stand before it."""
    _, rest = split_globals(words)
    known = installed_commands()
    return known.get(" ".join(rest[: name_length(rest, known)]))


@cache
def known_names() -> frozenset[str]:
    """All subcommands of `pup` that some table has."""
    return frozenset((*load_table().names, *installed_commands()))


def is_group(word: str) -> bool:
    """Whether subcommands of `pup` itself begin with a word, also ones that no table has."""
    return word in GROUPS or any(name.split()[0] == word for name in known_names())


def may_be_extension(word: str) -> bool:
    """Whether an extension of `pup` may have this name: `pup` serves its own by itself."""
    return may_name_extension(word) and not is_group(word)
