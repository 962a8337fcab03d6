"""One step of a run as it stands: what was told of it, and what stands inside it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pup_tui.core.counting import TAKEN_BACK, counted_as
from pup_tui.core.fleet import FAILED, is_fleet
from pup_tui.core.ids import UNDO, is_kept, item_numbers
from pup_tui.core.notices import StepPaused, StepPolled, StepRetrying
from pup_tui.core.program import Node
from pup_tui.core.sent import Shown
from pup_tui.output.sanitize import safe_text

KEPT_VALUES = 400
"""Values of a poll that are kept for its sparkline; more could not be told apart in it."""

MOST_OF_ITEM = 200
"""Characters of an item's value that are shown in its name."""

UNDER_WAY = frozenset({"running", "polling", "waiting", "retrying"})
UNFINISHED = UNDER_WAY | {"pending"}
HELD_BACK = "held back"
NOT_SHOWN = Shown("")

KEPT_ATTEMPTS = 400
"""Attempts of a step that are remembered; the output of those before is not parted."""


class Attempt(NamedTuple):
    """An attempt that came after another: when it began (RFC 3339), and what became of the one before.

    Of a poll `ts` is when the one before was `judged`: that the next one begins is not told itself.
    """

    number: int
    ts: str
    before: str
    judged: bool = False


