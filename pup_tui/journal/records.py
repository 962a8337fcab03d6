"""A run as a whole: what is known when it begins, how it ended, and both together."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from pup_tui.core.events import RunCreated
from pup_tui.core.state import RunStatus
from pup_tui.late_pattern import late_pattern

HIDDEN = "***"
"""Stands where a secret's value would."""

OWNER_GONE = "the program ended while the run was under way"
"""The reason of a run whose process is no more."""


class RunRecord(Struct, frozen=True, kw_only=True):
    """What is known of a run when it begins.

    `started_at` is UTC in seconds since 1970; `name` is the runbook's title; `path` and `sha256` are of the
    runbook's file; `vars` holds no secret, but `***` in its place.
    """

    run: str
    runbook: str
    name: str
    started_at: float
    operator: str
    host: str
    pid: int
    path: str
    sha256: str
    vars: dict[str, Any] = {}

    @classmethod
    def of(cls, created: RunCreated, *, name: str, pid: int) -> RunRecord:
        """The record of a run that begins with `created`, in the process `pid`."""
        values = {k: HIDDEN if k in created.secrets else v for k, v in created.values.items()}
        return cls(
            run=created.run,
            runbook=created.runbook,
            name=name,
            started_at=created.at.wall,
            operator=created.operator,
            host=created.host,
            pid=pid,
            path=created.source.path,
            sha256=created.source.sha256,
            vars=values,
        )


class RunSummary(Struct, frozen=True, kw_only=True):
    """How a run ended. `duration` is in seconds, `ended_wall` UTC in seconds since 1970.

    Of a run whose program was killed nobody knows how long it lasted: `duration` is None, and `ended_wall`
    the last moment that was recorded, if there is one.
    """

    status: RunStatus
    reason: str = ""
    warnings: int = 0
    duration: float | None = None
    ended_wall: float | None = None


class RehearsalRecord(Struct, frozen=True, kw_only=True):
    """How a runbook, by the `path` of its file, was rehearsed last.

    `tree` is the hash of its texts (`text_tree`), `rehearsed_at` UTC in seconds since 1970. Of the `cases`
    so many `failed`; of all `points` that a case can reach so many were `reached`.
    """

    path: str
    runbook: str
    tree: str
    rehearsed_at: float
    cases: int
    failed: int
    points: int
    reached: int


class RunRow(RunRecord, frozen=True, kw_only=True):
    """A run as the journal knows it; `duration` and `ended_wall` are None while it is under way.

    `profile` is what its first event says, empty without one, as is `unchecked`, the reason why it was begun
    past what is looked at before; `look` tells that it only looked, for a plan; `scheduled` is the name of
    the schedule that it is of; `leg` counts how often it was begun or resumed.
    """

    profile: str = ""
    unchecked: str = ""
    look: bool = False
    scheduled: str = ""
    leg: int = 1
    status: RunStatus
    reason: str = ""
    warnings: int = 0
    duration: float | None = None
    ended_wall: float | None = None

    @property
    def why(self) -> str:
        """The reason without the status, which some reasons begin with."""
        return self.reason.removeprefix(f"{self.status}: ")


LEG_FILE = late_pattern(r"leg-(\d+)/")
"""What the names begin with that `leg_file` gives."""


def leg_file(leg: int, name: str) -> str:
    """The name in the journal of a file that a later leg of a run was made from."""
    return f"leg-{leg}/{name}"


def profile_file(profile: str) -> str:
    """The name in the journal of the text of the profile that a run was made with."""
    return f"profiles/{profile}.yaml"
