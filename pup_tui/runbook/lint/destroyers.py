"""Which commands, statements and pieces of code destroy or change: what stands in `destructive.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise, takewhile
from typing import Final

from pup_tui.own_files import own_text

_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_LETTER: Final = re.compile(r"-([a-zA-Z])(?:=(.+))?")
_LETTERS: Final = re.compile(r"-[a-zA-Z]*")
_SIGNS_TOO: Final = re.compile(r"-[a-zA-Z0-9#:]*")
_TAKE_ALL_BEHIND: Final = {
    "curl": frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz"),
    "pg_restore": frozenset("dfFIjLnNPStTUhp"),
    "crontab": frozenset("u"),
}
"""Letters of programs behind which, in the same word, comes a value: `-XGET` has no `-T`.

Of these programs a digit or sign is an option as a letter is: `-4XPUT`.
"""
_WORDS_FIRST: Final = ("az",)
"""Programs that take options behind the words of a command only: `az group show -n delete`."""
_SCRIPTS_OF_SERVICES: Final = ("/etc/init.d/", "/etc/rc.d/")
_TELLS: Final = frozenset({"--help", "--version"})
_IN_QUOTES: Final = re.compile(r"""'[^'\n]*'|"[^"\n]*\"""")


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command that destroys; with one of ``wanted``, where there are some, and none of ``harmless``."""

    words: tuple[str, ...]
    wanted: tuple[str, ...]
    harmless: tuple[str, ...]

    def matches(self, words: Sequence[str]) -> bool:
        """Whether this is the command; a word behind an option may be its value."""
        if not self._begins(words):
            return False
        options = list(_options(words))
        take_all = _TAKE_ALL_BEHIND.get(words[0].rsplit("/", 1)[-1], frozenset())
        if any(_has(options, option, take_all) for option in self.harmless):
            return False
        return not self.wanted or any(_has(options, option, take_all) for option in self.wanted)

    def _begins(self, words: Sequence[str]) -> bool:
        program = words[0].rsplit("/", 1)[-1]
        if not _fits(self.words[0], program):
            return False
        has_words_first = program in _WORDS_FIRST
        # How many words of the line were met, and whether the next one may be an option's value.
        states = {(1, False)}
        for word in words[1:]:
            if any(met == len(self.words) for met, _ in states):
                return True
            if word.startswith("-"):
                if has_words_first and (1, False) not in states:
                    return False
                states = {(met, "=" not in word) for met, _ in states}
            else:
                further = {(met + 1, False) for met, _ in states if _fits(self.words[met], word)}
                states = further | {(met, False) for met, is_value in states if is_value}
        return any(met == len(self.words) for met, _ in states)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement that begins with ``word``; the same of its other words."""

    word: str
    wanted: tuple[str, ...]
    harmless: tuple[str, ...]

    def matches(self, words: Sequence[str]) -> bool:
        """Whether this is the statement."""
        behind = set(words[1:])
        is_wanted = not self.wanted or not behind.isdisjoint(self.wanted)
        return words[0] == self.word and is_wanted and behind.isdisjoint(self.harmless)


def _fits(form: str, word: str) -> bool:
    return any(fnmatchcase(word, each) for each in form.split("|"))


def _options(words: Sequence[str]) -> Iterator[str]:
    """The options of a command; one that may have the word behind it for its value also with that."""
    for word, behind in pairwise([*words, "-"]):
        if word.startswith("-"):
            yield word
            if "=" not in word and not behind.startswith("-"):
                yield f"{word}={behind}"


def _has(options: Sequence[str], wanted: str, take_all: Set[str]) -> bool:
    """Whether an option is there, with a value or among other letters too."""
    letter = _LETTER.fullmatch(wanted)
    return any(
        fnmatchcase(option, wanted)
        or option.partition("=")[0] == wanted
        or (letter is not None and _has_letter(option, letter[1], letter[2], take_all))
        for option in options
    )


