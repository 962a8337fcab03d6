"""The text of a new runbook: commented, strict, and asking before what changes things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.convert.naming import unique
from pup_tui.convert.pieces import raw
from pup_tui.convert.writer import SCHEMA_COMMENT, block_lines
from pup_tui.skeleton.offer import StepOffer
from pup_tui.skeleton.usual import usual_beginning

_SERVICE = "SERVICE"
_ASKS = "It is not known to only look, so it asks first."


class NewFacts(Struct, frozen=True, kw_only=True):
    """What a new runbook is to be: its name, the type and the service it is tagged with, or blanks, and the
    steps that it begins with; none stands for the usual ones.
    """

    name: str
    type: str = ""
    service: str = ""
    steps: tuple[StepOffer, ...] = ()


def skeleton(facts: NewFacts) -> str:
    """The text of the file, which validates as it is."""
    if not facts.steps:
        facts = replace(facts, steps=usual_beginning())
    return "\n".join(_lines(facts)).rstrip() + "\n"


def _lines(facts: NewFacts) -> Iterator[str]:
    yield SCHEMA_COMMENT
    yield "# `pup-tui validate` tells what is wrong in it, `pup-tui plan` what it would do."
    yield from block_lines({"name": facts.name})
    yield "# What it is for, and when to use it: what is read first, and at night."
    yield from block_lines({"description": "Say here what it is for, and when to use it."})
    tags = {"type": facts.type, "service": facts.service}
    yield "# The catalog groups and filters by tags."
    yield from _or_example("tags", {k: v for k, v in tags.items() if v}, {"type": "maintenance"})
    yield "# Whom to ask, and where to look."
    yield "# owner: platform@example.com"
    yield '# links: [{title: Dashboard, url: "https://app.example.com/dashboard"}]'
    imports = sorted({name for step in facts.steps for name in step.imports})
    if imports:
        yield "# Step templates of other folders with runbooks."
        yield from block_lines({"import": imports})
    yield ""
    yield "# What is asked for before a run; in the texts of steps it stands as {{ NAME }}."
    yield from _or_example("vars", _variables(facts), {_SERVICE: {"description": "The service"}})
    yield ""
    yield "# A script stops at the first command in it that fails, and the run with it."
    yield from block_lines({"defaults": {"strict": True, "shell": "bash"}})
    yield ""
    yield "# One after the other: shell, http, sql, pup, manual, confirm, input, wait,"
    yield "# group and more."
    yield "steps:"
    for at, (comment, step) in enumerate(_steps(facts)):
        if at:
            yield ""
        yield from (f"  # {line}" for line in [comment] if line)
        yield from _item(step)


def _or_example(key: str, value: Mapping[str, Any], example: Mapping[str, Any]) -> Iterable[str]:
    """A key with its value, or, where there is none, as a comment that shows it."""
    return (
        block_lines({key: value})
        if value
        else [f"# {each}" for each in block_lines({key: example})]
    )


def _variables(facts: NewFacts) -> dict[str, Any]:
    """What the steps need; the service that it is about is the value to begin with."""
    found: dict[str, Any] = {}
    for step in facts.steps:
        for name, said in step.vars.items():
            found.setdefault(name, said or {"description": f"Value for {step.title}"})
    if facts.service and _SERVICE in found and not found[_SERVICE].keys() - {"description"}:
        # What judges values may not take this one.
        found[_SERVICE] = {**found[_SERVICE], "default": raw(facts.service)}
    return found


def _steps(facts: NewFacts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    names: set[str] = set()
    for offer in facts.steps:
        name = unique(offer.title, names)
        names.add(name)
        if offer.asks_before:
            yield (
                offer.comment or _ASKS,
                {"name": name, **offer.keys, "confirm": f"{raw(name)}: run this?"},
            )
        else:
            yield offer.comment, {"name": name, **offer.keys}


def _item(step: Mapping[str, Any]) -> Iterator[str]:
    lines = [line for key, value in step.items() for line in block_lines({key: value})]
    for at, line in enumerate(lines):
        yield f"  {'- ' if at == 0 else '  '}{line}"
