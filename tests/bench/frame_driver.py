"""Drivers for Textual that end the process when the first frame is out, and print how long it took."""

from __future__ import annotations

import os
import sys
import time

from textual.drivers.headless_driver import HeadlessDriver

CONSOLE_SHOWS = ("no runs", " filter", "t changes", "Help")
"""What the console's first frame has to show: of the title bar, the sidebar and the footer."""

BEGAN = "PUP_TUI_BENCH_BEGAN"
"""The variable that tells when the program began: a reading of `time.perf_counter`."""


class EmptyFrame(HeadlessDriver):
    """Takes what is painted and shows it to nobody: all of it is rendered, and no terminal is waited for."""

    awaited: tuple[str, ...] = ()
    painted = ""

    @property
    def is_headless(self) -> bool:
        return False  # or nothing would be rendered

    def write(self, data: str) -> None:
        self.painted += data

    def flush(self) -> None:
        if self.painted and all(text in self.painted for text in self.awaited):
            took = time.perf_counter() - float(os.environ[BEGAN])
            print(f"{took * 1000:.0f}", file=sys.__stdout__, flush=True)
            os._exit(0)


class ConsoleFrame(EmptyFrame):
    awaited = CONSOLE_SHOWS
