"""How soon the real console, on a pty, answers a key while a step prints as fast as it can."""

from __future__ import annotations

import os
import select
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.screen import Screen

KEYS = 100
PAUSE = 0.1
"""Seconds between two keys, in which the console paints what comes."""

WARM_UP = 3.0
"""Seconds before the first key: the console has settled by then."""

FLOODS = {
    "quiet": "sleep 1000",
    "lines": "yes 2026-01-01T00:00:00Z payments INFO request served in 12 ms, path=/checkout",
    "no newline": "tr '\\0' x < /dev/zero",
}
"""What the step runs in the meantime."""

_RUNBOOK = """
name: keys
steps:
  - name: both
    kind: parallel
    steps:
      - {{name: noise, kind: shell, run: ": noisy; {flood}"}}
      - {{name: calm, kind: shell, run: ": settled; sleep 1000"}}
"""
_READY = r"Run  r[\s\S]*enter Run  / Filter"


class Answered(NamedTuple):
    """Seconds from a key to what it changes on the terminal, the share of a processor, megabytes at most."""

    median: float
    worst: float
    share: float
    memory: float


def runbook(flood: str) -> str:
    """One step that prints in such a way, beside one that does not."""
    return _RUNBOOK.format(flood=FLOODS[flood].replace("\\", "\\\\"))


def answered(folder: Path, environ: Mapping[str, str], flood: str) -> Answered:
    """Move the selection between a step that prints and one that does not; `worst` is the 99th of 100."""
    books = folder / f"keys {flood}"
    books.mkdir()
    (books / "keys.yaml").write_text(runbook(flood))
    own = {**environ, "PUP_TUI_RUNBOOKS": str(books), "TEXTUAL_FPS": "60"}
    command = [sys.executable, "-m", "pup_tui", "keys"]
    with Screen(command, cwd=folder, environ=own, size=(100, 30)) as screen:
        screen.wait_for(_READY)
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for(r"\$ : noisy")
        read_for(screen, WARM_UP)
        used, began = processor_time(screen.pid), time.monotonic()
        took = [answer(screen, *way) for way in [("j", b"settled"), ("k", b"noisy")] * (KEYS // 2)]
        share = (processor_time(screen.pid) - used) / (time.monotonic() - began)
        memory = most_memory(screen.pid)
    took.sort()
    return Answered(statistics.median(took), took[-2], share, memory)


def rows(folder: Path, environ: Mapping[str, str]) -> list[tuple[str, float, str]]:
    """The rows of the table."""
    found = []
    for flood in FLOODS:
        each = answered(folder, environ, flood)
        found += [
            (f"a key in the console, {flood}: median", each.median * 1e3, "ms"),
            ("  99th of 100", each.worst * 1e3, "ms"),
            ("  the console meanwhile", each.share * 100, "% of a processor"),
            ("  its memory at most", each.memory, "MB"),
        ]
    return found


def answer(screen: Screen, key: str, shown: bytes) -> float:
    """Seconds until the terminal is sent what the key brings up."""
    read_for(screen, PAUSE)
    sent, began = b"", time.perf_counter()
    os.write(screen.terminal, key.encode())
    while shown not in sent:
        sent += os.read(screen.terminal, 1 << 16)
    return time.perf_counter() - began


def read_for(screen: Screen, seconds: float) -> None:
    """Take what is painted, and draw it nowhere: to follow it costs as much as to paint it."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([screen.terminal], [], [], left)[0]:
            os.read(screen.terminal, 1 << 16)


def processor_time(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
