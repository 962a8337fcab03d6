"""The walk over a file's nodes that is driven by the model's types.

It finds every wrong key, type and value of a file at once, and gives back what `msgspec.convert` turns into
the model, along with the place of every text that has a role.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, TypeAlias, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from pup_tui.runbook.allowed import Annotation, Options, fields_of, options_of, required_of
from pup_tui.runbook.model import AnyStep, Call, Defaults, Runbook, Step
from pup_tui.runbook.nodes import (
    GroupCall,
    Mapping,
    OutOfRange,
    Scalar,
    Sequence,
    Unusable,
    YamlEntry,
    YamlNode,
    described,
    shown,
)
from pup_tui.runbook.parts import Variable
from pup_tui.runbook.report import Report, a_step, listed
from pup_tui.runbook.roles import Role

KeyPath: TypeAlias = tuple[str | int, ...]

NOTE_PREFIX = "x-"
"""How keys begin that are nobody's but the author's."""

_LATER: Final[dict[type, frozenset[str]]] = {
    Runbook: frozenset({"pool"}),
    Step: frozenset({"pool", "approvers"}),
}
"""Keys of the format that are not built, by what they are keys of."""

INVALID: Final = object()
"""Stands for a part of the file that was refused and reported."""


class PlacedText(Struct, frozen=True):
    """A text with a role: `path` leads to it from the top of the runbook, `step` to the step it is of."""

    role: Role
    path: KeyPath
    node: Scalar
    step: KeyPath = ()

    @property
    def inner(self) -> KeyPath:
        """Where it stands in its step, or in the runbook where it is of no step."""
        return self.path[len(self.step) :]


class ShapeCheck:
    """Builds plain data from nodes; `texts` fills with what has a role, `made` with every map."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.texts: list[PlacedText] = []
        self.made: dict[KeyPath, dict[str, Any]] = {}
        self._step: KeyPath = ()

    def build(self, node: YamlNode, kind: Annotation, path: KeyPath) -> Any:
        """Plain data for `kind`, or `INVALID` after a report."""
        if isinstance(node, Unusable):
            return INVALID
        options = options_of(kind)
        if options.anything:
            return self._anything(node, options.role or Role.JSON, path)
        if isinstance(node, Mapping) and options.structs:
            return self._one_of(node, options, path)
        if isinstance(node, Mapping) and options.values is not None:
            return self._map(node, options, path)
        if isinstance(node, Sequence) and options.items is not None:
            return self._list(node, options, path)
        if isinstance(node, Scalar):
            if Variable in options.structs:
                return {} if node.is_null else {"default": node.text}
            return self._scalar(node, options, path)
        return self._wrong(node, options, path)

    def struct(self, node: Mapping, struct: type, path: KeyPath) -> Any:
        """A map with the keys of `struct`, each judged; `INVALID` if any is wrong."""
        fields = fields_of(struct)
        built: dict[str, Any] = {}
        unknown: list[Scalar] = []
        valid = True
        for name, entry in node.entries.items():
            field = fields.get(name)
            if field is None:
                if _is_later(struct, name):
                    valid = False
                    self.report.error(entry.key, f"the key {shown(name)} is not supported yet")
                elif not self._is_other_key(struct, name):
                    valid = False
                    unknown.append(entry.key)
                continue
            value = self._field(field, entry, path)
            valid = valid and value is not INVALID
            if value is not msgspec.UNSET:
                built[name] = value
        if issubclass(struct, Step):
            built["cleared"] = [
                name
                for name, entry in node.entries.items()
                if entry.value.is_null and name in fields_of(Defaults)
            ]
        if unknown:
            self.report.unknown_keys(unknown, fields, _owner(struct), self._hint_for(struct, node))
        missing = [name for name in required_of(struct) if name not in node.entries]
        for name in missing:
            told = f"{label(path) if path else _owner(struct)} has no `{name}`"
            self.report.error(node, told, _missing_hint(struct, name))
        if not valid or missing:
            return INVALID
        self.made[path] = built
        return built

    def _hint_for(self, struct: type, node: Mapping) -> Callable[[str], str]:
        """What to tell about a key that `struct` lacks: some kinds of steps have keys that others lack."""

        def hint(key: str) -> str:
            kinds = _kinds_with(key) if issubclass(struct, Step) else []
            if kinds:
                return f"it is a key of {listed(kinds)} steps"
            fields = fields_of(struct)
            takes = next(
                (name for name in fields if key in options_of(fields[name].type).words), None
            )
            if takes:
                return f"write `{takes}: {key}`"
            entries = list(node.entries.values())
            befores = [before for before, entry in pairwise(entries) if entry.key.text == key]
            return self.report.suggest(key, fields) or (
                _goes_on(befores[0], node.entries[key].key) if befores else ""
            )

        return hint

    def _is_other_key(self, struct: type, name: str) -> bool:
        if struct is Runbook or getattr(struct, "takes_notes", False):
            return name.startswith(NOTE_PREFIX)
        return issubclass(struct, Step) and name == "kind"

    def _field(self, field: FieldInfo, entry: YamlEntry, path: KeyPath) -> Any:
        path = (*path, field.encode_name)
        if entry.value.is_null:
            if not field.required:
                return msgspec.UNSET
            self.report.error(entry.key, f"{label(path)} must not be empty")
            return INVALID
        return self.build(entry.value, field.type, path)

    def _one_of(self, node: Mapping, options: Options, path: KeyPath) -> Any:
        if options.structs[0].__struct_config__.tag_field is None:
            return self.struct(node, options.structs[0], path)
        chosen = self._kind(node, options.kinds, path)
        if chosen is None:
            return INVALID
        around, self._step = self._step, path
        built = self.struct(node, chosen, path)
        if isinstance(node, GroupCall):
            call = self.struct(node.call, Call, (*path, "call"))
            if built is not INVALID:
                built["call"] = call
            built = INVALID if call is INVALID else built
        self._step = around
        if built is not INVALID:
            built["kind"] = node.text("kind")
        return built

    def _kind(self, node: Mapping, kinds: dict[str, type], path: KeyPath) -> type | None:
        value = node.get("kind")
        if value is None:
            fitting = [
                name for name in kinds if node.entries.keys() <= fields_of(kinds[name]).keys()
            ]
            hint = f"one of {listed(sorted(fitting or kinds))}"
            self.report.error(node, f"{label(path)} has no `kind`", hint)
            return None
        given = value.text if isinstance(value, Scalar) else ""
        if given in kinds:
            return kinds[given]
        hint = self.report.suggest(given, kinds) or f"one of {listed(sorted(kinds))}"
        self.report.error(value, f"unknown kind {shown(given)}", hint)
        return None

    def _map(self, node: Mapping, options: Options, path: KeyPath) -> Any:
        if len(node.entries) < (options.least or 0):
            return self._empty(node, path)
        kind = options.values
        return self._each(node, path, lambda value, inside: self.build(value, kind, inside))

    def _each(self, node: Mapping, path: KeyPath, build: Callable[[YamlNode, KeyPath], Any]) -> Any:
        built = {name: build(entry.value, (*path, name)) for name, entry in node.entries.items()}
        return INVALID if any(value is INVALID for value in built.values()) else built

    def _list(self, node: Sequence, options: Options, path: KeyPath) -> Any:
        assert options.items is not None
        if len(node.items) < (options.least or 0):
            return self._empty(node, path)
        built = [self.build(item, options.items, (*path, i)) for i, item in enumerate(node.items)]
        return INVALID if any(value is INVALID for value in built) else built

    def _empty(self, node: YamlNode, path: KeyPath) -> Any:
        self.report.error(node, f"{label(path)} is empty", "it needs at least one")
        return INVALID

    def _scalar(self, node: Scalar, options: Options, path: KeyPath) -> Any:
        if options.words:
            return self._word(node, options.words, path)
        if not options.text and not (options.truth or options.whole or options.number):
            return self._wrong(node, options, path)
        if node.is_null:
            self.report.error(node, f"{label(path)} is empty", 'write "" for an empty text')
            return INVALID
        value: Any = node.text
        if options.truth or options.whole or options.number:
            value = self._typed(node, path)
        if value is INVALID:
            return INVALID
        if isinstance(value, bool):
            if options.truth:
                return value
        elif (isinstance(value, int) and options.whole) or (
            isinstance(value, float) and options.number
        ):
            if options.role is not None:
                self.texts.append(PlacedText(options.role, path, node, self._step))
            return value
        if options.text:
            return self._text(node, options, path)
        return self._wrong(node, options, path)

    def _typed(self, node: Scalar, path: KeyPath) -> Any:
        try:
            return node.value
        except OutOfRange:
            return self._out_of_range(node, path, "of at most 64 bits")

    def _out_of_range(self, node: Scalar, path: KeyPath, most: str) -> Any:
        self.report.error(node, f"{label(path)} must be a finite number {most}")
        return INVALID

    def _text(self, node: Scalar, options: Options, path: KeyPath) -> Any:
        most = options.longest
        if options.never_blank and not node.text.strip():
            self.report.error(node, f"{label(path)} must not be empty")
            return INVALID
        if most is not None and len(node.text) > most:
            self.report.error(node, f"{label(path)} is longer than {most} characters")
            return INVALID
        if options.role is not None:
            self.texts.append(PlacedText(options.role, path, node, self._step))
        return node.text

    def _word(self, node: Scalar, words: tuple[str, ...], path: KeyPath) -> Any:
        if node.text in words:
            return node.text
        hint = self.report.suggest(node.text, words) or f"one of {listed(sorted(words))}"
        self.report.error(node, f"{label(path)} cannot be {shown(node.text)}", hint)
        return INVALID

    def _anything(self, node: YamlNode, role: Role, path: KeyPath) -> Any:
        if isinstance(node, Mapping):
            return self._json_map(node, role, path)
        if isinstance(node, Sequence):
            made = [self._anything(item, role, (*path, i)) for i, item in enumerate(node.items)]
            return INVALID if any(value is INVALID for value in made) else made
        assert isinstance(node, Scalar)
        try:
            value = node.typed
        except OutOfRange:
            return self._out_of_range(node, path, "of at most 300 digits; in quotes it is a text")
        if isinstance(value, str):
            self.texts.append(PlacedText(role, path, node, self._step))
        return value

    def _json_map(self, node: Mapping, role: Role, path: KeyPath) -> Any:
        return self._each(node, path, lambda value, inside: self._anything(value, role, inside))

    def _wrong(self, node: YamlNode, options: Options, path: KeyPath) -> Any:
        told = f"{label(path)} must be {options.expected}, not {described(node)}"
        self.report.error(node, told, _wrong_hint(node, options))
        return INVALID


