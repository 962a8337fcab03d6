"""What leaves the machine because of one event: actions in their order, and the notices among them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pup_tui.core.actions import AnyAction, Question, Tell
from pup_tui.core.counting import counts_of
from pup_tui.core.events import Moment, Resumed, RunCreated, Source
from pup_tui.core.notices import (
    AnyNotice,
    ItemAgain,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    SourceNotice,
    StepAnswered,
    StepFinished,
    StepPaused,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
    rfc3339,
)
from pup_tui.core.program import Node
from pup_tui.core.sent import NOTHING_SENT, Sent
from pup_tui.core.state import RunState, Sample, StepState, StepStatus
from pup_tui.template.secrets import MASK

NOTHING: Mapping[str, Any] = {}


class Outbox:
    """An ordered list of actions that knows when and for which run they are made."""

    def __init__(self, at: Moment, state: RunState) -> None:
        self.at = at
        self._state = state
        self._actions: list[AnyAction] = []

    def add(self, action: AnyAction) -> None:
        self._actions.append(action)

    def __iter__(self) -> Iterator[AnyAction]:
        return iter(self._actions)

    def _tell(self, notice: AnyNotice) -> None:
        self.add(Tell(notice=notice))

    @property
    def _common(self) -> dict[str, Any]:
        return {"ts": rfc3339(self.at.wall), "run": self._state.run}

    def tell_run_started(self, steps: int, created: RunCreated) -> None:
        state = self._state
        frame = state.frames[""]
        self._tell(
            RunStarted(
                **self._common,
                runbook=state.runbook,
                steps=steps,
                vars=_without_secrets(frame.values, frame.secrets),
                operator=state.operator,
                source=_noticed(created.source),
                profile=state.profile,
                alert=state.alert,
                read_only=created.read_only,
                unchecked="" if created.unchecked is None else created.unchecked.reason,
                asked_by="" if created.request is None else created.request.told,
            )
        )

    def tell_run_resumed(
        self,
        event: Resumed,
        finished: int,
        unknown: Collection[str],
        retried: Mapping[str, str],
        items: tuple[ItemAgain, ...],
    ) -> None:
        self._tell(
            RunResumed(
                **self._common,
                leg=self._state.leg,
                operator=event.by,
                host=event.host,
                finished=finished,
                unknown=tuple(unknown),
                skipped=event.skipped,
                retried=dict(retried),
                done=tuple(event.done),
                taken_back=event.taken_back,
                changed=event.changed,
                edited={step: edited.text for step, edited in event.edited.items()},
                source=None if event.source is None else _noticed(event.source),
                items=items,
                only_failed=event.only_failed,
            )
        )

    def tell_noted(self, by: str, note: str) -> None:
        self._tell(RunNoted(**self._common, by=by, note=note))

    def tell_started(
        self, node: Node, attempt: int, command: str, sent: Sent = NOTHING_SENT, host: str = ""
    ) -> None:
        self._tell(
            StepStarted(
                **self._common,
                step=node.id,
                name=node.step.name,
                kind=node.step.kind,
                index=node.index,
                attempt=attempt,
                command=command,
                label=self._state.steps[node.id].label or None,
                host=host,
                **sent.as_fields(),
            )
        )

    def tell_polled(self, node: Node, sample: Sample, timeout: float) -> None:
        self._tell(
            StepPolled(
                **self._common,
                step=node.id,
                attempt=sample.attempt,
                elapsed=sample.elapsed,
                timeout=timeout,
                value=sample.value,
                status=sample.status,
                met=sample.met,
                error=sample.error,
            )
        )

    def tell_waiting(self, question: Question) -> None:
        self._tell(
            StepWaiting(
                **self._common,
                step=question.step,
                for_=question.kind,
                message=question.message,
                expect=question.expect,
                checklist=question.checklist,
            )
        )

    def tell_answered(
        self,
        step: str,
        answer: str,
        by: str,
        note: str,
        values: Mapping[str, Any] = NOTHING,
        secrets: Collection[str] = (),
    ) -> None:
        self._tell(
            StepAnswered(
                **self._common,
                step=step,
                answer=answer,
                by=by,
                note=note,
                values=_without_secrets(values, secrets),
            )
        )

    def tell_retrying(
        self, node: Node, attempt: int, attempts: int, delay: float, reason: str
    ) -> None:
        self._tell(
            StepRetrying(
                **self._common,
                step=node.id,
                attempt=attempt,
                attempts=attempts,
                delay=delay,
                reason=reason,
            )
        )

    def tell_paused(self, node: Node, seconds: float, reason: str) -> None:
        self._tell(StepPaused(**self._common, step=node.id, seconds=seconds, reason=reason))

    def tell_finished(self, node: Node, step: StepState) -> None:
        assert step.status is not None
        self._tell(
            StepFinished(
                **self._common,
                step=node.id,
                status=step.status,
                outcome=step.status.value,
                exit_code=step.exit_code,
                signal=step.signal or None,
                ran_by=step.ran_by or None,
                unreachable=step.unreachable,
                duration=step.took(self.at.clock),
                attempts=step.attempts,
                reason=step.reason,
                captured=tuple(step.captured),
                label=step.label or None,
                waited=step.waited,
            )
        )

    def tell_run_finished(self) -> None:
        state = self._state
        statuses = [step.status for step in state.steps.values()]
        self._tell(
            RunFinished(
                **self._common,
                status=state.status,
                warnings=statuses.count(StepStatus.WARNED),
                duration=state.took(self.at.clock),
                counts=counts_of(state),
                reason=state.reason,
                waited=state.waited,
            )
        )


def _without_secrets(values: Mapping[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    return {name: MASK if name in secrets else value for name, value in values.items()}


def _noticed(source: Source) -> SourceNotice:
    return SourceNotice(path=source.path, sha256=source.sha256)
