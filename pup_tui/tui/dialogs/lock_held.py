"""Tells who holds the lock that a run needs, and asks whether to break it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from pup_tui.drivers.local import LocalRun
from pup_tui.drivers.locks import Breaking, LockHeld
from pup_tui.tui.dialogs.choices import choice
from pup_tui.tui.dialogs.dialog import labelled, shown_text
from pup_tui.tui.dialogs.going_on import GoingOnDialog
from pup_tui.tui.dialogs.reason import ReasonScreen
from pup_tui.tui.lines.read_text import ReadText


class LockHeldScreen(GoingOnDialog):
    """Names the holder; the answer is `yes` where the lock is to be broken. *Cancel* has the focus."""

    GOES_ON_BY: ClassVar[str] = "break"

    def __init__(self, held: LockHeld) -> None:
        super().__init__("Another run holds the lock")
        self._held = held

    def compose_message(self) -> Iterable[Widget]:
        yield ReadText(
            "Only one run at a time may hold it: wait until that run is over, or talk to its operator. "
            "Nothing has been run.",
            markup=False,
        )
        # Here and not below, since a lock's value may be of any length.
        yield Static("", markup=False)
        for label, text in self._facts():
            yield labelled(label, shown_text(text), "dialog-row")

    def _facts(self) -> Iterable[tuple[str, str]]:
        held = self._held
        yield "lock", held.value
        if held.holder is None:
            yield "by", held.by
            return
        holder = held.holder
        yield "by", f"{holder.operator} on {holder.host}"
        yield "since", holder.moment
        yield "run", f"{holder.runbook} · {holder.run} · pid {holder.pid}"
        if held.why:
            yield "but", held.why

    def compose_buttons(self) -> Iterable[Widget]:
        yield choice("Cancel", "cancel", "back")
        yield choice("Break the lock…", "break", variant="error")


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
    typed: dict[str, str] = {}
    while True:
        answer = await screen.app.push_screen_wait(LockHeldScreen(held))
        if answer is None:
            return None
        message = (
            f"The lock {held.value} is taken from {held.by}. Where that run is still under way, two runs "
            "then act on the same thing. Your reason stands in the record of the new run."
        )
        asked = ReasonScreen("Break the lock", message, typed=typed)
        given = await screen.app.push_screen_wait(asked)
        if given is not None:
            return given.note
