from __future__ import annotations

from collections.abc import Callable

from pup_tui.core.events import RunCreated
from pup_tui.journal.records import RunRecord


def test_a_record_holds_no_secret(created: Callable[..., RunCreated]) -> None:
    event = created(
        values={"service": "payments", "token": "hunter2-hunter2"}, secrets=("token", "unset")
    )
    record = RunRecord.of(event, name="Restart payments", pid=42)
    assert record.vars == {"service": "payments", "token": "***"}
    assert (record.run, record.runbook, record.pid) == ("aa11", "payments/restart", 42)
    assert (record.path, record.sha256) == (event.source.path, event.source.sha256)
