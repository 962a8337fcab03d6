"""The JSON Schema of the format, for editors: made from the model's types, as the loader's check is.

It says what a schema can say. Whatever it refuses the loader refuses too; the loader refuses more (names that
mean nothing, templates and scripts that cannot be read).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import FieldInfo

from pup_tui.runbook import model, parts
from pup_tui.runbook.allowed import about, does, fields_of, inner_options, options_of
from pup_tui.runbook.schema_types import TEXT, Schema, described, nullable, type_schema
from pup_tui.runbook.steps import KINDS

ID: Final = "urn:pup-tui:runbook"
"""Names the schema; it is no address, since editors find the schema beside the runbooks."""

NAME_PATTERN: Final = "^[A-Za-z_][A-Za-z0-9_]*$"
ID_PATTERN: Final = "^[a-z][a-z0-9_]*$"

NOTES: Final[Schema] = {"^x-": {}}
"""Keys for anchors and notes, of a runbook and of a step template."""

_MERGED: Final = frozenset({"headers", "env", "inputs"})
"""Maps of a step that are merged with those of its template, so that null clears an entry."""

_WITH: Final = "with"
"""The key of a step that calls a group from a file; without a `template` it means nothing."""

_TEMPLATE_KEYS: Final = {
    "kind": "What the step does.",
    "template": "A file _templates/NAME.yaml: one step whose keys fill what this step leaves unset (null "
    "here clears one), or a group of steps.",
    _WITH: "Values for the `params` of a group.",
}
"""What the keys mean by which a step is made into one of a kind."""


def schema() -> Schema:
    """The whole schema. `$defs/stepTemplate` and `$defs/group` describe files in `_templates`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "A runbook of pup-tui",
        **struct_schema(model.Runbook),
        "patternProperties": NOTES,
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    structs = (
        parts.Link,
        parts.StepLink,
        parts.AlertMatch,
        parts.Choice,
        parts.ChoicesFrom,
        parts.Variable,
        parts.Capture,
        parts.Assertion,
        parts.Poll,
        parts.Retry,
        parts.PagedAnswer,
        parts.Column,
        parts.Table,
        parts.ShownTable,
        parts.Inventory,
        parts.Requirement,
        model.Defaults,
    )
    made: Schema = {_name(part): struct_schema(part) for part in structs}
    made["variable"]["allOf"] = [_ENUM_HAS_CHOICES, _LIST_HAS_DEFAULTS]
    made["choicesFrom"]["oneOf"] = [{"required": ["run"]}, {"required": ["items"]}]
    made["inventory"]["anyOf"] = [{"required": [place]} for place in parts.Inventory.places]
    made["everyStep"] = _every_step()
    made |= {_name(kind): _kind(tag, kind) for tag, kind in KINDS.items()}
    made["anyStep"] = _any_step()
    made["step"] = {"$ref": "#/$defs/anyStep", "required": ["name"]}
    made["templated"] = _templated()
    made["stepTemplate"] = _step_template()
    made["group"] = _group()
    return made


_ENUM_HAS_CHOICES: Final[Schema] = {
    "if": {"properties": {"type": {"const": "enum"}}, "required": ["type"]},
    "then": {"anyOf": [{"required": ["choices"]}, {"required": ["choices_from"]}]},
}

_LIST_HAS_DEFAULTS: Final[Schema] = {
    "if": {"properties": {"default": {"type": "array"}}, "required": ["default"]},
    "then": {"properties": {"type": {"const": "list"}}, "required": ["type"]},
}


def _name(struct: type) -> str:
    name = struct.__name__
    return name[0].lower() + name[1:]


def struct_schema(struct: type) -> Schema:
    """A map with the keys of a struct and no others."""
    keys = _own_keys(struct)
    return _map(
        {key: _key(struct, field) for key, field in keys.items()},
        required=[key for key, field in keys.items() if field.required],
    )


def _map(properties: Schema, required: Iterable[str] = ()) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    needed = list(required)
    return {**made, "required": needed} if needed else made


def _own_keys(struct: type) -> dict[str, FieldInfo]:
    """The keys of a struct that stand in files; of a kind of step those that not every kind has."""
    common = fields_of(model.Step) if issubclass(struct, model.Step) else {}
    return {key: field for key, field in fields_of(struct).items() if key not in common}


def _key(struct: type, field: FieldInfo) -> Schema:
    made = _special(struct, field) or type_schema(field.type, _reference)
    if not field.required:
        made = nullable(made)
    told = about(field)
    return {**described(told.about, told.examples, _default(field)), **made}


def _default(field: FieldInfo) -> object:
    """What holds where the key is left out, as far as that is a value that one could write."""
    value = field.default
    if isinstance(value, tuple) and value:
        return list(value)
    return value if isinstance(value, bool | int | str) and value != "" else None


def _reference(struct: type) -> Schema:
    if struct is parts.Variable:
        return {"anyOf": [nullable(TEXT), {"$ref": "#/$defs/variable"}]}
    if issubclass(struct, model.Step):
        return {"$ref": "#/$defs/step"}
    return {"$ref": f"#/$defs/{_name(struct)}"}


def _special(struct: type, field: FieldInfo) -> Schema | None:
    """Keys of which the format says more than the model's types do."""
    key, held = field.encode_name, inner_options(options_of(field.type).values)
    if key == "undo" and issubclass(struct, model.Step):
        return {"$ref": "#/$defs/anyStep"}
    if struct is model.Step and key == "id":
        return {"type": "string", "pattern": ID_PATTERN, "maxLength": 200}
    if key == "capture":
        name: Schema = {"type": "string", "pattern": NAME_PATTERN}
        values = {"anyOf": [TEXT, {"$ref": "#/$defs/capture"}]}
        return {"anyOf": [name, _named(values)]}
    if key == "env":
        return _named(TEXT)
    if parts.Variable in held.structs:
        return _named(_reference(parts.Variable))
    if key == "outputs":
        return _named(TEXT)
    if struct is parts.Variable and key == "from":
        place: Schema = {"type": "string", "pattern": "^(?:env|keyring|command|file):."}
        return {"anyOf": [place, {"type": "array", "items": place, "minItems": 1}]}
    return None


