"""`pup-tui history repair`, `backup` and `prune`: the journal as a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, journal_failures, lock_failures, tell
from pup_tui.cli.options import pass_settings
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.headless.exits import ABORTED
from pup_tui.template.duration import parse_duration
from pup_tui.template.size import parse_size

if TYPE_CHECKING:
    from pup_tui.journal.retention import Removable
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
        for run, why in loss.runs.items():
            tell(f"  run {run}: {why}")
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


@click.command("prune")
@click.option("--older-than", metavar="AGE", help="Runs that ended this long ago, as 90d.")
@click.option("--larger-than", metavar="SIZE", help="Runs whose steps printed more, as 100 MB.")
@yes_option
@pass_settings
def prune_command(
    settings: Settings, older_than: str | None, larger_than: str | None, yes: bool
) -> None:
    """Remove past runs and what they printed: those of which both are true, as far as given.

    Without an option it goes by `retention` in config.yaml. Runs that are under way, interrupted or hold a
    lock stay.
    """
    from pup_tui.journal.places import counted_runs
    from pup_tui.journal.retention import removable, remove

    if older_than is None and larger_than is None:
        older_than = settings.retention["older_than"]
        larger_than = settings.retention["larger_than"]
    age = _read(older_than, parse_duration, "--older-than")
    size = _read(larger_than, parse_size, "--larger-than")
    if age is None and size is None:
        raise Failure("nothing says which runs may go", "", "add --older-than or --larger-than")
    before = None if age is None else time.time() - age
    runs: list[Removable] = []
    with recorded_runs(settings.state_dir) as recorded:
        if (journal := recorded.journal) is not None:
            found = removable(journal, before=before, larger_than=int(size or 0))
            runs = _without_holders(settings.state_dir, found)
    if not runs:
        recorded.refuse_incomplete("nothing was removed: not all runs are known")
        click.echo("no such runs: nothing was removed", err=True)
        return
    megabytes = sum(each.size for each in runs) / 1e6
    agreed(
        settings, f"Remove {counted_runs(len(runs))} with {megabytes:,.1f} MB of output?", yes=yes
    )
    with journal_failures():
        removed = remove(settings.state_dir, runs)
    click.echo(f"{counted_runs(removed)} removed", err=True)


def _without_holders(state: Path, runs: list[Removable]) -> list[Removable]:
    """Those that hold no lock; of the others it is told what keeps it."""
    from pup_tui.drivers.locks import held_locks
    from pup_tui.journal.places import locks_dir

    with lock_failures():
        holding = held_locks(locks_dir(state))
    for each in runs:
        if each.run in holding:
            held = holding[each.run]
            tell(f"run {each.run} stays: it still holds the lock {held.value}: {held.left_running}")
    return [each for each in runs if each.run not in holding]


def _read(given: str | None, read: Callable[[str], float], option: str) -> float | None:
    try:
        return read(given) if given else None
    except ValueError as error:
        raise Failure(str(error), option) from error


def agreed(settings: Settings, question: str, *, yes: bool) -> None:
    """Go on if the operator agrees. Raises Failure where they do not, or nobody can be asked."""
    if yes:
        return
    if not settings.terminal.can_ask:
        raise Failure("nothing was changed", "there is nobody to ask", "add --yes", code=ABORTED)
    if not asking.confirm(question):
        raise Failure("nothing was changed", code=ABORTED)
