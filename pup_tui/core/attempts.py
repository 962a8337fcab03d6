"""Attempts: from a step that may run to a request, and from what came of it to a verdict."""

from __future__ import annotations

from msgspec import Struct

from pup_tui.core import order, polls
from pup_tui.core.actions import StartAttempt
from pup_tui.core.amounts import Scope, render_seconds, render_size
from pup_tui.core.events import AttemptFinished, AttemptFollows, AttemptStarted, Event
from pup_tui.core.ids import Timer
from pup_tui.core.program import Node
from pup_tui.core.questions import ask_before, must_ask
from pup_tui.core.requests import Prepared, Rendered
from pup_tui.core.resuming import ask_whether_done
from pup_tui.core.retries import check_retry
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_of, seen_at, wanted_of
from pup_tui.core.sent import NOTHING_SENT
from pup_tui.core.shown import rendered_step, request_effect
from pup_tui.core.standing import may_repeat
from pup_tui.core.state import StepPhase, StepStatus
from pup_tui.core.verdict import conclude


class Limits(Struct, frozen=True):
    """What bounds an attempt: the limits of the poll that begins with it, seconds, bytes of output."""

    poll: polls.PollLimits | None
    seconds: float | None
    output: int | None


def enter(run: Run, node: Node) -> None:
    """Start an attempt, or ask first; TemplateError where something cannot be rendered."""
    prepared = run.decided(
        node,
        "request",
        Prepared,
        lambda scope: rendered_step(run.program, run.state, node, scope),
        lambda prepared: Prepared(empty=prepared.empty),
    )
    if prepared.empty is not None:
        if node.step.optional:
            run.end(node, StepStatus.SKIPPED, f"its `{prepared.empty}` is empty")
        else:
            run.step(node).final = True
            run.fail(node, f"`{prepared.empty}` is empty")
    elif must_ask(run, node):
        ask_before(run, node, _effect(run, node, prepared))
    else:
        _start(run, node, prepared)


def _effect(run: Run, node: Node, prepared: Prepared) -> str:
    if not isinstance(prepared, Rendered):
        return prepared.told.text
    return request_effect(run.program, run.state, node, prepared)


def _start(run: Run, node: Node, prepared: Prepared) -> None:
    step = run.step(node)
    limits = run.decided(node, "limits", Limits, lambda scope: _limits(run, node, scope))
    step.begin(run.now)
    step.attempts += 1
    step.tries += 0 if step.poll is not None or step.follows else 1
    step.following = bool(step.follows)
    step.phase, step.stopped_because, step.limit = StepPhase.STARTING, None, limits.seconds
    step.due = None
    run.begun.append(run.attempt(node))
    if limits.poll is not None:
        polls.begin(run, node, limits.poll)
    if limits.seconds is not None:
        run.set_timer(node, Timer.TIMEOUT, limits.seconds)
    if isinstance(prepared, Rendered):
        # The attempts of a poll say the same over and over: of them the first is recorded.
        is_told = step.poll is None or step.attempts == step.poll.first
        # What goes on is what was begun, whatever another text of the runbook would begin.
        shown, sent = prepared.shown, prepared.sent
        if step.follows and step.command:
            shown, sent = step.command, step.sent
        run.outbox.add(
            StartAttempt(
                attempt=run.attempt(node),
                step=node.id,
                request=prepared.request,
                shown=shown,
                sent=sent if is_told else NOTHING_SENT,
                made=prepared.made,
                wanted=wanted_of(run.program, node, run.state, run.scope(node), run.now),
                output_limit=limits.output,
                directory=seen_at(run.state, node.id).directory,
                follow=step.follows,
            )
        )


def _limits(run: Run, node: Node, scope: Scope) -> Limits:
    """The limits of the next attempt; those of a `retry` are rendered to know that they can be."""
    begins = order.polls(node) and run.step(node).poll is None
    kept = node.step.output_limit
    check_retry(node, scope)
    return Limits(
        poll=polls.poll_limits(node.step, scope) if begins else None,
        seconds=_seconds(node, scope),
        output=None if kept is None else render_size(kept, scope),
    )


def _seconds(node: Node, scope: Scope) -> float | None:
    """How long one attempt may take, or None for as long as it wants."""
    given = node.step
    timeout = given.timeout if given.timeout is not None else node.defaults.timeout
    if timeout is not None:
        return render_seconds(timeout, scope)
    if given.follows:
        return polls.poll_limits(given, scope).timeout
    return given.attempt_timeout


