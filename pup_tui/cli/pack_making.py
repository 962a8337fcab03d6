"""`pup-tui pack new`: the beginning of a pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure
from pup_tui.cli.options import pass_settings
from pup_tui.cli.trusting import pack_failures
from pup_tui.headless.exits import FAILED, USAGE
from pup_tui.output.safe_json import safe_json
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

_SCHEMA = "runbook.schema.json"


@click.command("new")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="", metavar="N", help="What the pack is called; else as DIR is.")
@pass_settings
def new_command(settings: Settings, folder: Path, name: str) -> None:
    """Write the beginning of a pack into the new folder DIR: a runbook with rehearsals, and its checks."""
    from pup_tui.cli.schema import whole_schema
    from pup_tui.packs.names import check_pack_name
    from pup_tui.packs.skeleton import pack_skeleton
    from pup_tui.place_errors import place_error

    name = name or folder.name
    with pack_failures(USAGE):
        check_pack_name(name)
    texts = pack_skeleton(name)
    texts[_SCHEMA] = safe_json(whole_schema(), indent=2) + "\n"
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Failure("there is something in its place", str(folder), "choose another DIR")
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        found = place_error(error, folder)
        raise Failure(found.message, str(folder), found.hint, code=FAILED) from error
    click.echo(
        safe_text(f"{folder} holds the pack {name}: `pup-tui pack check {folder}` checks it")
    )
