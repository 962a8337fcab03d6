"""Which commands wait for ever, and which wait for what they run: what stands in `endless.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pup_tui.own_files import own_text

_TOLD: Final = {
    "follows": "does not end",
    "waits": "may wait for ever",
    "prints": "does not end",
}
"""What is told of the commands in each list of the table that waits."""
_BOUNDING: Final = {"--help": None, "--version": None, "--timeout": None}
_OFF: Final = frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Wait:
    """A command that waits for ever: its words and option that make it do so, and what is told of it."""

    command: str
    told: str
    prints: bool
    """Whether it prints on and on, so that it ends where nobody reads that any more."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table for one command; ``bounding`` are options with a value, or None for any."""

    kind: str
    wanted: Sequence[str]
    bounding: Mapping[str, str | None]


@dataclass(slots=True)
class _Entry:
    """A program or subcommand: ``options`` are those that are known, with whether each takes a value."""

    options: dict[str, bool] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)
    inside: dict[str, _Entry] = field(default_factory=dict)


def is_listed(program: str) -> bool:
    """Whether the table says anything of a program."""
    return _base(program) in _table()


def wait_of(words: Sequence[str]) -> Wait | None:
    """How a command waits for ever, if it surely does."""
    command = _Command(words)
    for row, option in command.rows():
        if row.kind in _TOLD:
            told = " ".join([*command.named, *option])
            return Wait(told, _TOLD[row.kind], prints=row.kind == "prints")
    return None


def waits_for_inner(words: Sequence[str]) -> bool:
    """Whether a command waits for the one in its words; ``words`` are those before that."""
    return bool(words) and any(row.kind == "passing" for row, _ in _Command(words).rows())


class _Command:
    """The words of a command, as far as the table tells what each is.

    ``named`` are the program and its subcommands.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.named = [_base(words[0])]
        entry = _table().get(self.named[0])
        self._entries = [entry] if entry is not None else []
        self._flags: dict[str, str] = {}
        self._values: dict[str, str] = {}
        if self._entries:
            self._read(iter(words[1:]))

    def rows(self) -> Iterator[tuple[_Row, list[str]]]:
        """The lines of the table that are met, each with the option that was wanted, if one was."""
        rows = self._entries[-1].rows if self._entries else []
        around = [
            row for entry in self._entries[:-1] for row in entry.rows if row.kind == "options"
        ]
        bounds = [_BOUNDING, *(each.bounding for each in around)]
        for row in rows:
            wanted = [option for option in row.wanted if self._is_on(option)]
            if row.wanted and not wanted:
                continue
            if not any(map(self._is_bounded, [*bounds, row.bounding])):
                yield row, wanted[:1]

    def _is_on(self, option: str) -> bool:
        return self._flags.get(option, "no") not in _OFF

    def _is_bounded(self, bounding: Mapping[str, str | None]) -> bool:
        given = {**self._flags, **self._values}
        return any(
            option in given and value in (None, given[option]) for option, value in bounding.items()
        )

    def _read(self, words: Iterator[str]) -> None:
        may_enter = True
        for word in words:
            if word == "--":
                return
            if word[:1] == "-" and len(word) > 1:
                self._option(word, words)
                continue
            inside = self._entries[-1].inside
            entry = inside.get(word) or (inside.get("#") if word.isdecimal() else None)
            may_enter = may_enter and entry is not None
            if may_enter and entry is not None:
                self._entries.append(entry)
                self.named.append(word)

    def _option(self, word: str, behind: Iterator[str]) -> None:
        option, equals, value = word.partition("=")
        if option.startswith("--") or self._takes_value(option) is not None:
            if self._takes_value(option):
                self._values[option] = value if equals else next(behind, "")
            else:
                self._flags[option] = value
            return
        for at, letter in enumerate(word[1:], 2):
            option, rest = f"-{letter}", word[at:]
            if self._takes_value(option):
                self._values[option] = rest or next(behind, "")
                return
            self._flags[option] = rest[1:] if rest.startswith("=") else ""
            if rest.startswith("="):
                return

    def _takes_value(self, option: str) -> bool | None:
        """Whether an option takes a value; None for one that is not known."""
        known = (each.options[option] for each in reversed(self._entries) if option in each.options)
        return next(known, None)


def _base(program: str) -> str:
    return program.rsplit("/", 1)[-1]


@lru_cache(maxsize=1)
def _table() -> dict[str, _Entry]:
    programs: dict[str, _Entry] = {}
    for kind, lines in tomllib.loads(own_text("pup_tui.runbook.lint", "endless.toml")).items():
        for line in lines:
            _enter(programs, kind, line)
    return programs


def _enter(programs: dict[str, _Entry], kind: str, line: str) -> None:
    """Put a line of the table into it."""
    command, _, harmless = line.partition(" -without ")
    words = command.split()
    named = [word for word in words if word[0] not in "+-"]
    written = [word.removeprefix("+") for word in words if word[0] in "+-"]
    wanted = [word[1:] for word in words if word[0] == "+"]
    bounding = [each.partition("=") for each in harmless.split()]
    row = _Row(kind, wanted, {option: value or None for option, _, value in bounding})
    options = {word.rstrip("="): word.endswith("=") for word in (*written, *harmless.split())}
    for entry in _entries(programs, named):
        entry.rows.append(row)
        entry.options |= {name: takes for name, takes in options.items() if "=" not in name}


def _entries(programs: dict[str, _Entry], named: Sequence[str]) -> list[_Entry]:
    """The entries of words of which each may be one of several."""
    within = [programs]
    found: list[_Entry] = []
    for word in named:
        found = [inside.setdefault(each, _Entry()) for inside in within for each in word.split("|")]
        within = [entry.inside for entry in found]
    return found
