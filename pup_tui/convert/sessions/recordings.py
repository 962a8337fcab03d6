"""Recordings of a terminal: what `script` writes, and casts of asciinema of the versions 1, 2 and 3.

What was put in (`"i"`, the file of `script --log-in`) is never read: passwords are typed that nothing shows.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from pup_tui.convert.errors import ConversionError
from pup_tui.convert.sessions.prompts import commands_on
from pup_tui.convert.sessions.screen import RecordedScreen
from pup_tui.convert.sessions.typed import ShellSession

_STARTED = re.compile(r"Script started(?: on|,) [^\n]*\n")
_DONE = re.compile(r"\n?(?:\r?\n)?Script done(?: on|,) [^\n]*\n*\Z")
_COLUMNS = re.compile(r'COLUMNS="(\d{1,4})"')
_NAMES = re.compile(r"(?:^|[./_-])typescript(?:$|[./_-])|\.(?:cast|typescript)$", re.IGNORECASE)
_VERSIONS = (1, 2, 3)
_BY_SCRIPT = "what `script` recorded"


def recording(text: str, name: str) -> ShellSession | None:
    """The commands of a recording; None where it is none. Raises ConversionError where it is broken."""
    head = _cast_head(text)
    if head is not None:
        return _of_cast(text, head, name)
    if is_typescript(text, name):
        return _of_typescript(text)
    return None


def is_typescript(text: str, name: str) -> bool:
    """Whether it is what `script` writes: by its first line, its name, or what only terminals get."""
    return (
        _STARTED.match(text) is not None
        or (_NAMES.search(name.rsplit("/", 1)[-1]) is not None and not name.endswith(".cast"))
        or "\x1b[?2004h" in text
        or "\x1b]133;" in text
    )


def _of_typescript(text: str) -> ShellSession:
    started = _STARTED.match(text)
    told = started.group() if started else ""
    columns = _COLUMNS.search(told)
    screen = RecordedScreen(int(columns[1]) if columns and int(columns[1]) else None)
    screen.take(_DONE.sub("\n", text[len(told) :]))
    return ShellSession(_BY_SCRIPT, tuple(commands_on(screen)))


def _cast_head(text: str) -> dict[str, Any] | None:
    """The head of a cast: its first line, or, of version 1, all of it."""
    if not text.lstrip().startswith("{"):
        return None
    first = text.lstrip().split("\n", 1)[0]
    for part in (first, text):
        try:
            head = json.loads(part)
        except (ValueError, RecursionError):
            continue
        return head if _is_head(head) else None
    return None


def _is_head(head: Any) -> bool:
    return (
        isinstance(head, dict)
        and head.get("version") in _VERSIONS
        and any(key in head for key in ("width", "term", "stdout"))
    )


def _of_cast(text: str, head: dict[str, Any], name: str) -> ShellSession:
    version = head["version"]
    term = head.get("term")
    width = term.get("cols") if isinstance(term, dict) else head.get("width")
    screen = RecordedScreen(width if isinstance(width, int) and 0 < width < 10_000 else None)
    begun = head.get("timestamp")
    now = float(begun) if isinstance(begun, int | float) else 0.0
    zero = now
    events = _of_stdout(head, name) if version == 1 else _events(text, name)
    for time, kind, data in events:
        now = zero + time if version == 2 else now + time
        if kind == "o":
            screen.take(data.replace("\r\n", "\n"), now)
    by_script = head.get("recorded_by") == "script"
    told = _BY_SCRIPT if by_script else f"a cast of asciinema (version {version})"
    return ShellSession(told, tuple(commands_on(screen)))


def _of_stdout(head: dict[str, Any], name: str) -> Iterator[tuple[float, str, str]]:
    frames = head.get("stdout")
    for at, frame in enumerate(frames if isinstance(frames, list) else ()):
        if not (isinstance(frame, list) and len(frame) == 2 and _is_time(frame[0])):
            raise ConversionError("a frame of the cast is no [delay, text]", f"{name}: {at + 1}")
        yield float(frame[0]), "o", str(frame[1])


def _events(text: str, name: str) -> Iterator[tuple[float, str, str]]:
    """Each event; the last line may be cut off, as it is where a recording was ended by force."""
    lines = text.lstrip().split("\n")[1:]
    last = max((at for at, line in enumerate(lines) if line.strip()), default=0)
    for at, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if not (
            isinstance(event, list)
            and len(event) >= 3
            and _is_time(event[0])
            and isinstance(event[1], str)
        ):
            if at == last:
                return
            raise ConversionError(
                "an event of the cast is no [time, kind, text]", f"{name}:{at + 2}", "correct it"
            )
        yield float(event[0]), event[1], str(event[2])


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
