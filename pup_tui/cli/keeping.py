"""`pup-tui history repair` and `backup`: the journal as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure, journal_failures, tell
from pup_tui.cli.options import pass_settings
from pup_tui.headless.exits import ABORTED

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("repair")
@yes_option
@pass_settings
def repair_command(settings: Settings, yes: bool) -> None:
    """Set aside what is lost or damaged of the journal, so that runs can be recorded. Nothing is deleted."""
    from pup_tui.journal.repair import find_loss, set_aside

    state = settings.state_dir
    with journal_failures():
        loss = find_loss(state)
        if loss is None:
            click.echo(f"the journal is sound: {state}", err=True)
            return
        tell(f"pup-tui: {loss.what}")
        for path in loss.aside:
            tell(f"  {path}")
        agreed(settings, "Set this aside in a folder of its own?", yes=yes)
        folder = set_aside(state, loss)
    tell(f"It is in {folder} now. A backup can be put in the place of the journal.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_settings
def backup_command(settings: Settings, file: Path) -> None:
    """Copy the journal to FILE, also while runs are under way; what steps printed is not in it."""
    from pup_tui.journal.places import outputs_dir
    from pup_tui.journal.repair import back_up

    with journal_failures():
        back_up(settings.state_dir, file)
    tell(
        f"The journal is in {file}; the outputs of steps are in {outputs_dir(settings.state_dir)}."
    )


def agreed(settings: Settings, question: str, *, yes: bool) -> None:
    """Go on if the operator agrees. Raises Failure where they do not, or nobody can be asked."""
    if yes:
        return
    if not settings.terminal.can_ask:
        raise Failure("nothing was changed", "there is nobody to ask", "add --yes", code=ABORTED)
    if not click.confirm(question, err=True):
        raise Failure("nothing was changed", code=ABORTED)
