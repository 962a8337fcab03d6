"""The format of `_tests/NAME.yaml`: what rehearses the runbook NAME beside that folder."""

# Annotations are values here, as in `runbook.model`.

from typing import Annotated, Any, ClassVar, Final, Literal

from msgspec import Meta, field

from pup_tui.runbook.keys import key
from pup_tui.runbook.parts import Section

RunEnd = Literal["succeeded", "failed", "aborted", "cancelled"]
StepEnd = Literal["succeeded", "failed", "warned", "ignored", "skipped", "cancelled", "unknown"]

DIGEST_LENGTH: Final = 16
"""Hexadecimal digits of a digest."""


class RecordedAnswer(Section, frozen=True, kw_only=True):
    """What an attempt of a step gets in place of the world, if it would send what is said here.

    `sent` is the command with what goes in beside it, as the plan shows both; `digest` stands for the whole
    request. An answer without `attempt` is for every attempt that none is for by number: several of them
    are taken in their order, and the last one stays.
    """

    told_as: ClassVar[str] = "an answer"

    step: Annotated[str, key("Id of the step; of nested steps GROUP/STEP, of an undo STEP:undo.")]
    attempt: Annotated[
        int | None,
        key("Which time the step is tried, from 1. Without it the answer is for any."),
    ] = None
    item: Annotated[
        int | str | None,
        key("Which item of a `foreach`: its number from 0, or in quotes its label or value."),
    ] = None
    sent: Annotated[
        str | None,
        key(
            "What would be sent, as the plan shows it: the command, and below it what goes in "
            "(`stdin: …`, `body: …`). `*` stands for any text, `***` for a secret."
        ),
    ] = None
    digest: Annotated[
        str | None, key("Stands for all that would be sent; written by `run --record`.")
    ] = None
    stdout: Annotated[
        Any, key("What is printed on standard output; a map or a list stands for its JSON.")
    ] = None
    stderr: Annotated[str, key("What is printed on standard error.")] = ""
    exit_code: Annotated[int, key("Exit code of the process.")] = 0
    status: Annotated[int | None, key("HTTP status of the answer; 200 where nothing is said.")] = (
        None
    )
    headers: Annotated[dict[str, str], key("Headers of the HTTP answer.")] = field(
        default_factory=dict
    )
    body: Annotated[Any, key("Body of the HTTP answer; a map or a list stands for its JSON.")] = (
        None
    )
    error: Annotated[
        str, key("Why no answer came, such as `connection refused`: the attempt fails with it.")
    ] = ""
    unreachable: Annotated[
        bool, key("Whether the `error` is that the host of the step could not be reached.")
    ] = False
    takes: Annotated[
        str | int | float, key("How long the attempt takes, on the rehearsal's own clock.")
    ] = 0

    @property
    def gives(self) -> frozenset[str]:
        """The keys by which it says what comes of an attempt, as far as they differ from nothing."""
        told = {
            "stdout": self.stdout is not None,
            "stderr": bool(self.stderr),
            "exit_code": self.exit_code != 0,
            "status": self.status is not None,
            "headers": bool(self.headers),
            "body": self.body is not None,
        }
        return frozenset(name for name, is_told in told.items() if is_told)


class Expected(Section, frozen=True, kw_only=True):
    """How a case ends. Of steps and captures only those are judged that are named."""

    told_as: ClassVar[str] = "`expect`"

    run: Annotated[RunEnd, key("How the run ends.")] = "succeeded"
    steps: Annotated[dict[str, StepEnd], key("How steps end, by their ids.")] = field(
        default_factory=dict
    )
    captures: Annotated[dict[str, Any], key("What captures hold at the end, by name.")] = field(
        default_factory=dict
    )
    undo: Annotated[
        tuple[str, ...] | None, key("The steps that are taken back, in the order of that.")
    ] = None


class Case(Section, frozen=True, kw_only=True):
    """One way through a runbook."""

    told_as: ClassVar[str] = "a case"

    name: Annotated[str, key("What happens in it.", never_blank=True)]
    vars: Annotated[dict[str, Any], key("Values for the runbook's variables, secrets made up.")] = (
        field(default_factory=dict)
    )
    profile: Annotated[
        str, key("Name of the profile of the run; what it would give stands under `vars`.")
    ] = ""
    missing: Annotated[
        tuple[str, ...], key("Tools of optional steps that are not there; all others are.")
    ] = ()
    items: Annotated[
        dict[str, tuple[Any, ...] | str],
        key(
            "What the inventories of `foreach` steps give, by the id of the step: a list, or a text that "
            "says why there is none."
        ),
    ] = field(default_factory=dict)
    answers: Annotated[
        tuple[RecordedAnswer, ...], key("What the steps get in place of the world.")
    ] = ()
    questions: Annotated[
        dict[str, Any],
        key(
            "Answers to questions, by the id of the step: `yes`, `no`, `nobody` (until its timeout), "
            "`cancel`; the values of an `input`; `retry`, `skip`, `continue` or `abort` of a failure; "
            "a list where it asks several times. `undo` takes `yes`, `no` or a list of steps."
        ),
    ] = field(default_factory=dict)
    expect: Annotated[Expected, key("How it ends.")] = Expected()
    sandbox: Annotated[
        str,
        key(
            "A scenario of the Datadog sandbox, which answers the steps that ask Datadog; such a case "
            "is played with `--sandbox` only."
        ),
    ] = ""


class Rehearsals(Section, frozen=True, kw_only=True):
    """The cases of a runbook. Keys that begin with `x-` are the author's own, for anchors."""

    told_as: ClassVar[str] = "a file of rehearsals"
    takes_notes: ClassVar[bool] = True

    cases: Annotated[tuple[Case, ...], key("The cases."), Meta(min_length=1)]
