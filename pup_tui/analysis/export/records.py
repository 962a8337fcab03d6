"""What is exported of a run and of its steps. Moments are UTC in seconds since 1970, durations seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from pup_tui.analysis.step_moments import step_moments
from pup_tui.core.ids import holder_id
from pup_tui.core.notices import AnyNotice, rfc3339_or_none
from pup_tui.core.program import Program
from pup_tui.core.state import RunState, RunStatus
from pup_tui.core.steps_left import StepsLeft
from pup_tui.journal.records import RunRow

FIELDS = (
    *("type", "run", "runbook", "step", "parent", "name", "kind", "status", "reason", "started_at"),
    *("ended_at", "duration", "waited", "attempts", "exit_code", "warnings", "legs", "operator"),
    *("host", "profile", "scheduled", "look"),
)
"""What each record has, in this order; what says nothing about its kind is null."""


class ExportedStep(Struct, frozen=True, kw_only=True):
    """A step that a run came to; `parent` is the step that holds it, empty where the run itself does."""

    id: str
    parent: str
    name: str
    kind: str
    status: str
    reason: str
    began: float | None
    ended: float | None
    duration: float | None
    waited: float
    attempts: int
    exit_code: int | None


class ExportedRun(Struct, frozen=True):
    """A run with its steps, in the order of the file; those of one that cannot be read are missing."""

    row: RunRow
    waited: float | None = None
    steps: tuple[ExportedStep, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.row.status is not RunStatus.RUNNING


def exported_steps(
    programs: Mapping[int, Program], state: RunState, notices: list[AnyNotice], *, is_over: bool
) -> tuple[ExportedStep, ...]:
    """The steps of a run that was played again, with what its watchers were told."""
    began, ended = step_moments(notices)
    steps = StepsLeft(programs, state, is_over=is_over)
    found = []
    for id_ in steps.ids:
        step, left = steps.known[id_], steps.left_as(id_)
        status = step.status or (left[0] if left else None)
        if status is None and id_ not in began:
            continue  # the run did not come to it
        node = steps.node(id_)
        found.append(
            ExportedStep(
                id=id_,
                parent=holder_id(id_),
                name=node.step.name,
                kind=node.step.kind,
                status=status or step.phase,
                reason=step.reason or (left[1] if left else ""),
                began=began.get(id_),
                ended=ended.get(id_),
                duration=None
                if step.began is None or step.ended is None
                else step.took(step.ended),
                waited=step.waited,
                attempts=step.attempts,
                exit_code=step.exit_code,
            )
        )
    return tuple(found)


def records(run: ExportedRun) -> Iterator[dict[str, Any]]:
    """The run and then its steps, each with all of `FIELDS`."""
    row = run.row
    yield _record(
        type="run",
        run=row.run,
        runbook=row.runbook,
        name=row.name,
        status=row.status,
        reason=row.why,
        started_at=rfc3339_or_none(row.started_at),
        ended_at=rfc3339_or_none(row.ended_wall),
        duration=row.duration,
        waited=run.waited,
        warnings=row.warnings,
        legs=row.leg,
        operator=row.operator,
        host=row.host,
        profile=row.profile,
        scheduled=row.scheduled or None,
        look=row.look,
    )
    for step in run.steps:
        yield _record(
            type="step",
            run=row.run,
            runbook=row.runbook,
            step=step.id,
            parent=step.parent or None,
            name=step.name,
            kind=step.kind,
            status=step.status,
            reason=step.reason,
            started_at=rfc3339_or_none(step.began),
            ended_at=rfc3339_or_none(step.ended),
            duration=step.duration,
            waited=step.waited,
            attempts=step.attempts,
            exit_code=step.exit_code,
        )


def _record(**known: Any) -> dict[str, Any]:
    return {name: known.get(name) for name in FIELDS}
