"""The first minute with the program as a recording: an asciicast, and a picture that moves."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from codecs import getincrementaldecoder
from pathlib import Path
from typing import Any

from pup_tui.catalog.places import bundled_dir
from tests.support.program import PROGRAM, program_in
from tests.support.screen import Screen

SIZE = (100, 30)
NAME = "first-minute"
LONGEST_PAUSE = 2500
"""Milliseconds that a frame stands at most: what takes longer is waiting."""

READING = 2.5
"""Seconds that somebody reads what is new."""


class Recorded(Screen):
    """A terminal that keeps when what was drawn."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.began = time.monotonic()
        self.drawn: list[tuple[float, str, str]] = []
        # A character that is cut in two comes whole with the next reading.
        self._decoder = getincrementaldecoder("utf-8")()
        super().__init__(*args, **options)

    def read(self, seconds: float) -> bool:
        before = len(self.raw)
        goes_on = super().read(seconds)
        if told := self._decoder.decode(self.raw[before:]):
            self.drawn.append((time.monotonic() - self.began, "o", told))
        return goes_on

    def look(self, seconds: float = READING) -> None:
        """Let the program go on while somebody reads."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.05)


def record(folder: Path) -> None:
    """Record the demo's incident, and draw what it looks like."""
    columns, rows = SIZE
    head = {"version": 2, "width": columns, "height": rows, "title": "pup-tui demo"}
    looks = {"PUP_TUI_COLORS": "truecolor", "PUP_TUI_THEME": "dark"}
    with tempfile.TemporaryDirectory(prefix="pup-tui-recording-") as place:
        program = program_in(Path(place))
        # Paths are shown from there, so that none tells where the checkout is.
        environ = {**program.environ, **looks, "HOME": str(bundled_dir().parent)}
        screen = Recorded([*PROGRAM, "demo"], cwd=program.cwd, environ=environ, size=SIZE)
        with screen:
            story(screen)
        cast = Path(place) / f"{NAME}.cast"
        cast.write_text("".join(f"{json.dumps(line)}\n" for line in (head, *screen.drawn)))
        tool = str(Path(sys.executable).parent / "termtosvg")
        moving = str(folder / f"{NAME}.svg")
        subprocess.run([tool, "render", str(cast), moving, "-M", str(LONGEST_PAUSE)], check=True)
    print(f"screenshots/{NAME}.svg")


def story(screen: Recorded) -> None:
    """From the alert to the error rate that falls."""
    screen.wait_for(r"firing since")
    screen.wait_for(r"Run  r[\s\S]*enter Run  / Filter")
    screen.look()
    screen.press("A")
    screen.wait_for("6 values ready")
    screen.look()
    screen.press_until("ctrl+r", "Turn new-checkout off in production")
    screen.look()
    screen.answer("y", "Turn new-checkout off in production")
    screen.wait_for("7 of 7")
    screen.look()
