"""A clock that is set two hours back and forward under a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.conftest import Under
from tests.support.program import Program

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
BOOK = """
name: clocks
steps:
  - {name: back, kind: shell, run: 'echo -2h >"$CLOCK"; sleep 0.3', timeout: 60s}
  - name: poll
    kind: shell
    run: 'echo +2h >"$CLOCK"; echo x >>looks; wc -l <looks'
    poll: {until: value >= 3, interval: 300ms, timeout: 60s}
  - {name: wait, kind: wait, duration: 500ms}
  - {name: late, kind: shell, run: 'echo -2h >"$CLOCK"; sleep 600', timeout: 1s, on_failure: ignore}
"""


@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")
@pytest.mark.proves("F33", "P23")
def test_timers_and_durations_do_not_follow_it(
    program: Program, under: Under, tmp_path: Path
) -> None:
    program.write("clocks", BOOK)
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    faked = {
        "LD_PRELOAD": str(LIBRARIES[-1]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "CLOCK": str(clock),
    }
    done = under([], "run", "clocks.yaml", "--json", **faked)
    assert done.code == 0, done.err
    finished = {e["step"]: e for e in done.events if e["type"] == "step.finished"}
    assert {step: e["status"] for step, e in finished.items()} == {
        "back": "succeeded",
        "poll": "succeeded",
        "wait": "succeeded",
        "late": "ignored",
    }
    assert "timed out" in finished["late"]["reason"]
    assert all(0 <= e["duration"] < 3600 for e in finished.values())
    times = {e["ts"][:13] for e in done.events}
    assert len(times) > 1, "the clock was not set"
    assert under([], "run", "clocks.yaml", "--json", **faked).code == 0
    runs = program("history", "--json").json
    assert [row["run"] for row in runs][1] == done.events[0]["run"]
