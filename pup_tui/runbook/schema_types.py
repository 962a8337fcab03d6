"""What a type of the model allows in a file, said as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from pup_tui.runbook.allowed import Annotation, Options, options_of
from pup_tui.runbook.roles import Role
from pup_tui.template.duration import MAX_SECONDS
from pup_tui.template.host import MAX_PORT

Schema: TypeAlias = dict[str, Any]

TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
"""YAML gives `1.10` and `true` other types than text, and the loader keeps what was typed."""

_TEMPLATE = r"\{[{%]"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"


def _or_template(pattern: str) -> Schema:
    return {"type": "string", "pattern": rf"{_TEMPLATE}|^\s*(?:{pattern})\s*$"}


_FORMS: Final[dict[Role, list[Schema]]] = {
    Role.DURATION: [
        {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SECONDS},
        _or_template(rf"{_NUMBER}|(?:{_NUMBER}[ \t]*[A-Za-z]+[ \t,]*)+"),
    ],
    Role.SIZE: [
        {"type": "integer", "minimum": 1},
        _or_template(rf"{_NUMBER}[ \t]*[A-Za-z]*"),
    ],
    Role.COUNT: [{"type": "integer", "minimum": 1}, _or_template("[1-9][0-9]*")],
    Role.SHARE: [
        {"type": "integer", "minimum": 1},
        _or_template("[1-9][0-9]*|([1-9][0-9]?|100)%"),
    ],
    Role.PORT: [
        {"type": "integer", "minimum": 1, "maximum": MAX_PORT},
        _or_template("[1-9][0-9]{0,4}"),
    ],
    Role.TOLERANCE: [
        {"type": "integer", "minimum": 0},
        _or_template("0|[1-9][0-9]*|([0-9]|[1-9][0-9]|100)%"),
    ],
    Role.FACTOR: [{"type": "number", "minimum": 1}, _or_template(_NUMBER)],
    Role.VERSIONS: [{"type": "string", "pattern": r"^\s*(?:$|[<>]=?|[=!~]=)"}],
    Role.TARGET: [{"type": "string", "pattern": rf"{_TEMPLATE}|://"}],
    Role.STATUS: [
        {"type": "integer", "minimum": 100, "maximum": 599},
        _or_template("[1-5](?:[xX][xX]|[0-9][0-9])"),
    ],
}
"""The literal forms of a role, beside texts with a template in them."""


def type_schema(kind: Annotation, reference: Callable[[type], Schema]) -> Schema:
    """The schema of a type; `reference` gives that of a struct."""
    options = options_of(kind)
    if options.anything:
        return {}
    return _any_of([*_scalars(options), *_collections(options, reference)])


def _scalars(options: Options) -> list[Schema]:
    if options.words:
        return [{"enum": list(options.words)}]
    if options.role is not None and options.role in _FORMS:
        return _FORMS[options.role]
    if options.text:
        made = dict(TEXT)
        if options.never_blank:
            made["pattern"] = r"\S"
        if options.longest is not None:
            made["maxLength"] = options.longest
        return [made]
    types = {"boolean": options.truth, "number": options.number, "integer": options.whole}
    if options.number:
        types["integer"] = False
    return [{"type": name} for name, allowed in types.items() if allowed]


def _collections(options: Options, reference: Callable[[type], Schema]) -> list[Schema]:
    made: list[Schema] = []
    if options.values is not None:
        values = type_schema(options.values, reference)
        made.append(
            {"type": "object", "additionalProperties": values, **_sizes(options, "Properties")}
        )
    if options.structs:
        made.append(reference(options.structs[0]))
    if options.items is not None:
        items = type_schema(options.items, reference)
        made.append({"type": "array", "items": items, **_sizes(options, "Items")})
    return made


def _sizes(options: Options, of: str) -> Schema:
    sizes = {f"min{of}": options.least, f"max{of}": options.most}
    return {key: size for key, size in sizes.items() if size is not None}


def _any_of(made: list[Schema]) -> Schema:
    return made[0] if len(made) == 1 else {"anyOf": made}


def nullable(made: Schema) -> Schema:
    """The same, or null: a key that is null counts as left out."""
    if "type" in made:
        types = made["type"] if isinstance(made["type"], list) else [made["type"]]
        return {**made, "type": [*types, *(["null"] if "null" not in types else [])]}
    if "enum" in made:
        return {**made, "enum": [*made["enum"], *([None] if None not in made["enum"] else [])]}
    if "anyOf" in made and {"type": "null"} not in made["anyOf"]:
        return {**made, "anyOf": [*made["anyOf"], {"type": "null"}]}
    if "$ref" in made:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def described(text: str, examples: Sequence[object], default: object) -> Schema:
    """What an editor shows of a key."""
    made: Schema = {"description": text}
    if default is not None:
        made["default"] = default
    if examples:
        made["examples"] = list(examples)
    return made