@dataclass(eq=False, kw_only=True)
class StepProgress:
    """One step as it stands. `status` is one of the words of `glyphs`; `duration` is in seconds,
    without those that it `waited` for somebody's word.

    `children` are the items of a foreach, or the steps of a block, in the order of the file; `held` counts
    them by their status, `notable` are those under way or in trouble. `item` is the label of an item of a
    foreach, else the value that it stands for, where it is known and no secret; `of_item` the item whose step
    an undo step takes back. `shown` is its command with what goes in beside it; `question` what it asked
    (about a failure, until its next attempt begins), `asked_for` what kind of question that is, `given` what
    was answered. `retrying` is told of an
    attempt that failed, until the next one begins, `paused` of one that only waits; `repeated` are the
    attempts after the first; `begun_with`
    is the first of its poll, or else the newest. `held_back` tells that a failure keeps it from its turn,
    `taken_back` that it was done, and undone; `unreachable` that its host, or that of what failed in it, was
    not reached. `host` is where it runs, empty at home, and `on_hosts` tells that it holds a step with one.
    """

    node: Node
    parent: StepProgress | None = None
    of_item: StepProgress | None = None
    status: str = "pending"
    held_back: bool = False
    taken_back: bool = False
    item: str = ""
    shown: Shown = NOT_SHOWN
    reason: str = ""
    attempts: int = 0
    begun_with: int = 0
    exit_code: int | None = None
    signal: str | None = None
    ran_by: str | None = None
    unreachable: bool = False
    host: str = ""
    on_hosts: bool = False
    duration: float | None = None
    waited: float = 0.0
    question: str = ""
    asked_for: str = ""
    answered: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    retrying: StepRetrying | None = None
    paused: StepPaused | None = None
    last_poll: StepPolled | None = None
    values: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_VALUES))
    repeated: deque[Attempt] = field(default_factory=lambda: deque(maxlen=KEPT_ATTEMPTS))
    children: list[StepProgress] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    notable: set[StepProgress] = field(default_factory=set)

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def fails_asked(self) -> bool:
        """Whether it failed, and it is asked what becomes of it."""
        return self.status == "waiting" and self.asked_for == "failure"

    @property
    def word(self) -> str:
        """What stands beside it: its status, or that it does not come to its turn, or not stand any more."""
        if self.held_back:
            return HELD_BACK
        return TAKEN_BACK if self.taken_back else self.status

    @property
    def counts_as(self) -> str:
        """What it is counted as: its status, that it was taken back, or that its host was not reached."""
        if self.taken_back:
            return TAKEN_BACK
        return counted_as(self.status, unreachable=self.unreachable)

    @property
    def stands_as(self) -> str:
        """What stands for it in a fleet: what it is counted as, or that it does not come to its turn."""
        return HELD_BACK if self.held_back else self.counts_as

    @property
    def is_fleet(self) -> bool:
        """Whether its items are shown as one thing."""
        held = self.children
        return (
            self.node.is_loop and self.holds_known and is_fleet(len(held), on_hosts=self.on_hosts)
        )

    @property
    def begun(self) -> int:
        """How often it was begun, by itself or by somebody's word, in all legs of the run; a poll is one."""
        looks = sum(each.judged for each in self.repeated)
        return max(1, self.attempts - looks)

    @property
    def over(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def under_way(self) -> bool:
        return self.status in UNDER_WAY

    @property
    def is_notable(self) -> bool:
        """Whether an operator looks for this one among a thousand."""
        return self.under_way or self.status in FAILED

    @property
    def is_undo(self) -> bool:
        """Whether it takes another step back, or is part of what does."""
        return UNDO in self.id

    @property
    def polls(self) -> bool:
        """Whether the run itself repeats the step until a condition holds."""
        step = self.node.step
        return step.poll is not None and not step.follows and not self.node.is_loop

    @property
    def waits(self) -> bool:
        """Whether it is under way and does nothing but wait."""
        return self.status == "running" and self.node.step.waits_for is not None

    @property
    def pauses(self) -> bool:
        """Whether it is a foreach whose next batch of items is waited for."""
        return self.status == "running" and self.node.is_loop and self.paused is not None

    @property
    def has_run(self) -> bool:
        return self.attempts > 0

    @property
    def has_printed(self) -> bool:
        """Whether an attempt has ended of which the output is kept, also where that is empty."""
        acts = self.node.step.has_output and not self.node.is_block
        return self.over and self.has_run and acts

    @property
    def name(self) -> str:
        """Its name, safe to show; of an item its number and its value."""
        if not self.node.is_item:
            own = safe_text(self.node.step.name)
            if is_kept(done := self.id.removesuffix(UNDO)):
                own += f" (attempt {done.rpartition('#')[2]})"
            return own if self.of_item is None else f"{own} {self.of_item.name}"
        return f"{self._number} {self._called}".rstrip()

    @property
    def called(self) -> str:
        """What an item of a foreach is called, or else which one it is; safe to show."""
        return self._called or self._number

    @property
    def _number(self) -> str:
        return f"[{item_numbers(self.id)[-1]}]"

    @property
    def _called(self) -> str:
        return safe_text(
            (self.item or self.shown.command).strip().partition("\n")[0][:MOST_OF_ITEM]
        )

    @property
    def verdict(self) -> str:
        """What became of its last attempt, before the next one has begun; empty where nothing tells."""
        polled = self.last_poll
        if polled is not None and not polled.met:
            saw = [polled.error or "", polled.status or ""]
            saw += [] if polled.value is None else [f"value {polled.value:g}"]
            return safe_text(" · ".join(filter(None, ["not met", *saw])))
        if self.retrying is not None:
            return safe_text(f"failed: {self.retrying.reason}")
        if self.question and self.answered.startswith("retry "):
            if self.asked_for == "unknown":
                return "has no known end"
            return safe_text(f"failed: {self.question}")
        return self.status if self.over else ""

    @property
    def given_up(self) -> bool:
        """Whether a person who was asked what becomes of its failure ended the run with it."""
        return self.answered.startswith("abort ")

    @property
    def holds_known(self) -> bool:
        """Whether what it holds is known: the items of a foreach are when it begins."""
        held = self.children
        return bool(held) and (not self.node.is_loop or held[0].node.is_item)

    def inside(self) -> Iterator[StepProgress]:
        """All steps inside it, each after the one that holds it."""
        for child in self.children:
            yield child
            yield from child.inside()
