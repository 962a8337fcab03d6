"""What is looked at before a run: beside its plan, before it begins, and while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.core.events import BegunUnchecked
    from pup_tui.core.program import Program
    from pup_tui.preflight.check import ReadyCheck
    from pup_tui.preflight.lock import RunToBe
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.services import Services

TellReady = Callable[[Sequence["ReadyCheck"], bool], None]
"""Is told what was found so far, and whether more is being looked at."""


class BeforeRun:
    """Looks whether what runs need is there, as the command line does."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def look_beside_plan(
        self,
        loaded: Loaded,
        program: Program,
        resolved: Resolved,
        *,
        trusted: bool,
        alert: Mapping[str, Any],
        tell: TellReady,
    ) -> None:
        """Look at everything; of a runbook that nobody vouches for start nothing, and ask nobody.

        `alert` is what the run would be about, empty without one.
        """
        if self._services.preflight is None:
            return
        preflight, but = self._services.preflight(), self.barred(loaded, program)
        found = await aside(preflight.at_once, program, but)
        found += await aside(preflight.lock, self._to_be(loaded, program, resolved, alert), but)
        places = preflight.elsewhere(program, but)
        if not trusted:
            tell(found, False)
            return
        asks = preflight.wants_versions(program)
        tell(found, asks or bool(places))
        if asks:
            found += await preflight.versions(program, found)
            tell(found, bool(places))
        if places:
            found += await preflight.look_elsewhere(places)
            tell(found, False)

    def _to_be(
        self, loaded: Loaded, program: Program, resolved: Resolved, alert: Mapping[str, Any]
    ) -> RunToBe:
        from pup_tui.drivers.source import source_of
        from pup_tui.preflight.lock import RunToBe

        return RunToBe(
            program=program,
            source=source_of(loaded),
            resolved=resolved,
            operator=self._services.operator,
            profile=self._services.profile.name,
            alert=alert,
            hidden=self._services.hidden,
        )

    def barred(self, loaded: Loaded, program: Program) -> Sequence[str]:
        """The steps that do not begin where nothing may be changed."""
        from pup_tui.catalog.effects import may_change

        is_read_only = self._services.read_only
        return may_change(program, is_believed=loaded.is_believed) if is_read_only else ()

    async def may_begin(
        self, screen: Screen[None], program: Program, but: Collection[str]
    ) -> tuple[bool, BegunUnchecked | None]:
        """Whether a run without the steps in `but` may begin, and what it is begun past, if that is wanted.

        Called from a worker: it may ask them. Lock and record the run sees to itself.
        """
        from pup_tui.preflight.check import stopping

        if self._services.preflight is None:
            return True, None
        preflight = self._services.preflight()
        found = await aside(preflight.at_once, program, but)
        if preflight.wants_versions(program):
            found += await preflight.versions(program, found)
        wrong = [each for each in stopping(found) if each.what != "record"]
        if not wrong:
            return True, None
        unchecked = await self._reason_to_begin(screen, wrong)
        return unchecked is not None, unchecked

    async def _reason_to_begin(
        self, screen: Screen[None], wrong: Sequence[ReadyCheck]
    ) -> BegunUnchecked | None:
        from pup_tui.core.events import BegunUnchecked
        from pup_tui.tui.dialogs.not_ready import NotReadyScreen
        from pup_tui.tui.dialogs.reason import ReasonScreen

        typed: dict[str, str] = {}
        while True:
            answer = await screen.app.push_screen_wait(NotReadyScreen(wrong))
            if answer is None:
                return None
            told = "The run begins all the same. Its record has your reason, and what was not in order."
            asked = ReasonScreen("Begin unchecked", told, typed=typed)
            given = await screen.app.push_screen_wait(asked)
            if given is not None:
                return BegunUnchecked(given.note, tuple(str(each) for each in wrong))

    async def look_beside_run(
        self, screen: Screen[None], program: Program, but: Collection[str] = ()
    ) -> None:
        """Warn of credentials and hosts while the run goes on, but for what its first step asks itself."""
        if self._services.preflight is None:
            return
        preflight = self._services.preflight()
        places = preflight.elsewhere(program, but, beside=True)
        if places:
            await preflight.look_elsewhere(places, lambda check: _warn(screen, check))


def _warn(screen: Screen[None], check: ReadyCheck) -> None:
    if not check.ok:
        screen.notify(safe_text(str(check)), severity="warning", markup=False)
