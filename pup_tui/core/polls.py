"""Polls: a step that is repeated until a condition holds."""

from __future__ import annotations

from msgspec import Struct

from pup_tui.core.amounts import Scope, render_count, render_seconds
from pup_tui.core.events import (
    AttemptFinished,
    Event,
    Findings,
    Judgement,
    PollAccepted,
    PollExtended,
    PollStopped,
)
from pup_tui.core.ids import Timer
from pup_tui.core.program import Node
from pup_tui.core.run import Run
from pup_tui.core.state import PollState, Sample, StepPhase, StepStatus
from pup_tui.core.verdict import conclude
from pup_tui.runbook.model import Step
from pup_tui.template.condition import parse_condition
from pup_tui.template.errors import TemplateError

POLL_INTERVAL = 30.0
POLL_TIMEOUT = 600.0
"""Seconds between two attempts of a poll, and for all of it, where the step says nothing."""

SHORTEST_INTERVAL = 0.1
"""Seconds below which a poll would be a busy loop."""


class PollLimits(Struct, frozen=True):
    """Seconds between two attempts and for all of the poll; how many attempts, None for any number."""

    interval: float
    timeout: float
    max_attempts: int | None


def poll_limits(step: Step, scope: Scope) -> PollLimits:
    """The limits of a step's poll, rendered; TemplateError where one of them makes no sense."""
    poll = step.poll
    if poll is None:
        return PollLimits(POLL_INTERVAL, POLL_TIMEOUT, None)
    interval = POLL_INTERVAL if poll.interval is None else render_seconds(poll.interval, scope)
    if interval < SHORTEST_INTERVAL:
        raise TemplateError("a poll's interval is at least 100ms", expression=str(poll.interval))
    timeout = POLL_TIMEOUT if poll.timeout is None else render_seconds(poll.timeout, scope)
    most = None if poll.max_attempts is None else render_count(poll.max_attempts, scope)
    return PollLimits(interval, timeout, most)


def sample_of(number: int, event: AttemptFinished, elapsed: float, failed: str | None) -> Sample:
    """What this attempt says about the poll's condition.

    An attempt that errors is *not yet*, and what `fail_if` calls bad is not what is waited for.
    """
    until, fail_if = event.findings.until, event.findings.fail_if
    is_bad = fail_if is not None and fail_if.holds is True
    error = failed
    if failed is None and not event.ok:
        error = event.reason or "the attempt failed"
    elif failed is None and (until is None or until.holds is None):
        error = until.reason if until else None
    return Sample(
        attempt=number,
        elapsed=elapsed,
        value=event.findings.value,
        status=event.findings.status,
        met=error is None and not is_bad and until is not None and until.holds is True,
        error=error,
    )


def begin(run: Run, node: Node, limits: PollLimits) -> None:
    """Begin a poll with its first attempt, and set the timer of its timeout."""
    step = run.step(node)
    step.poll = PollState(
        began=run.now,
        timeout=limits.timeout,
        interval=limits.interval,
        max_attempts=limits.max_attempts,
        first=step.attempts,
    )
    run.set_timer(node, Timer.POLL, limits.timeout)


def go_on(run: Run, node: Node) -> None:
    """Set the timer of a poll that an earlier leg began; one whose time is over makes one attempt more."""
    poll = run.step(node).poll
    if poll is not None and (left := poll.began + poll.timeout - run.now) > 0:
        run.set_timer(node, Timer.POLL, left)


def judge(run: Run, node: Node, event: AttemptFinished, failed: str | None = None) -> None:
    """Judge one attempt; `failed` says why it could not come to its end."""
    poll = run.step(node).poll
    assert poll is not None
    number = len(poll.samples) + 1
    if poll.counts_lost:
        number = poll.number(run.step(node).attempts)
    sample = sample_of(number, event, max(0.0, run.now - poll.began), failed)
    poll.samples.append(sample)
    run.outbox.tell_polled(node, sample, poll.timeout)
    fail_if = event.findings.fail_if
    wait = run.step(node).wait_for_a_chance(run.now)
    if fail_if is not None and fail_if.holds:
        assert node.step.poll is not None
        run.fail(node, f"`fail_if` holds: {node.step.poll.fail_if} ({fail_if.reason})")
    elif sample.met:
        conclude(run, node, event)
    elif run.step(node).left:
        run.end(node, StepStatus.CANCELLED, run.step(node).stopped_because or "stopped")
    elif poll.max_attempts is not None and number >= poll.max_attempts:
        run.fail(node, _not_met(node, poll, f"after {number} attempts"))
    elif sample.elapsed >= poll.timeout:
        run.fail(node, _not_met(node, poll, f"within {poll.timeout:g} s"))
    elif poll.over:
        run.fail(node, run.step(node).stopped_because or "stopped")
    elif sample.elapsed + wait >= poll.timeout:
        run.fail(node, sample.error or _not_met(node, poll, f"within {poll.timeout:g} s"))
    else:
        pause = max(wait, poll.interval)
        run.step(node).phase = StepPhase.PAUSED
        run.state.blocks.pop(node.id, None)
        poll.next_at = run.now + pause
        run.set_timer(node, Timer.NEXT, pause)


