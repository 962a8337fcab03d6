"""Files of rehearsals as JSON Schema, for editors: made from the model, as the check of them is."""

from __future__ import annotations

from typing import Any

from pup_tui.rehearsal.model import DIGEST_LENGTH, Case, Expected, RecordedAnswer, Rehearsals
from pup_tui.runbook.schema import NOTES, struct_schema


def definitions() -> dict[str, Any]:
    """What the schema of runbooks has besides under `$defs`: `rehearsals` is that of a whole file."""
    answer = struct_schema(RecordedAnswer)
    properties = answer["properties"]
    properties["attempt"] |= {"minimum": 1}
    properties["status"] |= {"minimum": 100, "maximum": 599}
    properties["digest"] = {
        "description": properties["digest"]["description"],
        "type": ["string", "null"],
        "pattern": f"^[0-9a-f]{{{DIGEST_LENGTH}}}$",
    }
    answer["anyOf"] = [{"required": ["sent"]}, {"required": ["digest"]}]
    return {
        "recordedAnswer": answer,
        "expected": struct_schema(Expected),
        "case": struct_schema(Case),
        "rehearsals": {
            "description": "A file in _tests that rehearses the runbook of its name.",
            **struct_schema(Rehearsals),
            "patternProperties": NOTES,
        },
    }
