"""What may stand at each place of a file, by the types of the model."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from msgspec import Meta, Struct, UnsetType, field
from msgspec.structs import FieldInfo, fields

from pup_tui.runbook.keys import LOADED, NEVER_BLANK, ROLE, SENT
from pup_tui.runbook.model import AnyStep, Step
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.roles import Role

Annotation: TypeAlias = Any
"""A type as the model writes it at a field."""


class Options(Struct):
    """What a type allows to stand at one place of the file."""

    role: Role | None = None
    never_blank: bool = False
    sent: str = ""
    """What it is called where it goes into a step beside the command."""
    loaded: bool = False
    """Whether the loader fills it in."""
    text: bool = False
    longest: int | None = None
    """How many characters a text has at most."""
    whole: bool = False
    number: bool = False
    truth: bool = False
    words: tuple[str, ...] = ()
    items: Annotation = None
    least: int | None = None
    most: int | None = None
    """How many items a list has at least, and at most, or entries a map."""
    values: Annotation = None
    structs: tuple[type[Struct], ...] = ()
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
        if Variable in self.structs:
            words.append("a default")
        if self.items is not None:
            words.append("a list")
        if self.values is not None or self.structs:
            words.append("a map")
        return " or ".join(words)


@cache
def fields_of(struct: type[Struct]) -> dict[str, FieldInfo]:
    """The fields of a struct by the key that the file uses; those that the loader fills in are no keys."""
    named = {field.encode_name: field for field in fields(struct)}
    keys = {key: field for key, field in named.items() if not options_of(field.type).loaded}
    if issubclass(struct, Step) and struct is not Step:
        _check_roles(struct, keys)
    return keys


def _check_roles(kind: type[Step], keys: dict[str, FieldInfo]) -> None:
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
def keys_of_steps() -> frozenset[str]:
    """The keys that any kind of step has."""
    return frozenset({"kind"}).union(*(fields_of(kind) for kind in get_args(AnyStep)))


@cache
def required_of(struct: type[Struct]) -> tuple[str, ...]:
    """The keys without which a struct cannot be."""
    return tuple(key for key, field in fields_of(struct).items() if field.required)


class About(Struct, frozen=True):
    """What a key means, for people who write it, and examples of it."""

    about: str
    examples: tuple[object, ...]


def about(field: FieldInfo) -> About:
    """What the model says about a key."""
    told = next((meta for meta in _metas(field.type) if meta.description), Meta())
    return About(told.description or "", tuple(told.examples or ()))


def _metas(kind: Annotation) -> tuple[Meta, ...]:
    return tuple(each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Meta))


def does(kind: type[Step]) -> str:
    """What steps of a kind do, in one sentence or two."""
    return (kind.__doc__ or "").partition("\n")[0]


def options_of(kind: Annotation) -> Options:
    """What a type allows."""
    known = _OPTIONS.get(id(kind))
    if known is None:
        known = kind, Options()
        _collect(kind, known[1])
        _OPTIONS[id(kind)] = known
    return known[1]


def inner_options(kind: Annotation) -> Options:
    """What the type of a list's items, or of a map's values, allows; nothing where there is none."""
    return Options() if kind is None else options_of(kind)


_OPTIONS: dict[int, tuple[Annotation, Options]] = {}
"""By the type's id, since not every type has a hash; it is kept, so that no other gets its id."""


_FLAGS: dict[Annotation, str] = {
    str: "text",
    int: "whole",
    float: "number",
    bool: "truth",
    Any: "anything",
}


def _collect(kind: Annotation, options: Options) -> None:
    origin: Any = get_origin(kind)
    if origin is Annotated:
        _collect(kind.__origin__, options)
        for meta in _metas(kind):
            _take(meta, options)
    elif origin in (Union, UnionType):
        for one in get_args(kind):
            _collect(one, options)
    elif origin is tuple:
        options.items = get_args(kind)[0]
    elif origin is dict:
        options.values = get_args(kind)[1]
    elif origin is Literal:
        options.words = tuple(sorted(map(str, get_args(kind))))
    elif kind in _FLAGS:
        setattr(options, _FLAGS[kind], True)
    elif isinstance(kind, type) and issubclass(kind, Struct):
        options.structs = (*options.structs, kind)
        options.kinds[str(kind.__struct_config__.tag)] = kind
    elif kind not in (NoneType, UnsetType):  # any key may be left empty, whatever its type
        raise TypeError(f"the model uses a type that files cannot hold: {kind}")


def _take(meta: Meta, options: Options) -> None:
    extra = meta.extra or {}
    options.role = extra.get(ROLE, options.role)
    options.never_blank = options.never_blank or extra.get(NEVER_BLANK, False)
    options.sent = extra.get(SENT, "") or options.sent
    options.loaded = options.loaded or extra.get(LOADED, False)
    if options.items is not None or options.values is not None:
        options.least = meta.min_length or options.least
        options.most = meta.max_length or options.most
    elif options.text:
        options.longest = meta.max_length or options.longest
