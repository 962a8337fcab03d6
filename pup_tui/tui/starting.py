"""From a runbook to a run under way, and back to runs of the past: what takes its time, in threads."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.before_run import BeforeRun
from pup_tui.tui.trusting import Trusting

if TYPE_CHECKING:
    from pup_tui.catalog.entries import Entry
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.core.program import Program
    from pup_tui.drivers.launcher import ApprovedRun
    from pup_tui.drivers.local import LocalRun
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.load import Loaded
    from pup_tui.tui.handover import ConsoleTerminal
    from pup_tui.tui.past import PastRun
    from pup_tui.tui.services import Services
    from pup_tui.tui.widgets.plan import Planned

ERROR_SECONDS = 20.0
"""How long a message stays that the operator has to read to go on."""


LATELY = 7 * 86_400.0
"""Seconds for which a run that was interrupted is told of when the console starts."""


class Starter:
    """Prepares runs, and asks before one of a runbook that nobody vouched for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.before = BeforeRun(services)
        self._trusted: set[str] = set()
        self.trusting = None if services.packs is None else Trusting(services, services.packs)

    async def load(self, entry: Entry) -> Loaded:
        """The runbook as its file is now."""
        return await aside(self._services.catalog.load, entry.path)

    async def resolve(self, loaded: Loaded) -> Resolved:
        """The values that a run would have without anybody giving any, but for the suggestions."""
        from pup_tui.catalog.inputs import resolve_inputs

        runbook = loaded.require()
        suggested = {k: v for k, v in self._services.suggestions.items() if k in runbook.vars}
        return await resolve_inputs(runbook, suggested, self._beside(loaded).at_rest())

    async def plan(
        self,
        loaded: Loaded,
        resolved: Resolved,
        alert: Mapping[str, Any] = {},
        looked: LocalRun | None = None,
    ) -> Planned:
        """Plan a run, which may be about an `alert`; with what the steps gave that were `looked` with."""
        from pup_tui.tui.past import fresh_now
        from pup_tui.tui.widgets.plan import make_plan

        hidden = self._services.hidden
        fresh = await aside(fresh_now, self._services.state, loaded)
        return await make_plan(
            loaded,
            resolved,
            operator=self._services.operator,
            hidden=hidden,
            profile=self._services.profile.name,
            read_only=self._services.read_only,
            sources=self._beside(loaded),
            refuses=self._services.catalog.pup.refuses,
            looked=looked,
            alert=alert,
            fresh=fresh,
        )

    async def sources(self, screen: Screen[None], loaded: Loaded, *, trusted: bool) -> Sources:
        """Where a form finds values and choices: without the operator's word, not by what a stranger wrote.

        Called from a worker: it may ask the operator.
        """
        from pup_tui.tui.fields.asked_values import reach_out

        sources = self._beside(loaded)
        if trusted or not reach_out(loaded.require().vars):
            return sources
        vouched = await self._vouched_for(screen, loaded, for_values=True)
        return sources.at_rest() if vouched is None else self._beside(vouched)

    async def start(
        self,
        screen: Screen[None],
        loaded: Loaded,
        resolved: Resolved,
        *,
        trusted: bool,
        terminal: ConsoleTerminal,
        alert: Mapping[str, Any] = {},
        approved: ApprovedRun | None = None,
    ) -> LocalRun | None:
        """Record a run of exactly these texts; None if it is not to be, or cannot be.

        Called from a worker: it may ask the operator. `terminal` is what interactive steps are given, `alert`
        what the run is about, `approved` what somebody has asked for where it is that.
        """
        ready = await self._ready(screen, loaded, resolved, trusted=trusted)
        if ready is None:
            return None
        loaded, program, resolved = ready
        barred = self.before.barred(loaded, program)
        begins, unchecked = await self.before.may_begin(screen, program, barred)
        if not begins:
            return None
        how = {
            "unchecked": unchecked,
            "terminal": terminal,
            "alert": alert,
            "approved": approved,
        }
        return await self._launched(screen, loaded, program, resolved, how)

    async def look(
        self,
        screen: Screen[None],
        planned: Planned,
        *,
        trusted: bool,
        alert: Mapping[str, Any] = {},
    ) -> Planned | None:
        """Run what only looks, up to the first change, and plan the rest with what that gave.

        None if it is not to be, or cannot be. Called from a worker: it may ask the operator.
        """
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.look_first import agreed, looked_to_its_end, to_look_at

        loaded = planned.loaded
        ready = await self._ready(screen, loaded, planned.resolved, trusted=trusted)
        if ready is None:
            return None
        loaded, program, resolved = ready
        found = to_look_at(loaded, program)
        if found.shells and not await agreed(screen, program, found):
            found = to_look_at(loaded, program, scripts=False)
        if not found.runs_any(program):
            told = f"Nothing only looks before {found.until}: {found.why}."
            screen.notify(safe_text(told), markup=False, timeout=ERROR_SECONDS)
            return None
        how = {"without": found.left_out, "look": True, "alert": alert}
        live = await self._launched(screen, loaded, program, resolved, how, read_only=True)
        if live is None:
            return None
        try:
            await looked_to_its_end(live)
        except JournalError as error:
            told = f"The look was stopped: it can no longer be recorded. {safe_text(str(error))}"
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return None
        return await self.plan(loaded, resolved, alert, looked=live)

    async def _ready(
        self, screen: Screen[None], loaded: Loaded, resolved: Resolved, *, trusted: bool
    ) -> tuple[Loaded, Program, Resolved] | None:
        """What a run of exactly these texts begins with, with all values; None if it is not to be.

        Of what was not trusted that is the copy of what the operator vouched for.
        """
        from pup_tui.core.program import compile_program

        fresh = await aside(self._services.catalog.load, loaded.path)
        if fresh.files != loaded.files:
            told = "The runbook has changed on disk since: go back and open it again."
            screen.notify(told, severity="warning", markup=False, timeout=ERROR_SECONDS)
            return None
        runs = loaded if trusted else await self._vouched_for(screen, loaded)
        if runs is None or not await self._is_whole(screen, runs):
            return None
        loaded = runs
        if resolved.unknown:
            resolved = await self._complete(loaded, resolved)
        if resolved.problems:
            told = f"Nothing was run: {safe_text(str(resolved.problems[0]))}"
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return None
        program = await aside(compile_program, loaded.id, loaded.require())
        return loaded, program, resolved

    async def _launched(
        self,
        screen: Screen[None],
        loaded: Loaded,
        program: Program,
        resolved: Resolved,
        how: Mapping[str, Any],
        *,
        read_only: bool = False,
    ) -> LocalRun | None:
        """A run that is recorded and has its lock, and `how` it goes besides.

        None, and the operator is told why, if it cannot be.
        """
        from msgspec.structs import replace

        from pup_tui.drivers.locks import InvalidLock, LockError
        from pup_tui.drivers.source import source_of
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.dialogs.lock_held import locked_launch

        try:
            launcher = await self._services.launcher()
            launcher.log.tell_busy(partial(_tell_busy, screen.app))
            if read_only:
                launcher = replace(launcher, read_only=True)
            launch = partial(
                launcher.launch,
                program,
                source=source_of(loaded),
                files=loaded.files,
                **resolved.for_run,
                is_believed=loaded.is_believed,
                **how,
            )
            return await locked_launch(screen, launch)
        except JournalError as error:
            told = f"Nothing was run: the run cannot be recorded. {safe_text(str(error))}"
        except (LockError, InvalidLock) as error:
            told = f"Nothing was run: {safe_text(str(error))}"
        screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
        return None

    async def _complete(self, loaded: Loaded, resolved: Resolved) -> Resolved:
        """The values that a plan left to be found when the run begins."""
        from pup_tui.catalog.inputs import resolve_inputs

        given = {n: v for n, v in resolved.values.items() if resolved.sources[n] == "given"}
        return await resolve_inputs(loaded.require(), given, self._beside(loaded))

    def _beside(self, loaded: Loaded) -> Sources:
        """Where values come from, for a runbook in its directory."""
        from pup_tui.drivers.source import source_of

        return self._services.sources().beside(source_of(loaded).directory)

    async def _vouched_for(
        self, screen: Screen[None], loaded: Loaded, *, for_values: bool = False
    ) -> Loaded | None:
        """What runs in place of a runbook that is not trusted; None where the operator does not want that.

        That is the copy that is kept of it. Where none can be, it is asked once for each exact text of the
        runbook and its step templates.
        """
        if self.trusting is not None:
            return await self._copy_of(self.trusting, screen, loaded, for_values=for_values)
        import hashlib

        from pup_tui.tui.dialogs.trust import TrustScreen

        texts = b"\0".join(name.encode() + b"\0" + loaded.files[name] for name in loaded.files)
        text = hashlib.sha256(texts).hexdigest()
        if text not in self._trusted:
            dialog = TrustScreen(loaded.id, loaded.path, loaded.sha256, for_values=for_values)
            answer = await screen.app.push_screen_wait(dialog)
            if answer is None or answer.answer != "yes":
                return None
            self._trusted.add(text)
        return loaded

    async def _copy_of(
        self, trusting: Trusting, screen: Screen[None], loaded: Loaded, *, for_values: bool
    ) -> Loaded | None:
        from pup_tui.packs.errors import PackError

        try:
            copy = await trusting.copy_of(screen, loaded, for_values=for_values)
        except PackError as error:
            told = f"Nothing was run: {safe_text(str(error))}"
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return None
        if copy is not None and sorted(copy.files.values()) != sorted(loaded.files.values()):
            told = "The runbook has changed on disk since: go back and open it again."
            screen.notify(told, severity="warning", markup=False, timeout=ERROR_SECONDS)
            return None
        return copy

    async def _is_whole(self, screen: Screen[None], loaded: Loaded) -> bool:
        """Whether the copy of what is trusted is just that; told where it is not."""
        from pup_tui.packs.errors import PackError

        try:
            if self.trusting is not None:
                await aside(self.trusting.check, loaded.path)
        except PackError as error:
            told = f"Nothing was run: {safe_text(str(error))}"
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return False
        return True

    # The past

    async def last_values(self, loaded: Loaded) -> dict[str, object]:
        """What the newest run was given; nothing where that cannot be read."""
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past import last_values

        try:
            return await aside(last_values, self._services.state, loaded.id)
        except JournalError:
            return {}

    async def interrupted_runs(self) -> Sequence[RunRow]:
        """The runs that were interrupted lately; none where that cannot be read, which the history tells."""
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past import interrupted_runs

        since = time.time() - LATELY
        try:
            return await aside(interrupted_runs, self._services.state, since)
        except JournalError:
            return ()

    async def past_run(self, screen: Screen[None], run: str) -> PastRun | None:
        """A run as it was; None, and the reason shown, where it cannot be read."""
        from pup_tui.journal.errors import JournalError
        from pup_tui.tui.past import read_run

        try:
            return await aside(read_run, self._services.state, run)
        except JournalError as error:
            told = safe_text(str(error))
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return None


def _tell_busy(app: App[Any], told: str) -> None:
    shown = safe_text(f"{told[:1].upper()}{told[1:]}.")
    app.notify(shown, severity="warning", markup=False, timeout=ERROR_SECONDS)
