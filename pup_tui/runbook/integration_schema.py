"""`integrations/NAME.yaml` as JSON Schema, for editors: made from the model, as the check of it is."""

from __future__ import annotations

from pup_tui.runbook.integration import Integration, IntegrationAction
from pup_tui.runbook.schema import NOTES, struct_schema
from pup_tui.runbook.schema_types import Schema


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
