"""What is settled before a run goes on: what it left running, captured secrets, what would run once more."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pup_tui.cli import asking
from pup_tui.cli.failure import Failure, tell
from pup_tui.headless.exits import ABORTED, LOCKED, UNDECIDED

if TYPE_CHECKING:
    from pup_tui.cli.shown import ShownRun
    from pup_tui.core.standing import Standing
    from pup_tui.drivers.left_behind import LeftBehind
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.variables.file import FileValues
    from pup_tui.settings.settings import Settings


class CapturedSecrets(NamedTuple):
    """What steps captured as secrets, by the step, and those that run again for want of theirs."""

    captures: dict[str, dict[str, object]]
    again: list[str]


def refuse_under_way(row: RunRow, todo: str) -> NoReturn:
    """Raise Failure for a run that a living process drives."""
    told = "is under way" if row.leg == 1 else "is under way, resumed"
    where = f"process {row.pid} on {row.host}"
    raise Failure(f"run {row.run} {told}", where, todo, code=LOCKED)


def working_where_it_did(settings: Settings, past: ShownRun, given: Path | None) -> Settings:
    """The settings with the directory in which the run goes on: `given`, or else its own.

    Raises Failure where that is not there any more.
    """
    from msgspec.structs import replace

    from pup_tui.drivers.directories import DirectoryLost, to_go_on_in

    here = settings.cwd
    if given is not None:
        return replace(settings, cwd=Path(os.path.abspath(here / given)))
    try:
        own = to_go_on_in(past.record.events)
    except DirectoryLost as error:
        todo = "put it back, or say where to go on: --directory DIR"
        raise Failure(error.message, str(error.path), todo, code=UNDECIDED) from error
    if own is None:
        tell(f"  the record does not say where the run began: it goes on in {here}")
        return settings
    if own != here:
        tell(f"  it goes on in {own}, where it was")
    return replace(settings, cwd=own)


def settle_left_running(state: Path, row: RunRow, standing: Standing, *, ask: bool) -> None:
    """See to it that no attempt that did not finish still runs; `state` is the folder of the journal.

    Raises Failure where one does and nobody can be asked, or nobody wants to wait for it or end it.
    """
    from pup_tui.drivers.left_behind import can_be_seen, left_behind
    from pup_tui.journal.errors import RunGoesOn

    if standing.begun and not can_be_seen(row):
        tell(f"  what the run may have left running on {row.host} cannot be seen here: look there")
        return
    try:
        found = asyncio.run(left_behind(state, row, standing.begun))
    except RunGoesOn:
        refuse_under_way(row, "wait until it ends")
    for each in found:
        _settle(each, ask=ask)


def _settle(left: LeftBehind, *, ask: bool) -> None:
    told = f"`{left.step}` is still running: {left.processes}"
    if not ask:
        todo = "wait until it has ended, or end it; then look what it did and resume"
        raise Failure(told, "", todo, code=UNDECIDED)
    tell(f"{told}. What it prints is lost, and writing to nobody may end it.")
    said = asking.choose("[w]ait, [e]nd it or [a]bort?", ("wait", "end it", "abort"))
    if said == "wait":
        asyncio.run(left.wait())
    elif said == "abort":
        raise Failure(f"`{left.step}` runs on, and nothing was resumed", code=ABORTED)
    elif living := asyncio.run(left.end()):
        raise Failure(f"`{left.step}` could not be ended: {living}", "", "end it", code=UNDECIDED)
    tell(f"`{left.step}` has ended; nobody knows how")


def hidden_captures(standing: Standing, file: FileValues, *, ask: bool) -> CapturedSecrets:
    """Find what steps captured as secrets, which no record has: given, or typed without an echo.

    Raises Failure where some is missing and nobody can be asked.
    """
    found = CapturedSecrets({}, [])
    for step, names in standing.hidden.items():
        given = file.captured(step, names)
        if len(given) == len(names):
            found.captures[step] = given
        elif step in standing.again:
            found.again.append(step)
        elif not ask:
            raise Failure(
                f"`{step}` captured a secret, which is not stored",
                "",
                f"give --arg-file a file with captures: {{{step}: {{NAME: …}}}}",
                code=UNDECIDED,
            )
        elif (typed := _typed(step, names)) is None:
            found.again.append(step)
        else:
            found.captures[step] = typed
    return found


def _typed(step: str, names: Iterable[str]) -> dict[str, object] | None:
    """The captured secrets of a step as the operator types them; None where the step shall run again."""
    typed: dict[str, object] = {}
    for name in names:
        prompt = f"{name}, a secret that `{step}` captured (Enter runs the step again)"
        value = asking.prompt(prompt, hide_input=True, default="", show_default=False)
        if not value:
            return None
        typed[name] = value
    return typed


def agree_to_undone(
    standing: Standing, not_there: Iterable[str], unknown: str | None, *, ask: bool
) -> None:
    """Have a person agree to go on where something was taken back or cleaned up: no option does.

    It runs again, or is `not_there` any more. So does what `--unknown` says was taken back, or that it lets
    be taken back. Raises Failure where nobody agrees, or nobody can be asked.
    """
    again = [*standing.undone, *standing.behind, *standing.repeated]
    if unknown in ("done", "retry"):
        again += [*standing.half_undone, *standing.half_behind]
    told = (
        ("would run again", again),
        ("would not run again, since the file no longer has it", tuple(not_there)),
    )
    said = [f"{what}: {', '.join(f'`{s}`' for s in steps)}" for what, steps in told if steps]
    if not said:
        return
    if not ask:
        raise Failure(
            f"what was taken back or cleaned up {'; '.join(said)}",
            "",
            "resume it on a terminal, where that is asked",
            code=UNDECIDED,
        )
    if not asking.confirm("Go on?"):
        raise Failure("nothing was resumed", code=ABORTED)
