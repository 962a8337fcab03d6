"""What a person waits for on a real terminal, and what goes over the line for it.

From the start of the process to the texts of the first frame on a pseudo-terminal, beside an empty
application of Textual.
"""

from __future__ import annotations

import os
import select
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.frame_driver import CONSOLE_SHOWS
from tests.bench.keys import processor_time
from tests.support.screen import Screen

ROUNDS = 5
SIZE = (80, 24)
MOVES = 20
IDLE = 3.0
"""Seconds in which nothing happens."""

SETTLED = 1.0
"""Seconds without a byte after which a screen counts as drawn."""

PATIENCE = 60.0
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("empty frame")
Empty().run()
"""


class Painter(NamedTuple):
    """A program, and what its first frame shows."""

    command: Sequence[str]
    shows: Sequence[str]


class Shown(NamedTuple):
    """Seconds until something was shown, and those of the processor that the program had used by then."""

    seconds: float
    processor: float


def painters() -> dict[str, Painter]:
    """The programs that are started, by what they are called in the table."""
    console = [sys.executable, "-m", "pup_tui"]
    return {
        "an empty Textual application": Painter([sys.executable, "-c", EMPTY], ["empty frame"]),
        "the console": Painter(console, CONSOLE_SHOWS),
    }


def rows(
    folder: Path, environ: Mapping[str, str], large: Mapping[str, str], listed: str
) -> list[tuple[str, float, str]]:
    """The rows of the table. In `large` the catalog has 500 runbooks, and `listed` stands there then."""
    environ, large = ({**each, "TEXTUAL_FPS": "60"} for each in (environ, large))
    named = painters()
    painted: dict[str, list[Shown]] = {name: [] for name in named}
    filled: list[Shown] = []
    for _ in range(ROUNDS):  # in turns: a busy machine is fair to all
        for name, painter in named.items():
            painted[name].append(_until_shown(painter, folder, environ))
        filled.append(_until_shown(_listing(named["the console"], listed), folder, large))
    found: list[tuple[str, float, str]] = []
    for label, each in (*painted.items(), ("the console, 500 runbooks listed", filled)):
        found += [
            (f"on a terminal: {label}", min(one.seconds for one in each), "s"),
            ("  the processor until then", min(one.processor for one in each), "s"),
        ]
    return found + _over_the_line(_listing(named["the console"], listed), folder, large)


def _listing(console: Painter, listed: str) -> Painter:
    """The console until its catalog stands there too."""
    return Painter(console.command, [*console.shows, listed])


def _until_shown(painter: Painter, folder: Path, environ: Mapping[str, str]) -> Shown:
    began = time.perf_counter()
    with Screen(painter.command, cwd=folder, environ=environ, size=SIZE) as screen:
        _wait_for(screen, painter)
        return Shown(time.perf_counter() - began, processor_time(screen.pid))


def _wait_for(screen: Screen, painter: Painter) -> int:
    """Take in what is sent until all texts of a program have been; return how many bytes it was."""
    began, sent = time.monotonic(), b""
    while not all(text.encode() in sent for text in painter.shows):
        assert time.monotonic() - began < PATIENCE, f"{painter.shows} is not shown"
        sent += _sent(screen, 1.0)
    return len(sent)


def _over_the_line(
    painter: Painter, folder: Path, environ: Mapping[str, str]
) -> list[tuple[str, float, str]]:
    """How many bytes a terminal is sent: for the first screen, for a key, and while nothing happens."""
    with Screen(painter.command, cwd=folder, environ=environ, size=SIZE) as screen:
        first = _wait_for(screen, painter) + _settled(screen)
        moves = []
        for _ in range(MOVES):
            os.write(screen.terminal, b"j")
            moves.append(len(_sent(screen, PATIENCE)) + _settled(screen))
        until, idle = time.monotonic() + IDLE, 0
        while (left := until - time.monotonic()) > 0:
            idle += len(_sent(screen, left))
    return [
        ("sent to the terminal: the first screen", float(first), "bytes"),
        ("  to move in the list: median", statistics.median(moves), "bytes"),
        ("  while nothing happens", idle / IDLE, "bytes/s"),
    ]


def _settled(screen: Screen) -> int:
    """The number of bytes that come until none comes for a while."""
    number = 0
    while sent := _sent(screen, SETTLED):
        number += len(sent)
    return number


def _sent(screen: Screen, seconds: float) -> bytes:
    """What is sent within that time, drawn nowhere: to follow it costs as much as to paint it."""
    if select.select([screen.terminal], [], [], seconds)[0]:
        return os.read(screen.terminal, 1 << 16)
    return b""
