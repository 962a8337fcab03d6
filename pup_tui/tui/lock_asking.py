"""Begins a run that has to have a lock, and asks what to do while somebody else holds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.locks import Breaking, LockHeld
from pup_tui.tui.dialogs.lock_held import LockHeldScreen
from pup_tui.tui.dialogs.reason import ReasonScreen


async def locked_launch(
    screen: Screen[None], launch: Callable[..., Awaitable[LocalRun]]
) -> LocalRun | None:
    """What `launch` begins; None if the operator leaves the lock to its holder.

    They decide about the holder that they see: if it is another one by then, they are asked again.
    """
    breaking: Breaking | None = None
    while True:
        try:
            return await launch(breaking=breaking)
        except LockHeld as held:
            reason = await _reason_to_break(screen, held)
            if reason is None:
                return None
            breaking = Breaking(held.holder, reason)


async def _reason_to_break(screen: Screen[None], held: LockHeld) -> str | None:
    while True:
        answer = await screen.app.push_screen_wait(LockHeldScreen(held))
        if answer is None:
            return None
        message = (
            f"The lock {held.value} is taken from {held.by}. Where that run is still under way, two runs "
            "then act on the same thing. Your reason stands in the record of the new run."
        )
        given = await screen.app.push_screen_wait(ReasonScreen("Break the lock", message))
        if given is not None:
            return given.note
