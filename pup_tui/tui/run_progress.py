"""What is known of a run from what it told: the part of the run view that draws nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from pup_tui.core.ids import UNDO, holder_id, is_item, item_numbers
from pup_tui.core.notices import (
    AnyNotice,
    RunFinished,
    RunNoted,
    RunResumed,
    RunStarted,
    StepAnswered,
    StepFinished,
    StepOutput,
    StepPaused,
    StepPolled,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from pup_tui.core.program import Program
from pup_tui.core.state import RunState
from pup_tui.core.titles import item_name
from pup_tui.journal.records import OWNER_GONE
from pup_tui.tui.step_progress import UNFINISHED, Attempt, StepProgress


def names_exit(reason: str, code: int) -> bool:
    """Whether a reason tells the exit code already."""
    return re.search(rf"\bexit(ed with| code) {code}\b", reason) is not None


def _around(step_id: str) -> str:
    """The id of the step under which this one stands; `` for the outermost and for what takes steps back."""
    return "" if step_id.endswith(UNDO) else holder_id(step_id)


class RunProgress:
    """A run as it stands, kept up to date by `apply`: a tree of steps that grows with the items of foreach.

    `roots` are the outermost steps, `undone` those that take others back. Every notice costs the same however
    many steps there are.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps: dict[str, StepProgress] = {}
        self.roots: list[StepProgress] = []
        self.undone: list[StepProgress] = []
        self.status = "running"
        self.reason = ""
        self.started: RunStarted | None = None
        self.legs: list[RunResumed] = []
        """How the legs of the run began, but for the first."""
        self.notes: list[RunNoted] = []
        """What was remarked about the run, in that order."""
        self.duration: float | None = None
        self.waited = 0.0
        """Seconds in which it only waited for somebody, which `duration` does not count; known at its end."""
        self.end_unseen = False
        """Whether the program ended in the middle: how long what had begun then took, nobody knows."""
        self.warnings = 0
        self.current: str | None = None
        """The step that runs or waits, the first of several, or else the one that did so last."""
        self.counts: Counter[str] = Counter()
        """How many of the steps that hold no others, as far as they are known, have which status; those that
        take others back are none of them.
        """
        self._active: dict[str, None] = {}
        self._unfilled: dict[StepProgress, None] = {}
        """Those that hold steps which are not known yet: items of a foreach, or what is inside an item."""
        for node in program.nodes:
            self._add(node.id)

    def __iter__(self) -> Iterator[StepProgress]:
        """All steps, each after the one that holds it; those that take others back are last."""
        for step in (*self.roots, *self.undone):
            yield step
            yield from step.inside()

    @property
    def resumed(self) -> RunResumed | None:
        """How the newest leg of the run began, where that is not its first."""
        return self.legs[-1] if self.legs else None

    @property
    def total(self) -> int:
        """How many steps there are that hold no others, as far as is known."""
        return self.counts.total()

    @property
    def done(self) -> int:
        """How many of those have ended."""
        return sum(number for status, number in self.counts.items() if status not in UNFINISHED)

    @property
    def counts_asked(self) -> Counter[str]:
        """The same, with steps that failed and of which it is asked what becomes of them as failed."""
        asked = sum(step.fails_asked and not step.children for step in self._active_steps)
        return self.counts + Counter(failed=asked) - Counter(waiting=asked)

    @property
    def may_grow(self) -> bool:
        """Whether there may be more steps than are known."""
        return any(not step.over for step in self._unfilled)

    @property
    def _active_steps(self) -> Iterator[StepProgress]:
        return (self.steps[step] for step in self._active)

    @property
    def over(self) -> bool:
        return self.duration is not None

    @property
    def settled(self) -> bool:
        """Whether all steps have ended but those that take back or clean up."""
        return self.over or all(step.over or step.node.deferred for step in self.roots)

    @property
    def trouble(self) -> StepProgress | None:
        """The innermost step that made the run fail, or that is not known to have happened."""
        return self._trouble_in(None)

    def culprit(self, step_id: str) -> str:
        """The step that has the output of a failure: of a block the innermost one that failed in it."""
        step = self.steps.get(step_id)
        found = None if step is None else self._trouble_in(step)
        return step_id if found is None else found.id

    def _trouble_in(self, block: StepProgress | None) -> StepProgress | None:
        found = None
        steps: Iterable[StepProgress] = self.roots if block is None else block.children
        while True:
            inner = next((step for step in steps if step.status in ("failed", "unknown")), None)
            if inner is None:
                return found
            found, steps = inner, inner.children

    def fleet_around(self, step_id: str) -> StepProgress | None:
        """The outermost fleet that a step is, or that it stands in."""
        found, at = None, self.steps.get(step_id)
        while at is not None:
            found = at if at.is_fleet else found
            at = at.parent
        return found

    def telling(self, item: StepProgress) -> StepProgress:
        """The step whose output tells of an item: itself, or of what it holds that which failed, or is the
        last that has begun.
        """
        if not item.children:
            return item
        if (found := self._trouble_in(item)) is not None:
            return found
        ran = [step for step in item.inside() if step.has_run and not step.node.is_block]
        return ran[-1] if ran else item

    # The tree

    def _add(self, step_id: str) -> StepProgress:
        parent = self.steps.get(_around(step_id))
        of_item = self._undone_item(step_id) if step_id.endswith(UNDO) else None
        step = StepProgress(node=self.program.node(step_id), parent=parent, of_item=of_item)
        if parent is None:
            (self.undone if step.is_undo else self.roots).append(step)
        else:
            self._put_inside(step, parent)
        self.steps[step_id] = step
        self._count(step, 1)
        if step.node.is_block:
            self._unfilled[step] = None
        return step

    def _undone_item(self, step_id: str) -> StepProgress | None:
        """The innermost item that the step stands in which an undo step takes back."""
        around = step_id
        while (around := holder_id(around)) and not is_item(around):
            pass
        return self.steps.get(around)

    def _put_inside(self, step: StepProgress, parent: StepProgress) -> None:
        if is_item(step.id) and parent.children and not is_item(parent.children[0].id):
            self._drop_inside(parent)
        if not parent.children:
            # What holds others is not counted itself.
            self._count(parent, -1)
        if is_item(step.id) or not parent.node.is_loop:
            self._unfilled.pop(parent, None)
        parent.children.append(step)
        parent.held[step.counts_as] += 1
        if is_item(step.id) and len(parent.children) > 1:
            before = parent.children[-2]
            if item_numbers(before.id) > item_numbers(step.id):
                parent.children.sort(key=lambda child: item_numbers(child.id))

    def _drop_inside(self, step: StepProgress) -> None:
        """Forget the steps of a foreach as the file has them: each item has its own."""
        for inner in step.inside():
            del self.steps[inner.id]
            self._unfilled.pop(inner, None)
            if not inner.children:
                self._count(inner, -1)
        if step.children:
            self._count(step, 1)
        step.children, step.held, step.notable = [], Counter(), set()

    def _known(self, step_id: str) -> StepProgress:
        """The step with this id, with what it holds; KeyError if the program has none such."""
        if step_id not in self.steps and (around := _around(step_id)):
            self._known(around)
        step = self.steps.get(step_id)
        if step is None:
            step = self._add(step_id)
            self._fill(step)
        return step

    def _fill(self, step: StepProgress) -> None:
        """Give a block its steps; those of a foreach are known with its items."""
        if not step.children and not step.node.is_loop:
            for child in self.program.children(step.id):
                self._known(child)

    def learn_items(self, step_id: str, state: RunState) -> None:
        """Take in what only the run's state knows of a foreach that began, or of one of its items."""
        step = self.steps.get(step_id)
        if step is None:
            return
        block = state.blocks.get(step_id)
        if step.node.is_loop and block is not None:
            for item in block.children:
                # What is inside an item is added when it begins: there may be a thousand.
                if item not in self.steps:
                    self._add(item).item = item_name(self.program, state, item)
        elif step.node.is_item:
            step.item = item_name(self.program, state, step_id)

    def hold_back(self, step_id: str, why: str) -> None:
        """Take in that a failure keeps a step from its turn, and with it all that it holds."""
        step = self.steps.get(step_id)
        if step is not None and step.status == "pending":
            for each in (step, *step.inside()):
                each.held_back, each.reason = True, why

    def is_left(self, step_id: str, why: str) -> None:
        """Take in that the run was left before the turn of a step that a failure keeps from it."""
        step = self.steps.get(step_id)
        if step is not None and step.status == "skipped":
            for each in (step, *step.inside()):
                self._turn(each, "pending")
        self.hold_back(step_id, why)

    # Notices

    def apply(self, notice: AnyNotice) -> None:
        """Take in one notice; what is about a step that the program does not have changes nothing."""
        match notice:
            case RunStarted():
                self.started = notice
            case RunFinished():
                self.status, self.reason = notice.status, notice.reason
                self.duration, self.warnings = notice.duration, notice.warnings
                self.waited = notice.waited
                self.end_unseen = notice.reason == OWNER_GONE
                # Of what had begun an end was told: these were about to begin.
                for left in list(self._active):
                    self._turn(self.steps[left], "pending")
            case RunResumed():
                self.legs.append(notice)
                self.come_again()
            case RunNoted():
                self.notes.append(notice)
            case StepOutput():
                return
            case _:
                try:
                    step = self._known(notice.step)
                except KeyError:
                    return
                self._apply_to(step, notice)

    def _apply_to(self, step: StepProgress, notice: AnyNotice) -> None:
        match notice:
            case StepStarted():
                self._start(step, notice)
            case StepPolled():
                step.last_poll, step.paused = notice, None
                if not notice.met:
                    following = step.begun_with + notice.attempt
                    step.repeated.append(Attempt(following, notice.ts, step.verdict, judged=True))
                if notice.value is not None:
                    step.values.append(notice.value)
                self._follow(step, rests=step.node.is_block)
            case StepWaiting():
                step.reason = step.question = notice.question
                step.asked_for = notice.for_
                self._turn(step, "waiting")
            case StepAnswered():
                step.answered, step.given = f"{notice.answer} by {notice.by}", notice.values
                if step.status == "waiting":
                    step.reason = ""
                    self._turn(step, "running")
            case StepRetrying():
                step.retrying, step.reason, step.paused = notice, notice.reason, None
                self._turn(step, "retrying")
            case StepPaused():
                step.paused = notice
            case StepFinished():
                step.reason, step.retrying, step.paused = notice.reason, None, None
                step.exit_code, step.signal = notice.exit_code, notice.signal
                step.ran_by = notice.ran_by
                step.attempts = notice.attempts
                step.duration, step.waited = notice.duration, notice.waited
                self._turn(step, notice.status, unreachable=notice.unreachable)
                self._settle_inside(step)
                if step.is_undo and step.status == "succeeded":
                    self._take_back(step)

    def come_again(self) -> None:
        """Every step is to come again, and is told again to have ended where it had; undo steps have run."""
        self.status, self.reason, self.duration, self.warnings = "running", "", None, 0
        self.end_unseen = False
        for root in self.roots:
            for step in (root, *root.inside()):
                step.reason, step.duration, step.exit_code, step.signal = "", None, None, None
                step.retrying = step.paused = step.ran_by = None
                self._turn(step, "pending")

    def _start(self, step: StepProgress, notice: StepStarted) -> None:
        self._fill(step)
        self._let_go_around(step)
        if step.node.is_item and step.parent is not None:
            step.parent.paused = None
        if step.repeated and step.repeated[-1].number == notice.attempt:
            # A poll that had ended begins once more: what its last attempt came to is told with that.
            step.repeated.pop()
        if step.has_run:
            step.repeated.append(Attempt(notice.attempt, notice.ts, step.verdict))
        step.last_poll = step.retrying = step.paused = None
        step.reason = ""
        if step.answered.startswith("retry "):
            step.question = ""
        step.values.clear()
        step.shown, step.attempts = notice.shown, notice.attempt
        step.begun_with = notice.attempt
        if notice.host:
            self._run_on(step, notice.host)
        if step.over or notice.attempt > 1:
            for inner in step.inside():
                inner.reason, inner.duration = "", None
                self._turn(inner, "pending")
        self._turn(step, "polling" if step.polls else "running")

    def _run_on(self, step: StepProgress, host: str) -> None:
        """Know where a step runs, and of all that it stands in that something of it does so elsewhere."""
        step.host, around = host, step.parent
        while around is not None and not around.on_hosts:
            around.on_hosts = True
            around = around.parent

    def _let_go_around(self, step: StepProgress) -> None:
        """The blocks around a step that begins do not rest between two attempts any more."""
        while (around := step.parent) is not None:
            if around.status == "polling":
                self._active.pop(around.id, None)
            step = around

    def _settle_inside(self, step: StepProgress) -> None:
        """What a block did not come to is skipped with it; a foreach without items has nothing inside."""
        if step.node.is_loop and step.children and not is_item(step.children[0].id):
            self._drop_inside(step)
        if step.status == "skipped":
            for inner in step.inside():
                if not inner.over:
                    self._turn(inner, "skipped")

    def _count(self, step: StepProgress, by: int) -> None:
        """Count a step in or out; one that takes others back is told by what becomes of those."""
        if not step.is_undo:
            self.counts[step.counts_as] += by

    def _take_back(self, undo: StepProgress) -> None:
        """What an undo step took back does not stand any more, and nothing in it."""
        step = self.steps.get(undo.id.removesuffix(UNDO))
        if step is not None and undo.id.endswith(UNDO):
            for each in (step, *step.inside()):
                if each.status not in (*UNFINISHED, "skipped"):
                    self._turn(each, each.status, taken_back=True)

    def _turn(
        self,
        step: StepProgress,
        status: str,
        *,
        taken_back: bool = False,
        unreachable: bool = False,
    ) -> None:
        """Give a step a status and keep all counts right."""
        before = step.counts_as
        if not step.children:
            self._count(step, -1)
        step.status, step.held_back = status, False
        step.taken_back, step.unreachable = taken_back, unreachable
        if not step.children:
            self._count(step, 1)
        if step.parent is not None:
            step.parent.held[before] -= 1
            step.parent.held[step.counts_as] += 1
            (step.parent.notable.add if step.is_notable else step.parent.notable.discard)(step)
        self._follow(step)

    def _follow(self, step: StepProgress, *, rests: bool = False) -> None:
        """Stay with a step for as long as it is under way: of several, the one that began first.

        A block is only itself followed while it waits, or `rests` between two attempts.
        """
        if step.under_way and (rests or step.status == "waiting" or not step.node.is_block):
            self._active.setdefault(step.id)
        else:
            self._active.pop(step.id, None)
        if self.current not in self._active:
            self.current = next(iter(self._active), self.current)
