"""`pup-tui undo`: takes back what a past run did, and begins nothing else of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pup_tui.cli import asking
from pup_tui.cli.before_resuming import hidden_captures, working_where_it_did
from pup_tui.cli.before_undoing import became
from pup_tui.cli.failure import Failure, tell
from pup_tui.cli.options import (
    directory_option,
    json_option,
    pass_settings,
    profile_option,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.resuming import past_run, values_again
from pup_tui.cli.running import Launch, Manner, break_lock_option, carry_out
from pup_tui.cli.values import from_file
from pup_tui.cli.wiring import Parts
from pup_tui.headless.answers import YES, Undone
from pup_tui.headless.exits import ABORTED, UNDECIDED
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.cli.shown import ShownRun
    from pup_tui.core.actions import UndoOffer
    from pup_tui.core.standing import Became
    from pup_tui.core.state import RunState
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.executor import Terminal


@click.command("undo")
@click.argument("run")
@click.option(
    "--unknown",
    type=click.Choice(["done", "skip", "retry"]),
    help="Of a step that did not finish: it was done, or is left; of an undo: it was done, or runs.",
)
@click.option(
    "--arg-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secrets, and captures of steps: captures: {STEP: {NAME: value}}.",
)
@click.option("--yes", is_flag=True, help="Take back without asking; answer every question yes.")
@break_lock_option
@directory_option
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def undo_command(
    settings: Settings,
    run: str,
    unknown: str | None,
    arg_file: Path | None,
    yes: bool,
    break_lock: str | None,
    directory: Path | None,
    as_json: bool,
) -> int:
    """Take back what RUN did and did not undo, last first, and begin nothing else of it."""
    from pup_tui.core.standing import standing as standing_of
    from pup_tui.core.standing import with_done

    file = from_file(arg_file)
    past = past_run(settings, run)
    at_work = working_where_it_did(settings, past, directory)
    can_ask = settings.terminal.can_ask and not yes
    known = became(settings.state_dir, past, unknown, file, ask=can_ask)
    state = with_done(past.program, past.state, known.done, settings.operator)
    offers = _offered(past, state, known)
    _agree(past, offers, yes=yes, ask=can_ask)
    hidden = hidden_captures(standing_of(past.program, state), file, ask=can_ask)
    parts = Parts(at_work)
    values = values_again(past, None, file.values, parts.sources, ask=can_ask)
    steps = tuple(offer.step for offer in offers)
    manner = Manner(
        yes=yes, as_json=as_json, break_lock=break_lock, undone=Undone(steps, YES if yes else "")
    )

    def launch(launcher: Launcher, terminal: Terminal | None) -> Launch:
        return partial(
            launcher.resume,
            past.record,
            secrets=values.secrets,
            made=values.made,
            captures=hidden.captures,
            again=hidden.again,
            only_undo=True,
            done=known.done,
            taken_back=known.taken_back,
            terminal=terminal,
        )

    return carry_out(parts, launch, manner)


def _offered(past: ShownRun, state: RunState, known: Became) -> Sequence[UndoOffer]:
    """What is to be taken back, in that order, told. Raises Failure where there is nothing."""
    from pup_tui.core.undoing import offers_later

    row = past.row
    found = offers_later(past.program, state, known.not_undone)
    offers = [offer for offer in found if not offer.doubtful]
    for offer in found:
        if offer.doubtful:
            tell(f"Not taken back: {safe_text(offer.name)}")
    if not offers:
        todo = f"`pup-tui show {row.run}` shows what it did"
        raise Failure(f"run {row.run} has nothing that can be taken back", "", todo)
    tell(f"{row.runbook} · run {row.run} · it was {row.status}. To be taken back, in this order:")
    for offer in offers:
        danger = "DANGER " if offer.danger else ""
        tell(f"  {danger}{safe_text(offer.name)}: {safe_text(offer.command)}")
    return offers


def _agree(past: ShownRun, offers: Sequence[UndoOffer], *, yes: bool, ask: bool) -> None:
    """Raise Failure unless somebody agrees, or said so before."""
    if yes:
        return
    if not ask:
        todo = f"`pup-tui undo {past.row.run} --yes` takes it back"
        raise Failure("nobody can be asked here: nothing was taken back", "", todo, code=UNDECIDED)
    count = "this step" if len(offers) == 1 else f"these {len(offers)} steps"
    if not asking.confirm(f"Take back {count}?"):
        raise Failure("nothing was taken back", code=ABORTED)
