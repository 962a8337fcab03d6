"""A journal in a temporary folder, and what a run is made of."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pup_tui.core.events import (
    AttemptFinished,
    AttemptStarted,
    Moment,
    RunCreated,
    Source,
)
from pup_tui.journal.records import RunRecord
from pup_tui.journal.store import Journal

TEXT = b"steps: []"
TEXTS = {"restart.yaml": TEXT}
"""What every run here was made from."""

Creator = Callable[..., RunCreated]
Beginner = Callable[..., RunCreated]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def no_locks() -> Iterator[pytest.MonkeyPatch]:
    """A file system that knows no locks of files, until it is undone."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fcntl, "flock", refuse)
        yield patched


@pytest.fixture
def journal(state: Path) -> Iterator[Journal]:
    journal = Journal.open(state)
    yield journal
    journal.close()


@pytest.fixture
def created() -> Creator:
    """Makes the first event of a run."""

    def make(run: str = "aa11", runbook: str = "payments/restart", **fields: object) -> RunCreated:
        usual: dict[str, object] = {
            "at": Moment(1_700_000_000.0, 0.0),
            "run": run,
            "runbook": runbook,
            "source": Source("payments/restart.yaml", hashlib.sha256(TEXT).hexdigest()),
            "operator": "casey",
            "host": socket.gethostname(),
            "values": {"service": "payments"},
        }
        return RunCreated(**{**usual, **fields})  # type: ignore[arg-type]  # typed by RunCreated

    return make


@pytest.fixture
def begin(journal: Journal, created: Creator) -> Beginner:
    """Begins a run in the journal, with its first event."""

    def make(run: str = "aa11", runbook: str = "payments/restart", **fields: object) -> RunCreated:
        event = created(run, runbook, **fields)
        journal.create_run(RunRecord.of(event, name="Restart payments", pid=os.getpid()), TEXTS)
        journal.append(run, event)
        return event

    return make


@pytest.fixture
def started() -> AttemptStarted:
    return AttemptStarted(at=Moment(1_700_000_001.0, 1.0), attempt="restart#1", command="true")


@pytest.fixture
def finished() -> AttemptFinished:
    return AttemptFinished(
        at=Moment(1_700_000_003.5, 3.5), attempt="restart#1", ok=True, duration=2.5, exit_code=0
    )
