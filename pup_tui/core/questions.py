"""Steps that ask: confirmations, manual work, values in mid-run, dangerous steps, failures."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, structs

from pup_tui.core.actions import Question, Withdraw
from pup_tui.core.amounts import Scope, render_seconds
from pup_tui.core.events import Answered, Event, WaitCut
from pup_tui.core.ids import Timer, item_id, sibling_id
from pup_tui.core.leaving_out import go_past
from pup_tui.core.program import Node
from pup_tui.core.render import StepTexts, shown_text
from pup_tui.core.run import Run
from pup_tui.core.scope import frame_of, secrets_of, seen_at
from pup_tui.core.secrecy import check_secrecy
from pup_tui.core.shown import effect_of
from pup_tui.core.state import BODY, RunStatus, StepPhase, StepStatus
from pup_tui.core.stops import stop
from pup_tui.core.titles import title_of
from pup_tui.runbook.model import Step
from pup_tui.runbook.parts import types_of
from pup_tui.template.errors import TemplateError
from pup_tui.template.secrets import secrets_in

NOBODY = "nobody"
"""Who answers where there is no terminal and no `--yes`."""


def enter(run: Run, node: Node) -> None:
    """Ask, wait or stop; TemplateError where something about it cannot be rendered."""
    if must_ask(run, node):
        ask_before(run, node, shown_now(run, node) or None)
    elif (duration := node.step.waits_for) is not None:
        wait(run, node, duration)
    elif node.step.stops_as is not None:
        _stop(run, node, node.step.stops_as)
    else:
        ask_step(run, node)


def ask_step(run: Run, node: Node) -> None:
    """Put a question step to the operator; TemplateError where its text cannot be rendered."""
    given = node.step
    asked = run.decided(node, "question", _Asked, lambda scope: _asked(given, scope))
    question = Question(
        step=node.id,
        title=title_of(run.program, run.state, node.id),
        kind=_question_kind(given),
        message=asked.message,
        expect=asked.expect,
        checklist=asked.checklist,
        danger=given.danger or _leads_to_danger(run, node),
        upcoming=_upcoming(run, node),
        timeout=asked.timeout,
    )
    if given.asks_values:
        question = structs.replace(
            question,
            variables=given.asked,
            names=run.scope(node),
            secrets=tuple(sorted(secrets_of(run.state, node.id))),
            directory=seen_at(run.state, node.id).directory,
        )
    step = run.step(node)
    step.begin_anew(run.now)
    step.attempts += 1
    run.outbox.tell_started(node, step.attempts, "")
    run.ask(node, question)
    if asked.timeout is not None:
        run.set_timer(node, Timer.ANSWER, asked.timeout)


class _Asked(Struct, frozen=True):
    """The texts of a question, and in how many seconds it counts as refused."""

    message: str
    expect: str | None
    checklist: tuple[str, ...]
    timeout: float | None


def _asked(given: Step, scope: Scope) -> _Asked:
    check_secrecy(given, secrets_in(scope).names)
    texts = StepTexts(given, scope)
    return _Asked(
        message=texts.seen["message"],
        expect=texts.get("expect"),
        checklist=texts.seen.get("checklist") or (),
        timeout=texts["timeout"],
    )


def shown_now(run: Run, node: Node) -> str:
    """What a step would do, for the question before it; TemplateError where it cannot be rendered."""
    return run.decided(
        node, "shown", str, lambda _: effect_of(run.program, run.state, node), lambda _: ""
    )


def _question_kind(step: Step) -> Literal["confirm", "manual", "input"]:
    if step.is_gate:
        return "confirm"
    return "input" if step.asks_values else "manual"


def must_ask(run: Run, node: Node) -> bool:
    """Whether somebody has still to agree before the step begins; to all items of a foreach at once."""
    if node.is_item:
        return False
    if run.block(node).gates:
        return True
    if run.step(node).allowed:
        return False
    return node.step.confirm is not None or (node.asks_first and not _was_confirmed(run, node))


def _was_confirmed(run: Run, node: Node) -> bool:
    """Whether somebody said yes to the confirm step right before; a foreach needs a yes to each of its items.

    One that was skipped is no yes, and neither is an empty list of items.
    """
    if not node.confirmed_by:
        return False
    before = run.program.node(sibling_id(node.id, node.confirmed_by))
    steps = run.state.steps
    asked = [steps.get(before.id)]
    if before.is_loop:
        items = steps[before.id].items if before.id in steps else 0
        asked = [steps.get(item_id(before.id, number)) for number in range(items)]
    said_yes = (step is not None and step.status is StepStatus.SUCCEEDED for step in asked)
    return bool(asked) and all(said_yes)


def ask_before(run: Run, node: Node, upcoming: str | None) -> None:
    """Ask whether to go past questions that were left out; then the step's own `confirm`, or for a dangerous
    step that has none. TemplateError as above.
    """
    message = f"This step changes or destroys things. Run “{node.step.name}”?"
    confirm = node.step.confirm
    if gates := run.block(node).gates:
        message = f"Go on past {', '.join(f'`{gate}`' for gate in gates)}? Nobody was asked there."
    elif confirm is not None:
        message = run.decided(node, "confirm", str, lambda scope: shown_text(confirm, scope))
    run.ask(
        node,
        Question(
            step=node.id,
            title=title_of(run.program, run.state, node.id),
            kind="confirm",
            message=message,
            danger=node.step.danger,
            upcoming=upcoming,
        ),
    )


def _following(run: Run, node: Node) -> Node | None:
    """The step that comes right after this one in the same block."""
    block = run.block(node)
    if block.side_by_side or node.is_item or block.taken >= len(block.children):
        return None
    return run.program.node(block.children[block.taken])


def _leads_to_danger(run: Run, node: Node) -> bool:
    """Whether this confirmation also stands for the question of a dangerous step behind it."""
    following = _following(run, node)
    if following is None or not node.step.is_gate:
        return False
    return following.step.danger and not following.step.is_question


def _upcoming(run: Run, node: Node) -> str | None:
    """What a *yes* leads to, where it can be known already."""
    following = _following(run, node)
    if following is None or not (following.step.has_output or following.is_block):
        return None
    try:
        return effect_of(run.program, run.state, following)
    except TemplateError:
        return None


def answered(run: Run, node: Node, event: Event) -> None:
    """Handle an answer: only a *yes* lets the step go on, whatever else is said closes the gate."""
    assert isinstance(event, Answered)
    _tell_answered(run, event)
    run.clear_timer(node, Timer.ANSWER)
    if event.answer == "yes":
        if go_past(run, node):
            run.ready(node)
        elif must_ask(run, node):
            run.step(node).allowed = True
            run.ready(node)
        else:
            _take_values(run, node, event)
            run.end(node, StepStatus.SUCCEEDED, event.note)
    else:
        note = f": {event.note}" if event.note and node.step.asks_values else ""
        _close_gate(run, node, why_refused(event, note))


def why_refused(event: Answered, note: str = "") -> str:
    """Why a gate is closed that was answered by anything but a *yes*."""
    if event.by == NOBODY:
        return "nobody could be asked: no terminal, and no --yes"
    return f"answered {event.answer} by {event.by}{note}"


def _tell_answered(run: Run, event: Answered) -> None:
    run.outbox.tell_answered(
        event.step, event.answer, event.by, event.note, event.values, event.secrets
    )


def _take_values(run: Run, node: Node, event: Answered) -> None:
    """What was given to an `input` step becomes variables."""
    if not node.step.asks_values:
        return
    frame = frame_of(run.state, node.id)
    frame.values.update(event.values)
    frame.left_out |= types_of(event.left_out, node.step.asked)
    for name in event.values:
        frame.left_out.pop(name, None)
    run.note_secrets(node, event.secrets)
    run.step(node).captured = list(event.values)


def answer_timed_out(run: Run, node: Node, event: Event) -> None:
    run.outbox.add(Withdraw(step=node.id))
    _close_gate(run, node, "nobody answered in time")


def _close_gate(run: Run, node: Node, why: str) -> None:
    refuse(run, node, why)
    run.end(node, StepStatus.CANCELLED, why)
    withdraw_gates(run, node)


def refuse(run: Run, node: Node, why: str) -> None:
    """Let a run be aborted by the gate of a step that was closed, where that is one of its body."""
    if node.part == "body":
        run.state.refused = True
        run.decide(RunStatus.ABORTED, f"`{node.id}`: {why}")


def withdraw_gates(run: Run, node: Node) -> None:
    """Nothing begins in a run that a step has aborted: what was about to, or waits for a yes, is given up."""
    if node.part != "body":
        return
    for id_, step in list(run.state.steps.items()):
        if step.phase in (StepPhase.ASKING, StepPhase.LOOKING_UP):
            asks = run.program.node(id_)
            if step.began is None or asks.step.is_gate or asks.is_loop:
                run.leave(asks, run.state.verdict_reason)


def failure_answered(run: Run, node: Node, event: Event) -> None:
    """What the operator makes of a step that failed: again, skip, go on, or (whatever else is said) stop."""
    assert isinstance(event, Answered)
    step = run.step(node)
    reason, step.failing = step.failing or "", None
    _tell_answered(run, event)
    if event.answer == "retry":
        step.poll, step.stopped_because, step.tries, step.final = None, None, 0, False
        run_changed(run, node, event)
    elif event.answer == "skip":
        note = f": {event.note}" if event.note else ""
        run.end(node, StepStatus.SKIPPED, f"{reason}; skipped by {event.by}{note}")
    elif event.answer == "continue":
        run.end(node, StepStatus.WARNED, f"{reason}; continued by {event.by}")
    else:
        run.end(node, StepStatus.FAILED, f"{reason}; aborted by {event.by}")


def run_changed(run: Run, node: Node, event: Answered) -> None:
    """Let the step run once more, with the values and the text that the answer brings."""
    run.state.frames[BODY].values.update(event.changed)
    if event.edited is not None:
        run.state.earlier.edited[node.id] = event.edited
    run.ready(node)


def wait(run: Run, node: Node, duration: str | float) -> None:
    """Start to wait; TemplateError where the duration cannot be rendered."""
    seconds = run.decided(node, "duration", float, lambda scope: render_seconds(duration, scope))
    limit = timeout_of(run, node)
    step = run.step(node)
    step.begin_anew(run.now)
    step.phase, step.attempts = StepPhase.PAUSED, step.attempts + 1
    step.due = run.now + seconds if step.due is None else min(step.due, run.now + seconds)
    seconds = max(0.0, step.due - run.now)
    run.outbox.tell_started(node, step.attempts, f"wait {seconds:g} s")
    if limit is not None and limit < seconds:
        run.set_timer(node, Timer.TIMEOUT, limit)
    run.set_timer(node, Timer.WAIT, seconds)


def _stop(run: Run, node: Node, status: str) -> None:
    step = run.step(node)
    stopped = stop(run, node, status)
    step.begin_anew(run.now)
    step.attempts += 1
    run.outbox.tell_started(node, step.attempts, f"stop as {stopped.status}")
    run.end(node, StepStatus.SUCCEEDED, stopped.reason)


def timeout_of(run: Run, node: Node) -> float | None:
    """A step's own `timeout` in seconds; TemplateError where it cannot be rendered."""
    timeout = node.step.timeout
    if timeout is None:
        return None
    return run.decided(node, "timeout", float, lambda scope: render_seconds(timeout, scope))


def waited(run: Run, node: Node, event: Event) -> None:
    cut = f"cut short by {event.by}" if isinstance(event, WaitCut) else ""
    run.end(node, StepStatus.SUCCEEDED, cut)


def wait_timed_out(run: Run, node: Node, event: Event) -> None:
    run.fail(node, "timed out: its `timeout` is shorter than its `duration`")
