"""What the machine wants done. A driver carries the actions out and reports back with events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

from pup_tui.core.ended import FAILED
from pup_tui.core.events import Decision, EndFacts
from pup_tui.core.notices import AnyNotice, RunFinished, StepFinished, StepWaiting
from pup_tui.core.render import Remote
from pup_tui.core.requests import StepRequest
from pup_tui.core.sent import NOTHING_SENT, Sent
from pup_tui.runbook.keys import ConditionText
from pup_tui.runbook.parts import Variable
from pup_tui.template.value_command import ValueCommand


class WantedCapture(Struct, frozen=True):
    """A value to take from the output; without an `expression` that is all of standard output."""

    name: str
    expression: str | None
    secret: bool


class WantedAssertion(Struct, frozen=True):
    """A condition, and whether it is to hold or not to hold. `message` is what is told where it is not so, if
    that has to be rendered.
    """

    condition: str
    holds: bool = True
    message: str = ""


class WantedColumn(Struct, frozen=True):
    """A column of a table: a template over it, and an expression over a row; or the name of a `field`."""

    title: str
    value: str
    is_field: bool


class WantedTable(Struct, frozen=True):
    """A table to make of the output: an expression for its rows; without columns all their fields."""

    rows: str
    columns: tuple[WantedColumn, ...]


class Wanted(Struct, frozen=True, kw_only=True):
    """What the machine wants to know of an attempt's output; `results` are fields that later steps name.

    `reminders` are messages to render for people. `show` is what is made of it for them, where it is not
    shown as it is. `names` are the variables and earlier results that the expressions may use, `history` the
    values of a poll's earlier samples (oldest first).
    """

    captures: tuple[WantedCapture, ...] = ()
    results: tuple[str, ...] = ()
    until: ConditionText | None = None
    fail_if: ConditionText | None = None
    retry_on: ConditionText | None = None
    assertions: tuple[WantedAssertion, ...] = ()
    reminders: tuple[str, ...] = ()
    show: Literal["json", "table"] | WantedTable | None = None
    names: dict[str, Any] = {}
    declared: frozenset[str] = frozenset()
    history: tuple[float, ...] = ()
    attempt: int = 1
    elapsed: float = 0.0

    @property
    def anything(self) -> bool:
        """Whether the output is looked at at all."""
        looks = (self.captures, self.results, self.until, self.fail_if, self.retry_on)
        return bool(self.assertions or self.reminders) or any(looks)


class UndoOffer(Struct, frozen=True, kw_only=True):
    """An undo step that could run: its id, the name of the step that it takes back, its command.

    One that is `doubtful` began in an earlier leg of the run and did not finish.
    """

    step: str
    name: str
    command: str
    danger: bool = False
    doubtful: bool = False


class Question(Struct, frozen=True, kw_only=True):
    """Something only a person can decide.

    `upcoming` is what a *yes* leads to (the rendered command and what goes into it), `expect` the text
    that must be typed for it, `timeout` the time in seconds, from when it is asked, after which it
    counts as refused. `captures` are the names that an attempt of which nobody knows whether it was done
    would have made for other steps. `variables` are what an `input` step asks for, as they stand in the
    file; their texts may use the variables above and `names`, what the run knows (never to be shown or
    stored), of which `secrets` names the secret ones (and of `captures`). `directory` is where the file
    lies that they stand in. `offers` are what can be undone, in the order in which it would run; the
    `step` of that question is `ids.UNDO`, and it is answered with `LocalRun.undo`.
    """

    step: str
    title: str
    kind: Literal["confirm", "manual", "input", "failure", "unknown", "half-undone", "undo"]
    message: str
    expect: str | None = None
    checklist: tuple[str, ...] = ()
    danger: bool = False
    upcoming: str | None = None
    timeout: float | None = None
    variables: dict[str, Variable] = {}
    names: dict[str, Any] = {}
    secrets: tuple[str, ...] = ()
    directory: str = ""
    offers: tuple[UndoOffer, ...] = ()
    captures: tuple[str, ...] = ()


class Action(Struct, frozen=True, kw_only=True):
    """Something that the machine wants done."""


class LookUpTool(Action, frozen=True, kw_only=True):
    """Find out whether `tool` is a command: a program, or a builtin of `shell`.

    `remote` is the other computer to ask, None for this one.
    """

    step: str
    tool: str
    shell: str = "sh"
    remote: Remote | None = None


class ResolveValues(Action, frozen=True, kw_only=True):
    """Find the values of what `step` calls: what is `given`, then `from`, then `default`, each checked.

    `secrets` names the given values that are secret whatever their variable's type. Undeclared names among
    the given ones are problems. `directory` is where the file lies that the variables stand in. Of an
    action of an `integration` the variables in `settings` belong to that: they are the same in all of a run.
    It has `other_settings` besides, which the action does not use.
    """

    step: str
    variables: dict[str, Variable]
    given: dict[str, Any]
    secrets: tuple[str, ...] = ()
    directory: str = ""
    integration: str = ""
    settings: tuple[str, ...] = ()
    other_settings: tuple[str, ...] = ()


class FoundValues(Protocol):
    """Values that were found, as far as they are known; problems are told by their text."""

    @property
    def values(self) -> Mapping[str, Any]: ...

    @property
    def left_out(self) -> tuple[str, ...]: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...

    @property
    def made(self) -> tuple[object, ...]: ...

    @property
    def problems(self) -> Sequence[object]: ...


class ListItems(Action, frozen=True, kw_only=True):
    """Ask the inventory of a foreach for its items, for at most `timeout` seconds.

    They are the hosts of a `group` of the file `ansible`, those of the ssh configuration whose names fit
    `ssh_config`, or what a `command` lists.
    """

    step: str
    ansible: str = ""
    group: str = ""
    ssh_config: str = ""
    command: ValueCommand | None = None
    timeout: float


class TakeLock(Action, frozen=True, kw_only=True):
    """Take the lock of a runbook that `step` calls, for as long as the run lasts."""

    step: str
    value: str


class StartAttempt(Action, frozen=True, kw_only=True):
    """Run `request`. `shown` is the command for people, `sent` what goes in beside it as far as that is to be
    recorded, `made` the values in the request that its texts made out of secrets: they are secrets as well.

    `output_limit` is how many bytes of output are kept on disk, None for what is usual; `directory` is where
    the runbook's file lies, for its processes to know. `follow` is what an earlier attempt has begun
    elsewhere (`AttemptFollows`): this one begins nothing, and tells how that ends.
    """

    attempt: str
    step: str
    request: StepRequest
    shown: str
    wanted: Wanted
    sent: Sent = NOTHING_SENT
    made: tuple[Any, ...] = ()
    output_limit: int | None = None
    directory: str = ""
    follow: str = ""


class StopAttempt(Action, frozen=True, kw_only=True):
    """End a running attempt: the executor still reports that it finished."""

    attempt: str


class Ask(Action, frozen=True, kw_only=True):
    """Put a question to whoever answers; it stays open until it is answered or withdrawn."""

    question: Question


class Withdraw(Action, frozen=True, kw_only=True):
    """The question of `step` needs no answer any more."""

    step: str


class SetTimer(Action, frozen=True, kw_only=True):
    """Report `timer` after `seconds`; setting it again moves it."""

    timer: str
    seconds: float


class CancelTimer(Action, frozen=True, kw_only=True):
    timer: str


class Tell(Action, frozen=True, kw_only=True):
    """Give a notice to everybody who watches the run."""

    notice: AnyNotice


class Record(Action, frozen=True, kw_only=True):
    """Store what was decided by secrets together with the event that led to it."""

    decided: tuple[Decision, ...]


class EndRun(Action, frozen=True, kw_only=True):
    """The run is over; no action follows."""


AnyAction = (
    LookUpTool
    | ResolveValues
    | ListItems
    | TakeLock
    | StartAttempt
    | StopAttempt
    | Ask
    | Withdraw
    | SetTimer
    | CancelTimer
    | Tell
    | Record
    | EndRun
)


def ends_in(actions: Iterable[AnyAction]) -> dict[str, str]:
    """How steps ended, by their ids, and the run (``), of which these actions tell."""
    told = (action.notice for action in actions if isinstance(action, Tell))
    return {
        notice.step if isinstance(notice, StepFinished) else "": str(notice.status)
        for notice in told
        if isinstance(notice, StepFinished | RunFinished)
    }


def known_of_ends(actions: Iterable[AnyAction]) -> dict[str, EndFacts]:
    """What else these actions tell of what `ends_in` gives, and of failures of which somebody is asked."""
    found: dict[str, EndFacts] = {}
    for action in actions:
        match action:
            case Tell(notice=StepWaiting(for_="failure") as asked):
                found[asked.step] = EndFacts(reason=asked.message)
            case Tell(notice=StepFinished() as ended):
                reason = ended.reason if ended.status in FAILED else ""
                if reason or ended.waited:
                    found[ended.step] = EndFacts(waited=ended.waited, reason=reason)
            case Tell(notice=RunFinished() as over):
                found[""] = EndFacts(waited=over.waited)
    return found
