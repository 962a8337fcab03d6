"""`pup-tui schema`: the format as JSON Schema."""

from __future__ import annotations

from typing import Any

import click

from pup_tui.cli.options import runbooks_option
from pup_tui.cli.printing import print_json


@click.command("schema")
@runbooks_option
def schema_command() -> int:
    """Print the JSON Schema of the runbook format, for editors."""
    print_json(whole_schema())
    return 0


def whole_schema() -> dict[str, Any]:
    """The schema of runbooks and of the files beside them."""
    from pup_tui.rehearsal.schema import definitions
    from pup_tui.runbook.integration_schema import integration_definitions
    from pup_tui.runbook.pack_schema import pack_definitions
    from pup_tui.runbook.schema import schema

    made = schema()
    more = {**definitions(), **pack_definitions(), **integration_definitions()}
    return {**made, "$defs": {**made["$defs"], **more}}