def _is_later(struct: type, name: str) -> bool:
    return any(issubclass(struct, owner) and name in names for owner, names in _LATER.items())


def _wrong_hint(node: YamlNode, options: Options) -> str:
    if isinstance(node, Sequence) and Variable in options.structs:
        return "write {type: list, default: […]}"
    if not isinstance(node, Scalar):
        if isinstance(node, Mapping) and options.text:
            return "quote a text that begins with {"
        return ""
    if options.truth:
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(node.text.lower())
        return f"write {meant or 'true or false'} without quotes"
    if options.items is not None and not options.structs:
        return "write one `- ` for each item"
    return ""


def _owner(struct: type) -> str:
    if issubclass(struct, Step):
        return a_step(str(struct.__struct_config__.tag))
    told: str = getattr(struct, "told_as", f"a {struct.__name__.lower()}")
    return told


def _kinds_with(key: str) -> list[str]:
    return sorted(
        str(cls.__struct_config__.tag) for cls in get_args(AnyStep) if key in fields_of(cls)
    )


def _goes_on(before: YamlEntry, key: Scalar) -> str:
    """What to do where a comma, which ends a text in braces, may have made a key of the rest of it."""
    value = before.value
    if not isinstance(value, Scalar) or value.style != "plain" or " " not in value.text:
        return ""
    from pup_tui.runbook.yaml_errors import in_a_block

    name = before.key.text
    is_behind = value.end_line == key.line
    return f"if this is text of `{name}`, {in_a_block(name)}" if is_behind else ""


def _missing_hint(struct: type, name: str) -> str:
    return f"{_owner(struct)} needs it" if issubclass(struct, Step) and name != "name" else ""


def label(path: KeyPath) -> str:
    """A place of the file in words."""
    if not path:
        return "a runbook"
    last = path[-1]
    step = _step_label(path)
    if step:
        return step
    if len(path) == 2 and path[0] == "vars":
        return f"variable {shown(str(last))}"
    if isinstance(last, int):
        return f"item {last + 1} of {label(path[:-1])}"
    return shown(last)


def _step_label(path: KeyPath) -> str:
    """A step in words: `step 3`, nested `step 3.1`, `the undo of step 3`; empty where it is none."""
    told, undo = "", ""
    rest = list(path)
    while rest:
        key = rest.pop(0)
        number = rest[0] if rest else None
        if key == "steps" and isinstance(number, int):
            del rest[0]
            told += f"{'.' if told else 'step '}{number + 1}"
        elif key == "undo" and told and not undo:
            undo = "the undo of "
        else:
            return ""
    return undo + told
