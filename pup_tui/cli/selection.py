"""`--from`, `--only` and `--skip`: what a run leaves out, why, and what its other steps need of that."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from msgspec import Struct, field

from pup_tui.cli.failure import Failure, tell

if TYPE_CHECKING:
    from pup_tui.cli.values import GivenValues
    from pup_tui.core.events import LeftOutSteps
    from pup_tui.core.program import Program
    from pup_tui.core.selection import Made

F = TypeVar("F", bound=Callable[..., Any])


class StepChoice(Struct, frozen=True):
    """What the options say: ids of steps, and why the others are left out."""

    start: str | None
    only: tuple[str, ...]
    skip: tuple[str, ...]
    reason: str | None

    @property
    def is_part(self) -> bool:
        """Whether steps are left out."""
        return bool(self.start or self.only or self.skip)


ALL_STEPS = StepChoice(start=None, only=(), skip=(), reason=None)


def selection_options(command: F) -> F:
    """Add the options to a command, which gets them as `choice`."""

    @wraps(command)
    def called(
        *args: Any,
        start: str | None,
        only: tuple[str, ...],
        skip: tuple[str, ...],
        reason: str | None,
        **kwargs: Any,
    ) -> Any:
        return command(*args, choice=StepChoice(start, only, skip, reason), **kwargs)

    for option in (
        click.option("--reason", metavar="TEXT", help="Why steps are left out; it is recorded."),
        click.option(
            "--skip", metavar="STEP", multiple=True, help="Leave STEP out; may be given again."
        ),
        click.option(
            "--only", metavar="STEP", multiple=True, help="Run STEP only; may be given again."
        ),
        click.option("--from", "start", metavar="STEP", help="Leave out what comes before STEP."),
    ):
        called = option(called)
    return called  # type: ignore[return-value]


class Lacking(NamedTuple):
    """A name that `step`, which is left out, would have made and that `user` needs."""

    name: str
    step: str
    user: str
    made: Made


class Leaving(Struct, frozen=True):
    """The steps that are left out with the reason, and by the step what is given in their place.

    `secrets` says which of that is secret, `lacking` what is not given.
    """

    skipped: dict[str, str] = field(default_factory=dict)
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    lacking: list[Lacking] = field(default_factory=list)

    @property
    def out(self) -> LeftOutSteps:
        """As the run has it."""
        from pup_tui.core.events import LeftOutSteps

        secrets = {step: tuple(names) for step, names in self.secrets.items()}
        return LeftOutSteps(self.skipped, self.captures, secrets)

    def take(self, step: str, name: str, value: object, made: Made) -> None:
        self.captures.setdefault(step, {})[name] = value
        if made.secret:
            self.secrets.setdefault(step, []).append(name)


def leave_out(program: Program, choice: StepChoice, given: GivenValues) -> Leaving:
    """What the options leave out. Raises Failure where they, or the values given for that, are wrong."""
    reason = _reason(choice)
    if not (reason or given.file.captures or given.file.named):
        return Leaving()
    from pup_tui.core.selection import Selection, WrongStep, lacking, left_out, made_in

    try:
        steps = left_out(program, Selection(choice.start or "", choice.only, choice.skip))
    except WrongStep as error:
        raise Failure(str(error), "", error.hint) from error
    left = Leaving(dict.fromkeys(steps, reason))
    known: set[str] = set()
    needed = lacking(program, steps)
    for step in steps:
        made, values = made_in(program, step), _given_for(program, step, given)
        known |= made.keys()
        for name in made.keys() & values.keys():
            left.take(step, name, _checked(step, name, made[name], values[name]), made[name])
        lacks = [
            Lacking(name, step, user, made[name])
            for name, user in needed[step].items()
            if name not in values
        ]
        _refuse_within_items(program, step, [*left.captures.get(step, ()), *(n for n, *_ in lacks)])
        left.lacking.extend(lacks)
    _refuse_others(program, steps, known, given)
    return left


def ask_for_lacking(left: Leaving, *, ask: bool) -> None:
    """Ask for what the steps that run lack. Raises Failure where nobody can be asked."""
    for name, step, user, made in left.lacking:
        if not ask:
            raise Failure(
                f"`{user}` needs {name}, which `{step}` would have made",
                "",
                f"give --arg-file a file with captures: {{{step}: {{{name}: …}}}}",
            )
        left.take(step, name, _typed(step, name, made), made)


def tell_lacking(left: Leaving) -> None:
    """Say what a run would ask for, or be refused without."""
    for name, step, user, _ in left.lacking:
        tell(f"pup-tui: `{user}` needs {name}, which `{step}` would have made: a run asks for it")


def _reason(choice: StepChoice) -> str:
    leaves_out = choice.start is not None or choice.only or choice.skip
    reason = (choice.reason or "").strip()
    if leaves_out and not reason:
        told = "--from, --only and --skip need a reason, which is recorded"
        raise Failure(told, "", "say why: --reason TEXT")
    if choice.reason is not None and not leaves_out:
        raise Failure("--reason says why steps are left out, and none are", "", "leave it out")
    if choice.start is not None and choice.only:
        raise Failure("--from and --only exclude each other", "", "give one of them, and --skip")
    return reason


def _given_for(program: Program, step: str, given: GivenValues) -> dict[str, object]:
    """What `captures`, and answers to questions that are left out, give for a step and what is inside it."""
    from pup_tui.core.program import made_by

    found: dict[str, object] = {}
    for maker in program.gathered(program.node(step)):
        answer = given.answers.get(maker.id)
        found |= {} if answer is None else answer.values
        found |= given.file.captured(maker.id, made_by(maker.step))
    return found | given.file.captures.get(step, {})


def _checked(step: str, name: str, made: Made, value: object) -> object:
    """The value as steps see it. Raises Failure where it is blank, or not what it has to be."""
    try:
        return _valid(made, value)
    except ValueError as error:
        raise Failure(f"{name} of `{step}`: {error}", "", "give another value") from error


def _valid(made: Made, value: object) -> object:
    from pup_tui.catalog.inputs import check_input

    if made.variable is not None:
        return check_input(made.variable, value)
    if isinstance(value, str) and not value.strip():
        raise ValueError("it may not be blank")
    return value


def _typed(step: str, name: str, made: Made) -> object:
    """Ask for a value until it is a valid one."""
    from pup_tui.cli import asking

    as_list = made.variable is not None and made.variable.is_list
    prompt = f"{name}, which `{step}` would have made{' (a JSON list)' if as_list else ''}"
    while True:
        typed = asking.prompt(prompt, hide_input=made.secret)
        try:
            return _valid(made, typed)
        except ValueError as error:
            tell(f"  {error}")


def _refuse_within_items(program: Program, step: str, names: list[str]) -> None:
    from pup_tui.core.ids import holders

    loop = next((id_ for id_ in holders(step) if program.node(id_).is_loop), None)
    if loop is not None and names:
        told = f"`{step}` makes {names[0]} for each item of `{loop}`, which cannot be given"
        raise Failure(told, "", f"leave out all of `{loop}`, or run `{step}`")


def _refuse_others(
    program: Program, steps: tuple[str, ...], names: set[str], given: GivenValues
) -> None:
    """Raise Failure for captures that are given and would be lost."""
    inside = {maker.id for step in steps for maker in program.gathered(program.node(step))}
    file = given.file
    told = {name for made in (file.named, *file.captures.values()) for name in made}
    for wrong in sorted({*file.captures} - inside | told - names):
        raise Failure(
            f"`{wrong}` stands under `captures`, and no step that is left out is or makes that",
            "--arg-file",
            "take it out, or leave its step out: --skip STEP",
        )
