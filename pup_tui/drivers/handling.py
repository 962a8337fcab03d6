"""Hands events to a run's machine, and notes what is to be recorded: the same whoever drives the run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from pup_tui.core.actions import AnyAction, Record, StartAttempt, ends_in, known_of_ends
from pup_tui.core.events import (
    AnyEvent,
    AttemptFinished,
    AttemptStarted,
    EndFacts,
    Findings,
    Moment,
)
from pup_tui.core.machine import Machine
from pup_tui.drivers.masking import Masking
from pup_tui.steps.executor import Outcome


def handled(
    machine: Machine,
    masking: Masking,
    event: AnyEvent,
    recorded: list[AnyEvent],
    intent: Callable[[StartAttempt], AttemptStarted],
) -> list[AnyAction]:
    """What follows from an event, and from the intents behind it; `recorded` fills with all of them.

    `intent` gives what is recorded before an attempt acts.
    """
    event = masking.event(event)
    actions = machine.handle(event)
    made = (each for action in actions if isinstance(action, Record) for each in action.decided)
    recorded.append(
        replace(
            event,
            decided=masking.decided(made),
            ended=ends_in(actions),
            of_ended=_of_ended(masking, event, actions),
        )
    )
    following: list[AnyAction] = []
    for action in actions:
        if isinstance(action, StartAttempt):
            following += handled(machine, masking, intent(action), recorded, intent)
        following.append(action)
    return following


def _of_ended(
    masking: Masking, event: AnyEvent, actions: Iterable[AnyAction]
) -> dict[str, EndFacts]:
    """What else is recorded of what ended, masked; why an attempt failed stands in the event itself."""
    said = event.reason if isinstance(event, AttemptFinished) else ""
    found: dict[str, EndFacts] = {}
    for step, end in known_of_ends(actions).items():
        reason = masking.text(end.reason)
        found[step] = replace(end, reason="" if reason == said else reason)
    return found


def intent_of(action: StartAttempt, at: Moment, masking: Masking) -> AttemptStarted:
    """What is recorded before an attempt acts; what its texts made out of secrets is masked from now on."""
    masking.keep_made(action.made)
    return AttemptStarted(
        at=at,
        attempt=action.attempt,
        command=masking.text(action.shown),
        sent=action.sent.as_kept(masking.text),
        host=masking.text(action.request.host_name),
    )


def finished(
    attempt: str,
    at: Moment,
    outcome: Outcome,
    duration: float,
    findings: Findings,
    kept: int | None,
) -> AttemptFinished:
    """How an attempt ended, as the machine is told it."""
    return AttemptFinished(
        at=at,
        attempt=attempt,
        ok=outcome.ok,
        duration=duration,
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        ran_by=outcome.ran_by,
        again_in=outcome.again_in,
        unreachable=outcome.unreachable,
        status_code=outcome.status_code,
        reason=outcome.reason,
        unknown=outcome.is_unknown,
        by_itself=not outcome.stopped,
        findings=findings,
        kept=kept,
    )
