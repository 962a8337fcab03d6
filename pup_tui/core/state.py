"""The state of a run: plain data that round-trips through JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from pup_tui.core.events import EditedText, Lock
from pup_tui.core.sent import NOTHING_SENT, Sent


class StepPhase(StrEnum):
    """Where a step stands inside the machine."""

    PENDING = "pending"
    LOOKING_UP = "looking-up"
    READY = "ready"
    ASKING = "asking"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILURE = "failure"
    UNKNOWN = "unknown"
    OPEN = "open"
    ENDED = "ended"


class StepStatus(StrEnum):
    """How a step ended, as everyone sees it."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WARNED = "warned"
    IGNORED = "ignored"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RunPhase(StrEnum):
    """Which part of a run is under way."""

    NEW = "new"
    RUNNING = "running"
    UNDOING = "undoing"
    CLEANUP = "cleanup"
    ENDED = "ended"


class RunStatus(StrEnum):
    """How a run ended, or that it has not."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class Sample(Struct):
    """What one judged attempt of a poll saw."""

    attempt: int
    elapsed: float
    value: float | None = None
    status: str | None = None
    met: bool = False
    error: str | None = None


class PollState(Struct):
    """A poll under way: since when, its limits in seconds and attempts, and what it saw.

    `first` is the number of the attempt that it began with; `over` tells that it was given up or accepted
    while an attempt was still running. `counts_lost` tells that attempts count of which nobody knows how
    they ended, which they do in legs that say so (`Resumed.counts_lost`).
    """

    began: float
    timeout: float
    interval: float
    max_attempts: int | None
    first: int
    samples: list[Sample] = []
    next_at: float | None = None
    over: bool = False
    accepted: str | None = None
    counts_lost: bool = False

    def number(self, attempts: int) -> int:
        """Which attempt of the poll it is, from 1, where the step has made so many."""
        return attempts - self.first + 1


class Rates(Struct, frozen=True):
    """How the steps in a block may begin; of a foreach numbers of items, worked out of the whole list.

    `at_once` run side by side, the first `canary` alone; they begin in batches of `batch` (0: each as soon as
    it may) with `pause` seconds between them, and no more once over `budget` have failed.
    """

    at_once: int = 1
    canary: int = 0
    batch: int = 0
    pause: float = 0.0
    budget: int = 0


class StepState(Struct):
    """What is known of one step. Times are on the run's clock, in seconds.

    `allowed` tells that the question before it was answered yes, `timers` which timers are set, `limit` how
    many seconds its attempt, or all of a block, may take. `stopped_because` says why its attempt was asked
    to end, `left` that it was then given up and did not fail, `failing` what its operator is asked about.
    `tries` counts the attempts that its `retry` allows, `retry_on` is what its condition said of the last
    one; `final` tells that somebody ended it for good. `items` is how many items a foreach had when it
    began, `label` how an item is called, `before` what the captures made inside a block stood for before its
    first attempt, `earlier` what in it can be taken back that its newest attempt did not do. `due` is when
    its wait ends or its `retry` tries again. `passed_over` tells that something outside of it kept it from
    its turn, `cut_short` that a block around it did not begin and is still to come, or that the run ended
    inside of it, `late` that it ran because something had failed or been refused, `continues` that an attempt
    of an earlier leg of the run goes on. `since` is when it began or went on in the newest leg, `spent` how
    long it was under way in those before: between two legs nobody drives the run, and that time is no step's.
    `kept` is how many bytes of its output were on disk when an attempt ended, None where none has. `waited`
    is how many seconds it waited for somebody's word in all legs. `held` is how many seconds after `since` do
    not count: those of them, and those in which an attempt was recorded and did not act yet. `recorded` is
    when its newest attempt was. `again_at` is when another attempt has a chance, as its last one was told;
    None where it was not. `follows` is what its attempt has begun elsewhere, as `AttemptFollows` has it,
    until it has finished; `following` tells that its newest attempt began with that of an earlier leg.
    `unreachable` tells that its newest attempt did not reach its `host`, which is empty where it runs at
    home. `rates` says of a foreach that has begun how its items may begin, `canary_passed` that those behind
    its canaries may; `listed` is what its inventory gave, until it has begun.
    """

    phase: StepPhase = StepPhase.PENDING
    status: StepStatus | None = None
    reason: str = ""
    command: str = ""
    sent: Sent = NOTHING_SENT
    attempts: int = 0
    began: float | None = None
    since: float | None = None
    spent: float = 0.0
    ended: float | None = None
    kept: int | None = None
    exit_code: int | None = None
    signal: str = ""
    ran_by: str = ""
    captured: list[str] = []
    allowed: bool = False
    timers: list[str] = []
    limit: float | None = None
    poll: PollState | None = None
    stopped_because: str | None = None
    left: bool = False
    failing: str | None = None
    tries: int = 0
    retry_on: bool | None = None
    final: bool = False
    items: int = 0
    before: dict[str, Any] = {}
    earlier: list[str] = []
    label: str = ""
    due: float | None = None
    passed_over: bool = False
    cut_short: bool = False
    late: bool = False
    continues: bool = False
    waited: float = 0.0
    held: float = 0.0
    again_at: float | None = None
    follows: str = ""
    following: bool = False
    recorded: float = 0.0
    unreachable: bool = False
    host: str = ""
    rates: Rates | None = None
    canary_passed: bool = False
    listed: list[Any] | None = None

    def begin(self, now: float) -> None:
        """Count its time from `now` on, unless it is under way already."""
        self.began = now if self.began is None else self.began
        self.since = now if self.since is None else self.since

    def wait_for_a_chance(self, now: float) -> float:
        """Seconds in which another attempt has no chance."""
        return 0.0 if self.again_at is None else max(0.0, self.again_at - now)

    def begin_anew(self, now: float) -> None:
        """Count its time from `now` on, whatever it did before in this leg."""
        self.began = self.since = now
        self.held = 0.0

    def took(self, now: float) -> float:
        """Seconds that it was under way in all legs of the run, up to `now` where it has not ended.

        Without those in which it waited for somebody.
        """
        if self.since is None:
            return self.spent
        until = now if self.ended is None else self.ended
        return self.spent + max(0.0, until - self.since - self.held)


class Frame(Struct):
    """Names and what they stand for, for the steps that see them; secrets are here in memory only.

    `directory` is where the file lies that the steps come from, where the frame is that of a file.
    `left_out` has the types of the variables without a value, `results` the wanted results of steps by the id
    that texts use, `secrets` names whose value is secret (variables and captures by name, results as
    `steps.ID.FIELD`). The values of those that are `hidden` are not known: an earlier leg had them, and no
    record does.
    """

    values: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    captured: dict[str, Any] = {}
    results: dict[str, dict[str, Any]] = {}
    secrets: list[str] = []
    hidden: list[str] = []
    directory: str = ""


class EarlyEnd(Struct, frozen=True):
    """What a `stop` step said of the runbook that it ended."""

    status: RunStatus
    reason: str


class BlockState(Struct):
    """Steps that run one after the other, or side by side, as its `rates` let them begin.

    `taken` of the `children` have had their turn, `active` of those have not ended. `failure` is the first
    that failed; `unasked` tells that a confirmation was not asked because of a failure, `gates` names the
    steps in it that were left out and would have asked, as long as nobody has gone past them, `cut` why
    nothing more begins, `timed_out` that this is because of the block's own timeout, `stopped` that a `stop`
    step ended the runbook. `lacks` tells that because of `cut` a step had no turn, or was stopped.

    `errors` counts the steps in it that failed, or of which nobody knows whether they were done; in a foreach
    nothing but `cut` keeps an item from its turn as long as these are within the budget of its rates.
    `passed` is how many items were taken before the newest wait, or question, that is over.
    """

    children: list[str]
    rates: Rates = Rates()
    side_by_side: bool = False
    errors: int = 0
    passed: int = 0
    taken: int = 0
    active: int = 0
    failure: str | None = None
    unasked: bool = False
    gates: list[str] = []
    cut: str | None = None
    lacks: bool = False
    timed_out: bool = False
    stopped: EarlyEnd | None = None

    @property
    def keeps_going(self) -> bool:
        """Whether an item that fails may let the others begin, and a stop in one of them always does."""
        return self.rates.budget > 0

    @property
    def exceeded(self) -> bool:
        """Whether more has failed than may."""
        return self.errors > self.rates.budget

    @property
    def whole(self) -> bool:
        """Whether all of it has run, and nothing in it failed."""
        return not self.lacks and self.failure is None


class Earlier(Struct):
    """What earlier legs of a resumed run did, as far as this leg has not come to it yet.

    Of a run that is new it is what somebody gave for the steps that are left out.

    `steps` and `frames` are as they stood at the end, without what has to be done once more; `completed` is
    the order in which steps ended that can be taken back. `again` names steps that ended well and still run
    again, since a secret that they made is not known. `skipped` says of steps that are left out by whom and
    why, `edited` what steps run in place of their texts. `attempts` is how many attempts each step has made,
    so that none gets the number of another. `half_undone` are the undo steps that did not finish, by the step
    of which somebody has to say whether it was taken back. `stops` are those that had ended their runbook and
    are judged once more. `exact` and `only_undo` are as in `Resumed`; with that, `not_offered` are steps that
    stand as they were left, and were taken back or would be done again if the run went on. `only_failed` is
    as in `Resumed`.
    """

    steps: dict[str, StepState] = {}
    frames: dict[str, Frame] = {}
    completed: list[str] = []
    again: tuple[str, ...] = ()
    skipped: dict[str, str] = {}
    edited: dict[str, EditedText] = {}
    attempts: dict[str, int] = {}
    half_undone: dict[str, StepState] = {}
    stops: tuple[str, ...] = ()
    exact: bool = True
    only_undo: bool = False
    not_offered: tuple[str, ...] = ()
    only_failed: bool = False


class RunState(Struct):
    """Everything a run knows.

    `directories` are where its files lie, as in `events.Source`.
    `frames` are by the prefix of the ids inside them (`` for the run's own, `call/` for what a step calls),
    by the id of a foreach item, or by that of what an earlier attempt did (`ids.attempt_id`). `blocks` are by
    the id of the step that holds them, the parts of the run by `BODY`, `ids.UNDO` and `CLEANUP`. `completed`
    are steps that succeeded and can be taken back, in that order; `offered` are the undo steps that were
    offered. `refused` tells that a person or time closed a gate, `kept` names the
    `always` steps that a closed gate kept from running, `verdict` what decided the result first. `leg` counts
    how often it was begun or resumed. `passed` are steps that were left out, would have asked, and that
    somebody has gone past; items of a foreach are one. `gone` are steps that earlier legs began and that
    another text of the runbook does not have. `clock` is the run's time at its newest event, `since` that at
    which the newest leg began, `spent` how many seconds the legs before took, each to its last event.
    `asked` are the steps whose question is open (`ids.UNDO` for what is offered), `stands` tells that nothing
    else is under way; `waited` is how many seconds it stood in all legs, `held` in the newest (`core.waits`).
    `undo` tells that all that was done is to be taken back if the run fails, `doubted` names the undo steps
    of earlier attempts of blocks that earlier legs began and did not finish. In a `read_only` run the
    `barred` steps do not begin, nor do those whose text a person changed.
    """

    run: str = ""
    directories: tuple[str, ...] = ()
    runbook: str = ""
    operator: str = ""
    created: float = 0.0
    phase: RunPhase = RunPhase.NEW
    status: RunStatus = RunStatus.RUNNING
    reason: str = ""
    frames: dict[str, Frame] = {}
    blocks: dict[str, BlockState] = {}
    steps: dict[str, StepState] = {}
    completed: list[str] = []
    offered: list[str] = []
    refused: bool = False
    kept: list[str] = []
    verdict: RunStatus | None = None
    verdict_reason: str = ""
    cancelled: str | None = None
    cleanup_cancelled: bool = False
    interrupted: str | None = None
    lock: Lock | None = None
    profile: str = ""
    alert: dict[str, Any] = {}
    leg: int = 1
    passed: list[str] = []
    gone: dict[str, StepState] = {}
    earlier: Earlier = field(default_factory=Earlier)
    clock: float = 0.0
    since: float = 0.0
    spent: float = 0.0
    asked: list[str] = []
    stands: bool = False
    waited: float = 0.0
    held: float = 0.0
    undo: bool = False
    doubted: list[str] = []
    read_only: bool = False
    barred: tuple[str, ...] = ()

    def took(self, now: float) -> float:
        """Seconds that all legs took, the newest up to `now`.

        Without the time between them and that in which the run only waited for somebody.
        """
        return self.spent + max(0.0, self._worked_until(now) - self.since - self.held)

    def step_took(self, step: str, now: float) -> float:
        """`StepState.took` of a step; the clock of one that waits for somebody stands."""
        stands = self.stands or step in self.asked
        return self.steps[step].took(self.clock if stands else now)

    def waited_by(self, now: float) -> float:
        """Seconds up to `now` in which the run only waited for somebody."""
        return self.waited + (max(0.0, now - self.clock) if self.stands else 0.0)

    def _worked_until(self, now: float) -> float:
        return self.clock if self.stands else now


BODY = ""
CLEANUP = ":cleanup"
"""Keys of the blocks that a run itself is made of; no step has such an id."""
