"""Places in what was pasted, in the notation that `systems.yaml` explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from msgspec import Struct

_STEP = re.compile(r"([^.\[\]]*)((?:\[[^\]]*\])*)(?:\.|$)")
_HOLES = re.compile(r"\{([^{}]+)\}")
_MATCHES = 20
"""Of a pattern that is tried at many texts, so many are looked at."""
_SEARCHED = 20_000
"""Characters of a text in which a pattern is searched."""


class FoundThere(Struct, frozen=True):
    """Something that stands in the paste, and where."""

    value: Any
    where: str


class _Key(Struct, frozen=True):
    name: str


class _Each(Struct, frozen=True):
    pass


class _Number(Struct, frozen=True):
    at: int


class _Like(Struct, frozen=True):
    """The items whose field `name` is like `pattern`; of a map that is no list of things, itself."""

    name: str
    pattern: str


_Step = _Key | _Each | _Number | _Like


class PastePlace(Struct, frozen=True):
    """One place as it is written in the table."""

    from_top: bool
    steps: tuple[_Step, ...]
    pattern: re.Pattern[str] | None


def at(written: str, item: Any, top: Any, where: str = "") -> Iterator[FoundThere]:
    """What stands at a place of an alert `item`, which itself stands at `where` in `top`."""
    if written.startswith("="):
        yield FoundThere(written[1:], "the kind of alert")
        return
    if written.startswith("{"):
        yield from _composed(written, item, top, where)
        return
    place = parsed(written)
    start = FoundThere(top, "") if place.from_top else FoundThere(item, where)
    found = _walk(start, place.steps)
    yield from found if place.pattern is None else _matches(found, place.pattern)


@lru_cache(maxsize=1024)
def parsed(written: str) -> PastePlace:
    """A place of the table, taken apart."""
    path, tilde, pattern = written.partition(" ~ ")
    from_top = path.startswith("^")
    steps: list[_Step] = []
    for name, brackets in _STEP.findall(path.removeprefix("^")):
        if name:
            steps.append(_Key(name))
        steps.extend(_bracket(inner) for inner in re.findall(r"\[([^\]]*)\]", brackets))
    return PastePlace(from_top, tuple(steps), re.compile(pattern) if tilde else None)


def _bracket(inner: str) -> _Step:
    if not inner:
        return _Each()
    name, equals, pattern = inner.partition("=")
    if equals:
        return _Like(name, pattern.lower())
    return _Number(int(inner)) if inner.isdigit() else _Key(inner)


def _composed(written: str, item: Any, top: Any, where: str) -> Iterator[FoundThere]:
    places: list[str] = []

    def filled(hole: re.Match[str]) -> str:
        found = next(at(hole[1], item, top, where), None)
        if found is None or isinstance(found.value, dict | list):
            raise LookupError
        places.append(found.where)
        return str(found.value)

    try:
        yield FoundThere(_HOLES.sub(filled, written), " and ".join(places))
    except LookupError:
        return


def _walk(start: FoundThere, steps: tuple[_Step, ...]) -> Iterator[FoundThere]:
    if start.value is None or start.value == "":
        return
    if not steps:
        yield start
        return
    first, rest = steps[0], steps[1:]
    value, where = start.value, start.where
    if isinstance(first, _Key):
        yield from _below(start, steps)
    elif isinstance(first, _Each):
        for key, inner in _entries(value):
            yield from _walk(FoundThere(inner, f"{where}{key}"), rest)
    elif isinstance(first, _Number):
        if isinstance(value, list) and first.at < len(value):
            yield from _walk(FoundThere(value[first.at], f"{where}[{first.at}]"), rest)
    else:
        entries = _entries(value)
        if isinstance(value, dict) and _is_like(value, first):
            entries = [("", value)]
        for key, inner in entries:
            if _is_like(inner, first):
                yield from _walk(FoundThere(inner, f"{where}{key}"), rest)


def _below(start: FoundThere, steps: tuple[_Step, ...]) -> Iterator[FoundThere]:
    """What stands below a key, also where several keys of the place are one key with dots."""
    if not isinstance(start.value, dict):
        return
    names: list[str] = []
    for count, step in enumerate(steps, 1):
        if not isinstance(step, _Key):
            return
        names.append(step.name)
        key = _key_in(start.value, ".".join(names))
        if key is not None:
            where = f"{start.where}.{key}" if start.where else key
            yield from _walk(FoundThere(start.value[key], where), steps[count:])
            return


def _key_in(tree: dict[str, Any], name: str) -> str | None:
    if name in tree:
        return name
    lower = name.lower()
    return next((key for key in tree if key.lower() == lower), None)


def _entries(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"[{number}]", inner) for number, inner in enumerate(value)]
    if isinstance(value, dict):
        return [(f".{key}", inner) for key, inner in value.items()]
    return []


def _is_like(value: Any, like: _Like) -> bool:
    if isinstance(value, list):
        said = value[int(like.name)] if like.name.isdigit() and value else None
    elif isinstance(value, dict):
        key = _key_in(value, like.name)
        said = None if key is None else value[key]
    else:
        return False
    return isinstance(said, str | int) and fnmatchcase(str(said).lower(), like.pattern)


def _matches(found: Iterator[FoundThere], pattern: re.Pattern[str]) -> Iterator[FoundThere]:
    for number, each in enumerate(found):
        if number >= _MATCHES:
            return
        if isinstance(each.value, dict | list):
            continue
        match = pattern.search(str(each.value)[:_SEARCHED])
        if match is None:
            continue
        text = next((group for group in match.groups() if group), "") or (
            "" if match.groups() else match.group()
        )
        if text.strip():
            yield FoundThere(text.strip(), each.where)
