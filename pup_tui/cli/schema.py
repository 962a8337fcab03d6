"""`pup-tui schema`: the format as JSON Schema."""

from __future__ import annotations

import click

from pup_tui.cli.options import runbooks_option


@click.command("schema")
@runbooks_option
def schema_command() -> int:
    """Print the JSON Schema of the runbook format, for editors."""
    from pup_tui.runbook.schema import schema_text

    click.echo(schema_text(), nl=False)
    return 0
