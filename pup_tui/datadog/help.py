"""What `--help` says of the subcommands of `pup`: all of it made of the tables that they are run by."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile
from typing import Final

from msgspec import Struct

from pup_tui.datadog.arguments import name_length, split_globals, unknown_command
from pup_tui.datadog.installed import InstalledCommand, installed_commands, known_names
from pup_tui.datadog.table import REPEATED, PupCommand, PupFlag, load_table
from pup_tui.datadog.times import DURATION_FORMS, TIME_FORMS

HELP: Final = ("--help", "-h")

_WIDTH = 80
_INDENT = "  "
_CHANGES = "*"
_INSTALLED = "+"
_LEGEND = f"{_CHANGES} changes something   {_INSTALLED} needs an installed pup"
_VALUES = {
    "string": "TEXT",
    "int": "NUMBER",
    "bool": "true|false",
    "switch": "",
    "list": "A,B,…",
    "time": "TIME",
    "duration": "DURATION",
    "json": "JSON",
    "path": "FILE",
    "uuid": "UUID",
    "float": "NUMBER",
    "site": "SITE",
    "pair": "KEY=VALUE",
    "header": "KEY:VALUE",
}
"""What stands for a value of each type of flag."""


class _Command(Struct):
    """What the tables have on one subcommand."""

    rows: Sequence[PupCommand] = ()
    more: InstalledCommand | None = None

    @property
    def changes(self) -> bool:
        return any(row.mutates for row in self.rows) or bool(self.more and self.more.mutates)

    @property
    def does(self) -> str:
        if not self.changes:
            return "It changes nothing."
        if any(row.mutates and row.method == "GET" for row in self.rows):
            return "It may change something in Datadog: its flags say what it does."
        return "It changes something in Datadog."

    @property
    def marks(self) -> str:
        return (_CHANGES if self.changes else "") + ("" if self.rows else _INSTALLED)


def asks_help(words: Sequence[str]) -> bool:
    """Whether words ask what a known subcommand or group of them takes, instead of running it.

    One of them does, where it is surely no value of a flag.
    """
    flags = [*takewhile("--".__ne__, words)]
    asked = any(
        word in HELP and not before.startswith("-") for before, word in pairwise(["", *flags])
    )
    return asked and bool(_begun_with(words))


def help_text(words: Sequence[str]) -> str:
    """What there is to know of the subcommand, or the group of them, that words begin with.

    Raises CommandError for words that begin neither.
    """
    plain, found = _plain(words), _begun_with(words)
    if not found:
        raise unknown_command(plain, installed_commands())
    if not plain:
        return _of_all(found)
    is_command = plain[: len(found[0].split())] == found[0].split()
    return _of_command(found[0]) if is_command else _of_group(" ".join(plain), found)


def _plain(words: Sequence[str]) -> list[str]:
    rest = split_globals([word for word in words if word not in HELP])[1]
    return [word for word in rest if not word.startswith("-")]


def _begun_with(words: Sequence[str]) -> list[str]:
    """The subcommand that words begin with, or else all that begin with the words."""
    plain, names = _plain(words), sorted(known_names())
    if count := name_length(plain, names):
        return [" ".join(plain[:count])]
    return [name for name in names if name.split()[: len(plain)] == plain]


def _command(name: str) -> _Command:
    return _Command(load_table().named(name), installed_commands().get(name))


def _of_all(names: Sequence[str]) -> str:
    groups: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(" ")
        groups.setdefault(first, []).append(f"{rest or first}{_command(name).marks}")
    lines = ["Subcommands of pup, by their first word:", ""]
    width = max(map(len, groups))
    for first, listed in groups.items():
        lines += _entry(first, ", ".join(listed), width)
    about = "`--help` behind a first word, or a whole subcommand, tells more of it."
    return "\n".join([*lines, "", _LEGEND, about, ""])


def _of_group(group: str, names: Sequence[str]) -> str:
    lines = [f"{group}: subcommands", ""]
    for name in names:
        known = _command(name)
        usages = _usages(known)
        lines += [f"{_INDENT}{usage} {known.marks}".rstrip() for usage in usages]
    told = "`--help` behind one tells its flags."
    return "\n".join([*lines, "", _LEGEND, told, ""])


def _usages(known: _Command) -> list[str]:
    usages = [row.usage for row in known.rows]
    if not usages and known.more is not None:
        usages = [known.more.usage]
    return list(dict.fromkeys(usages))


def _of_command(name: str) -> str:
    known = _command(name)
    own, others = ([r for r in known.rows if r.alias is alias] for alias in (False, True))
    lines = [f"pup {usage}" for usage in _usages(known)]
    lines += ["", known.does]
    lines += [row.request for row in own]
    if not known.rows:
        lines.append("Only an installed pup has it.")
    for row in (*own, *others):
        title = "Flags"
        if row.alias:
            told = f"Another form, run by the built-in client in any case: {row.because}."
            lines += ["", *_wrapped(told), row.request]
            title = "Flags of that form"
        lines += _arguments(row)
        lines += _flags(title, row.flags)
    if known.more is not None:
        title = "Flags that need an installed pup" if known.rows else "Flags"
        lines += _flags(title, known.more.flags)
        if not known.more.is_whole:
            lines += ["", "More about its arguments and flags is known to the installed pup alone."]
    shared = load_table().globals
    lines += _flags("Flags of every subcommand", shared)
    types = {flag.type for row in known.rows for flag in row.flags}
    types |= {flag.type for flag in (known.more.flags if known.more else [])}
    forms = [("TIME", "time", TIME_FORMS), ("DURATION", "duration", DURATION_FORMS)]
    for word, type_, form in forms:
        if type_ in types:
            lines += ["", *_wrapped(f"{word} is {form}.")]
    return "\n".join([*lines, ""])


def _arguments(row: PupCommand) -> list[str]:
    """What is known of the values that are no flag's, beyond that they are texts."""
    words = {"int": "a whole number", "uuid": "a UUID", "string": ""}
    every = [
        ((each.shown or each.name).upper(), "; ".join(filter(None, [words[each.type], each.hint])))
        for each in row.arguments
    ]
    return _section("Arguments", [(name, about) for name, about in every if about])


