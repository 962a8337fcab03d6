"""`pack.yaml` as JSON Schema, for editors: made from the model, as the check of it is."""

from __future__ import annotations

from pup_tui.runbook.pack_file import NAME_PATTERN, VERSION_PATTERN, Pack
from pup_tui.runbook.schema import NOTES, struct_schema
from pup_tui.runbook.schema_types import Schema


def pack_definitions() -> Schema:
    """What the schema of runbooks has besides under `$defs`: `pack` is that of a whole `pack.yaml`."""
    made = struct_schema(Pack)
    for key, pattern in (("name", NAME_PATTERN), ("minimum_version", VERSION_PATTERN)):
        made["properties"][key]["pattern"] = f"^({pattern})$"
    return {
        "pack": {
            "description": "The file pack.yaml: what a pack of runbooks says of itself.",
            **made,
            "patternProperties": NOTES,
        }
    }
