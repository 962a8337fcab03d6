"""What a run learns: everything that happened outside the machine arrives as one of these events.

A run is the sequence of its events: replaying them gives the same state. So an event carries all that the
machine may not look up itself: the time, the environment's answers, the operator's name, random ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import PurePath
from typing import Any

import msgspec
from msgspec import Struct

from pup_tui.core.sent import NOTHING_SENT, Sent

Change = Callable[[dict[str, Any], Collection[str]], dict[str, Any]]
"""Makes other values of some, by the names of those that are secret."""


class Moment(Struct, frozen=True):
    """When something happened, on two clocks.

    `wall` is UTC in seconds since 1970 and is only ever shown. `clock` is the run's own time in seconds since
    it was created; it never goes back and is what deadlines are judged by.
    """

    wall: float
    clock: float


class Source(Struct, frozen=True):
    """The exact text that a run was made from, and the directories of the packs beside its own."""

    path: str
    sha256: str
    packs: tuple[str, ...] = ()

    @property
    def directory(self) -> str:
        """Where the runbook's own file lies; blank where that is not known."""
        return self.directories[0]

    @property
    def directories(self) -> tuple[str, ...]:
        """Where its files lie, by the number of the place: its own directory, then those of the packs."""
        own = str(PurePath(self.path).parent) if self.path else ""
        return (own, *self.packs)


class WorkingDirectory(Struct, frozen=True):
    """Where the processes of a run work, with the number that the disk has given to that directory."""

    path: str
    inode: int


class Judgement(Struct, frozen=True):
    """What a condition said about an attempt; `holds` None means that it cannot be known."""

    holds: bool | None
    reason: str = ""


class Findings(Struct, frozen=True, omit_defaults=True):
    """What was wanted of an attempt's output, and nothing else of it.

    `secrets` names the captures and results (as `steps.FIELD`) whose value holds a secret: the machine works
    with the value, the journal never sees it. `messages` are what is told of each of the `assertions`, blank
    where it holds or nothing had to be rendered, and `reminders` those that were, as people may see them.
    """

    captures: dict[str, Any] = {}
    missing: dict[str, str] = {}
    results: dict[str, Any] = {}
    secrets: tuple[str, ...] = ()
    until: Judgement | None = None
    fail_if: Judgement | None = None
    retry_on: Judgement | None = None
    assertions: tuple[Judgement, ...] = ()
    messages: tuple[str, ...] = ()
    reminders: tuple[str, ...] = ()
    value: float | None = None
    status: str | None = None


class RenderFailure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a text could not be rendered; `name` is what stands for nothing, where that is the reason."""

    message: str
    expression: str | None = None
    name: str | None = None
    hint: str | None = None


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the machine made, for `step`, of texts that may look at secrets; none of them is in it."""

    step: str
    what: str
    value: Any = None
    failure: RenderFailure | None = None

    def about(self, step: str, what: str) -> bool:
        return self.step == step and self.what == what


class EndFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What else is recorded of a step that ended, or of whose failure somebody is asked.

    `waited` is how many seconds it waited for somebody's word in all legs of its run, `reason` why it failed
    where the event itself does not say so.
    """

    waited: float = 0.0
    reason: str = ""


class Event(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Something that happened; `at` is when.

    `decided` is what the machine decided by secrets while it handled the event, in that order: it is recorded
    with the event, and read instead of the secrets when the event is handled again. `ended` says which steps
    ended because of it (`` is the run) and how; None where that was not recorded. `of_ended` has what else is
    known of these, and of those of whose failure somebody is asked; it has the run wherever that ended, but
    not in older records.
    """

    at: Moment
    decided: tuple[Decision, ...] = ()
    ended: dict[str, str] | None = None
    of_ended: dict[str, EndFacts] = {}


class Lock(Struct, frozen=True, omit_defaults=True):
    """What a run holds while it is under way: its rendered `lock`.

    Where it was taken from another run that still held it, `broken` says from whom and `reason` why.
    """

    value: str
    broken: str = ""
    reason: str = ""


