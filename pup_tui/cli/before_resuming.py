"""What is settled before a run goes on: what it left running, captured secrets, what would run once more."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from pup_tui.cli.failure import Failure, tell
from pup_tui.headless.exits import ABORTED, LOCKED, UNDECIDED

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.core.standing import Standing
    from pup_tui.journal.records import RunRow
    from pup_tui.steps.survivors import Survivor

GRACE = 5.0
"""Seconds that what was left running has to end when it is told to."""


class CapturedSecrets(NamedTuple):
    """What steps captured as secrets, by the step, and those that run again for want of theirs."""

    captures: dict[str, dict[str, object]]
    again: list[str]


def refuse_under_way(row: RunRow) -> NoReturn:
    """Raise Failure for a run that a living process drives."""
    where = f"process {row.pid} on {row.host}"
    raise Failure(f"run {row.run} is under way", where, "wait until it ends", code=LOCKED)


def settle_left_running(state: Path, row: RunRow, standing: Standing, *, ask: bool) -> None:
    """See to it that no attempt that did not finish still runs; `state` is the folder of the journal.

    Raises Failure where one does and nobody can be asked, or nobody wants to wait for it or end it.
    """
    from pup_tui.journal.lock import owner_is_gone
    from pup_tui.steps.left_running import left_running

    if standing.begun and (
        row.host != socket.gethostname() or not sys.platform.startswith("linux")
    ):
        tell(f"  what the run may have left running on {row.host} cannot be seen here: look there")
        return
    found = left_running(row.run, standing.begun)
    if found and not owner_is_gone(state, row.run, host=row.host, pid=row.pid):
        # Somebody has resumed the run since it was looked at: these are that one's.
        refuse_under_way(row)
    for step, living in found.items():
        _settle(row.run, step, living, ask=ask)


def _settle(run: str, step: str, living: list[Survivor], *, ask: bool) -> None:
    from pup_tui.steps.left_running import end, wait_for
    from pup_tui.steps.survivors import listed

    told = f"`{step}` is still running: {listed(living)}"
    if not ask:
        todo = "wait until it has ended, or end it; then look what it did and resume"
        raise Failure(told, "", todo, code=UNDECIDED)
    tell(f"{told}. What it prints is lost, and writing to nobody may end it.")
    said = click.prompt("[w]ait, [e]nd it or [a]bort?", default="a", err=True).strip().lower()[:1]
    if said == "w":
        wait_for(run, step)
    elif said != "e":
        raise Failure(f"`{step}` runs on, and nothing was resumed", code=ABORTED)
    elif left := end(run, step, GRACE):
        raise Failure(f"`{step}` could not be ended: {listed(left)}", "", "end it", code=UNDECIDED)
    tell(f"`{step}` has ended; nobody knows how")


def hidden_captures(
    standing: Standing, given: Mapping[str, Mapping[str, object]], *, ask: bool
) -> CapturedSecrets:
    """Find what steps captured as secrets, which no record has: given, or typed without an echo.

    Raises Failure where some is missing and nobody can be asked.
    """
    found = CapturedSecrets({}, [])
    for step, names in standing.hidden.items():
        if step in given:
            found.captures[step] = dict(given[step])
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
        value = click.prompt(prompt, hide_input=True, default="", show_default=False, err=True)
        if not value:
            return None
        typed[name] = value
    return typed


def agree_to_repeat(standing: Standing, *, ask: bool) -> None:
    """Have somebody agree to run again what was taken back or cleaned up.

    Raises Failure where nobody does, or nobody can be asked.
    """
    again = (*standing.undone, *standing.repeated)
    if not again:
        return
    if not ask:
        told = ", ".join(f"`{step}`" for step in again)
        raise Failure(
            f"what was taken back or cleaned up would run again: {told}",
            "",
            "resume it on a terminal, or say --yes",
            code=UNDECIDED,
        )
    if not click.confirm("Go on?", default=False, err=True):
        raise Failure("nothing was resumed", code=ABORTED)
