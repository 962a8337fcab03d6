"""The values of variables: what is given is checked, the rest is looked up."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, TypedDict

from msgspec import Struct

from pup_tui.runbook.nodes import shown
from pup_tui.runbook.parts import NOT_NOW, Variable, left_out_value
from pup_tui.runbook.report import suggestion
from pup_tui.runbook.variables.checks import CheckedValue, check_choice, check_value, is_blank
from pup_tui.runbook.variables.choices import Choices, choices_need, find_choices
from pup_tui.runbook.variables.sources import (
    COMMAND_TIMEOUT,
    From,
    ProfileValue,
    Sources,
    Withheld,
)
from pup_tui.template.condition import parse_condition
from pup_tui.template.errors import TemplateError
from pup_tui.template.limits import one_budget
from pup_tui.template.secrets import watched, with_secrets
from pup_tui.template.text import compile_text
from pup_tui.template.usage import UsesNames
from pup_tui.template.value_command import compile_value_command

ValueOrigin = Literal["given", "alert", "profile", "from", "default"]

GIVE: Final = "give it a value"
"""What to do about a variable that has none."""

_NO_NAMES: Mapping[str, Any] = MappingProxyType({})


class VariableProblem(Struct, frozen=True, kw_only=True):
    """Why a run cannot start with the values that it was given."""

    name: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class RunValues(TypedDict):
    """What a run begins with: see `Resolved`."""

    values: dict[str, Any]
    left_out: tuple[str, ...]
    secrets: tuple[str, ...]
    made: tuple[Any, ...]


class Resolved(Struct, frozen=True, kw_only=True):
    """The values of a run.

    `left_out` names variables that have none and need none; among them are those that are `not_asked` for
    since their `when` does not hold. `unknown` names those whose value is not known before the run, because
    the sources run nothing. `secrets` names the values that are secret, each of `made` is what a text made
    out of secrets on the way. `notes` are sentences that the operator should read although the run can start.
    """

    values: dict[str, Any]
    left_out: tuple[str, ...]
    problems: tuple[VariableProblem, ...]
    sources: dict[str, ValueOrigin]
    unknown: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    made: tuple[Any, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def for_run(self) -> RunValues:
        """What whoever begins a run with these values is told of them."""
        return RunValues(
            values=self.values, left_out=self.left_out, secrets=self.secrets, made=self.made
        )


async def resolve(
    variables: Mapping[str, Variable],
    given: Mapping[str, object],
    *,
    sources: Sources,
    undeclared: Collection[str] = (),
    secrets: Collection[str] = (),
    names: Mapping[str, Any] = _NO_NAMES,
    profile: Mapping[str, ProfileValue] = _NO_NAMES,
    alert: Mapping[str, str | Withheld] = _NO_NAMES,
) -> Resolved:
    """Give every variable its value: what was given, then what `alert` and then what `profile` says, then
    `from`, then `default`.

    `undeclared` are names that may be given without being declared, `names` what texts may use besides the
    variables above them, `secrets` those of the given values and of the names that are secret whatever their
    variable's type.

    A default, a `when` and a command see the variables above them. A file that is not there gives nothing,
    one that cannot be read is a problem, and one line end at its end is dropped. A variable whose `when` does
    not hold is left out, even a required one; a value that was given for it is a problem, its default and its
    `from` are not used. A variable that may be left out is so by a blank that is none of its values. The
    value of an enum with `choices_from`, and each item of such a list, must be one of those choices, unless
    they cannot be had: then a note says so.
    """
    resolving = _Resolving(variables, given, sources, {**sources.names, **names}, profile, alert)
    resolving.secrets.update(dict.fromkeys(secrets))
    with one_budget():
        for name, variable in variables.items():
            await resolving.add(name, variable)
    resolving.add_undeclared(undeclared)
    return Resolved(
        values=resolving.values,
        left_out=tuple(resolving.left_out),
        problems=tuple(resolving.problems),
        sources=resolving.origins,
        unknown=tuple(resolving.unknown),
        not_asked=tuple(resolving.not_asked),
        secrets=tuple(name for name in resolving.secrets if name in resolving.values),
        made=tuple(resolving.made),
        notes=tuple(resolving.notes),
    )


async def choices_for(
    variables: Mapping[str, Variable],
    name: str,
    resolved: Resolved,
    sources: Sources,
    names: Mapping[str, Any] = _NO_NAMES,
    secrets: Collection[str] = (),
) -> Choices:
    """The choices of one variable, as the values above it ask for; what is wrong is in `problem`."""
    variable = variables[name]
    order = list(variables)
    above = set(order[: order.index(name)])
    left_out = above.intersection(resolved.left_out)
    scope = {**names, **{each: left_out_value(variables[each].type) for each in left_out}}
    scope.update((each, value) for each, value in resolved.values.items() if each in above)
    hidden = {*secrets, *above.intersection(resolved.secrets)}
    return await find_choices(variable, scope, hidden, sources)


class _Resolving:
    """The values so far, in the order of the file."""

    def __init__(
        self,
        variables: Mapping[str, Variable],
        given: Mapping[str, object],
        sources: Sources,
        names: Mapping[str, Any],
        profile: Mapping[str, ProfileValue],
        alert: Mapping[str, str | Withheld],
    ) -> None:
        self.values: dict[str, Any] = {}
        self.left_out: list[str] = []
        self.problems: list[VariableProblem] = []
        self.origins: dict[str, ValueOrigin] = {}
        self.unknown: dict[str, None] = {}
        self.not_asked: list[str] = []
        self.secrets: dict[str, None] = {}
        self.made: list[Any] = []
        self.notes: list[str] = []
        self._took_from: dict[str, str] = {}
        self._variables = variables
        self._given = given
        self._sources = sources
        self._names = names
        self._profile = profile
        self._alert = alert

    async def add(self, name: str, variable: Variable) -> None:
        """Give one declared variable its value."""
        if variable.when is not None and not self._wanted(name, variable.when):
            return
        known = len(self.problems)
        origin, raw = await self._find(name, variable)
        if len(self.problems) > known:
            return
        if raw is NOT_NOW:
            self.unknown[name] = None
        elif raw is None and origin != "given":
            self._leave_out(name, variable)
        else:
            await self._take(name, variable, origin, raw)

    def add_undeclared(self, undeclared: Collection[str]) -> None:
        """Take names that the file uses only under `default`; any other one is a problem."""
        for name in self._given:
            if name in self._variables:
                continue
            if name not in undeclared:
                hint = suggestion(name, [*self._variables, *undeclared])
                self._problem(name, f"this runbook has no variable {shown(name)}", hint)
                continue
            try:
                self.values[name] = check_value(Variable(), self._given[name])
            except ValueError as error:
                self._problem(name, f"`{name}`: {error}")
                continue
            self.origins[name] = "given"

    @property
    def _scope(self) -> dict[str, Any]:
        left_out = {name: left_out_value(self._variables[name].type) for name in self.left_out}
        known = {**self._names, **left_out, **self.values}
        return with_secrets(known, self.secrets)

    # Whether it is asked for

    def _wanted(self, name: str, when: str) -> bool:
        """Whether `when` holds; a variable for which it does not is done with."""
        try:
            condition = parse_condition(when, frozenset(self._scope))
            if self._depends(name, condition, "a `when`"):
                return False
            verdict = condition.judge(self._scope)
        except TemplateError as error:
            self._problem(name, f"the `when` of `{name}` cannot be worked out: {error}")
            return False
        if verdict.holds is None:
            self._problem(name, f"the `when` of `{name}` cannot be worked out: {verdict.reason}")
        elif not verdict.holds:
            self.left_out.append(name)
            self.not_asked.append(name)
            if name in self._given:
                told = f"`{name}` is not asked for here: its `when` ({shown(when)}) does not hold"
                self._problem(name, told, "leave it out")
        return bool(verdict.holds)

    def _depends(self, name: str, text: UsesNames, what: str) -> bool:
        """Whether the text uses a variable that has no value because it is wrong, or not known yet."""
        names = text.all_names
        if names.intersection(problem.name for problem in self.problems):
            self._problem(name, f"`{name}` has {what} that needs another variable")
            return True
        if names.intersection(self.unknown):
            self.unknown[name] = None
            return True
        return False

    # Where a value comes from

    async def _find(self, name: str, variable: Variable) -> tuple[ValueOrigin, object]:
        """A value and where it comes from; None where there is none."""
        if name in self._given:
            return "given", self._given[name]
        if variable.is_secret and not self._sources.secrets:
            return "from", NOT_NOW
        told_by_alert = self._alert.get(name)
        if isinstance(told_by_alert, Withheld):
            self._problem(name, f"`{name}`: {told_by_alert.why}", "give it a value")
            return "alert", None
        if told_by_alert is not None and not variable.is_secret:
            return "alert", told_by_alert
        known = len(self.problems)
        said = self._profile.get(name)
        if said is not None and variable.is_secret and not isinstance(said, From):
            told = (
                f"`{name}` is a secret: the profile {shown(self._sources.profile)} may not hold it"
            )
            self._problem(name, told, "write {from: …} there")
            return "profile", None
        if said is not None and not isinstance(said, From):
            return "profile", list(said) if isinstance(said, tuple) else said
        places: dict[ValueOrigin, tuple[str, ...]] = {
            "profile": said.places if said is not None else (),
            "from": variable.places,
        }
        for origin, listed in places.items():
            found = await self._first_found(name, variable, listed)
            if found is not None or len(self.problems) > known:
                return origin, found
        if variable.has_default:
            return "default", self._default(name, variable)
        return "from", None

    async def _first_found(self, name: str, variable: Variable, places: Sequence[str]) -> object:
        """What the first of some places gives that has a value, None where none has.

        Why one cannot be read is a note where another has a value, else a problem. It is none of a variable
        that may do without, where there are several places, or only the keyring is missing.
        """
        from pup_tui.keyring_store import NoKeyring

        failures: list[str] = []
        without: list[str] = []
        harmless = True
        for place in places:
            try:
                found = await self._looked_up(name, place)
            except NoKeyring as error:
                failures.append(f"{_short(place)}: {error}")
                continue
            except (OSError, ValueError, TemplateError) as error:
                harmless = len(places) > 1
                why = getattr(error, "strerror", None) or str(error)
                failures.append(f"{_short(place)}: {why}")
                continue
            blank = isinstance(found, str) and is_blank(variable, found)
            last = place == places[-1]
            if found is None or (blank and not (last and variable.takes_blank)):
                without.append(place)
                continue
            self._took_from[name] = place
            self.notes += [f"`{name}` cannot be read from {told}" for told in failures]
            return found
        if not failures:
            return None
        told = f"`{name}` cannot be read from {'; '.join(failures)}"
        if harmless and (variable.has_default or not variable.required):
            self.notes.append(told)
        else:
            self._problem(name, "; ".join([told, *([_hold_none(without)] if without else [])]))
        return None

    async def _looked_up(self, name: str, source: str) -> object:
        """What one place gives, None where it has nothing. Raises OSError, ValueError or TemplateError."""
        kind, _, place = source.partition(":")
        try:
            if kind == "env":
                return self._sources.environ.get(place)
            if kind == "file":
                return re.sub(
                    r"\r?\n\Z", "", await self._sources.read_file(self._sources.path(place))
                )
            if kind == "keyring":
                return await self._from_keyring(place)
            if kind == "command":
                return await self._from_command(name, place)
            raise ValueError("no such source")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8 text") from None

    async def _from_keyring(self, place: str) -> object:
        if self._sources.keyring is None:
            return NOT_NOW
        service, _, user = place.rpartition("/")
        return await self._sources.keyring(service, user)

    async def _from_command(self, name: str, source: str) -> object:
        wrong = self._depends(name, compile_value_command(source), "a command")
        if wrong or self._sources.run is None:
            return NOT_NOW
        command = self._sources.command(source, self._scope, self.secrets)
        self._note(command.made)
        printed = (await self._sources.run(command, COMMAND_TIMEOUT)).strip()
        if command.hidden:
            from pup_tui.runbook.variables.told_secrets import tells_secret

            if tells_secret(command, printed):
                self.secrets[name] = None
        return printed

    def _default(self, name: str, variable: Variable) -> object:
        texts = [compile_text(text) for text in variable.default_texts]
        if any(self._depends(name, text, "a default") for text in texts):
            return NOT_NOW
        scope, made = watched(self._scope)
        try:
            values = [text.render(scope) for text in texts]
        except TemplateError as error:
            self._problem(name, f"the default of `{name}` cannot be worked out: {error}")
            return None
        if made:
            self.secrets[name] = None
            self._note(made)
        return values if isinstance(variable.default, tuple) else values[0]

    # What becomes of it

    async def _take(self, name: str, variable: Variable, origin: ValueOrigin, raw: object) -> None:
        told = {
            "given": "",
            "alert": " (from the alert)",
            "profile": f" (from the profile {_short(self._sources.profile)})",
            "from": f" (from {_short(self._took_from.get(name, ''))})",
            "default": " (its default)",
        }
        try:
            value = check_value(variable, raw)
            if variable.is_chosen and variable.choices_from is not None:
                await self._check_choice(name, variable, value)
        except ValueError as error:
            if not variable.required and isinstance(raw, str) and is_blank(variable, raw):
                self._leave_out(name, variable)
                return
            why = "the secret in it does not fit" if name in self.secrets else error
            self._problem(name, f"`{name}`{told[origin]}: {why}")
            return
        self.values[name] = value
        self.origins[name] = origin
        if variable.is_secret:
            self.secrets[name] = None

    async def _check_choice(self, name: str, variable: Variable, value: CheckedValue) -> None:
        """Raise ValueError where a value is not one of the choices, as far as these are known."""
        is_at_rest = self._sources.run is None and variable.choices_command is not None
        if is_at_rest or choices_need(variable) & self.unknown.keys():
            return
        choices = await find_choices(variable, self._scope, self.secrets, self._sources)
        self._note(choices.made)
        if choices.problem:
            self.notes.append(f"`{name}` could not be checked: {choices.problem}")
        else:
            check_choice(value, choices.options)

    def _note(self, made: Collection[Any]) -> None:
        if made:
            self.made.append(tuple(made))

    def _leave_out(self, name: str, variable: Variable) -> None:
        if not variable.required:
            self.left_out.append(name)
            return
        hint = GIVE
        if variable.places:
            hint = f"{_hold_none(variable.places)}; {GIVE}"
        self._problem(name, f"`{name}` is required", hint)

    def _problem(self, name: str, message: str, hint: str = "") -> None:
        self.problems.append(VariableProblem(name=name, message=message, hint=hint))


def _hold_none(places: Sequence[str]) -> str:
    """That no value stands in any of some places."""
    told = " and ".join(map(_short, places))
    return f"{told} {'holds' if len(places) == 1 else 'hold'} none"


def _short(source: str) -> str:
    """A `from` as it can stand in a sentence."""
    return shown(source)[1:-1]
