"""What the operator trusts of runbooks that others wrote, as the console asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pup_tui.aside import aside
from pup_tui.catalog.entries import Origin

if TYPE_CHECKING:
    from textual.screen import Screen

    from pup_tui.packs.library import PackLibrary, TrustSubject
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.services import Services


class TrustSaid(NamedTuple):
    """Whether what was asked about (a runbook, or the pack that it is of) is trusted now, as it is."""

    told: str
    is_trusted: bool


class Trusting:
    """Shows what would run, asks, and keeps a copy of exactly that: only the copy runs."""

    def __init__(self, services: Services, packs: Callable[[], PackLibrary]) -> None:
        self._services = services
        self._packs = packs

    async def copy_of(
        self, screen: Screen[None], loaded: Loaded, *, for_values: bool = False
    ) -> Loaded | None:
        """The copy of a runbook that is not trusted, once it is; None where the operator does not want that.

        Called from a worker: it may ask. `for_values` says that it is only for commands that find values and
        choices. Raises PackError.
        """
        from pup_tui.tui.dialogs.trust import TrustScreen

        subject = await aside(self._subject, loaded.id)
        if not subject.is_trusted:
            shown = await aside(TrustScreen.shown, subject)
            dialog = TrustScreen(
                loaded.id, loaded.path, loaded.sha256, for_values=for_values, shown=shown
            )
            answer = await screen.app.push_screen_wait(dialog)
            if answer is None or answer.answer != "yes":
                return None
            await aside(self._approve, subject)
        return await aside(self._load_copy, loaded.id)

    async def trust(self, screen: Screen[None], id_: str, path: Path) -> TrustSaid:
        """Ask whether a runbook is trusted as it is now, or the pack that it is of. Raises PackError."""
        subject = await aside(self._subject, id_)
        if subject.is_trusted and not subject.pack:
            return TrustSaid(id_, is_trusted=True)
        # One that is trusted alone leads to its pack: of itself there is nothing to say.
        is_alone = subject.is_trusted
        answer = "pack" if is_alone else await self._answer(screen, subject, id_, path)
        if answer == "pack":
            subject = await aside(self._packs().pack, subject.pack)
            if subject.is_trusted:
                return TrustSaid(subject.told, is_trusted=True)
            answer = await self._answer(screen, subject, "", path)
        if answer == "yes":
            await aside(self._approve, subject)
        told = id_ if subject.runbook else subject.told
        return TrustSaid(told, is_trusted=answer == "yes")

    @staticmethod
    async def _answer(screen: Screen[None], subject: TrustSubject, id_: str, path: Path) -> str:
        from pup_tui.tui.dialogs.trust import TrustScreen

        shown = await aside(TrustScreen.shown, subject)
        asked = TrustScreen(id_, path, "", shown=shown, runs=False, pack=subject.pack)
        answer = await screen.app.push_screen_wait(asked)
        return "" if answer is None else answer.answer

    def check(self, path: Path) -> None:
        """Refuse the file of a copy that is not what was trusted. Raises PackError."""
        from pup_tui.packs.store import check_copy

        folder = self._services.catalog.folder_of(path)
        if folder is not None and folder.is_copy:
            check_copy(path)

    def _subject(self, id_: str) -> TrustSubject:
        pack, slash, own = id_.partition("/")
        if slash:
            return self._packs().runbook(pack, own)
        here = (f for f in self._services.catalog.places if f.origin is Origin.HERE)
        folder = next(each for each in here if not each.trusted)
        return self._packs().here(folder.path, id_)

    def _approve(self, subject: TrustSubject) -> None:
        from pup_tui.core.notices import rfc3339
        from pup_tui.packs.library import Approver

        self._packs().approve(subject, Approver(self._services.operator, rfc3339(time.time())))

    def _load_copy(self, id_: str) -> Loaded:
        """The copy that is trusted, as it lies there."""
        from pup_tui.packs.errors import PackError

        path = self._packs().copy_of(self._subject(id_))
        if path is None:
            raise PackError("it has changed while it was looked at", id_, "look at it again")
        # Its folder has only just come about.
        self._services.catalog.look_around()
        return self._services.catalog.load(path)
