"""What a finished attempt comes to: the executor's word, then the captures, then what is asserted."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from pup_tui.core.amounts import Scope
from pup_tui.core.events import AttemptFinished, Findings, Judgement
from pup_tui.core.program import Node
from pup_tui.core.render import shown_text
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_of
from pup_tui.core.state import StepStatus
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import Assertion
from pup_tui.template.errors import TemplateError


def conclude(run: Run, node: Node, event: AttemptFinished) -> None:
    """End the step by what its last attempt came to, and keep its captures if it succeeded."""
    verdict = run.decided(
        node, "verdict", Verdict, lambda scope: verdict_of(node.step, event, scope)
    )
    if verdict.captures:
        found = event.findings
        run.step(node).captured = list(found.captures)
        frame_of(run.state, node.id).captured.update(found.captures)
        run.note_secrets(node, (name for name in found.captures if name in found.secrets))
    if verdict.failure is None:
        run.end(node, StepStatus.SUCCEEDED, verdict.remark)
    else:
        run.fail(node, verdict.failure)


_HOLDS: Final = Judgement(holds=True)


class Verdict(Struct, frozen=True):
    """`failure` None means success, `captures` whether the captures count; `remark` is shown."""

    failure: str | None
    captures: bool
    remark: str = ""


def verdict_of(step: Step, event: AttemptFinished, scope: Scope) -> Verdict:
    """Judge a finished attempt; a workflow's `until` is judged once, over its last answer."""
    found = event.findings
    if not event.ok:
        return Verdict(event.reason or "failed", captures=False)
    if found.missing:
        # What an assertion says of such an output tells more than what is not in it; of an assertion that
        # cannot be judged, for want of a capture maybe, nothing can be told.
        known = tuple(each if each.holds is False else _HOLDS for each in found.assertions)
        if broken := _assertions(step, found, known, scope).failure:
            return Verdict(broken, captures=False)
        told = "; ".join(f"capture {name}: {why}" for name, why in found.missing.items())
        return Verdict(told, captures=False)
    if found.until is not None and found.until.holds is not True:
        assert step.poll is not None
        return Verdict(f"{step.poll.until} does not hold: {found.until.reason}", captures=True)
    return _assertions(step, found, found.assertions, scope)


def _assertions(
    step: Step, found: Findings, judged: tuple[Judgement, ...], scope: Scope
) -> Verdict:
    """What the assertions come to. Messages are told as they were rendered with what was printed; where the
    record has none, the machine renders them without.
    """
    conditions = [each for each in step.assertions if not each.is_reminder]
    messages = found.messages or ("",) * len(judged)
    for assertion, judgement, told in zip(conditions, judged, messages, strict=True):
        if judgement.holds is not True:
            message = told or _message(assertion, scope)
            return Verdict(_broken(assertion, judgement, message), captures=True)
    reminders = found.reminders or [_message(a, scope) for a in step.assertions if a.is_reminder]
    return Verdict(None, captures=True, remark="; ".join(reminders))


def _broken(assertion: Assertion, judgement: Judgement, message: str) -> str:
    what = assertion.that
    if what is None:
        what = "the output is empty" if assertion.empty else "the output is not empty"
    told = f"assertion failed: {message or what}"
    return f"{told} ({judgement.reason})" if judgement.reason else told


def _message(assertion: Assertion, scope: Scope) -> str:
    try:
        return shown_text(assertion.message, scope)
    except TemplateError:
        return assertion.message
