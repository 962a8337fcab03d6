"""`pup-tui schema`: the format as JSON Schema."""

from __future__ import annotations

import click

from pup_tui.cli.options import runbooks_option
from pup_tui.cli.printing import print_json


@click.command("schema")
@runbooks_option
def schema_command() -> int:
    """Print the JSON Schema of the runbook format, for editors."""
    from pup_tui.runbook.schema import schema

    print_json(schema())
    return 0
