"""What stood on the lines of a recorded terminal, in the end."""

from __future__ import annotations

import re

_SEQUENCES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\|\x1b[()*+][A-Za-z0-9]|\x1b[=>78cDEHM]"
)
_CONTROL = re.compile(r"\x1b\[(?P<given>[0-9;?<>=!]*)[ -/]*(?P<what>[@-~])")
_LONGEST_LINE = 20_000


def lines_of(text: str) -> list[str]:
    """The lines of a terminal's output: what was typed over or taken back is not there any more."""
    text = _SEQUENCES.sub("", text.replace("\r\n", "\n"))
    return [_written(line) for line in text.split("\n")]


def _written(line: str) -> str:
    cells: list[str] = []
    at, place = 0, 0
    line = line[:_LONGEST_LINE]
    while place < len(line):
        control = _CONTROL.match(line, place) if line[place] == "\x1b" else None
        if control:
            at = _moved(cells, at, control)
            place = control.end()
            continue
        character = line[place]
        place += 1
        if character == "\r":
            at = 0
        elif character == "\b":
            at = max(0, at - 1)
        elif character == "\t" or character.isprintable():
            if at < len(cells):
                cells[at] = character
            else:
                cells.append(character)
            at += 1
    return "".join(cells).rstrip()


def _moved(cells: list[str], at: int, control: re.Match[str]) -> int:
    """The cursor after a sequence that moves it, or takes away what stands there."""
    number = int(control["given"]) if control["given"].isdigit() else 1
    what = control["what"]
    if what == "K":
        if control["given"] in ("", "0"):
            del cells[at:]
        elif control["given"] == "2":
            cells.clear()
    elif what == "P":
        del cells[at : at + number]
    elif what == "D":
        return max(0, at - number)
    elif what == "C":
        return min(len(cells), at + number)
    elif what == "G":
        return max(0, min(len(cells), number - 1))
    elif what == "J" and control["given"] in ("2", "3"):
        cells.clear()
        return 0
    return at
