"""`pup-tui schema`: the format as JSON Schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from pup_tui.cli.options import pass_settings, runbooks_option
from pup_tui.cli.printing import print_json

if TYPE_CHECKING:
    from pup_tui.catalog.places import Folder
    from pup_tui.settings.settings import Settings


@click.command("schema")
@click.option(
    "--bundled", is_flag=True, help="Complete only the integrations that come with the program."
)
@runbooks_option
@pass_settings
def schema_command(settings: Settings, bundled: bool) -> int:
    """Print the JSON Schema of the runbook format, for editors. They complete the actions that there are."""
    from pup_tui.cli.wiring import open_catalog

    print_json(whole_schema(None if bundled else open_catalog(settings).places))
    return 0


def whole_schema(folders: Sequence[Folder] | None = None) -> dict[str, Any]:
    """The schema of runbooks and of the files beside them, with the actions that are found in some folders,
    or else with those that come with the program.
    """
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import Folder, bundled_dir
    from pup_tui.integrations.library import IntegrationLibrary
    from pup_tui.rehearsal.schema import definitions
    from pup_tui.runbook.integration_schema import integration_definitions, with_actions
    from pup_tui.runbook.pack_schema import pack_definitions
    from pup_tui.runbook.schema import schema

    library = IntegrationLibrary(folders or [Folder(bundled_dir(), Origin.BUNDLED)])
    made = with_actions(schema(), library.reachable())
    more = {**definitions(), **pack_definitions(), **integration_definitions()}
    return {**made, "$defs": {**made["$defs"], **more}}
