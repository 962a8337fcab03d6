"""How a step is repeated, limited, judged and taken back, and where it runs, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import Assertion, Poll, Retry

_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")

AsKnown: TypeAlias = Callable[[object], str]
"""Gives what an author wrote as it is known now."""


def rules(step: Step, told: AsKnown, *, skipped: bool) -> Iterator[str]:
    """A line for each of them; the `if` is left out of a step that is `skipped`, whose reason tells it."""
    if step.if_ is not None and not skipped:
        yield f"only if {step.if_}"
    yield from _side_by_side(step, told)
    if step.confirm is not None:
        yield f"asks first: {told(step.confirm)}"
    if step.poll is not None:
        yield _poll(step.poll, told)
    if step.retry is not None:
        yield _retry(step.retry, told)
    if step.timeout is not None:
        yield f"for at most {_lasts(step.timeout, told)}"
    yield from (f"must hold: {each}" for each in map(_assertion, step.assertions) if each)
    if step.optional:
        yield "optional: skipped where its tool or target is missing"
    if step.on_failure not in (None, "fail"):
        yield f"if it fails: {step.on_failure}"
    if step.idempotent:
        yield "may run again after a crash"
    if step.undo is not None:
        yield "can be taken back"


def where(step: Step, directory: str | None, remote: str = "") -> str:
    """Where a step runs; empty where its command tells that, or where it runs nowhere.

    `remote` is the other computer that it runs on.
    """
    acts = f"on {remote}" if remote else step.acts
    return acts if directory is None else f"{acts} in {directory}".strip()


def _lasts(given: object, told: AsKnown) -> str:
    """How long something takes; a number alone is seconds."""
    text = told(given)
    return f"{text}s" if _NUMBER.fullmatch(text) else text


def _side_by_side(step: Step, told: AsKnown) -> Iterator[str]:
    if step.foreach is not None and step.max_parallel is not None:
        yield f"at most {told(step.max_parallel)} items side by side"
    yield from _fleet(step, told)
    if step.side_by_side and step.foreach is None and step.max_parallel is not None:
        yield f"at most {told(step.max_parallel)} steps side by side"
    if step.fails_fast:
        yield "the first failure cancels the others"


def _fleet(step: Step, told: AsKnown) -> Iterator[str]:
    """How the items of a foreach may begin, and how many of them may fail."""
    if step.canary is not None:
        asks = ", then asks" if step.canary_confirm else ""
        yield f"the first {told(step.canary)} of the items alone{asks}"
    if step.batch_pause is not None:
        yield f"{_lasts(step.batch_pause, told)} between two batches of items"
    if step.keep_going:
        yield "all items run, whatever fails"
    if step.max_errors is not None:
        yield f"no new item begins once more than {told(step.max_errors)} have failed"
    if step.unreachable == "ignore":
        yield "items that cannot be reached are only warned"


def _poll(poll: Poll, told: AsKnown) -> str:
    limits = (("every", poll.interval), ("for at most", poll.timeout))
    parts = [f"until {poll.until}" if poll.until else "followed"]
    parts += [f"{word} {_lasts(given, told)}" for word, given in limits if given is not None]
    if poll.max_attempts is not None:
        parts.append(f"at most {told(poll.max_attempts)} attempts")
    if poll.fail_if is not None:
        parts.append(f"fails if {poll.fail_if}")
    return ", ".join(parts)


def _retry(retry: Retry, told: AsKnown) -> str:
    parts = [f"up to {told(retry.attempts)} attempts"]
    if retry.delay is not None:
        parts.append(f"{_lasts(retry.delay, told)} between them")
    if retry.on is not None:
        parts.append(f"again only if {retry.on}")
    return ", ".join(parts)


def _assertion(assertion: Assertion) -> str:
    if assertion.that is not None:
        return assertion.that
    if assertion.empty is not None:
        return "the output is empty" if assertion.empty else "the output is not empty"
    return ""
