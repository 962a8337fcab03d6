"""The table of `pup` subcommands: what each spelling asks of the Datadog API.

The table is data (`commands.yaml`); a subcommand that is one request needs no code. Its facts
are those of the `pup` command line: method and path, where each flag goes, defaults, output.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from pup_tui.own_files import own_data
from pup_tui.typed import convert

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

T = TypeVar("T")

FlagType = Literal[
    "string",
    "int",
    "bool",  # takes true or false
    "switch",  # takes no value
    "list",  # separated by commas
    "time",
    "duration",
    "json",
    "path",  # a file that holds JSON
    "uuid",
    "float",
    "site",
    "pair",  # KEY=VALUE, repeatable
    "header",  # KEY:VALUE, repeatable
]
REPEATED = {"pair": "=", "header": ":"}
"""The types of flags that may be given several times, with what parts the key from the value."""
TimeFormat = Literal["unix", "unix_ms", "rfc3339"]


class PupFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One flag, and the place of its value in the request.

    `to` is `query.NAME`, `body` (all of it), `body.A.B`, `option.NAME` (read by the command's
    recipe), or empty for a flag that `pup` takes and does not use.
    """

    name: str
    to: str = ""
    type: FlagType = "string"
    short: str = ""
    default: str | int | bool | list[str] | None = None
    required: bool = False
    format: TimeFormat = "unix"
    clamp: tuple[int, int] | None = None
    choices: dict[str, str] = {}
    """Accepted spellings, whatever their case, and what is sent for each."""
    otherwise: str = ""
    """Sent for a spelling that `choices` lacks; without it such a spelling is an error."""
    term: str = ""
    """A clause of a search query, as `service:{}`; the clauses of a place are joined."""
    refused: str = ""
    """Why the built-in client cannot do what the flag asks."""

    @property
    def spelled_choices(self) -> list[str]:
        """The choices as people write them."""
        return [sent if sent.lower() == each else each for each, sent in self.choices.items()]


class PupArgument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A positional argument; its value fills `{name}` in the path."""

    name: str
    type: Literal["string", "int", "uuid"] = "string"
    hint: str = ""
    shown: str = ""
    """What stands in its place in a usage line, where the name does not say it."""


class PupCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One subcommand. Several rows may share a name; the first that takes the given flags is it.

    `alias` marks a spelling that runbooks use and that an installed `pup` does not know.
    """

    name: str
    request: str
    mutates: bool = False
    arguments: list[PupArgument] = []
    flags: list[PupFlag] = []
    fixed: dict[str, Any] = {}
    join: str = " "
    alias: bool = False
    because: str = ""
    recipe: str = ""
    output: Literal["json", "stdout", "stderr"] = "json"
    """The answer's body, or the `sentence` on one of the streams."""
    sentence: str = ""
    refusals: dict[str, str] = {}
    """Answers of the 200s that are none: what such a status means."""
    listed: str | None = None
    """Where its list stands in the answer of a row that lists, by the keys that lead there: `data`. Empty
    where the list is the whole answer."""

    @property
    def method(self) -> str:
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.request.partition(" ")[2]

    @property
    def usage(self) -> str:
        """How it is spelled: `feature-flags enable KEY --env ENV`."""
        words = [self.name, *(a.shown or a.name.upper() for a in self.arguments)]
        words += [f"{f.name} {f.name.strip('-').upper()}" for f in self.flags if f.required]
        return " ".join(words)


class CommandTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All of `commands.yaml`."""

    commands: list[PupCommand]
    globals: list[PupFlag]

    @cached_property
    def _by_name(self) -> dict[str, list[PupCommand]]:
        found: dict[str, list[PupCommand]] = {}
        for command in self.commands:
            found.setdefault(command.name, []).append(command)
        return found

    def named(self, name: str) -> Sequence[PupCommand]:
        """The rows of one subcommand, in the order in which they are tried."""
        return self._by_name.get(name, ())

    @property
    def names(self) -> Collection[str]:
        """Every subcommand, once."""
        return self._by_name.keys()


@cache
def load_table() -> CommandTable:
    """The table, read on first use."""
    return read_data("commands.yaml", CommandTable)


def read_data(name: str, kind: type[T]) -> T:
    """A file of this package's data."""
    document = own_data("pup_tui.datadog", name)
    if isinstance(document, dict):
        document.pop("x-shared", None)
    return convert(document, kind)
