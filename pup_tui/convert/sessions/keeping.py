"""Which of the commands of a session are steps: the newest sitting, without what only steers the shell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from pup_tui.convert.draft import ToldChange
from pup_tui.convert.sessions.typed import ShellSession, TypedCommand

_PAUSE = 4 * 3600
"""Seconds without a command after which another sitting begins."""

_MOST = 200
"""Commands that are kept where no time tells of sittings: the newest."""

_STEERING = """
alias asciinema bg bind clear cls complete compinit disown exit fc fg hash help history jobs logout man pwd r
rehash reset script setopt stty tput unalias unsetopt
"""
_STEERS = frozenset(_STEERING.split())
"""Commands that change or ask nothing but the shell that they are typed into."""

_OWN_FILES = re.compile(
    r"(?:source|\.)\s+~?\S*(?:\.\w*(?:rc|profile|aliases|env)|bin/activate\S*)\s*"
)
_COMMENT = re.compile(r"\s*#")
_LAST_WORD = re.compile(r"(\S+)\s*$")


@dataclass(slots=True)
class KeptCommands:
    """The commands that are left, where they were typed (`alice@web-1`), and what was dropped and why."""

    commands: list[TypedCommand]
    place: str = ""
    report: list[ToldChange] = field(default_factory=list)


def kept_commands(session: ShellSession) -> KeptCommands:
    """What of a session becomes steps."""
    commands = list(session.commands)
    place = next((each.place for each in commands if each.place), "")
    kept = KeptCommands([], place)
    for command in _newest(commands, kept):
        _take(command, kept)
    while kept.commands and _COMMENT.match(kept.commands[-1].text):
        kept.commands.pop()
    return kept


def _newest(commands: list[TypedCommand], kept: KeptCommands) -> list[TypedCommand]:
    """The commands since the last long pause, or the last ones."""
    first = 0
    for at in range(len(commands) - 1, 0, -1):
        before, after = commands[at - 1].at, commands[at].at
        if before is not None and after is not None and after - before > _PAUSE:
            first = at
            why = "they were typed more than 4 hours before the others"
            break
    if len(commands) - first > _MOST:
        first = len(commands) - _MOST
        why = f"only the last {_MOST} are taken: give fewer of them"
    if first:
        kept.report.append(ToldChange("dropped", f"the first {first} commands", why))
    return commands[first:]


def _take(command: TypedCommand, kept: KeptCommands) -> None:
    before = kept.commands[-1] if kept.commands else None
    text = _expanded(command.text, before)
    command = replace(command, text=text)
    why = _why_not(command)
    if why:
        kept.report.append(ToldChange("dropped", text.split("\n")[0], why))
    elif before is not None and before.text == text and before.place == command.place:
        kept.commands[-1] = replace(command, times=before.times + 1)
    else:
        kept.commands.append(command)


def _expanded(text: str, before: TypedCommand | None) -> str:
    """A command with what it takes from the one before it, as shells that are typed into do."""
    if before is None:
        return text
    text = re.sub(r"(?<![\w'\\])!!", lambda _: before.text, text)
    word = _LAST_WORD.search(before.text)
    return re.sub(r"(?<![\w'\\])!\$", lambda _: word[1] if word else "", text)


def _why_not(command: TypedCommand) -> str:
    """Why a command is no step; blank where it is one."""
    text = command.text
    if command.is_unknown:
        return "the shell knew no such command"
    words = text.split()
    if words[0] in _STEERS and not re.search(r"[|;&<>]", text):
        return "it only steers the shell that it was typed into"
    if _OWN_FILES.fullmatch(text):
        return "it sets up the shell that it was typed into"
    return ""