def judge_block(run: Run, node: Node, failure: str | None) -> None:
    """Judge one attempt of a block: its condition looks at names, what is not made is *not yet*."""
    given, step = node.step.poll, run.step(node)
    assert given is not None
    assert step.poll is not None
    number, elapsed = step.poll.number(step.attempts), max(0.0, run.now - step.poll.began)
    declared = run.program.frame(node).declared

    def judged(what: str, source: str | None) -> Judgement | None:
        if source is None:
            return None
        condition = parse_condition(source, declared)

        def look(scope: Scope) -> Judgement:
            names = {"attempt": number, "elapsed": elapsed, **scope}
            verdict = condition.judge(names)
            return Judgement(verdict.holds, verdict.reason)

        return run.decided(node, what, Judgement, look)

    findings = Findings(
        until=judged("until", given.until), fail_if=judged("fail_if", given.fail_if)
    )
    ended = AttemptFinished(
        at=run.outbox.at,
        attempt=run.attempt(node),
        ok=failure is None,
        duration=elapsed,
        reason=failure or "",
        findings=findings,
    )
    judge(run, node, ended)


def _not_met(node: Node, poll: PollState, when: str) -> str:
    assert node.step.poll is not None
    told = f"the condition was not met {when}: {node.step.poll.until}"
    if not poll.samples:
        return told
    last = poll.samples[-1]
    if last.error:
        return f"{told}; last attempt: {last.error}"
    seen = last.status if last.value is None else f"{last.value:.12g}"
    return told if seen is None else f"{told}; last value: {seen}"


def again(run: Run, node: Node, event: Event) -> None:
    """Make the next attempt now, because its time has come or because somebody wants to know."""
    poll = run.step(node).poll
    if poll is not None:
        run.clear_timer(node, Timer.NEXT)
        poll.next_at = None
        run.ready(node)


def deadline(run: Run, node: Node, event: Event) -> None:
    """Give up, but for a block in which a question is open: that attempt is judged at its end."""
    poll = run.step(node).poll
    if poll is not None and not run.asks_inside(node):
        _give_up(run, node, poll, _not_met(node, poll, f"within {poll.timeout:g} s"))


def stop(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, PollStopped)
    poll = run.step(node).poll
    if poll is not None:
        run.step(node).final = True
        _give_up(run, node, poll, _not_met(node, poll, f"before {event.by} stopped it"))


def _give_up(run: Run, node: Node, poll: PollState, why: str) -> None:
    poll.over = True
    if run.step(node).phase is StepPhase.PAUSED:
        run.fail(node, why)
    else:
        run.stop_attempt(node, why)


def extend(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, PollExtended)
    poll = run.step(node).poll
    if poll is not None and not poll.over:
        poll.timeout += event.seconds
        run.outbox.tell_answered(node.id, "extend", event.by, f"{event.seconds:g} s more")
        run.set_timer(node, Timer.POLL, max(0.0, poll.began + poll.timeout - run.now))


def accept(run: Run, node: Node, event: Event) -> None:
    """End the poll as met on somebody's word; what it was to capture is not made."""
    assert isinstance(event, PollAccepted)
    poll = run.step(node).poll
    if poll is None:
        return
    poll.accepted = f"accepted as met by {event.by}: {event.reason}"
    poll.over = True
    run.outbox.tell_answered(node.id, "accept", event.by, event.reason)
    if run.step(node).phase is StepPhase.PAUSED:
        run.end(node, StepStatus.SUCCEEDED, poll.accepted)
    else:
        run.stop_attempt(node, poll.accepted)
