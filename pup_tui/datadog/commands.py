"""The subcommands of `pup` on the built-in client: find one, say what it would do, run it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from pup_tui.datadog.arguments import (
    TEMPLATE,
    CommandError,
    check_beginning,
    check_values,
    choose_row,
    guess_row,
    has_open_beginning,
    match_rows,
    unknown_command,
)
from pup_tui.datadog.building import build
from pup_tui.datadog.help import asks_help
from pup_tui.datadog.installed import installed_command
from pup_tui.datadog.overrides import overrides_method
from pup_tui.datadog.recipes import RECIPES, Result, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pup_tui.datadog.client import DatadogClient
    from pup_tui.datadog.table import PupCommand

__all__ = ["CommandError", "Invocation", "Result", "execute", "mutates", "resolve"]

_HARMLESS_METHODS = frozenset({"GET", "HEAD"})
_HEADER = ("-H", "--header")


@dataclass(frozen=True, slots=True)
class Invocation:
    """A subcommand with its checked arguments, ready to be run."""

    row: PupCommand = field(repr=False)
    positional: tuple[str, ...] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def mutates(self) -> bool:
        """Whether it changes anything at Datadog."""
        method = self.given.get("--method", [self.row.method])[0].upper()
        return self.row.mutates and method not in _HARMLESS_METHODS


def resolve(words: Sequence[str]) -> Invocation:
    """Understand the rendered words of a `pup` command line.

    Raises CommandError, with a hint, for an unknown command or flag, a missing argument, a value
    of the wrong type, or a change under `--read-only`.
    """
    name, rest = match_rows(words)
    if not name:
        check_beginning(words)
        raise unknown_command(words)
    row, parsed = choose_row(name, rest)
    check_values(row, parsed)
    invocation = Invocation(row, tuple(parsed.positional), parsed.given)
    if invocation.mutates and "--read-only" in parsed.given:
        raise CommandError(f"{name} changes something, and --read-only is given")
    return invocation


def mutates(words: Sequence[str]) -> bool | None:
    """Whether the subcommand that words begin with changes anything; later ones may be unrendered templates.

    None where nobody knows: for a command that no table has only an extension can say what it does, and a
    value may be the very flag that decides.
    """
    if has_open_beginning(words):
        return None
    name, rest = match_rows(words)
    if asks_help(words) and not any(map(_may_be_dashes, words)):
        return False
    if not name:
        further = installed_command(words)
        return None if further is None else further.mutates
    row = guess_row(name, rest)
    if not row.mutates or not _HARMLESS_METHODS.issuperset(_spelled_methods(rest) or [row.method]):
        return row.mutates
    return None if _may_say_method([*takewhile("--".__ne__, rest)]) else False


def _may_be_dashes(word: str) -> bool:
    """Whether a value may make `--` of a word, or nothing, so that a flag behind it is none but a value."""
    return word.lstrip("-").startswith(TEMPLATE)


def _may_say_method(words: Sequence[str]) -> bool:
    """Whether a value, or a header or field, may decide the method of `pup api`."""
    for before, word in pairwise(["", *words]):
        is_open = TEMPLATE in word.partition("=")[0] and word.startswith(("-", TEMPLATE))
        header = word if before in _HEADER else word.partition("=")[2]
        is_header = before in _HEADER or word.startswith(_HEADER)
        is_open |= is_header and TEMPLATE in header.partition(":")[0]
        if is_open or overrides_method(word.removeprefix("-H")):
            return True
    return False


async def execute(
    invocation: Invocation,
    client: DatadogClient,
    now: Callable[[], float] = time.time,
    *,
    cwd: Path | None = None,
) -> Result:
    """Run it. `now` says what relative times count from; files are read relative to `cwd`.

    Raises CommandError for a file that cannot be used, and DatadogError.
    """
    row = invocation.row
    built = build(row, invocation.positional, invocation.given, now(), cwd)
    return await RECIPES.get(row.recipe, plain)(built, client)


def _spelled_methods(words: Sequence[str]) -> list[str]:
    """The methods that words of `pup api` may ask for; none where they do not say."""
    found = []
    for word, following in pairwise([*words, ""]):
        if word in {"-X", "--method"}:
            found.append(following.upper())
        elif word.startswith("--method="):
            found.append(word.partition("=")[2].upper())
        elif word.startswith("-X"):
            found.append(word[2:].removeprefix("=").upper())
    return found
