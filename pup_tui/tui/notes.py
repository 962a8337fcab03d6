"""Notes that come up by themselves and stand for a while: how long they are, and which no longer hold."""

from __future__ import annotations

from typing import Any

from textual.app import App

from pup_tui.tui.texts import cut_middle

MOST_NOTE = 280
MOST_NOTE_LINES = 5
"""Characters and lines of a note that comes up by itself: beside a question there is room for so much."""


def as_note(message: str) -> str:
    """A message with its beginning and its end: what is wrong, and what to do."""
    lines = message.split("\n")
    if len(lines) > MOST_NOTE_LINES:
        lines = [*lines[: MOST_NOTE_LINES - 2], "…", lines[-1]]
    note = "\n".join(lines)
    most = MOST_NOTE // len(lines)
    return note if len(note) <= MOST_NOTE else "\n".join(cut_middle(line, most) for line in lines)


def take_back(app: App[Any], message: str) -> None:
    """Have a note gone: what it says is no longer so."""
    for note in list(app._notifications):
        if note.message == as_note(message):
            app._unnotify(note)
