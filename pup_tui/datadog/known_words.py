"""What is known of the words of a `pup` step before it runs: those with values are known in part, or not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import NamedTuple

from pup_tui.datadog.arguments import (
    CommandError,
    check_beginning,
    check_flag,
    flag_of,
    name_length,
    spellings,
    split_globals,
    unknown_command,
)
from pup_tui.datadog.commands import resolve
from pup_tui.datadog.help import asks_help
from pup_tui.datadog.installed import (
    OUTPUTS,
    installed_commands,
    is_group,
    known_names,
    may_be_extension,
    wrong_kind,
)
from pup_tui.datadog.table import PupFlag, load_table
from pup_tui.known_word import KnownWord
from pup_tui.quoted import quoted

PUP = "pup"


class _Given(NamedTuple):
    """The flags that words give, the words that are none, and whether only a `pup` takes a value of them."""

    flags: list[PupFlag]
    positional: list[KnownWord]
    is_foreign: bool


def program_of(words: Sequence[KnownWord], has_program: Callable[[str], bool]) -> str:
    """The program that alone takes these words: `pup`, or an extension of it, `pup-NAME`.

    Blank where the built-in client takes them too, as far as they are known. Raises CommandError for words
    that nothing takes. `has_program` tells whether this machine has a program: an extension serves only what
    no table has, and an installed `pup` may have more subcommands than are known here, but none whose name is
    close to one of those.
    """
    words = _without_pup(words)
    if _asks_help(words):
        return ""
    name, rest = _command(words)
    if not name:
        return _foreign(words, has_program)
    is_known = all(word.is_whole for word in words)
    more = installed_commands().get(name)
    if more is not None and not more.is_whole:
        return PUP
    given = _given(name, rest)
    if more is not None and not load_table().named(name):
        if is_known and not more.takes(len(given.positional)):
            raise CommandError(f"{name} takes other arguments", f"use `{more.usage}`")
        for argument, word in zip(more.arguments, given.positional, strict=False):
            if word.is_whole and (wrong := wrong_kind(argument, word.text)):
                raise CommandError(f"{name}: {wrong}", f"use `{more.usage}`")
        return PUP
    takes = {flag.name for flag in (*_own_flags(name), *load_table().globals) if not flag.refused}
    if given.is_foreign or not {flag.name for flag in given.flags} <= takes:
        return PUP
    if is_known:
        resolve([word.text for word in words])
    return ""


def check_login(words: Sequence[str]) -> None:
    """CommandError for words about logins of `pup` that it does not take, or for a site that is none."""
    name, rest = _command(_without_pup([KnownWord(word) for word in words]))
    if name.startswith("auth "):
        _given(name, rest)


def endpoint_of(words: Sequence[KnownWord]) -> KnownWord | None:
    """The endpoint that words give to `pup api`; None where they give none, or ask for help.

    Raises CommandError for a flag or value that `api` does not take.
    """
    words = _without_pup(words)
    name, rest = _command(words)
    if name != "api" or _asks_help(words):
        return None
    return next(iter(_given(name, rest).positional), None)


def _without_pup(words: Sequence[KnownWord]) -> Sequence[KnownWord]:
    return words[1:] if words[:1] == [KnownWord(PUP)] else words


def _asks_help(words: Sequence[KnownWord]) -> bool:
    return asks_help([word.text for word in words if word.is_whole])


def _command(words: Sequence[KnownWord]) -> tuple[str, list[KnownWord]]:
    """The longest subcommand that words begin with, and the others; blank where there is none."""
    leading, plain = _beginning(words)
    count = name_length(plain, known_names())
    return " ".join(plain[:count]), [*words[:leading], *words[leading + count :]]


def _beginning(words: Sequence[KnownWord]) -> tuple[int, list[str]]:
    """How many words are flags before the subcommand, and which whole ones stand behind them up to a flag."""
    leading = len(split_globals([word.text for word in words])[0])
    return leading, [word.text for word in takewhile(_is_plain, words[leading:])]


def _is_plain(word: KnownWord) -> bool:
    return word.is_whole and not word.text.startswith("-")


def _foreign(words: Sequence[KnownWord], has_program: Callable[[str], bool]) -> str:
    """The program for words that name no known subcommand; blank where it is not known what they name."""
    leading, plain = _beginning(words)
    check_beginning([word.text for word in words[:leading] if word.is_whole])
    rest = words[leading:]
    begins = [name for name in known_names() if name.split()[: len(plain)] == plain]
    if len(plain) < len(rest) and not rest[len(plain)].is_whole and (begins or not plain):
        return ""
    first = plain[0] if plain else ""
    extension = f"{PUP}-{first}"
    if may_be_extension(first) and has_program(extension):
        return extension
    error = unknown_command([word.text for word in words if word.is_whole], installed_commands())
    if is_group(first) and not begins and not error.is_near and has_program(PUP):
        return PUP
    raise error


def _own_flags(name: str) -> list[PupFlag]:
    """The flags that a subcommand has with the built-in client."""
    return [flag for row in load_table().named(name) for flag in row.flags]


@cache
def _spellings_of(name: str) -> Mapping[str, PupFlag]:
    """The flags of a known subcommand, also those that only an installed `pup` takes, by their spellings."""
    more = installed_commands().get(name)
    foreign = () if more is None else more.flags
    return spellings((*_own_flags(name), *foreign, *load_table().globals))


def _given(name: str, words: Sequence[KnownWord]) -> _Given:
    """What words give to a subcommand. Raises CommandError for a flag or value that it does not take."""
    spelled = _spellings_of(name)
    found: list[PupFlag] = []
    positional: list[KnownWord] = []
    is_foreign = False
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word == KnownWord("--"):
            positional += rest
            break
        if not word.text.startswith("-") or word.text == "-":
            positional.append(word)
        elif word.is_whole or "=" in word.text:
            flag, text = flag_of(word.text, spelled, name)
            found.append(flag)
            value = (
                _next_value(flag, rest, name) if text is None else KnownWord(text, word.is_whole)
            )
            if value is not None and value.is_whole:
                is_foreign |= not _takes(flag, value.text, name)
    return _Given(found, positional, is_foreign)


def _next_value(flag: PupFlag, rest: deque[KnownWord], name: str) -> KnownWord | None:
    """The value of a flag that stands behind it; None where it has none."""
    if flag.type == "switch":
        return None
    if flag.type == "bool" and not (rest and rest[0].text in ("true", "false", "")):
        return None
    if not rest or (rest[0].text.startswith("-") and rest[0] != KnownWord("-")):
        raise CommandError(
            f"{name}: {flag.name} needs a value",
            f"a value that begins with a dash is written {flag.name}=-…",
        )
    return rest.popleft()


def _takes(flag: PupFlag, value: str, name: str) -> bool:
    """Whether the built-in client takes a value. Raises CommandError for one that no `pup` takes."""
    if flag.type == "switch":
        raise CommandError(f"{name}: {flag.name} takes no value")
    try:
        check_flag(flag, value)
    except ValueError as error:
        if flag.name == "--output":
            if value in OUTPUTS:
                return False
            told = f"{name}: {flag.name}: {quoted(value)} is unknown"
            raise CommandError(told, f"use {', '.join(sorted(OUTPUTS))}") from None
        raise CommandError(f"{name}: {flag.name}: {error}") from None
    return True
