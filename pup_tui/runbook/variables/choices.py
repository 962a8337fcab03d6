"""The choices of a variable: as they stand in the file, or as a command or an expression gives them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.runbook.nodes import shown
from pup_tui.runbook.parts import Choice, ChoicesFrom, Variable
from pup_tui.runbook.variables.sources import (
    COMMAND_TIMEOUT,
    KeptChoices,
    RunCommand,
    Sources,
)
from pup_tui.template.duration import parse_duration
from pup_tui.template.errors import TemplateError
from pup_tui.template.expression import compile_expression
from pup_tui.template.secrets import watched, with_secrets
from pup_tui.template.text import compile_text
from pup_tui.template.value_command import (
    ValueCommand,
    compile_value_command,
)
from pup_tui.template.values import parse_json, to_text

MAX_CHOICES = 1000


class Choices(Struct, frozen=True, kw_only=True):
    """What can be chosen.

    With a `problem` (a sentence) there are none: `options` are then what the command gave the last time
    (`stale`), or empty, and a value need not be one of them. `made` is what was made out of secrets for it.
    """

    options: tuple[Choice, ...] = ()
    stale: bool = False
    problem: str = ""
    made: tuple[Any, ...] = ()


def choices_need(variable: Variable) -> frozenset[str]:
    """All names that the command or expression uses which gives the choices."""
    if variable.choices_items is not None:
        return compile_expression(variable.choices_items).all_names
    source = variable.choices_command
    return frozenset() if source is None else compile_value_command(source).all_names


async def find_choices(
    variable: Variable, scope: Mapping[str, Any], secrets: Collection[str], sources: Sources
) -> Choices:
    """The choices of a variable; `scope` holds the values above it, of which `secrets` names secret ones.

    What a command gave is kept for when it fails, unless it could know a secret; choices that hold one are
    no choices, since a form and an error list them. Never raises for what a command does.
    """
    if variable.choices_items is not None:
        return _of_items(variable.choices_items, scope, secrets)
    source = variable.choices_command
    if source is None:
        return Choices(options=variable.options)
    if sources.run is None:
        return Choices(problem="the choices are not known before the run")
    try:
        command = sources.command(source, scope, secrets)
        seconds = _timeout(variable, scope)
    except (TemplateError, ValueError) as error:
        return Choices(problem=f"the choices cannot be had: {error}")
    kept = None if command.hidden else sources.kept
    choices = await _ask(command, seconds, sources.run, kept)
    return replace(choices, made=command.made)


def _of_items(source: str, scope: Mapping[str, Any], secrets: Collection[str]) -> Choices:
    """The choices that an expression gives; none where a secret has a part in them."""
    expression = compile_expression(source)
    watching, made = watched(with_secrets(scope, secrets))
    try:
        if expression.flowing_names.intersection(secrets):
            raise ValueError("there is a secret in them")
        items = expression.evaluate(watching)
        if isinstance(items, str):
            items = parse_json(items)
        if not isinstance(items, list | tuple):
            raise ValueError(f"{shown(source)} gives no list")
        options = _options(items, shown(source))
    except (TemplateError, ValueError) as error:
        return Choices(problem=f"the choices cannot be had: {error}", made=tuple(made))
    return Choices(options=options, made=tuple(made))


async def _ask(
    command: ValueCommand, seconds: float, run: RunCommand, kept: KeptChoices | None
) -> Choices:
    try:
        options = read_choices(await run(command, seconds))
        _refuse_secrets(options, command)
    except ValueError as error:
        before = None if kept is None else kept.get(command.key)
        told = f"the choices cannot be had: {error}"
        return Choices(options=before or (), stale=before is not None, problem=told)
    if kept is not None:
        kept.put(command.key, options)
    return Choices(options=options)


def _refuse_secrets(options: tuple[Choice, ...], command: ValueCommand) -> None:
    if not command.hidden:
        return
    from pup_tui.runbook.variables.told_secrets import tells_secret

    texts = (text for option in options for text in (option.value, option.label))
    if tells_secret(command, "\n".join(texts)):
        raise ValueError("the command gives the value of a secret")


def _timeout(variable: Variable, scope: Mapping[str, Any]) -> float:
    given = variable.choices_from
    if not isinstance(given, ChoicesFrom) or given.timeout is None:
        return COMMAND_TIMEOUT
    if isinstance(given.timeout, str):
        return parse_duration(compile_text(given.timeout).render(scope))
    return parse_duration(given.timeout)


def json_items(output: str) -> list[Any] | None:
    """The items of the JSON list that a command printed; None where it printed lines.

    Raises ValueError with a sentence where it is a JSON map.
    """
    text = output.strip()
    tree = parse_json(text) if text[:1] in ("[", "{") else None
    if isinstance(tree, dict):
        raise ValueError("the command gives a JSON map; a list is needed")
    return tree if isinstance(tree, list) else None


def read_choices(output: str) -> tuple[Choice, ...]:
    """The choices in what a command printed: its lines that are not blank, or the items of a JSON list.

    An item is a text, a number, or a map with `value` and perhaps `label`. Raises ValueError with a
    sentence where there are none, or too many.
    """
    items = json_items(output)
    if items is None:
        items = [line.strip() for line in output.split("\n") if line.strip()]
    return _options(items, "the command")


def _options(items: Sequence[Any], giver: str) -> tuple[Choice, ...]:
    """A choice for each item; ValueError with a sentence, in which `giver` gives them."""
    unique: dict[str, Choice] = {}
    for number, item in enumerate(items, 1):
        option = _option(item, number, giver)
        unique.setdefault(option.value, option)
    if not unique:
        raise ValueError(f"{giver} gives none")
    if len(unique) > MAX_CHOICES:
        raise ValueError(f"{giver} gives more than {MAX_CHOICES:,}")
    return tuple(unique.values())


def _option(item: Any, number: int, giver: str) -> Choice:
    label: Any = ""
    if isinstance(item, Mapping):
        item, label = item.get("value"), item.get("label", "")
    if not isinstance(item, str | int | float) or not isinstance(label, str):
        told = "is neither a text nor a number, nor a map with `value` and `label`"
        raise ValueError(f"item {number} of {giver}'s list {told}")
    return Choice(value=to_text(item), label=label)
