"""What a run tells those who watch it: the public events, as they stand in JSON Lines.

The machine makes them of unmasked texts; the driver masks them before anyone sees them, and whoever writes
to a terminal makes them safe for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from pup_tui.core.sent import Shown, shown_of


@lru_cache(maxsize=8)
def rfc3339(wall: float) -> str:
    """A moment (seconds since 1970) as RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rfc3339_or_none(wall: float | None) -> str | None:
    """The same of a moment that may not be known."""
    return None if wall is None else rfc3339(wall)


def moment_of(ts: str) -> float:
    """The moment (seconds since 1970) that `rfc3339` told as this. Raises ValueError."""
    return datetime.fromisoformat(ts).timestamp()


class Notice(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Common to all: `ts` (RFC 3339, UTC) and the run's id. Durations are seconds."""

    ts: str
    run: str


class SourceNotice(Struct, frozen=True):
    """The file that a run was made from."""

    path: str
    sha256: str


class RunStarted(Notice, frozen=True, kw_only=True, tag="run.started"):
    """A run began; `steps` counts those that hold no others, `vars` has `***` for secrets.

    `profile` and `alert`, which it is about, are empty without one. In a `read_only` run steps that may
    change something are refused. `unchecked` is why it was begun past what is looked at before, `asked_by`
    the client that asked for it, as it calls itself; both are empty for most runs.
    """

    runbook: str
    steps: int
    vars: dict[str, Any]
    operator: str
    source: SourceNotice
    profile: str = ""
    read_only: bool = False
    alert: dict[str, Any] = {}
    unchecked: str = ""
    asked_by: str = ""


MOST_ITEMS = 20
"""Items that are named in one sentence."""


class ItemAgain(Struct, frozen=True, kw_only=True):
    """A step of an item that runs again: what the item is called, and its host, empty where not known."""

    step: str
    label: str = ""
    host: str = ""

    @property
    def called(self) -> str:
        """The item in words: `web-1`, or `payments on web-1`."""
        if not self.host or self.host == self.label:
            return self.label or self.host
        return f"{self.label} on {self.host}" if self.label else self.host


def told_items(items: Sequence[ItemAgain]) -> str:
    """What items are called, as many as anybody reads: `web-1, web-3 and 4 more`."""
    names = list(dict.fromkeys(each.called or each.step for each in items))
    more = f" and {len(names) - MOST_ITEMS:,} more" if len(names) > MOST_ITEMS else ""
    return f"{', '.join(names[:MOST_ITEMS])}{more}"


class RunResumed(Notice, frozen=True, kw_only=True, tag="run.resumed"):
    """The run goes on, as its `leg` (2 the first time), by the word of `operator`.

    `finished` counts the steps that stay as they are, `unknown` are those of which nobody knows whether they
    were done, `skipped` those that are left out, with the reason, `changed` the variables that got another
    value. `retried` are the steps that had failed and run again, with the reason why they had. `done` and
    `taken_back` are those of which the operator says so, though they, or their undo, did not finish.
    `edited` is what steps run in place of their texts, `source` another text of the
    runbook that it goes on with, None where that is the same. `items` are those of a foreach that failed or
    did not finish, `only_failed` tells that no other item begins.
    """

    leg: int
    operator: str
    host: str
    finished: int
    unknown: tuple[str, ...] = ()
    skipped: dict[str, str] = {}
    retried: dict[str, str] = {}
    done: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    changed: dict[str, Any] = {}
    edited: dict[str, str] = {}
    source: SourceNotice | None = None
    items: tuple[ItemAgain, ...] = ()
    only_failed: bool = False


class RunNoted(Notice, frozen=True, kw_only=True, tag="run.noted"):
    """Somebody remarked something about the run."""

    by: str
    note: str


class StepStarted(Notice, frozen=True, kw_only=True, tag="step.started"):
    """A step, or another attempt of it, begins; `attempt` counts from 1, `index` (its place) from 0.

    `label` is how an item of a foreach is called, None where nothing says it. `host` is the other computer
    on which it runs, empty for this one. What goes in beside the command is told as `core.sent.Sent` has it.
    """

    step: str
    name: str
    kind: str
    index: int
    attempt: int
    command: str
    label: str | None = None
    host: str = ""
    stdin: str | None = None
    body: str | None = None
    body_file: str | None = None
    statement: str | None = None

    @property
    def shown(self) -> Shown:
        return shown_of(self)


class StepOutput(Notice, frozen=True, kw_only=True, omit_defaults=True, tag="step.output"):
    """One line without its end. Made by the driver: output never enters the machine.

    `overwritten` is what it said before redraws, backspaces and moves made `text` of it, if any did.
    """

    step: str
    stream: str
    text: str
    overwritten: tuple[str, ...] = ()


class StepPolled(Notice, frozen=True, kw_only=True, tag="step.poll"):
    """An attempt of a poll was judged: whether its condition is `met`, and what it saw; seconds for times."""

    step: str
    attempt: int
    elapsed: float
    timeout: float
    value: float | None
    status: str | None
    met: bool
    error: str | None


class StepWaiting(Notice, frozen=True, kw_only=True, tag="step.waiting"):
    """A step waits for a person: `for_` is the kind of question, `expect` what must be typed for a yes,
    `checklist` what is to be ticked.
    """

    step: str
    for_: str = field(name="for")
    message: str
    expect: str | None
    checklist: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """All that was asked."""
        return "\n".join(filter(None, (self.message.rstrip(), checked_off(self.checklist))))


def checked_off(checklist: Iterable[str]) -> str:
    """What a person has to tick, an item a line."""
    return "\n".join(f"[ ] {item}" for item in checklist)


class StepAnswered(Notice, frozen=True, kw_only=True, tag="step.answered"):
    """A question of a step was answered, `by` whom and with which note; `values` has `***` for secrets."""

    step: str
    answer: str
    by: str
    note: str
    values: dict[str, Any] = {}


class StepRetrying(Notice, frozen=True, kw_only=True, tag="step.retrying"):
    """An attempt failed for `reason`; the next one of `attempts` begins in `delay` seconds."""

    step: str
    attempt: int
    attempts: int
    delay: float
    reason: str


class StepPaused(Notice, frozen=True, kw_only=True, tag="step.paused"):
    """An attempt only waits for so many `seconds`, as for a rate limit: made by the driver, as output is.

    Or a foreach between two batches of its items.
    """

    step: str
    seconds: float
    reason: str


class StepFinished(Notice, frozen=True, kw_only=True, tag="step.finished"):
    """A step ended with a `StepStatus`; `captured` are the names of its captures.

    `waited` is how many seconds it waited for somebody's word, which `duration` does not count.
    `outcome` is the same word, as `steps.ID.outcome` has it. `signal` names what killed its process, None
    where nothing did, `ran_by` the client that ran a subcommand of `pup`, None for every other step.
    `unreachable` tells that the host that it was for could not be reached.
    """

    step: str
    status: str
    exit_code: int | None
    outcome: str | None = None
    signal: str | None = None
    ran_by: str | None = None
    unreachable: bool = False
    duration: float
    attempts: int
    reason: str
    captured: tuple[str, ...]
    label: str | None = None
    waited: float = 0.0


class RunFinished(Notice, frozen=True, kw_only=True, tag="run.finished"):
    """A run ended with a `RunStatus`; `counts` has by their status the number of steps that hold no others
    (`counting.counts_of`).

    `waited` is how many seconds it only waited for somebody's word, which `duration` does not count.
    """

    status: str
    warnings: int
    duration: float
    counts: dict[str, int]
    reason: str
    waited: float = 0.0


AnyNotice = (
    RunStarted
    | RunResumed
    | RunNoted
    | StepStarted
    | StepOutput
    | StepPolled
    | StepWaiting
    | StepAnswered
    | StepRetrying
    | StepPaused
    | StepFinished
    | RunFinished
)
