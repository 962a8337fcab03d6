"""The primitives that every transition of a run is made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pup_tui.core.actions import Ask, CancelTimer, Question, SetTimer, StopAttempt
from pup_tui.core.events import Moment
from pup_tui.core.program import Node, Program
from pup_tui.core.scope import explain, not_made, scope_of
from pup_tui.core.state import (
    RunState,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)
from pup_tui.core.wishes import Wishes
from pup_tui.template.errors import TemplateError


class Timer(StrEnum):
    """What a step's timers are for; a timer's id is the kind, a colon and the step's id."""

    TIMEOUT = "timeout"
    POLL = "poll"
    NEXT = "next"
    WAIT = "wait"
    ANSWER = "answer"


class Run:
    """A run's program and state while one event is handled, and what is wished for because of it."""

    def __init__(self, program: Program, state: RunState, at: Moment) -> None:
        self.program = program
        self.state = state
        self.now = at.clock
        self.wishes = Wishes(at, state)

    def step(self, node: Node) -> StepState:
        return self.state.steps[node.id]

    def scope(self) -> dict[str, object]:
        return scope_of(self.state)

    def attempt(self, node: Node) -> str:
        """The id of the step's newest attempt."""
        return f"{node.id}#{self.step(node).attempts}"

    def ready(self, node: Node) -> None:
        """Nothing stands in the way any more: the step starts what it does."""
        self.step(node).phase = StepPhase.READY

    def end(self, node: Node, status: StepStatus, reason: str = "") -> None:
        """The step is over, for good."""
        step = self.step(node)
        for timer in step.timers:
            self.wishes.add(CancelTimer(timer=timer))
        step.timers = []
        step.phase, step.status, step.reason = StepPhase.ENDED, status, reason
        step.ended = self.now
        if status is StepStatus.FAILED:
            self.state.failure = self.state.failure or node.id
            self.decide(RunStatus.FAILED, f"`{node.id}` failed: {reason}")
        self.state.current = None
        self.wishes.tell_finished(node, step)

    def decide(self, status: RunStatus, reason: str) -> None:
        """What the run's result will be, unless something has decided it before."""
        if self.state.verdict is None:
            self.state.verdict, self.state.verdict_reason = status, reason

    def fail(self, node: Node, reason: str) -> None:
        """The step did not do what it should: its `on_failure` says what that means."""
        policy = self._failure_policy(node)
        if policy == "confirm" and not (self.state.cancelled or self.state.interrupted):
            self._ask_about_failure(node, reason)
            return
        statuses = {"warn": StepStatus.WARNED, "ignore": StepStatus.IGNORED}
        self.end(node, statuses.get(policy, StepStatus.FAILED), reason)

    def _failure_policy(self, node: Node) -> str:
        if node.step.on_failure is not None:
            return node.step.on_failure
        return "warn" if node.step.optional else self.program.runbook.defaults.on_failure or "fail"

    def _ask_about_failure(self, node: Node, reason: str) -> None:
        step = self.step(node)
        step.failing = reason
        for timer in list(step.timers):
            self.clear_timer(node, Timer(timer.partition(":")[0]))
        self.ask(
            node,
            Question(
                step=node.id,
                title=node.step.name,
                kind="failure",
                message=reason,
                danger=node.step.danger,
                upcoming=step.command or None,
            ),
        )

    def cannot_render(self, node: Node, error: TemplateError) -> None:
        """A text of the step has no result; steps that are there for failures are then skipped."""
        missing = not_made(self.program, error)
        if missing is not None and node.step.when != "on_success":
            self.end(node, StepStatus.SKIPPED, missing)
        else:
            self.fail(node, missing or explain(error))

    def ask(self, node: Node, question: Question) -> None:
        failing = question.kind == "failure"
        self.step(node).phase = StepPhase.FAILURE if failing else StepPhase.ASKING
        self.wishes.tell_waiting(node, question.kind, question.message, question.expect)
        self.wishes.add(Ask(question=question))

    def note_secrets(self, names: Iterable[str]) -> None:
        """Remember names whose value must not be stored or shown."""
        self.state.secrets.extend(name for name in names if name not in self.state.secrets)

    def stop_attempt(self, node: Node, why: str) -> None:
        """Ask the executor to end the attempt; what that means is decided when it has."""
        step = self.step(node)
        if step.phase is not StepPhase.STOPPING:
            step.stopped_because = why
            step.phase = StepPhase.STOPPING
        self.wishes.add(StopAttempt(attempt=self.attempt(node)))

    def set_timer(self, node: Node, kind: Timer, seconds: float) -> None:
        timer = f"{kind}:{node.id}"
        if timer not in self.step(node).timers:
            self.step(node).timers.append(timer)
        self.wishes.add(SetTimer(timer=timer, seconds=seconds))

    def clear_timer(self, node: Node, kind: Timer) -> None:
        timer = f"{kind}:{node.id}"
        if timer in self.step(node).timers:
            self.step(node).timers.remove(timer)
            self.wishes.add(CancelTimer(timer=timer))
