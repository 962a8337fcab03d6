"""From the words of a command line to a row of the table with checked values."""

from __future__ import annotations

import difflib
import json
import re
import uuid
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from pup_tui.datadog.configuration import site_of
from pup_tui.datadog.groups import GROUPS, may_name_extension
from pup_tui.datadog.table import REPEATED, PupArgument, PupCommand, PupFlag, load_table
from pup_tui.datadog.times import parse_span, parse_time
from pup_tui.quoted import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(
    r"[-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?"
)
TEMPLATE = "{{"
"""What a word holds of which not all is known before a run."""
MAX_NAME = 4
"""Words of the longest name of a subcommand."""


class CommandError(ValueError):
    """Words that are no command, or not a whole one. `hint` says what to do; it may be empty.

    `is_near` marks words that are close to a command.
    """

    def __init__(self, message: str, hint: str = "", *, is_near: bool = False) -> None:
        super().__init__(f"{message}: {hint}" if hint else message)
        self.message = message
        self.hint = hint
        self.is_near = is_near


@dataclass(slots=True)
class Words:
    """Words taken apart: the positional ones, and the values of each flag in their order."""

    positional: list[str] = field(default_factory=list)
    given: dict[str, list[str]] = field(default_factory=dict)


def match_rows(words: Sequence[str]) -> tuple[str, list[str]]:
    """The longest subcommand that the words begin with, and the words after it.

    A leading `pup`, and flags that stand before the subcommand, are stepped over. The name is
    empty where nothing matches.
    """
    leading, rest = split_globals(words)
    count = name_length(rest, load_table().names)
    return " ".join(rest[:count]), leading + rest[count:]


def name_length(words: Sequence[str], names: Collection[str]) -> int:
    """How many words at the beginning are the longest of these names; 0 where they begin with none."""
    counts = range(min(MAX_NAME, len(words)), 0, -1)
    return next((count for count in counts if " ".join(words[:count]) in names), 0)


