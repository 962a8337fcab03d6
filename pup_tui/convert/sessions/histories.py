"""Histories of shells: bash's with and without times, what `history` prints, zsh's, fish's."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from pup_tui.convert.known_programs import looks_like_command
from pup_tui.convert.sessions.typed import ShellSession, TypedCommand

_STAMP = re.compile(r"#(\d{9,11})")
"""The line before a command in bash's history, where HISTTIMEFORMAT is set: seconds since 1970."""

_ZSH = re.compile(r": (\d+):\d+;(.*)")
_FISH = re.compile(r"- cmd: (.*)")
_FISH_KEY = re.compile(r"  (when|paths):(.*)")
_NUMBERED = re.compile(r" *(\d+)\*?  ?(.*)")
"""A line that `history` prints: its number, then what HISTTIMEFORMAT makes of the time, then the command."""

_TIME = re.compile(
    r"\[?(?:(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|(?:\w{3},? )?\w{3} +\d{1,2}|(?:\w{3},? )?\d{1,2} \w{3}(?: \d{4})?)[T ]+)?"
    r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?[AP]M)?(?: ?(?:[A-Z]{2,5}|[+-]\d{2}:?\d{2}|Z))?"
    r"(?: \d{4})?\]?[ \t:|-]*"
)
_NAMES = re.compile(r"(?:^|[._/-])(?:hist(?:ory)?|histfile)(?:$|[._-])", re.IGNORECASE)
_MOST_SAY_SO = 0.8
_LEAST_NUMBERED = 1 / 3


def history(text: str, name: str) -> ShellSession | None:
    """The commands of a history; None where it is none."""
    lines = text.split("\n")
    written = [line for line in lines if line.strip()]
    if not written:
        return None
    if _ZSH.fullmatch(written[0]):
        return ShellSession("the history of zsh", tuple(_of_zsh(lines)))
    if _FISH.fullmatch(written[0]):
        return ShellSession("the history of fish", tuple(_of_fish(lines)))
    if _STAMP.fullmatch(written[0]) and any(not _STAMP.fullmatch(line) for line in written):
        return ShellSession("the history of bash", tuple(_of_bash(lines)))
    if _are_numbered(written):
        return ShellSession("what `history` prints", tuple(_of_numbered(lines)))
    is_named = _NAMES.search(name.rsplit("/", 1)[-1]) is not None
    if is_named or _are_commands(written):
        return ShellSession("the history of a shell", tuple(_of_lines(lines)))
    return None


def _of_zsh(lines: list[str]) -> Iterator[TypedCommand]:
    """Lines with `: TIME:SECONDS;`. One that goes on ends in a backslash, a command that does in a blank."""
    text, at = "", None
    is_open = False
    for line in lines:
        begun = None if is_open else _ZSH.fullmatch(line)
        if begun is not None:
            at, line = float(begun[1]), begun[2]
        is_open = line.endswith("\\")
        text += line[:-1] + "\n" if is_open else line
        if not is_open and text.strip():
            yield TypedCommand(text.rstrip(" "), at)
        if not is_open:
            text, at = "", None


def _of_fish(lines: list[str]) -> Iterator[TypedCommand]:
    """The pieces of a file that looks like YAML and is none: `\\n` and `\\\\` are all that is escaped."""
    text, at = "", None
    for line in [*lines, "- cmd: "]:
        begun, key = _FISH.fullmatch(line), _FISH_KEY.match(line)
        if begun is not None:
            if text.strip():
                yield TypedCommand(text, at)
            text, at = re.sub(r"\\(\\|n)", lambda m: "\n" if m[1] == "n" else "\\", begun[1]), None
        elif key is not None and key[1] == "when" and key[2].strip().isdigit():
            at = float(key[2])


def _of_bash(lines: list[str]) -> Iterator[TypedCommand]:
    """A command is all that stands between two times, also where that is several lines."""
    text: list[str] = []
    at: float | None = None
    for line in [*lines, "#000000000"]:
        stamp = _STAMP.fullmatch(line)
        if stamp is None:
            text.append(line)
            continue
        if "".join(text).strip():
            yield TypedCommand("\n".join(text).strip("\n"), at)
        text, at = [], float(stamp[1])


def _are_numbered(lines: list[str]) -> bool:
    """Whether there are numbers that count up by one, but for lines that go on."""
    begun = len(list(_begins(lines)))
    return begun > 1 and begun >= _LEAST_NUMBERED * len(lines) and bool(_NUMBERED.match(lines[0]))


def _begins(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that begin with the next number: which they are, and what stands behind it."""
    expected: int | None = None
    for at, line in enumerate(lines):
        found = _NUMBERED.fullmatch(line)
        if found is not None and expected in (None, int(found[1])):
            expected = int(found[1]) + 1
            yield at, found[2].lstrip()


def _of_numbered(lines: list[str]) -> Iterator[TypedCommand]:
    begins = list(_begins(lines))
    for (at, rest), (until, _) in itertools.pairwise([*begins, (len(lines), "")]):
        time = _TIME.match(rest)
        text = [rest[time.end() :] if time else rest, *lines[at + 1 : until]]
        if "".join(text).strip():
            yield TypedCommand("\n".join(text).rstrip("\n"))


def _of_lines(lines: list[str]) -> Iterator[TypedCommand]:
    """A command in each line, but for those that a backslash or an open quote carries on."""
    text = ""
    for at, line in enumerate(lines):
        text = f"{text}\n{line}" if text else line
        goes_on = line.endswith("\\") and not line.endswith("\\\\")
        if goes_on or (_is_open(text) and _closes(text, lines[at + 1 : at + 1 + _MOST_LINES])):
            continue
        if text.strip():
            yield TypedCommand(text)
        text = ""
    if text.strip():
        yield TypedCommand(text)


_MOST_LINES = 30
"""How many lines a command of a history without times may go on."""


def _is_open(text: str) -> bool:
    from pup_tui.convert.shell.reading import parsed

    return parsed(text).has_error


def _closes(text: str, following: list[str]) -> bool:
    """Whether lines that follow make a whole command of it, before one of them stands for itself."""
    for line in following:
        text = f"{text}\n{line}"
        if not _is_open(text):
            return True
    return False


def _are_commands(lines: list[str]) -> bool:
    """Whether nearly every line begins with a program that is known."""
    told = [line for line in lines if not line.startswith("#")]
    known = sum(looks_like_command(line) for line in told)
    return bool(told) and known >= _MOST_SAY_SO * len(told)