def _named(values: Schema) -> Schema:
    """A map whose keys are names that a template can use."""
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME_PATTERN},
        "additionalProperties": values,
    }


def _every_step() -> Schema:
    properties = {key: _key(model.Step, field) for key, field in fields_of(model.Step).items()}
    return {"description": "The keys that every kind of step has.", "properties": properties}


def _kind(tag: str, kind: type[model.Step]) -> Schema:
    """One kind of step. A key that is refused may be there as null, like any key."""
    properties: Schema = {"kind": {"const": tag}}
    refused = refused_keys(kind)
    for key in fields_of(model.Step):
        if key not in refused:
            properties[key] = {"$ref": f"#/$defs/everyStep/properties/{key}"}
    if "poll" in properties and not kind.follows:
        properties["poll"] |= _with_until()
    own = {key: field for key, field in _own_keys(kind).items() if key != _WITH}
    properties |= {key: _key(kind, field) for key, field in own.items()}
    made = _map(properties, ["kind", *(key for key, field in own.items() if field.required)])
    others = "|".join(sorted({*refused, _WITH}))
    made["patternProperties"] = {f"^(?:{others})$": {"type": "null"}}
    if kind.needs_one_of:
        made["anyOf"] = [{"required": [key]} for key in kind.needs_one_of]
    return {"description": does(kind), **made}


def _with_until() -> Schema:
    """A poll says what it waits for; only what ends by itself does not."""
    told = about(fields_of(parts.Poll)["until"]).about
    return {
        "required": ["until"],
        "properties": {"until": {"description": told, "not": {"type": "null"}}},
    }


def refused_keys(kind: type[model.Step]) -> frozenset[str]:
    """Keys of every step that make no sense for a kind."""
    refused = set() if kind.has_output else {"capture", "assert"}
    if not (kind.has_output or kind.is_block):
        refused |= {"poll", "retry"}
    return frozenset(refused)


def _any_step() -> Schema:
    """A step of a kind, or one that a file makes into one."""
    kinds: list[Schema] = [
        {
            "if": {"properties": {"kind": {"const": tag}}},
            "then": {"$ref": f"#/$defs/{_name(kind)}"},
        }
        for tag, kind in KINDS.items()
    ]
    return {
        "type": "object",
        "properties": {"kind": _kind_key(), "template": _template_key()},
        "if": {"required": ["template"]},
        "then": {"$ref": "#/$defs/templated"},
        "else": {"required": ["kind"], "allOf": kinds},
    }


def _kind_key() -> Schema:
    told = "\n\n".join(f"`{tag}`: {does(kind)}" for tag, kind in KINDS.items())
    return {"description": f"{_TEMPLATE_KEYS['kind']}\n\n{told}", "enum": sorted(KINDS)}


def _template_key() -> Schema:
    return {
        **described(_TEMPLATE_KEYS["template"], ("notify/slack",), None),
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
    }


def _loose_properties() -> Schema:
    """The keys of every kind of step, none of them needed."""
    found: dict[str, list[Schema]] = {}
    for key, field in fields_of(model.Step).items():
        found[key] = [_key(model.Step, field) if key in _MERGED else _every(key)]
    for kind in KINDS.values():
        for key, field in _own_keys(kind).items():
            made = _key(kind, field)
            if made not in found.setdefault(key, []):
                found[key].append(made)
    return {key: made[0] if len(made) == 1 else {"anyOf": made} for key, made in found.items()}


def _every(key: str) -> Schema:
    return {"$ref": f"#/$defs/everyStep/properties/{key}"}


def _templated() -> Schema:
    """A step with a `template`: what it lacks may be in the template, and null clears what is there."""
    properties = {key: nullable(made) for key, made in _loose_properties().items()}
    for key in _MERGED:
        made = properties[key]
        properties[key] = {
            **made,
            "additionalProperties": nullable(made["additionalProperties"]),
        }
    properties |= {
        "name": _every("name"),
        "kind": _kind_key(),
        "template": _template_key(),
        _WITH: {"description": _TEMPLATE_KEYS[_WITH], "type": ["object", "null"]},
    }
    limits = [
        {
            "if": {"properties": {"kind": {"const": tag}}, "required": ["kind"]},
            "then": {"propertyNames": {"enum": sorted(_allowed(kind))}},
        }
        for tag, kind in KINDS.items()
    ]
    return {
        "description": "A step that a file in _templates fills.",
        **_map(properties),
        "allOf": limits,
    }


def _allowed(kind: type[model.Step]) -> frozenset[str]:
    own = fields_of(model.Step).keys() | _own_keys(kind).keys()
    return frozenset(own | _TEMPLATE_KEYS.keys())


def _step_template() -> Schema:
    properties = _loose_properties() | {"kind": _kind_key()}
    return {
        "description": "A file in _templates that fills a step.",
        **_map(properties),
        "patternProperties": NOTES,
    }


def _group() -> Schema:
    keys = _own_keys(model.Call)
    properties = {key: _key(model.Call, field) for key, field in keys.items() if key != "template"}
    properties["steps"] = _key(model.GroupStep, fields_of(model.GroupStep)["steps"])
    return {
        "description": "A file in _templates that holds a group of steps.",
        **_map(properties, ["steps"]),
        "patternProperties": NOTES,
    }
