"""How a step is repeated, limited, judged and taken back, in words and as the author wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import Assertion, Poll, Retry


def rules(step: Step, *, skipped: bool) -> Iterator[str]:
    """A line for each of them; the `if` is left out of a step that is `skipped`, whose reason tells it."""
    if step.if_ is not None and not skipped:
        yield f"only if {step.if_}"
    yield from _side_by_side(step)
    if step.confirm is not None:
        yield f"asks first: {step.confirm}"
    if step.poll is not None:
        yield _poll(step.poll)
    if step.retry is not None:
        yield _retry(step.retry)
    if step.timeout is not None:
        yield f"for at most {step.timeout}"
    yield from (f"must hold: {told}" for told in map(_assertion, step.assertions) if told)
    if step.optional:
        yield "optional: skipped where its tool or target is missing"
    if step.on_failure not in (None, "fail"):
        yield f"if it fails: {step.on_failure}"
    if step.idempotent:
        yield "may run again after a crash"
    if step.undo is not None:
        yield "can be taken back"


def _side_by_side(step: Step) -> Iterator[str]:
    if step.foreach is not None and step.max_parallel is not None:
        yield f"at most {step.max_parallel} items side by side"
    if step.side_by_side and step.foreach is None and step.max_parallel is not None:
        yield f"at most {step.max_parallel} steps side by side"
    if step.fails_fast:
        yield "the first failure cancels the others"


def _poll(poll: Poll) -> str:
    limits = (("every", poll.interval), ("for at most", poll.timeout))
    parts = [f"until {poll.until}" if poll.until else "followed"]
    parts += [f"{word} {given}" for word, given in limits if given is not None]
    if poll.max_attempts is not None:
        parts.append(f"at most {poll.max_attempts} attempts")
    if poll.fail_if is not None:
        parts.append(f"fails if {poll.fail_if}")
    return ", ".join(parts)


def _retry(retry: Retry) -> str:
    told = f"up to {retry.attempts} attempts"
    if retry.delay is not None:
        told += f", {retry.delay} between them"
    return told if retry.on is None else f"{told}, again only if {retry.on}"


def _assertion(assertion: Assertion) -> str:
    if assertion.that is not None:
        return assertion.that
    if assertion.empty is not None:
        return "the output is empty" if assertion.empty else "the output is not empty"
    return ""
