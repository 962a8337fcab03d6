"""The states that an answer tells: of its one thing, of each of its things, or of the parts of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from .things import AnswerSubject, at, layers, name_of, subject_of, told_thing

_PATHS: Final = (("status",), ("overall_state",), ("state",))
_DEEPER: Final = (
    ("instanceStatus", "detailsKind"),
    ("status", "state"),
    ("overall", "state"),
    ("fields", "state", "value"),
)
_PARTS: Final = "overall_status"
"""The states of an SLO, one for each of its time frames."""


class ThingState(NamedTuple):
    """One state, and of what it is, where that has a name."""

    text: str
    name: str = ""


class ToldStates(NamedTuple):
    """All states that an answer tells, and whether they are those of several things.

    `states` is None where not all of them are known; `why_not` says what was found instead.
    """

    states: tuple[ThingState, ...] | None
    several: bool = False
    why_not: str = ""


def states_of(value: Any) -> ToldStates:
    """The states that an answer tells."""
    if isinstance(value, Mapping) and (own := _text(value, _PATHS)) is not None:
        return ToldStates((ThingState(own),))
    answer = subject_of(value)
    if answer.error:
        return ToldStates(None, why_not=f"the answer is an error: {answer.error}")
    if not answer.is_list:
        found = list(_states(answer.things[0])) if answer.things else []
        if not found:
            return ToldStates(None, why_not=told_thing(answer, "status"))
        return ToldStates(tuple(found), len(found) > 1)
    return _of_all(answer)


def _of_all(answer: AnswerSubject) -> ToldStates:
    if answer.partial:
        return ToldStates(None, True, answer.partial)
    found = [list(_states(thing)) for thing in answer.things]
    without = [which for which, states in enumerate(found) if not states]
    if without:
        told = told_thing(answer, "status", without[0])
        return ToldStates(None, True, f"{len(without)} of {len(found)} have no status: {told}")
    return ToldStates(tuple(state for each in found for state in each), True)


def _states(thing: Any) -> Iterator[ThingState]:
    """The state of a thing, or else those of its parts; nothing where it has none."""
    name = name_of(thing)
    for layer in layers(thing):
        if (text := _text(layer, _PATHS)) is not None:
            yield ThingState(text, name)
            return
    for layer in layers(thing):
        if found := list(_of_parts(layer.get(_PARTS), name)):
            yield from found
            return
        text = _text(layer, _DEEPER)
        text = _beside_its_id(layer) if text is None else text
        if text is not None:
            yield ThingState(text, name)
            return
    for layer in layers(thing):
        told = [
            found
            for its in layer.values()
            if isinstance(its, list) and (found := list(_of_parts(its, "")))
        ]
        if len(told) == 1:
            yield from told[0]
            return


def _of_parts(parts: Any, name: str) -> Iterator[ThingState]:
    """The states of a list of parts, if each has one."""
    if not isinstance(parts, list):
        return
    found = [(_text(part, _PATHS), name_of(part) or name) for part in parts]
    if all(text is not None for text, _ in found):
        yield from (ThingState(text or "", part) for text, part in found)


def _beside_its_id(layer: Mapping[str, Any]) -> str | None:
    """The one `NAME_status` or `NAME_state` of an object that has a `NAME_id` too."""
    names = [key.rsplit("_", 1)[0] for key in layer if key.endswith(("_status", "_state"))]
    owned = [name for name in names if f"{name}_id" in layer]
    if len(owned) != 1:
        return None
    return _text(layer, ((f"{owned[0]}_status",), (f"{owned[0]}_state",)))


def _text(value: Any, paths: tuple[tuple[str, ...], ...]) -> str | None:
    """The first text, else the first whole number: the `status` of an SLO beside its `state` is one."""
    found = [at(value, *path) for path in paths]
    texts = (each for each in found if isinstance(each, str))
    numbers = (str(each) for each in found if isinstance(each, int) and not isinstance(each, bool))
    return next(texts, None) or next(numbers, None)