def started(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, AttemptStarted)
    step = run.step(node)
    if step.phase is StepPhase.STARTING:
        step.phase = StepPhase.RUNNING
    step.recorded = run.now
    step.command, step.host = event.command, event.host
    if step.poll is None or step.attempts == step.poll.first:
        step.sent = event.sent
        run.outbox.tell_started(node, step.attempts, event.command, event.sent, event.host)


def follows(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, AttemptFollows)
    run.step(node).follows = event.what


def timed_out(run: Run, node: Node, event: Event) -> None:
    run.stop_attempt(node, f"timed out after {run.step(node).limit:g} s")


def finished(run: Run, node: Node, event: Event) -> None:
    assert isinstance(event, AttemptFinished)
    run.clear_timer(node, Timer.TIMEOUT)
    _note_end(run, node, event)
    if event.unknown:
        _end_unknown(run, node, event.reason)
    elif order.polls(node):
        polls.judge(run, node, event)
    else:
        conclude(run, node, event)


def stopped(run: Run, node: Node, event: Event) -> None:
    """Handle the end of an attempt that its executor was asked to stop.

    Where it was over by itself, what it came to is what counts, but for a poll that somebody accepted.
    """
    assert isinstance(event, AttemptFinished)
    step = run.step(node)
    if event.by_itself and (step.poll is None or step.poll.accepted is None):
        finished(run, node, event)
        return
    run.clear_timer(node, Timer.TIMEOUT)
    _note_end(run, node, event)
    why = step.stopped_because or "stopped"
    detail = event.reason.removeprefix("cancelled").lstrip(" ,;:")
    told = f"{why} ({detail})" if detail else why
    if event.unknown:
        _end_unknown(run, node, told)
    elif step.left:
        run.end(node, StepStatus.CANCELLED, told)
    elif step.poll is not None and step.poll.accepted is not None:
        run.end(node, StepStatus.SUCCEEDED, step.poll.accepted)
    elif step.poll is not None and not step.poll.over:
        polls.judge(run, node, event, failed=told)
    else:
        run.fail(node, told)


def _end_unknown(run: Run, node: Node, why: str) -> None:
    """End a step of which nobody knows whether it was done.

    Where it followed what an earlier leg had begun somebody is asked, as of all else that one left
    unfinished: it would be followed for ever. One that may be done twice begins anew.
    """
    step = run.step(node)
    goes_on = not (run.state.cancelled or run.state.interrupted or step.left)
    if step.following and goes_on and may_repeat(run.program, node):
        step.follows = ""
        run.ready(node)
    elif step.following and goes_on:
        ask_whether_done(run, node, f"What it had begun cannot be followed: {why}")
    else:
        run.end(node, StepStatus.UNKNOWN, why)


def retried(run: Run, node: Node, event: Event) -> None:
    """Make the next attempt of a `retry`: its delay is over, or somebody does not want to wait for it."""
    run.clear_timers(node)
    run.ready(node)


def nudged(run: Run, node: Node, event: Event) -> None:
    """Make the next attempt of a poll or retry at once, if one is waited for."""
    if run.step(node).poll is not None:
        polls.again(run, node, event)
    elif run.waits_for(node, Timer.RETRY):
        retried(run, node, event)


def _note_end(run: Run, node: Node, event: AttemptFinished) -> None:
    """Keep what an attempt came to, and of its time only that in which it acted."""
    step = run.step(node)
    step.held += max(0.0, run.now - step.recorded - event.duration)
    _keep_results(run, node, event)
    _note_retry(run, node, event)


def _note_retry(run: Run, node: Node, event: AttemptFinished) -> None:
    judged = event.findings.retry_on
    run.step(node).retry_on = None if judged is None else judged.holds


def _keep_results(run: Run, node: Node, event: AttemptFinished) -> None:
    step = run.step(node)
    step.exit_code, step.signal, step.ran_by = event.exit_code, event.signal, event.ran_by
    step.kept = event.kept or step.kept or 0
    step.unreachable = event.unreachable
    if not event.unknown:
        step.follows = ""
    step.again_at = None if event.again_in is None else run.now + event.again_in
    frame, local = frame_of(run.state, node.id), node.step.id
    frame.results.pop(local, None)
    if node.results:
        frame.results[local] = dict(event.findings.results)
    run.note_secrets(
        node,
        (
            f"steps.{local}.{name}"
            for name in event.findings.results
            if f"steps.{name}" in event.findings.secrets
        ),
    )