class LeftOutSteps(Struct, frozen=True, omit_defaults=True):
    """The `steps` of a run that are left out, each with the reason.

    `captures` is what they would have made, by the step; `secrets` names which of that is secret.
    """

    steps: dict[str, str] = {}
    captures: dict[str, dict[str, Any]] = {}
    secrets: dict[str, tuple[str, ...]] = {}

    def with_captures(self, change: Change) -> LeftOutSteps:
        """The same with the captures of each step changed, by which of them are secret."""
        captures = {
            step: change(made, self.secrets.get(step, ())) for step, made in self.captures.items()
        }
        return msgspec.structs.replace(self, captures=captures)


NOTHING_LEFT_OUT = LeftOutSteps()


class BegunUnchecked(Struct, frozen=True, omit_defaults=True):
    """Why (`reason`) a run was begun past what is looked at before, and what of that was not in order."""

    reason: str
    failed: tuple[str, ...] = ()


class RunRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who asked for a run, at `asked` (UTC, seconds since 1970), and what the operator said who approved it.

    `client` and `version` are what it calls itself, `reason` is its own, `note` the operator's; `digest` is
    that of the text, the values and the plan that were approved.
    """

    client: str
    asked: float
    digest: str
    version: str = ""
    reason: str = ""
    note: str = ""

    @property
    def told(self) -> str:
        """The client as it calls itself."""
        return f"{self.client} {self.version}".strip()


class Scheduled(Struct, frozen=True, omit_defaults=True):
    """The schedule that a run is of, and the moment that it is for, in seconds since 1970.

    There is no moment where somebody began it by hand.
    """

    name: str
    moment: float | None = None


class RunCreated(Event, frozen=True, kw_only=True, tag="run-created"):
    """`left_out` names variables that have no value; `secrets` those whose value is never stored.

    `profile` is the name of the operator's profile, empty without one; `version` is that of the program. Of a
    `read_only` run the steps in `barred`, named without items, do not begin.
    `alert` is what the run is about, as `Alert.for_run` has it, empty without one.
    `without` is what the operator leaves out; `undo` tells that they want all that was done taken back if the
    run fails. `cwd` is where its processes work; older records have none. `unchecked` tells that it was begun
    past what is looked at before, `look` that it only looks, for a plan. `scheduled` is of one that a
    schedule began, `request` of one that somebody else asked for and the operator approved.
    """

    run: str
    runbook: str
    source: Source
    operator: str
    host: str
    values: dict[str, Any]
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    lock: Lock | None = None
    profile: str = ""
    version: str = ""
    without: LeftOutSteps = NOTHING_LEFT_OUT
    undo: bool = False
    read_only: bool = False
    barred: tuple[str, ...] = ()
    cwd: WorkingDirectory | None = None
    alert: dict[str, Any] = {}
    unchecked: BegunUnchecked | None = None
    look: bool = False
    request: RunRequest | None = None
    scheduled: Scheduled | None = None


class ValuesResolved(Event, frozen=True, kw_only=True, tag="values-resolved"):
    """The variables of a group or runbook that `step` calls; with `problems` (sentences) it cannot begin."""

    step: str
    values: dict[str, Any] = {}
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class ItemsListed(Event, frozen=True, kw_only=True, tag="items-listed"):
    """The items that the inventory of a foreach has; with a `problem` (a sentence) it gave none."""

    step: str
    items: tuple[Any, ...] = ()
    problem: str = ""


class LockAnswered(Event, frozen=True, kw_only=True, tag="lock-answered"):
    """Whether the lock of the runbook that `step` calls is held now by this run.

    Where not, `holder` says by whom else, or `problem` (a sentence) why nobody could hold it.
    """

    step: str
    held: bool
    holder: str = ""
    problem: str = ""


class ToolLookedUp(Event, frozen=True, kw_only=True, tag="tool-looked-up"):
    """Whether the `tool` of an optional step is a command here."""

    step: str
    tool: str
    found: bool


class AttemptStarted(Event, frozen=True, kw_only=True, tag="attempt-started"):
    """Recorded before the effect. `command` and what is `sent` are readable and masked, the latter cut.

    `host` is the other computer that it is for, empty for this one.
    """

    attempt: str
    command: str
    sent: Sent = NOTHING_SENT
    host: str = ""


class AttemptFollows(Event, frozen=True, kw_only=True, tag="attempt-follows"):
    """An attempt has begun something elsewhere that goes on without this program, and follows it.

    `what` is its executor's word for that, by which another attempt can follow the same.
    """

    attempt: str
    what: str


class AttemptFinished(Event, frozen=True, kw_only=True, tag="attempt-finished"):
    """`ok` is the executor's verdict (exit code, HTTP status); `duration` is in seconds.

    `signal` names what killed its process; `exit_code` is then 128 and the signal's number. `unknown` tells
    that nobody knows whether it was done, `by_itself` that it was over before it could be stopped: then it
    counts, whatever had been decided in the meantime. `kept` is how many bytes of the step's output were on
    disk then, with those of earlier attempts; None where that is not known. `ran_by` names what ran a
    subcommand of `pup`. `again_in` is in how many seconds another attempt has a chance, None where nobody
    told. `unreachable` tells that the host that it was for could not be reached.
    """

    attempt: str
    ok: bool
    duration: float
    exit_code: int | None = None
    signal: str = ""
    status_code: int | None = None
    reason: str = ""
    unknown: bool = False
    by_itself: bool = False
    findings: Findings = Findings()
    kept: int | None = None
    ran_by: str = ""
    again_in: float | None = None
    unreachable: bool = False


class TimerFired(Event, frozen=True, kw_only=True, tag="timer-fired"):
    timer: str


class Answered(Event, frozen=True, kw_only=True, tag="answered"):
    """An answer to a step's question: `yes` or `no`; to a failure: `retry`, `skip`, `continue` or `abort`.

    To an attempt of which nobody knows whether it was done: `done` (with the captures as `values`), `retry`,
    `skip` or `abort`; to an undo that did not finish: `taken-back`, `stays` (the step stays done), `undo`
    (run it again) or `abort`.

    `by` is the operator's name, `--yes`, or `nobody` where there was no one to ask. To an `input` step a
    `yes` brings the values, checked already; `left_out` and `secrets` are as in `RunCreated`. With a
    `retry` come variables of the run that have another value from here on (`changed`), and what
    the step runs in place of its text (`edited`).
    """

    step: str
    answer: str
    by: str
    note: str = ""
    values: dict[str, Any] = {}
    left_out: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    changed: dict[str, Any] = {}
    edited: EditedText | None = None


class UndoChosen(Event, frozen=True, kw_only=True, tag="undo-chosen"):
    """Which of the offered undo steps (their ids) shall run; the order is that of the offer."""

    steps: tuple[str, ...]
    by: str
    note: str = ""


class PollNudged(Event, frozen=True, kw_only=True, tag="poll-nudged"):
    """Check now instead of waiting for the interval."""

    step: str
    by: str


class PollExtended(Event, frozen=True, kw_only=True, tag="poll-extended"):
    """Give a poll `seconds` more than its timeout."""

    step: str
    seconds: float
    by: str


class PollStopped(Event, frozen=True, kw_only=True, tag="poll-stopped"):
    """End a poll as failed."""

    step: str
    by: str


class PollAccepted(Event, frozen=True, kw_only=True, tag="poll-accepted"):
    """End a poll as met, on somebody's word."""

    step: str
    by: str
    reason: str


