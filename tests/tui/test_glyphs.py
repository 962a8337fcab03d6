from __future__ import annotations

import pytest
from rich.cells import cell_len

from pup_tui.core.state import RunStatus, StepStatus
from pup_tui.tui.glyphs import TONES, mark_of, status_content
from pup_tui.tui.texts import clock, short_duration


@pytest.mark.parametrize("status", [*StepStatus, *RunStatus, "pending", "waiting", "polling"])
def test_every_status_has_a_glyph_of_one_column_and_its_own_word(status: str) -> None:
    mark = mark_of(status)
    assert mark.word == status
    assert cell_len(mark.glyph) == 1
    assert mark.tone in TONES
    assert status_content(status).plain == f"{mark.glyph} {status}"


def test_a_status_from_elsewhere_is_shown_as_text() -> None:
    assert status_content("[red]new\x1b").plain == "… [red]new\\x1b"


@pytest.mark.parametrize(
    ("seconds", "short", "running"),
    [
        (-1.0, "0.0 s", "00:00:00"),
        (0.04, "0.0 s", "00:00:00"),
        (9.94, "9.9 s", "00:00:09"),
        (9.96, "10 s", "00:00:09"),
        (59.6, "1m 00s", "00:00:59"),
        (161.0, "2m 41s", "00:02:41"),
        (3725.0, "1h 02m", "01:02:05"),
        (90_000.0, "1d 01h", "25:00:00"),
    ],
)
def test_lengths_of_time_are_short(seconds: float, short: str, running: str) -> None:
    assert short_duration(seconds) == short
    assert clock(seconds) == running
