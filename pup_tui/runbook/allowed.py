"""What may stand at each place of a file, by the types of the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, get_args

from msgspec import inspect

from pup_tui.runbook.keys import LOADED, NEVER_BLANK, ROLE, SENT
from pup_tui.runbook.model import AnyStep, Step
from pup_tui.runbook.parts import Section, Variable
from pup_tui.runbook.roles import Role


@dataclass(slots=True)
class Options:
    """What a type allows to stand at one place of the file."""

    role: Role | None = None
    never_blank: bool = False
    sent: str = ""
    """What it is called where it goes into a step beside the command."""
    loaded: bool = False
    """Whether the loader fills it in."""
    text: inspect.StrType | None = None
    whole: bool = False
    number: bool = False
    truth: bool = False
    words: tuple[str, ...] = ()
    items: inspect.Type | None = None
    least: int = 0
    """How many items a list has at least."""
    values: inspect.Type | None = None
    structs: tuple[inspect.StructType, ...] = ()
    kinds: dict[str, type] = field(default_factory=dict)
    """The structs by their tags, where `kind` tells which of them is meant."""
    anything: bool = False

    @property
    def expected(self) -> str:
        """What may stand here, in words."""
        words = []
        if self.truth:
            words.append("true or false")
        if self.text or self.words:
            words.append("text")
        if self.whole or self.number:
            words.append("a number" if self.number else "a whole number")
        if self.structs and self.structs[0].cls is Variable:
            words.append("a default")
        if self.items is not None:
            words.append("a list")
        if self.values is not None or self.structs:
            words.append("a map")
        return " or ".join(words)


@cache
def fields_of(struct: type) -> dict[str, inspect.Field]:
    """The fields of a struct by the key that the file uses; those that the loader fills in are no keys."""
    info = structs().get(struct) or inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    fields = {field.encode_name: field for field in info.fields}
    keys = {key: field for key, field in fields.items() if not options_of(field.type).loaded}
    if issubclass(struct, Step) and struct is not Step:
        _check_roles(struct, keys)
    return keys


def _check_roles(kind: type[Step], keys: dict[str, inspect.Field]) -> None:
    """Raise TypeError for a key of a kind whose texts have no role: nobody could tell what they are."""
    common = fields_of(Step)
    for key, given in keys.items():
        waiting = [options_of(given.type)] if key not in common else []
        while waiting:
            options = waiting.pop()
            if options.role is None and (options.anything or (options.text and not options.words)):
                raise TypeError(f"the key `{key}` of {kind.__name__} has texts without a role")
            waiting += [options_of(kind) for kind in (options.items, options.values) if kind]


@cache
def structs() -> dict[type, inspect.StructType]:
    """All of the model, looked at once: each look at a part of it would look at all that it leads to."""
    waiting: list[type] = [Section]
    found: list[type] = []
    while waiting:
        derived: list[type] = waiting.pop().__subclasses__()
        found += derived
        waiting += derived
    infos = inspect.multi_type_info(found)
    return {info.cls: info for info in infos if isinstance(info, inspect.StructType)}


@cache
def keys_of_steps() -> frozenset[str]:
    """The keys that any kind of step has."""
    return frozenset({"kind"}).union(*(fields_of(kind) for kind in get_args(AnyStep)))


@cache
def required_of(struct: type) -> tuple[str, ...]:
    """The keys without which a struct cannot be."""
    return tuple(key for key, field in fields_of(struct).items() if field.required)


class About(NamedTuple):
    """What a key means, for people who write it, and examples of it."""

    about: str
    examples: tuple[object, ...]


def about(field: inspect.Field) -> About:
    """What the model says about a key."""
    kind = field.type
    told = (kind.extra_json_schema or {}) if isinstance(kind, inspect.Metadata) else {}
    return About(told.get("description", ""), tuple(told.get("examples", ())))


def does(kind: type[Step]) -> str:
    """What steps of a kind do, in one sentence or two."""
    return (kind.__doc__ or "").partition("\n")[0]


def options_of(kind: inspect.Type) -> Options:
    """What a type allows."""
    known = _OPTIONS.get(id(kind))
    if known is None:
        known = kind, Options()
        _collect(kind, known[1])
        _OPTIONS[id(kind)] = known
    return known[1]


def inner_options(kind: inspect.Type | None) -> Options:
    """What the type of a list's items, or of a map's values, allows."""
    return Options() if kind is None else options_of(kind)


_OPTIONS: dict[int, tuple[inspect.Type, Options]] = {}
"""By the type's id, since types have no hash; the type is kept, so that no other gets its id."""


_FLAGS: dict[type, str] = {
    inspect.IntType: "whole",
    inspect.FloatType: "number",
    inspect.BoolType: "truth",
    inspect.AnyType: "anything",
}


def _collect(kind: inspect.Type, options: Options) -> None:
    match kind:
        case inspect.StrType():
            options.text = kind
        case inspect.VarTupleType(item_type=item, min_length=least):
            options.items, options.least = item, least or 0
        case inspect.DictType(value_type=value):
            options.values = value
        case inspect.StructType():
            options.structs = (*options.structs, kind)
            options.kinds[str(kind.tag)] = kind.cls
        case inspect.LiteralType(values=values):
            options.words = tuple(str(value) for value in values)
        case _ if type(kind) in _FLAGS:
            setattr(options, _FLAGS[type(kind)], True)
        case inspect.NoneType():
            pass  # any key may be left empty, whatever its type
        case inspect.Metadata(type=inner, extra=extra):
            extra = extra or {}
            options.role = extra.get(ROLE, options.role)
            options.never_blank = options.never_blank or extra.get(NEVER_BLANK, False)
            options.sent = extra.get(SENT, "") or options.sent
            options.loaded = options.loaded or extra.get(LOADED, False)
            _collect(inner, options)
        case inspect.UnionType(types=types):
            for one in types:
                _collect(one, options)
        case _:
            raise TypeError(f"the model uses a type that files cannot hold: {kind}")
