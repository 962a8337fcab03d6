"""Keys: what a chain of accesses like ``steps.ID.field`` or ``NAME.a[0]`` in an expression names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pup_tui.template.errors import TemplateError

StepField = tuple[str, str]
Key = str | StepField
"""A root name, or of ``steps.ID.field`` the pair of id and field."""
NameField = tuple[str, str]
"""A root name and the field of it that is asked for."""


def key_of(path: Sequence[str | int | None]) -> Key:
    """Give the key of a path; a use of ``steps`` must say which step and which field."""
    if path[0] != "steps":
        return str(path[0])
    step = path[1] if len(path) > 1 else None
    fields = [part for part in path[2:] if not isinstance(part, int)]
    if not isinstance(step, str) or not fields or not isinstance(fields[0], str):
        raise TemplateError(
            "`steps` needs a step's id and a field, both written out",
            hint="write `steps.ID.output`, with the id of an earlier step",
        )
    return step, fields[0]


def fields_of(path: Sequence[str | int | None]) -> frozenset[NameField]:
    """The field that a path asks its root name for, if it is written out; of `steps` `key_of` tells it."""
    name, *rest = path
    if name == "steps" or not rest or not isinstance(rest[0], str):
        return frozenset()
    return frozenset([(str(name), rest[0])])


def dotted(path: Sequence[str | int | None]) -> str:
    """Write a path as an author would."""
    text = str(path[0])
    for part in path[1:]:
        text += f".{part}" if isinstance(part, str) else f"[{'…' if part is None else part}]"
    return text


def spelled(keys: Iterable[Key]) -> frozenset[str]:
    """Write keys as names: `NAME`, and of a step's results `steps.ID.FIELD`."""
    return frozenset(key if isinstance(key, str) else f"steps.{key[0]}.{key[1]}" for key in keys)