def _flags(title: str, flags: Iterable[PupFlag]) -> list[str]:
    return _section(title, [(_spelling(flag), _about(flag)) for flag in flags])


def _spelling(flag: PupFlag) -> str:
    names = ", ".join(filter(None, [flag.name, flag.short]))
    return f"{names} {_VALUES[flag.type]}".rstrip()


def _about(flag: PupFlag) -> str:
    """What is known of a flag's values."""
    told = []
    if flag.refused:
        told.append(flag.refused)
    if flag.required:
        told.append("required")
    if flag.choices:
        told.append(f"one of {', '.join(flag.spelled_choices)}" + (" …" if flag.otherwise else ""))
    if flag.clamp:
        told.append(f"from {flag.clamp[0]:,} to {flag.clamp[1]:,}")
    if flag.default not in (None, "", []):
        default = flag.default
        told.append(f"default {', '.join(default) if isinstance(default, list) else default}")
    if flag.type in REPEATED:
        told.append("may be given again")
    return "; ".join(told)


def _section(title: str, entries: Sequence[tuple[str, str]]) -> list[str]:
    """Entries below a title; nothing where there are none."""
    if not entries:
        return []
    width = max(len(word) for word, _ in entries)
    lines = [line for word, about in entries for line in _entry(word, about, width)]
    return ["", f"{title}:", *lines]


def _entry(word: str, about: str, width: int) -> list[str]:
    indent = " " * (len(_INDENT) + width + 2)
    lines = textwrap.wrap(
        about, max(20, _WIDTH - len(indent)), break_long_words=False, break_on_hyphens=False
    )
    first, *rest = lines or [""]
    return [f"{_INDENT}{word:<{width}}  {first}".rstrip(), *(indent + line for line in rest)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
