"""Which lines of a recorded terminal were typed at a shell, and what of them is its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pup_tui.convert.sessions.screen import RecordedScreen, ShellMark
from pup_tui.convert.sessions.typed import TypedCommand

_PROMPT = re.compile(
    r"(?P<prompt>[^$#%>❯➜λ»]{0,120}(?:[$#%>❯λ»]|➜ {1,2}\S+(?: git:\(\S*\))?(?: ✗)?)) "
)
_PLACE = re.compile(r"([A-Za-z_][\w.-]*)@([A-Za-z0-9][\w.-]*)")
_NO_SUCH = re.compile(
    r"(?:command not found|: not found|[Uu]nknown command|is not recognized|No command)"
)
_GOES_ON = re.compile(r"(?:>|dquote>|quote>|cmdsubst>|heredoc>|pipe>|if>|for>|then>) ?")
"""What shells show before a line that goes on with a command."""

_LOOKED_AT = 8
"""Lines of output in which it is looked whether the shell knew the command."""


@dataclass(frozen=True, slots=True)
class _Entered:
    """A line that was entered, from its prompt on: `typed_from` is the column behind that, if it is known.

    One that is not `is_sure` is one only if it goes on with the command before it.
    """

    text: str
    row: int
    below: int
    typed_from: int | None = None
    at: float | None = None
    code: int | None = None
    is_sure: bool = True


def commands_on(screen: RecordedScreen) -> Iterator[TypedCommand]:
    """What was typed, by the marks of the shell where it makes any, else by what its prompt looks like."""
    kinds = {mark.kind for mark in screen.marks}
    if {"typed", "executed"} <= kinds:
        entered = list(_by_marks(screen, screen.marks))
    elif {"editing", "entered"} <= kinds:
        entered = list(_by_editing(screen, screen.marks))
    else:
        entered = list(_by_shape(screen))
    yield from _joined(screen, entered)


def _between(
    screen: RecordedScreen, start: ShellMark, end: ShellMark
) -> Iterator[tuple[str, int, int]]:
    """The lines from one mark to another, each with its first row and the row below it."""
    row = start.row
    while row <= min(end.row, len(screen.rows) - 1):
        text, below = screen.line(row)
        if row == end.row and end.row > start.row:
            text = text[: end.column]
        if text.strip() or row == start.row:
            yield text, row, below
        row = below


def _by_marks(screen: RecordedScreen, marks: Sequence[ShellMark]) -> Iterator[_Entered]:
    typed: ShellMark | None = None
    waiting: list[_Entered] = []
    for mark in marks:
        if mark.kind == "typed":
            typed = mark
        elif mark.kind == "executed" and typed is not None:
            waiting = [
                _Entered(text, row, below, typed.column if at == 0 else None, mark.at)
                for at, (text, row, below) in enumerate(_between(screen, typed, mark))
            ]
            typed = None
        elif mark.kind in ("ended", "prompt") and waiting:
            yield from waiting[:-1]
            yield replace(waiting[-1], code=mark.code)
            waiting = []
    yield from waiting


def _by_editing(screen: RecordedScreen, marks: Sequence[ShellMark]) -> Iterator[_Entered]:
    """bash begins to edit before its prompt, zsh behind it."""
    begun: ShellMark | None = None
    for mark in marks:
        if mark.kind == "editing":
            begun = mark
        elif mark.kind == "entered" and begun is not None:
            for at, (text, row, below) in enumerate(_between(screen, begun, mark)):
                is_known = at == 0 and begun.column > 0
                yield _Entered(text, row, below, begun.column if is_known else None, mark.at)
            begun = None


def _by_shape(screen: RecordedScreen) -> Iterator[_Entered]:
    """Lines that begin as the first prompt does, and those of other hosts that look like one."""
    lines: list[tuple[str, int, int]] = []
    row = 0
    while row < len(screen.rows):
        text, below = screen.line(row)
        lines.append((text, row, below))
        row = below
    first = next((_shape(t) for t, _, _ in lines if _PROMPT.match(f"{t} ")), "")
    for text, row, below in lines:
        shape = _shape(text)
        is_prompt = bool(shape) and (shape == first or _PLACE.search(shape) is not None)
        if is_prompt or _GOES_ON.match(text):
            yield _Entered(text, row, below, at=screen.times.get(row), is_sure=is_prompt)


def _shape(text: str) -> str:
    """A prompt without what changes from line to line: folders, branches, times."""
    found = _PROMPT.match(f"{text} ")
    if found is None:
        return ""
    prompt = re.sub(r"\([^)]*\)|\[?\d{1,2}:\d{2}(?::\d{2})?\]?", "", found["prompt"])
    prompt = re.sub(r"(?<=[\w.-])(?::| )(?:~|/)?[^\s$#%>\]]*", ":", prompt)
    return re.sub(r"\s+", " ", prompt).strip()


def _joined(screen: RecordedScreen, entered: list[_Entered]) -> Iterator[TypedCommand]:
    """Commands without prompts; lines that go on belong to the one before."""
    found: list[tuple[TypedCommand, _Entered]] = []
    for line in entered:
        prompt, text = _split(line)
        if _GOES_ON.fullmatch(prompt.strip()) and found and _is_open(found[-1][0].text):
            before, _ = found[-1]
            found[-1] = replace(before, text=f"{before.text}\n{text.rstrip()}"), line
        elif text.strip() and line.is_sure:
            place = _PLACE.search(prompt)
            told = "@".join(place.groups()) if place else ""
            found.append((TypedCommand(text.strip(), line.at, told, line.code), line))
    for at, (command, line) in enumerate(found):
        until = found[at + 1][1].row if at + 1 < len(found) else len(screen.rows)
        is_unknown = _is_unknown(screen, command, line.below, until)
        yield replace(command, is_unknown=is_unknown, took=_took(screen, line, until))


def _took(screen: RecordedScreen, line: _Entered, until: int) -> float | None:
    """How long it was from its end to the first thing that stands in the row of the next prompt."""
    ended = screen.times.get(until)
    if line.at is None or ended is None or (line.typed_from is None and not screen.marks):
        return None
    return ended - line.at


def _split(line: _Entered) -> tuple[str, str]:
    if line.typed_from is not None:
        return line.text[: line.typed_from], line.text[line.typed_from :]
    found = _PROMPT.match(f"{line.text} ")
    return (found["prompt"], line.text[found.end() :]) if found else ("", line.text)


def _is_open(text: str) -> bool:
    from pup_tui.convert.shell.reading import parsed

    return text.endswith("\\") or "<<" in text or parsed(text).has_error


def _is_unknown(screen: RecordedScreen, command: TypedCommand, row: int, until: int) -> bool:
    if command.exit_code is not None:
        return command.exit_code == 127
    words = command.text.split()
    for each in screen.rows[row : min(until, row + _LOOKED_AT)]:
        if _NO_SUCH.search(each.text) and any(word in each.text for word in words[:2]):
            return True
    return False
