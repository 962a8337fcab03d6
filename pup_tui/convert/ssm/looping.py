"""Loops as steps: a group for each item; a step, or a group, that is polled."""

from __future__ import annotations

import re
from typing import Any, Protocol

from pup_tui.convert.draft import NewRunbook, NewStep
from pup_tui.convert.errors import Inexpressible
from pup_tui.convert.paths import negated
from pup_tui.convert.pieces import NewValue, duration, only_value, raw
from pup_tui.convert.ssm.conditions import condition
from pup_tui.convert.ssm.document import SsmStep
from pup_tui.convert.ssm.durations import from_iso
from pup_tui.convert.ssm.texts import DocumentNames
from pup_tui.template.duration import parse_duration

_MOST_ROUNDS = 100
"""Rounds that the service allows where nothing is said."""
_LONGEST = 7 * 86_400.0
_SHORTEST = 600.0
_NO_INTERVAL = "10s"


class Maker(Protocol):
    """What makes the steps of a document."""

    runbook: NewRunbook
    names: DocumentNames
    ids: dict[str, str]

    def made(self, step: SsmStep) -> list[NewStep]:
        """What one step becomes."""

    def in_order(self, steps: list[SsmStep]) -> list[NewStep]:
        """What steps that follow each other become."""

    def tell_alias(self, step: SsmStep) -> None:
        """Say that a variable of the document stands for what it is set to."""


def loop(maker: Maker, step: SsmStep) -> NewStep:
    """What a loop becomes. Raises Inexpressible where nothing says it."""
    return _for_each(maker, step) if "Iterators" in step.inputs else _while(maker, step)


def interval_of(waits: list[SsmStep], names: DocumentNames) -> str:
    """How long steps that only wait do so; the time between two attempts where there is none."""
    durations = [from_iso(str(step.inputs.get("Duration") or ""), names) for step in waits]
    try:
        return duration(sum(map(parse_duration, durations))) if durations else _NO_INTERVAL
    except ValueError:
        return durations[-1]


def _for_each(maker: Maker, step: SsmStep) -> NewStep:
    names = maker.names
    item = "item" if not names.items else f"item_{len(names.items) + 1}"
    items = _items(step.inputs["Iterators"], names)
    names.items[step.name] = NewValue(item)
    try:
        made = maker.in_order(step.inside)
    finally:
        del names.items[step.name]
    if not made:
        raise Inexpressible("nothing in the loop can be written")
    keys: dict[str, Any] = {"foreach": items}
    if item != "item":
        keys["as"] = item
    if any(each.keys.get("danger") for one in made for each in one.walk()):
        keys |= {"confirm": f"{step.name}: run this for each item?", "danger": True}
    maker.runbook.tell("kept", step.name, "aws:loop: a group for each item")
    return NewStep(step.name, "group", keys, id=maker.ids[step.name], steps=made)


def _items(given: Any, names: DocumentNames) -> Any:
    if isinstance(given, list):
        return [raw(each) if isinstance(each, str) else each for each in given]
    value = only_value(names.pieces(str(given)))
    if value is None:
        raise Inexpressible("what the loop runs over is known only when the document runs")
    return value.data


def _while(maker: Maker, step: SsmStep) -> NewStep:
    steps = step.inside
    until = negated(condition(step.inputs.get("LoopCondition"), maker.names).expression)
    waits = [each for each in steps if each.action == "sleep" and "Duration" in each.inputs]
    others = [each for each in steps if each not in waits and each.action != "updateVariable"]
    interval, rounds = interval_of(waits, maker.names), _rounds(step)
    poll = {
        "interval": interval,
        "timeout": _patience(interval, rounds),
        "max_attempts": rounds,
        "until": until,
    }
    why = "aws:loop: a poll, which looks before it waits for the first time"
    maker.runbook.tell("changed", step.name, why)
    if len(others) == 1 and others[0].action != "loop":
        made = maker.made(others[0])
        if len(made) == 1 and made[0].kind == "shell" and "poll" not in made[0].keys:
            return _polled(maker, step, made[0], poll)
    inner = maker.in_order([each for each in steps if each not in waits])
    if not inner:
        raise Inexpressible("nothing in the loop can be written")
    return NewStep(step.name, "group", {"poll": poll}, id=maker.ids[step.name], steps=inner)


def _rounds(step: SsmStep) -> int:
    """How many rounds it makes at most."""
    try:
        return max(1, int(str(step.inputs.get("MaxIterations") or _MOST_ROUNDS)))
    except ValueError:
        return _MOST_ROUNDS


def _polled(maker: Maker, step: SsmStep, made: NewStep, poll: dict[str, Any]) -> NewStep:
    """The only step of a loop, polled: its captures are what its output says."""
    captured = made.keys.get("capture")
    until = str(poll["until"])
    for variable, says in captured.items() if isinstance(captured, dict) else ():
        by = f"({says})" if " | " in says else says
        until = re.sub(rf"\b{re.escape(variable)}\b", by.replace("\\", r"\\"), until)
    maker.runbook.tell("changed", made.name, f"it melts into {step.name}")
    for each in step.inside:
        if each.action == "updateVariable":
            maker.tell_alias(each)
    keys = {**made.keys, "poll": {**poll, "until": until}}
    return NewStep(step.name, "shell", keys, id=maker.ids[step.name], notes=made.notes)


def _patience(interval: str, attempts: int) -> str:
    """Long enough for all attempts, and as long again for what they do."""
    try:
        seconds = parse_duration(interval) * attempts * 2
    except ValueError:
        return "1h"
    return duration(max(_SHORTEST, min(seconds, _LONGEST)))
