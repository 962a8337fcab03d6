"""Spans stand at the moments that are told of runs and steps everywhere else."""

from __future__ import annotations

import json

import pytest

from pup_tui.analysis.export.records import ExportedRun, ExportedStep
from pup_tui.analysis.export.spans import spans
from pup_tui.core.notices import moment_of, rfc3339
from pup_tui.core.state import RunStatus
from pup_tui.journal.records import RunRow


@pytest.mark.parametrize("wall", [1796062595.6504614, 1796062595.9916894, 0.0, 1796062595.5])
def test_a_step_that_begins_with_its_run_does_not_begin_before_it(wall: float) -> None:
    row = RunRow(
        run="run1",
        runbook="drain",
        name="Drain",
        path="drain.yaml",
        sha256="",
        vars={},
        operator="ada",
        started_at=wall,
        host="here",
        pid=1,
        status=RunStatus.SUCCEEDED,
        duration=0.0,
        ended_wall=wall,
    )
    told = moment_of(rfc3339(wall))
    step = ExportedStep(
        id="one",
        parent="",
        name="One",
        kind="shell",
        status="succeeded",
        reason="",
        began=told,
        ended=told,
        duration=0.0,
        waited=0.0,
        attempts=1,
        exit_code=0,
    )
    root, inside = map(json.loads, spans(ExportedRun(row, 0.0, (step,))))
    moments = {
        each[name] for each in (root, inside) for name in ("startTimeUnixNano", "endTimeUnixNano")
    }
    assert len(moments) == 1
    (moment,) = moments
    assert int(moment) % 1_000_000_000 // 1000 == int(rfc3339(wall)[-7:-1])
