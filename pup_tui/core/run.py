"""The primitives that every transition of a run is made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from pup_tui.core.actions import Ask, CancelTimer, Question, SetTimer, StopAttempt, Withdraw
from pup_tui.core.amounts import Scope
from pup_tui.core.decisions import Decisions, as_it_is
from pup_tui.core.events import Event
from pup_tui.core.ids import (
    UNDO,
    Timer,
    attempt_id,
    holder_id,
    holders,
    is_inside,
    is_part_of,
    same_items,
)
from pup_tui.core.outbox import Outbox
from pup_tui.core.program import Node, Program
from pup_tui.core.retries import RetryLimits, retry_limits, retry_of
from pup_tui.core.scope import explain, frame_of, not_made, scope_of, sees_secrets
from pup_tui.core.sent import Shown
from pup_tui.core.standing import ended_well
from pup_tui.core.state import (
    BODY,
    CLEANUP,
    BlockState,
    RunState,
    RunStatus,
    StepPhase,
    StepState,
    StepStatus,
)
from pup_tui.core.titles import title_of
from pup_tui.core.waits import ASKS
from pup_tui.runbook.model import OUTCOME
from pup_tui.template.errors import TemplateError

T = TypeVar("T")

_AT_REST = (StepPhase.PENDING, StepPhase.OPEN, StepPhase.ENDED)


class Run:
    """A run's program and state while one event is handled, and what leaves because of it.

    `todo` are the steps that may start and the blocks that may go on, in the order in which this came about;
    `begun` are the attempts that begin because of the event.
    """

    def __init__(self, program: Program, state: RunState, event: Event) -> None:
        self.program = program
        self.state = state
        self.now = event.at.clock
        self.outbox = Outbox(event.at, state)
        self.decisions = Decisions(event.decided)
        self.todo: deque[str] = deque()
        self.begun: list[str] = []

    def step(self, node: Node) -> StepState:
        return self.state.steps[node.id]

    def scope(self, node: Node) -> dict[str, object]:
        """The names that the texts of a step may use."""
        return scope_of(self.state, node.id)

    def decided(
        self,
        node: Node,
        what: str,
        kind: type[T],
        make: Callable[[Scope], T],
        stored: Callable[[T], object] = as_it_is,
        *,
        within: bool = False,
    ) -> T:
        """What `make` gives in the step's scope, or `within` in that of the steps inside it.

        Where secrets are seen there or around it is a decision: `what` names it, `stored` leaves out what is
        secret.
        """
        step = f"{node.id}/" if within else node.id
        scope = scope_of(self.state, step)
        if not sees_secrets(self.state, step):
            return make(scope)
        return self.decisions.decide(step, what, kind, lambda: make(scope), stored)

    def attempt(self, node: Node) -> str:
        """The id of the step's newest attempt."""
        return attempt_id(node.id, self.step(node).attempts)

    def ready(self, node: Node) -> None:
        """Queue the step to start what it does: nothing stands in the way any more."""
        self.step(node).phase = StepPhase.READY
        self.todo.append(node.id)

    # Where a step stands

    def holder(self, node: Node) -> str:
        """The key of the block that the step belongs to."""
        if node.deferred:
            return CLEANUP
        if node.part == "undo" and node.id in self.state.offered:
            return UNDO
        return holder_id(node.id)

    def block(self, node: Node) -> BlockState:
        return self.state.blocks[self.holder(node)]

    # How a step ends

    def end(
        self, node: Node, status: StepStatus, reason: str = "", *, ended: float | None = None
    ) -> None:
        """End the step for good, with the status and reason that everyone is told.

        One that `ended` in an earlier leg of the run has its outcome from there.
        """
        step = self.step(node)
        for timer in step.timers:
            self.outbox.add(CancelTimer(timer=timer))
        step.timers = []
        step.phase, step.status, step.reason = StepPhase.ENDED, status, reason
        step.ended = self.now if ended is None else ended
        block = self.state.blocks.pop(node.id, None)
        if block is not None:
            around = self.block(node)
            around.unasked = around.unasked or block.unasked
            around.gates += block.gates
        if ended is None and not (node.is_loop and block is not None):
            # A foreach that ran has the outcomes of its items.
            self._note_outcome(node, status)
        if status not in (StepStatus.SUCCEEDED, StepStatus.SKIPPED):
            self._note_gate(node)
        if step.began is None:
            self._skip_inside(node, reason)
        if status is StepStatus.SUCCEEDED and not node.is_item:
            self._settle(node)
        if status is StepStatus.SUCCEEDED and node.can_be_undone:
            self.state.completed.append(node.id)
        self.outbox.tell_finished(node, step)
        self._pass_on(node, status, reason)

    def _settle(self, node: Node) -> None:
        """What the step takes back itself is not offered any more; a foreach has then run for all items.

        Inside a block that runs again it is what the same attempt did, from outside what all of them did.
        """
        settled = self.program.settled(node)
        if settled is None:
            return
        earlier = {done for id_ in holders(node.id) for done in self.state.steps[id_].earlier}
        self.state.completed = [
            done
            for done in self.state.completed
            if done in earlier or not is_part_of(done, settled) or not same_items(node.id, done)
        ]

    def _note_outcome(self, node: Node, status: StepStatus) -> None:
        if OUTCOME in node.results:
            results = frame_of(self.state, node.id).results
            results.setdefault(node.step.id, {})[OUTCOME] = str(status)

    def _note_gate(self, node: Node) -> None:
        """A gate stays closed where its step ended before anybody could say yes."""
        if not node.has_gate:
            return
        step, given = self.step(node), node.step
        asks = given.confirm is not None and not node.is_item
        behind_canary = given.asks_after_canary and node.is_loop and not step.canary_passed
        own = given.is_gate or (asks and not step.allowed) or behind_canary
        inside = (self.program.node(child) for child in self.program.children(node.id))
        if own or (step.began is None and any(child.has_gate for child in inside)):
            self.block(node).unasked = True

    def _pass_on(self, node: Node, status: StepStatus, reason: str) -> None:
        """Let the block that holds the step know how it ended."""
        key = self.holder(node)
        block = self.state.blocks[key]
        block.active -= 1
        if status is StepStatus.CANCELLED and key not in (BODY, CLEANUP):
            block.cut, block.lacks = block.cut or reason, True
        if status in (StepStatus.FAILED, StepStatus.UNKNOWN):
            if block.failure is None and key in self.state.steps:
                around = self.state.steps[key]
                around.again_at = self.step(node).again_at
                # Of a foreach its items tell that.
                around.unreachable = self.step(node).unreachable and not node.is_item
            block.failure = block.failure or node.id
            block.errors += 1
            if key in (BODY, CLEANUP):
                self.decide(RunStatus.FAILED, self.told_failure(node.id))
            elif key != UNDO:
                self._fail_fast(key, node)
        self.todo.append(key)

    def _fail_fast(self, key: str, node: Node) -> None:
        given = self.program.node(key)
        if given.step.fails_fast and not given.is_loop:
            self.leave_inside(key, f"`{node.id}` failed")

    def told_failure(self, step: str) -> str:
        """A sentence on which step failed and why; where steps are nested it names the innermost one."""
        reason = self.state.steps[step].reason
        return reason if reason.startswith("`") else f"`{step}` failed: {reason}"

    def decide(self, status: RunStatus, reason: str) -> None:
        """Decide the run's result, unless something has decided it before."""
        if self.state.verdict is None:
            self.state.verdict, self.state.verdict_reason = status, reason

    def fail(self, node: Node, reason: str) -> None:
        """Handle the failure of a step, as its `retry` and then its `on_failure` say."""
        given_up = self.state.cancelled or self.state.interrupted or self.step(node).left
        if not given_up and self._attempt_again(node, reason):
            return
        policy = self._failure_policy(node)
        if node.is_item and self.step(node).unreachable and node.step.unreachable == "ignore":
            policy = "warn"
        if policy == "confirm" and not given_up:
            self.ask_about_failure(node, reason)
            return
        statuses = {"warn": StepStatus.WARNED, "ignore": StepStatus.IGNORED}
        block = self.state.blocks.get(node.id)
        over = self.state.cancelled is not None or (node.part == "body" and self.state.refused)
        self.step(node).cut_short = over and block is not None and block.lacks
        self.end(node, statuses.get(policy, StepStatus.FAILED), reason)

    def _attempt_again(self, node: Node, reason: str) -> bool:
        """Arrange for another attempt, if the step's `retry` asks for one."""
        retry, step = retry_of(node), self.step(node)
        if retry is None or step.final or step.tries == 0:
            return False
        if retry.on is not None and step.retry_on is not True:
            return False
        try:
            limits = self.decided(
                node, "retry", RetryLimits, lambda scope: retry_limits(retry, scope)
            )
        except TemplateError:
            # It could be rendered when the step began: a name in it has another value by now.
            return False
        if step.tries >= limits.attempts:
            return False
        wait = step.wait_for_a_chance(self.now)
        one_try = step.limit or 0.0 if step.poll is None else step.poll.timeout
        if wait > limits.patience_after(step.tries) + one_try:
            return False
        delay = max(wait, limits.delay_after(step.tries))
        self.clear_timers(node)
        self.state.blocks.pop(node.id, None)
        step.phase, step.poll, step.due = StepPhase.PAUSED, None, self.now + delay
        self.outbox.tell_retrying(node, step.tries, limits.attempts, delay, reason)
        self.set_timer(node, Timer.RETRY, delay)
        return True

    def _failure_policy(self, node: Node) -> str:
        if node.step.on_failure is not None:
            return node.step.on_failure
        return "warn" if node.step.optional else node.defaults.on_failure or "fail"

    def ask_about_failure(self, node: Node, reason: str) -> None:
        step = self.step(node)
        step.failing = reason
        self.clear_timers(node)
        self.ask(
            node,
            Question(
                step=node.id,
                title=title_of(self.program, self.state, node.id),
                kind="failure",
                message=reason,
                danger=node.step.danger,
                upcoming=Shown(step.command, step.sent).text if step.command else None,
            ),
        )

    def cannot_render(self, node: Node, error: TemplateError) -> None:
        """A text of the step has no result; steps that are there for failures are then skipped."""
        missing = not_made(self.program, node, error, scope_of(self.state, node.id))
        if missing is not None and node.step.when != "on_success":
            self._note_gate(node)
            self.end(node, StepStatus.SKIPPED, missing)
        else:
            self.step(node).final = True
            self.fail(node, missing or explain(error))

    # Giving up

    def leave(self, node: Node, why: str) -> None:
        """Give up a step in progress: at once, or when its executor has reported back.

        What its executor could not stop, because it was over, keeps the end that it had.
        """
        step = self.step(node)
        if node.is_loop and node.id in self.state.blocks:
            self._leave_items(node, step)
        elif step.phase is StepPhase.OPEN:
            step.left = True
        if step.phase in _AT_REST:
            return
        if step.phase in (StepPhase.STARTING, StepPhase.RUNNING, StepPhase.STOPPING):
            step.left = True
            self.stop_attempt(node, why)
            return
        if step.phase in ASKS:
            self.outbox.add(Withdraw(step=node.id))
        if step.phase is StepPhase.FAILURE:
            self.end(node, StepStatus.FAILED, step.failing or why)
        elif step.phase is StepPhase.UNKNOWN:
            self.end(node, StepStatus.UNKNOWN, why)
        else:
            self.end(node, StepStatus.CANCELLED, why)

    def _leave_items(self, node: Node, step: StepState) -> None:
        """Let a foreach wait neither for a word about its canaries nor for its next batch."""
        step.left = True
        if step.phase is StepPhase.ASKING:
            self.outbox.add(Withdraw(step=node.id))
            step.phase = StepPhase.OPEN
            self.todo.append(node.id)
        elif self.waits_for(node, Timer.BATCH):
            self.clear_timer(node, Timer.BATCH)
            self.todo.append(node.id)

    def leave_inside(self, holder: str, why: str) -> None:
        """Give up everything inside a block; nothing more of it begins."""
        block = self.state.blocks[holder]
        block.cut = block.cut or why
        for child in block.children[: block.taken]:
            if child in self.state.blocks:
                self.leave_inside(child, why)
            self.leave(self.program.node(child), why)

    def _skip_inside(self, node: Node, why: str) -> None:
        """The steps inside one that did not begin are skipped with it."""
        for id_ in self.program.nested(node.id):
            self.skip_inner(node, id_, why)

    def skip_inner(self, node: Node, id_: str, why: str) -> None:
        """Skip a step inside `node` if its turn has not come: what holds it is over."""
        step = self.state.steps.get(id_)
        if step is None or step.phase is not StepPhase.PENDING:
            return
        inner = self.program.node(id_)
        step.phase, step.status, step.reason = StepPhase.ENDED, StepStatus.SKIPPED, why
        step.ended = self.now
        step.cut_short = not ended_well(self.step(node))
        if inner.frame == node.frame:
            self._note_outcome(inner, StepStatus.SKIPPED)
        self.outbox.tell_finished(inner, step)

    def asks_inside(self, node: Node) -> bool:
        """Whether somebody is asked something inside a block."""
        return any(
            step.phase in ASKS and is_inside(id_, node.id) for id_, step in self.state.steps.items()
        )

    def stop_attempt(self, node: Node, why: str) -> None:
        """Ask the executor to end the attempt, or give up all of a block's.

        What that means is decided when it has ended.
        """
        step = self.step(node)
        if step.phase is StepPhase.OPEN:
            step.stopped_because = why
            self.leave_inside(node.id, why)
            self.todo.append(node.id)
            return
        if step.phase is not StepPhase.STOPPING:
            step.stopped_because = why
            step.phase = StepPhase.STOPPING
        self.outbox.add(StopAttempt(attempt=self.attempt(node)))

    # Questions, names, timers

    def ask(self, node: Node, question: Question) -> None:
        phases = {
            "failure": StepPhase.FAILURE,
            "unknown": StepPhase.UNKNOWN,
            "half-undone": StepPhase.UNKNOWN,
        }
        self.step(node).phase = phases.get(question.kind, StepPhase.ASKING)
        self.state.asked.append(node.id)
        self.outbox.tell_waiting(question)
        self.outbox.add(Ask(question=question))

    def note_secrets(self, node: Node, names: Iterable[str]) -> None:
        """Remember names of the step's frame whose value must not be stored or shown."""
        secrets = frame_of(self.state, node.id).secrets
        secrets.extend(name for name in names if name not in secrets)

    def make_states(self, loop: str) -> None:
        """Make the steps of the run (``), of one item of a foreach, or of one undo step pending."""
        for id_ in self.program.instances(loop):
            self.make_state(id_)

    def make_state(self, step: str) -> None:
        """Make a step pending, maybe once more: its attempts keep their numbers."""
        known = self.state.steps.get(step)
        made = known.attempts if known else self.state.earlier.attempts.get(step, 0)
        self.state.steps[step] = StepState(attempts=made)

    def set_timer(self, node: Node, kind: Timer, seconds: float) -> None:
        timer = f"{kind}:{node.id}"
        if timer not in self.step(node).timers:
            self.step(node).timers.append(timer)
        self.outbox.add(SetTimer(timer=timer, seconds=seconds))

    def waits_for(self, node: Node, kind: Timer) -> bool:
        """Whether a timer of a step was set, and has neither fired nor been cleared."""
        return f"{kind}:{node.id}" in self.step(node).timers

    def timer_fired(self, node: Node, timer: str) -> bool:
        """Whether a timer that has fired is still waited for; it may have been cancelled too late."""
        waited_for = timer in self.step(node).timers
        if waited_for:
            self.step(node).timers.remove(timer)
        return waited_for

    def clear_timer(self, node: Node, kind: Timer) -> None:
        timer = f"{kind}:{node.id}"
        if timer in self.step(node).timers:
            self.step(node).timers.remove(timer)
            self.outbox.add(CancelTimer(timer=timer))

    def clear_timers(self, node: Node) -> None:
        for timer in list(self.step(node).timers):
            self.clear_timer(node, Timer(timer.partition(":")[0]))