class WaitCut(Event, frozen=True, kw_only=True, tag="wait-cut"):
    """End a `wait` step before its time."""

    step: str
    by: str


class NoteAdded(Event, frozen=True, kw_only=True, tag="note-added"):
    """Somebody remarks something about the run; it changes nothing."""

    by: str
    note: str


class CancelRequested(Event, frozen=True, kw_only=True, tag="cancel-requested"):
    """Stop what runs, skip the rest, run the cleanup; asked for again, leave the cleanup as well."""

    by: str
    reason: str = ""


class Interrupted(Event, frozen=True, kw_only=True, tag="interrupted"):
    """The terminal or the process is going away: stop what runs and leave the run as it stands."""

    reason: str


class EditedText(Struct, frozen=True, omit_defaults=True):
    """What a step runs in place of its rendered text.

    `values` are those that a script refers to, by the name of their environment variable.
    """

    text: str
    values: dict[str, str] = {}


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on after it was interrupted, cancelled, failed or aborted: another leg of it.

    `values` are secret variables, asked for once more; `captures` what steps had captured as secrets, by the
    step. `again` names steps that ended well and run once more, since a secret that they captured is not
    known. `skipped` are steps that are left out, each with the reason, `changed` are variables that have
    another value from here on, `left_out` those that have none. `edited` is what steps run
    from here on in place of their texts. `source` is the text that the run goes on with, where that is
    another one. `read_only` and `barred` are as in `RunCreated`. `never_begun` names steps whose
    newest attempt is recorded and has not acted, `half_undone` those of which somebody is asked whether
    they were taken back, since their undo did not finish. `counts_lost` tells that an attempt that did
    not finish counts as one of its poll. `exact` tells that what was skipped only since the run ended
    (`StepState.cut_short`) is still to come, and that of what was done only that is done again which
    comes behind a step that was taken back (`core.behind`); legs that do not say so passed those by, and
    did again all that stands behind the step in the file. `undo` is as in `RunCreated`, which holds for
    later legs as well. `only_undo` tells that nothing of the body begins: what there is stays as it stands,
    and is offered to be taken back, with the steps in `half_undone`, but for those that were `taken_back`,
    as the operator says. `done` are steps of which the same one says that they were, though their attempt
    did not finish, with what they captured. `asks_again` tells that a question about a failure is asked again
    which an interruption left without an answer; legs that do not say so ran its step again. With
    `only_failed` no item begins of a foreach that has begun, but those that had begun. `cwd` and
    `unchecked` are as in `RunCreated`.
    """

    by: str
    host: str
    values: dict[str, Any] = {}
    captures: dict[str, dict[str, Any]] = {}
    again: tuple[str, ...] = ()
    skipped: dict[str, str] = {}
    changed: dict[str, Any] = {}
    left_out: tuple[str, ...] = ()
    edited: dict[str, EditedText] = {}
    never_begun: tuple[str, ...] = ()
    half_undone: tuple[str, ...] = ()
    read_only: bool = False
    barred: tuple[str, ...] = ()
    counts_lost: bool = False
    exact: bool = False
    undo: bool = False
    only_undo: bool = False
    asks_again: bool = False
    only_failed: bool = False
    done: dict[str, dict[str, Any]] = {}
    taken_back: tuple[str, ...] = ()
    source: Source | None = None
    lock: Lock | None = None
    version: str = ""
    unchecked: BegunUnchecked | None = None
    cwd: WorkingDirectory | None = None


AnyEvent = (
    RunCreated
    | Resumed
    | ValuesResolved
    | ItemsListed
    | LockAnswered
    | ToolLookedUp
    | AttemptStarted
    | AttemptFollows
    | AttemptFinished
    | TimerFired
    | Answered
    | UndoChosen
    | PollNudged
    | PollExtended
    | PollStopped
    | PollAccepted
    | WaitCut
    | NoteAdded
    | CancelRequested
    | Interrupted
)


def durable(event: AnyEvent) -> AnyEvent:
    """The event as it may be stored: every value that is or holds a secret is replaced by None."""
    return with_values(event, _without)


def with_values(event: AnyEvent, change: Change) -> AnyEvent:
    """The event with all values in it changed that may be secret."""
    match event:
        case RunCreated():
            return msgspec.structs.replace(
                event,
                values=change(event.values, event.secrets),
                without=event.without.with_captures(change),
            )
        case ValuesResolved() | Answered():
            return msgspec.structs.replace(event, values=change(event.values, event.secrets))
        case Resumed():
            return msgspec.structs.replace(
                event,
                values=change(event.values, event.values),
                captures={step: change(made, made) for step, made in event.captures.items()},
            )
        case AttemptFinished(findings=found) if found.secrets:
            start = "steps."
            results = [name.removeprefix(start) for name in found.secrets if name.startswith(start)]
            found = msgspec.structs.replace(
                found,
                captures=change(found.captures, found.secrets),
                results=change(found.results, results),
            )
            return msgspec.structs.replace(event, findings=found)
    return event


def _without(values: dict[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    return {name: None if name in secrets else value for name, value in values.items()}
