"""Steps that ask: confirmations, manual work, dangerous steps, failures, and waits."""

from __future__ import annotations

from pup_tui.core import order
from pup_tui.core.actions import Question, Withdraw
from pup_tui.core.events import Answered, Event, WaitCut
from pup_tui.core.program import Node
from pup_tui.core.render import render_request, render_seconds, render_text
from pup_tui.core.run import Run, Timer
from pup_tui.core.state import GateClosed, RunStatus, StepPhase, StepStatus
from pup_tui.runbook.model import ConfirmStep, ManualStep, WaitStep
from pup_tui.template.errors import TemplateError

NOBODY = "nobody"
"""Who answers where there is no terminal and no `--yes`."""


def ask_step(run: Run, node: Node) -> None:
    """Put a `confirm` or `manual` step to the operator; TemplateError where its text cannot be rendered."""
    given, scope = node.step, run.scope()
    assert isinstance(given, ConfirmStep | ManualStep)
    expect = given.expect if isinstance(given, ConfirmStep) else None
    checklist = given.checklist if isinstance(given, ManualStep) else ()
    seconds = None if given.timeout is None else render_seconds(given.timeout, scope)
    question = Question(
        step=node.id,
        title=given.name,
        kind="confirm" if isinstance(given, ConfirmStep) else "manual",
        message=render_text(given.message, scope),
        expect=None if expect is None else render_text(expect, scope),
        checklist=tuple(render_text(item, scope) for item in checklist),
        danger=given.danger or _leads_to_danger(run, node),
        upcoming=_upcoming(run, node),
        timeout=seconds,
    )
    step = run.step(node)
    step.began, step.attempts = run.now, 1
    run.wishes.tell_started(node, 1, "")
    run.ask(node, question)
    if seconds is not None:
        run.set_timer(node, Timer.ANSWER, seconds)


def ask_before(run: Run, node: Node, shown: str) -> None:
    """Ask before a dangerous step that has no confirmation of its own."""
    message = f"This step changes or destroys things. Run “{node.step.name}”?"
    run.ask(
        node,
        Question(
            step=node.id,
            title=node.step.name,
            kind="confirm",
            message=message,
            danger=True,
            upcoming=shown,
        ),
    )


def _leads_to_danger(run: Run, node: Node) -> bool:
    """Whether this confirmation also stands for the question of a dangerous step behind it."""
    following = order.following(run.program, node)
    if following is None or not isinstance(node.step, ConfirmStep):
        return False
    return following.step.danger and not following.step.is_question


def _upcoming(run: Run, node: Node) -> str | None:
    """The command that a *yes* leads to, where it can be known already."""
    following = order.following(run.program, node)
    if following is None or following.step.is_question or isinstance(following.step, WaitStep):
        return None
    try:
        defaults = run.program.runbook.defaults
        return render_request(following.step, run.scope(), defaults).shown
    except TemplateError:
        return None


def answered(run: Run, node: Node, event: Event) -> None:
    """Only a *yes* opens; whatever else is said closes the gate."""
    assert isinstance(event, Answered)
    run.wishes.tell_answered(node, event.answer, event.by, event.note)
    run.clear_timer(node, Timer.ANSWER)
    if event.answer == "yes":
        if node.step.is_question:
            run.end(node, StepStatus.SUCCEEDED, event.note)
        else:
            run.step(node).allowed = True
            run.ready(node)
    elif event.by == NOBODY:
        _close_gate(run, node, "nobody could be asked: no terminal, and no --yes")
    else:
        _close_gate(run, node, f"answered {event.answer} by {event.by}")


def answer_timed_out(run: Run, node: Node, event: Event) -> None:
    run.wishes.add(Withdraw(step=node.id))
    _close_gate(run, node, "nobody answered in time")


def _close_gate(run: Run, node: Node, why: str) -> None:
    if node.step.when != "cleanup":
        run.state.gate = GateClosed.ANSWER
        run.decide(RunStatus.ABORTED, f"`{node.id}`: {why}")
    run.end(node, StepStatus.CANCELLED, why)


def failure_answered(run: Run, node: Node, event: Event) -> None:
    """What the operator makes of a step that failed: again, go on, or (whatever else is said) stop."""
    assert isinstance(event, Answered)
    step = run.step(node)
    reason, step.failing = step.failing or "", None
    run.wishes.tell_answered(node, event.answer, event.by, event.note)
    if event.answer == "retry":
        step.poll, step.stopped_because = None, None
        run.ready(node)
    elif event.answer == "continue":
        run.end(node, StepStatus.WARNED, f"{reason}; continued by {event.by}")
    else:
        run.end(node, StepStatus.FAILED, f"{reason}; aborted by {event.by}")


def wait(run: Run, node: Node) -> None:
    """Start a `wait` step; TemplateError where its duration cannot be rendered."""
    assert isinstance(node.step, WaitStep)
    seconds = render_seconds(node.step.duration, run.scope())
    step = run.step(node)
    step.phase, step.began, step.attempts = StepPhase.PAUSED, run.now, 1
    run.wishes.tell_started(node, 1, f"wait {seconds:g} s")
    run.set_timer(node, Timer.WAIT, seconds)


def waited(run: Run, node: Node, event: Event) -> None:
    cut = f"cut short by {event.by}" if isinstance(event, WaitCut) else ""
    run.end(node, StepStatus.SUCCEEDED, cut)