def split_globals(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The flags before the subcommand, and the rest, without a leading `pup`."""
    words = list(words[1:] if words and words[0] == "pup" else words)
    spelled = _global_spellings()
    index = 0
    while index < len(words) and words[index].startswith("-"):
        flag = spelled.get(words[index])
        index += 2 if flag is not None and flag.type != "switch" else 1
    return words[:index], words[index:]


def has_open_beginning(words: Sequence[str]) -> bool:
    """Whether a value decides which of the words are the subcommand.

    Among the flags before it a value may be a flag, part of one, or nothing at all, and each word behind it
    is then taken for another one; but not where it stands behind the `=` of a flag that there is.
    """
    leading, _ = split_globals(words)
    spelled = _global_spellings()
    return any(TEMPLATE in word and word.partition("=")[0] not in spelled for word in leading)


def says_read_only(words: Sequence[str]) -> bool:
    """Whether words say that nothing may be changed; `auth login` has such a flag for something else."""
    leading, rest = split_globals(words)
    own = [] if rest[:2] == ["auth", "login"] else [*takewhile("--".__ne__, rest)]
    return "--read-only" in (*leading, *own)


def check_beginning(words: Sequence[str]) -> None:
    """CommandError for a flag before the subcommand that nobody knows.

    What it means is not known, nor which word behind it is the subcommand.
    """
    leading, _ = split_globals(words)
    spelled = _global_spellings()
    for word in leading:
        if word.startswith("-") and _find_flag(word, spelled) is None:
            name = word.partition("=")[0]
            near = _near_flag(name, spelled, cutoff=0.75)
            hint = f"did you mean {near}?" if near else "write the subcommand first"
            raise CommandError(f"unknown flag {name} before the subcommand", hint)


def spellings(flags: Iterable[PupFlag]) -> dict[str, PupFlag]:
    """Flags by how each can be spelled."""
    return {spelled: flag for flag in flags for spelled in (flag.name, flag.short) if spelled}


@cache
def _global_spellings() -> Mapping[str, PupFlag]:
    return spellings(load_table().globals)


def unknown_command(words: Sequence[str], further: Collection[str] = ()) -> CommandError:
    """The error for words that name no subcommand, with what may have been meant.

    `further` are subcommands beside those of the built-in client.
    """
    plain = [word for word in split_globals(words)[1] if not word.startswith("-")]
    if not plain:
        return CommandError("no subcommand of pup is given", "for example: monitors list")
    names = [*load_table().names, *further]
    if (whole := " ".join(plain)) in names:
        return CommandError("`pup` is given twice", f"use `{whole}`")
    group = [name for name in names if name.split()[: len(plain)] == plain]
    if group:
        return CommandError(f"`{' '.join(plain)}` is not whole", f"use {_listing(group)}")
    near = "" if plain[0] in GROUPS else _near(plain, names)
    if near:
        wrong = " ".join(plain[: len(near.split())])
        return CommandError(f"unknown command `{wrong}`", f"did you mean `{near}`?", is_near=True)
    is_free = may_name_extension(plain[0]) and all(name.split()[0] != plain[0] for name in names)
    extension = f" (or its extension `pup-{plain[0]}`)" if is_free else ""
    return CommandError(
        f"the built-in Datadog client does not know `{' '.join(plain[:MAX_NAME])}`",
        f"check the spelling, or install `pup`{extension}",
    )


def _near(words: Sequence[str], names: Iterable[str]) -> str:
    """The subcommand that is meant where one word is misspelled; blank where none is near."""
    split = [name.split() for name in names]
    known = 0
    while known < len(words) and any(
        name[: known + 1] == list(words[: known + 1]) for name in split
    ):
        known += 1
    group = [name for name in split if name[:known] == list(words[:known]) and len(name) > known]
    if known == len(words):
        return ""
    near = difflib.get_close_matches(words[known].lower(), {name[known] for name in group}, n=1)
    meant = [name for name in group if near and name[known] == near[0]]
    # Of several the one that goes on as the words do.
    best = max(meant, key=lambda name: _in_common(name, words), default=[])
    return " ".join(best)


def _in_common(name: Sequence[str], words: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(name, words, strict=False))


def choose_row(name: str, words: Sequence[str]) -> tuple[PupCommand, Words]:
    """The row of this name that takes these words; raises CommandError for the best of them."""
    rows = load_table().named(name)
    known = {flag.name: flag for row in rows for flag in row.flags}
    known |= {flag.name: flag for flag in load_table().globals}
    parsed = take_apart(words, known.values(), name)
    for row in rows:
        if _fits(row, parsed):
            _check_places(row, parsed)
            return row, parsed
    accepting = [row for row in rows if _accepts_flags(row, parsed)]
    if not accepting:
        raise CommandError(
            f"{name}: {' and '.join(parsed.given)} cannot be used together",
            "it takes either " + " or ".join(", ".join(f.name for f in row.flags) for row in rows),
        )
    raise _shortcoming(accepting, parsed)


def guess_row(name: str, words: Sequence[str]) -> PupCommand:
    """The row that words with unrendered templates will most likely choose."""
    rows = load_table().named(name)
    flags = {word.partition("=")[0] for word in words if word.startswith("--")}
    shared = {flag.name for flag in load_table().globals}
    for row in rows:
        own = {flag.name for flag in row.flags} | shared
        if flags <= own and all(flag.name in flags for flag in row.flags if flag.required):
            return row
    return rows[0]


def take_apart(
    words: Sequence[str], flags: Iterable[PupFlag], name: str, *, refuses: bool = True
) -> Words:
    """Sort words into positional ones and flags. `--` ends the flags.

    Raises CommandError; without `refuses` not for flags that only the built-in client cannot take.
    """
    spelled = spellings(flags)
    parsed = Words()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            parsed.positional += rest
            break
        if not word.startswith("-") or word == "-":
            parsed.positional.append(word)
            continue
        flag, value = flag_of(word, spelled, name)
        if flag.refused and refuses:
            raise CommandError(f"{name}: {flag.name}: {flag.refused}")
        if flag.type == "switch":
            if value is not None:
                raise CommandError(f"{name}: {flag.name} takes no value")
            value = "true"
        elif value is None:
            if not rest or (rest[0].startswith("-") and rest[0] != "-"):
                raise CommandError(
                    f"{name}: {flag.name} needs a value",
                    f"a value that begins with a dash is written {flag.name}=-…",
                )
            value = rest.pop(0)
        values = parsed.given.setdefault(flag.name, [])
        if values and flag.type not in REPEATED:
            raise CommandError(f"{name}: {flag.name} is given twice")
        values.append(value)
    return parsed


def flag_of(word: str, spelled: Mapping[str, PupFlag], name: str) -> tuple[PupFlag, str | None]:
    """The flag that a word gives and the value in it, if there is one; raises CommandError for no flag."""
    found = _find_flag(word, spelled)
    if found is not None:
        return found
    spelling = word.partition("=")[0]
    near = _near_flag(spelling, spelled, cutoff=0.65)
    hint = f"did you mean {near}?" if near else f"it takes {', '.join(_long(spelled))}"
    raise CommandError(f"{name}: unknown flag {spelling}", hint)


def _long(spelled: Iterable[str]) -> list[str]:
    return sorted(each for each in spelled if each.startswith("--"))


def _near_flag(spelling: str, spelled: Iterable[str], cutoff: float) -> str:
    """The flag that is meant by a misspelled one; blank where none is near."""
    known = [each.lstrip("-") for each in _long(spelled)]
    near = difflib.get_close_matches(spelling.lstrip("-").lower(), known, n=1, cutoff=cutoff)
    return f"--{near[0]}" if near else ""


def _find_flag(word: str, spelled: Mapping[str, PupFlag]) -> tuple[PupFlag, str | None] | None:
    """The flag that a word gives and the value in it, if there is one; None for no flag that is known."""
    spelling, equals, value = word.partition("=")
    if spelling in spelled:
        return spelled[spelling], value if equals else None
    attached = spelled.get(word[:2])
    if attached is not None and not word.startswith("--") and attached.type != "switch":
        return attached, word[2:]
    return None


def check_values(row: PupCommand, parsed: Words) -> None:
    """Check what can be checked before anything is sent. Raises CommandError."""
    for argument, value in zip(row.arguments, parsed.positional, strict=True):
        _check_argument(row, argument, value)
    for flag in [*row.flags, *load_table().globals]:
        for value in parsed.given.get(flag.name, []):
            try:
                check_flag(flag, value)
            except ValueError as error:
                raise CommandError(f"{row.name}: {flag.name}: {error}") from None


def check_flag(flag: PupFlag, value: str) -> None:
    """Raise ValueError where a value does not have the flag's type."""
    if flag.type == "int" and not _INTEGER.fullmatch(value):
        raise ValueError(f"{quoted(value)} is no whole number")
    if flag.type == "float" and not _NUMBER.fullmatch(value):
        raise ValueError(f"{quoted(value)} is no number")
    if (between := REPEATED.get(flag.type)) and not value.partition(between)[0].strip():
        raise ValueError(f"{quoted(value)} has no key: write KEY{between}VALUE")
    if between and between not in value:
        raise ValueError(f"{quoted(value)} is not written KEY{between}VALUE")
    if flag.type == "bool" and value.lower() not in {"true", "false"}:
        raise ValueError(f"{quoted(value)} is neither true nor false")
    if check := _CHECKS.get(flag.type):
        check(value)
    if flag.choices:
        for choice in value.split(",") if flag.type == "list" else [value]:
            _check_choice(flag, choice.strip())


def _check_choice(flag: PupFlag, choice: str) -> None:
    """Raise ValueError for what is no choice; where anything will do, for what is a misspelled one."""
    if choice.lower() in flag.choices:
        return
    near = _close_to(choice, flag.spelled_choices)
    if not flag.otherwise:
        todo = f"did you mean {near}?" if near else f"use {', '.join(flag.spelled_choices)}"
        raise ValueError(f"{quoted(choice)} is unknown, {todo}")
    if near and choice.lower() not in {flag.otherwise, str(flag.default)}:
        told = f"{quoted(choice)} counts as {flag.otherwise}"
        raise ValueError(f"{told}, did you mean {near}?")


def _close_to(choice: str, known: Sequence[str]) -> str:
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(choice.lower(), by_lower, n=1, cutoff=0.75)
    return by_lower[near[0]] if near else ""


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID as Datadog writes them."""
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _check_argument(row: PupCommand, argument: PupArgument, value: str) -> None:
    where = f"{row.name}: {argument.name}"
    if not value.strip():
        raise CommandError(f"{where} is empty")
    if value in {".", ".."}:
        raise CommandError(f"{where}: {quoted(value)} would change the path of the request")
    if argument.type == "int" and not _INTEGER.fullmatch(value):
        raise CommandError(f"{where}: {quoted(value)} is no whole number", argument.hint)
    if argument.type == "uuid" and not is_uuid(value):
        aliases = [other.usage for other in load_table().named(row.name) if other.alias]
        hint = f"use {_listing(aliases)}" if aliases else argument.hint
        raise CommandError(f"{where}: {quoted(value)} is no UUID", hint)


def _check_uuid(value: str) -> None:
    if not is_uuid(value):
        raise ValueError(f"{quoted(value)} is no UUID")


def _check_json_object(value: str) -> None:
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError("the value is not JSON") from None
    if not isinstance(document, dict):
        raise ValueError('the value must be a JSON object, as {"key": "value"}')


_CHECKS: Mapping[str, Callable[[str], object]] = {
    "time": lambda value: parse_time(value, 0),
    "duration": parse_span,
    "uuid": _check_uuid,
    "json": _check_json_object,
    "site": site_of,
}
"""What raises ValueError for a value that is not of a type."""


def _accepts_flags(row: PupCommand, parsed: Words) -> bool:
    own = {flag.name for flag in row.flags} | {flag.name for flag in load_table().globals}
    return own.issuperset(parsed.given)


def _fits(row: PupCommand, parsed: Words) -> bool:
    required = {flag.name for flag in row.flags if flag.required}
    return (
        _accepts_flags(row, parsed)
        and required.issubset(parsed.given)
        and len(parsed.positional) == len(row.arguments)
    )


def _check_places(row: PupCommand, parsed: Words) -> None:
    """Two flags that fill the same place exclude each other."""
    taken: dict[str, str] = {}
    for flag in row.flags:
        if flag.name in parsed.given and flag.to and not flag.term:
            if flag.to in taken:
                raise CommandError(f"{row.name}: give either {taken[flag.to]} or {flag.name}")
            taken[flag.to] = flag.name


def _shortcoming(rows: Sequence[PupCommand], parsed: Words) -> CommandError:
    """What is missing or too much, judged by the first of the rows that take the flags."""
    usage = f"use {_listing(row.usage for row in rows)}"
    row = rows[0]
    if len(parsed.positional) > max(len(row.arguments) for row in rows):
        extra = parsed.positional[max(len(row.arguments) for row in rows)]
        return CommandError(f"{row.name}: {quoted(extra)} is one word too many", usage)
    if all(len(parsed.positional) < len(row.arguments) for row in rows):
        missing = row.arguments[len(parsed.positional)].name
        return CommandError(f"{row.name}: {missing} is missing", usage)
    missing_flags = [f.name for f in row.flags if f.required and f.name not in parsed.given]
    if missing_flags:
        are = "is" if len(missing_flags) == 1 else "are"
        return CommandError(f"{row.name}: {' and '.join(missing_flags)} {are} missing", usage)
    return CommandError(f"{row.name}: something is missing", usage)


def _listing(usages: Iterable[str]) -> str:
    return " or ".join(f"`{usage}`" for usage in dict.fromkeys(usages))
