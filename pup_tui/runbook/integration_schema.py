"""`integrations/NAME.yaml` as JSON Schema, for editors: made from the model, as the check of it is."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.runbook.integration import Integration, IntegrationAction
from pup_tui.runbook.schema import NOTES, struct_schema
from pup_tui.runbook.schema_types import Schema, described


def with_actions(schema: Schema, integrations: Mapping[str, Integration]) -> Schema:
    """The schema of runbooks in which editors find the actions of some integrations, and what they take.

    It refuses nothing more: a file of one's own may have the name of an action.
    """
    named = {
        f"{name}/{action}": said
        for name, integration in sorted(integrations.items())
        for action, said in integration.actions.items()
    }
    if not named:
        return schema
    definitions = dict(schema["$defs"])
    for step in ("anyStep", "templated"):
        made = dict(definitions[step])
        template = made["properties"]["template"]
        told = {"anyOf": [{"enum": list(named)}, {"type": "string"}]}
        made["properties"] = {**made["properties"], "template": {**template, **told}}
        definitions[step] = made
    takes = [_takes(name, said) for name, said in named.items()]
    definitions["templated"]["allOf"] = [*definitions["templated"]["allOf"], *takes]
    return {**schema, "$defs": definitions}


def _takes(name: str, action: IntegrationAction) -> Schema:
    """What stands under `with` where a step calls an action."""
    params = {
        key: described(variable.description, (), None) for key, variable in action.params.items()
    }
    given = {"description": action.description.strip(), "properties": params}
    return {
        "if": {"properties": {"template": {"const": name}}, "required": ["template"]},
        "then": {"properties": {"with": given}},
    }


def integration_definitions() -> Schema:
    """What the schema of runbooks has besides under `$defs`: `integration` is that of a whole file."""
    action = struct_schema(IntegrationAction)
    action["required"] = [*action["required"], "steps"]
    steps = action["properties"]["steps"]
    action["properties"]["steps"] = {**steps, "type": "array", "minItems": 1}
    return {
        "integrationAction": {"description": "What a system can be asked or told to do.", **action},
        "integration": {
            "description": "The file of an integration: a system that runbooks work with.",
            **struct_schema(Integration),
            "patternProperties": NOTES,
        },
    }