def _has_letter(option: str, letter: str, value: str | None, take_all: Set[str]) -> bool:
    """Whether an option is this one behind other letters: `-rf`, and with its value `-sXDELETE`."""
    letters, found, rest = option.partition(letter)
    form = _SIGNS_TOO if take_all else _LETTERS
    if not found or form.fullmatch(letters) is None or not take_all.isdisjoint(letters):
        return False
    if letter in take_all and value is None:
        return True
    if value is None:
        return _LETTERS.fullmatch(f"{letters}{rest}") is not None
    return fnmatchcase(rest.removeprefix("="), value)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """Programs, and what destroys in the code that they run."""

    programs: str
    pattern: re.Pattern[str]


def _expanded(word: str) -> list[str]:
    """A word with braces as the words that it stands for."""
    match = _BRACES.search(word)
    if match is None:
        return [word]
    before, behind = word[: match.start()], word[match.end() :]
    return [each for part in match[1].split(",") for each in _expanded(before + part + behind)]


def _parts(line: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    command, _, harmless = line.partition(" -without ")
    words = [word for written in command.split() for word in _expanded(written)]
    wanted = tuple(word[1:] for word in words if word.startswith("+"))
    named = tuple(word for word in words if not word.startswith("+"))
    return named, wanted, tuple(word for each in harmless.split() for word in _expanded(each))


def _code_row(line: str) -> CodeRow:
    programs, *words = line.split()
    bounded = (
        (r"(?<!\w)" if word[0].isalpha() else "")
        + re.escape(word)
        + (r"(?![\w-])" if word[-1].isalpha() else "")
        for word in words
    )
    return CodeRow(programs, re.compile("|".join(bounded)))


def destroyers_in_code(program: str, code: str) -> Iterator[str]:
    """What destroys in the code that a program is given."""
    name = program.rsplit("/", 1)[-1]
    rows = [row for row in CODE if _fits(row.programs, name)]
    for row in rows:
        found = row.pattern.findall(_IN_QUOTES.sub('""', code))
        yield from (word.strip(".->(") for word in found)


def _read(key: str) -> list[str]:
    lines: list[str] = tomllib.loads(own_text("pup_tui.runbook.lint", "destructive.toml"))[key]
    return lines


def is_destroyer(words: Sequence[str]) -> bool:
    """Whether a command destroys something, and does not only tell of itself."""
    return _is_among(_DESTROYING, words)


def is_change(words: Sequence[str]) -> bool:
    """Whether a command is known to change something that it does not destroy."""
    return _is_among(_CHANGING, words)


def _is_among(
    rows: tuple[dict[str, list[CommandRow]], list[CommandRow]], words: Sequence[str]
) -> bool:
    if not _TELLS.isdisjoint(takewhile("--".__ne__, words)):
        return False
    if words[0].startswith(_SCRIPTS_OF_SERVICES):
        words = ["service", words[0].rsplit("/", 1)[-1], *words[1:]]
    named, patterns = rows
    name = words[0].rsplit("/", 1)[-1]
    return any(row.matches(words) for row in (*named.get(name, ()), *patterns))


def _by_program(rows: Iterable[CommandRow]) -> tuple[dict[str, list[CommandRow]], list[CommandRow]]:
    """The rows by the names of their programs, and those whose program is a pattern."""
    named: dict[str, list[CommandRow]] = {}
    patterns: list[CommandRow] = []
    for row in rows:
        names = row.words[0].split("|")
        if any("*" in name for name in names):
            patterns.append(row)
        else:
            for name in names:
                named.setdefault(name, []).append(row)
    return named, patterns


_DESTROYING: Final = _by_program(CommandRow(*_parts(line)) for line in _read("commands"))
_CHANGING: Final = _by_program(CommandRow(*_parts(line)) for line in _read("changes"))
STATEMENTS: Final = tuple(
    StatementRow(words[0], *rest) for words, *rest in map(_parts, _read("statements"))
)
CODE: Final = tuple(map(_code_row, _read("code")))
FUNCTIONS: Final = frozenset(_read("functions"))
"""Functions that destroy, wherever in a statement they are called."""
