"""How soon the console answers a key in a fleet of 1,000 items while they run, and what that costs."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.bench.keys import KEYS, Answered, answer, most_memory, processor_time, read_for
from tests.support.screen import Screen

ITEMS = 1_000
AT_ONCE = 4
SIZES = ((80, 24), (200, 50))

_READY = r"Run  r[\s\S]*enter Run  / Filter"
_WARM_UP = 4.0
"""Seconds in which the first items run."""


def runbook(items: int = ITEMS) -> str:
    """A loop that goes on for longer than keys are pressed; items beside each other have other names."""
    names = ", ".join(f"{'settled' if number % 2 else 'noisy'}-{number}" for number in range(items))
    return f"""
name: fleet
steps:
  - name: each
    kind: shell
    foreach: [{names}]
    max_parallel: {AT_ONCE}
    keep_going: true
    run: "sleep 0.3; echo active $(( $(date +%N | tail -c 4 | sed 's/^0*//;s/^$/0/') % 5 ))"
"""


def answered(folder: Path, environ: Mapping[str, str], size: tuple[int, int]) -> Answered:
    """Move from cell to cell while others change; `worst` is the 99th of 100."""
    books = folder / f"fleet {size[0]}"
    books.mkdir()
    (books / "fleet.yaml").write_text(runbook())
    own = {**environ, "PUP_TUI_RUNBOOKS": str(books), "TEXTUAL_FPS": "60"}
    command = [sys.executable, "-m", "pup_tui", "fleet"]
    with Screen(command, cwd=folder, environ=own, size=size) as screen:
        screen.wait_for(_READY)
        screen.press("r")
        screen.wait_for(r"Run  \^r")
        screen.press("ctrl+r")
        screen.wait_for(rf"{AT_ONCE} at a time")
        screen.press("enter")
        os.write(screen.terminal, b"g")
        read_for(screen, _WARM_UP)
        used, began = processor_time(screen.pid), time.monotonic()
        ways = [("l", b"settled"), ("h", b"noisy")] * (KEYS // 2)
        took = sorted(answer(screen, *way) for way in ways)
        share = (processor_time(screen.pid) - used) / (time.monotonic() - began)
        memory = most_memory(screen.pid)
    return Answered(statistics.median(took), took[-2], share, memory)


def rows(folder: Path, environ: Mapping[str, str]) -> list[tuple[str, float, str]]:
    """The rows of the table."""
    found = []
    for size in SIZES:
        each = answered(folder, environ, size)
        found += [
            (
                f"a key in a fleet of {ITEMS:,}, {size[0]}×{size[1]}: median",
                each.median * 1e3,
                "ms",
            ),
            ("  99th of 100", each.worst * 1e3, "ms"),
            ("  the console meanwhile", each.share * 100, "% of a processor"),
            ("  its memory at most", each.memory, "MB"),
        ]
    return found
