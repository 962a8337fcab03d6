"""Runs that agents have asked for: looks for them, plans them once more, prepares what is approved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.screen import Screen

from pup_tui.aside import aside
from pup_tui.journal.errors import JournalError
from pup_tui.journal.reader import read_journal
from pup_tui.output.sanitize import safe_text
from pup_tui.tui.starting import ERROR_SECONDS

if TYPE_CHECKING:
    from pup_tui.bound_plan import BoundPlan
    from pup_tui.catalog.inputs import Resolved
    from pup_tui.core.actions import Question
    from pup_tui.drivers.launcher import ApprovedRun
    from pup_tui.journal.pending import PendingRun
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.parts import Variable
    from pup_tui.tui.services import Services


class AskedRun(Struct, frozen=True, kw_only=True):
    """A run that was asked for, with its plan as it is now; with a `problem` (a sentence) it cannot begin."""

    pending: PendingRun
    plan: BoundPlan | None = None
    problem: str = ""


class ReadyRun(Struct, frozen=True, kw_only=True):
    """A run that was approved, with all that it begins with."""

    loaded: Loaded
    resolved: Resolved
    approved: ApprovedRun


class AskedRuns:
    """What waits for the operator's word that no run of theirs asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.waiting: tuple[PendingRun, ...] = ()
        """Those that waited at the last look, oldest first."""

    async def look(self) -> Sequence[PendingRun]:
        """Look what waits; those that did not wait at the last look."""
        known = {each.run for each in self.waiting}
        try:
            self.waiting = await aside(_waiting, self._services.state)
        except JournalError:  # the history tells what is wrong with it
            return ()
        return [each for each in self.waiting if each.run not in known]

    async def decide(self, screen: Screen[None]) -> ReadyRun | None:
        """Show what waits, and take the operator's word; what they approved, ready to begin.

        Called from a worker: it asks the operator.
        """
        from pup_tui.tui.dialogs.asked_run import NOTE, AskedRunScreen

        pending = await self._chosen(screen)
        if pending is None:
            return None
        asked = await aside(_planned_as_asked, self._services, pending)
        dialog = AskedRunScreen(asked.pending, asked.plan, asked.problem)
        answer = await screen.app.push_screen_wait(dialog)
        if answer is None:
            return None
        note = dialog.kept().get(NOTE, "")
        if answer.answer == "decline":
            await self._decline(screen, pending, note)
            return None
        # It may have been read for long.
        asked = await aside(_planned_as_asked, self._services, pending)
        if asked.plan is None:
            told = safe_text(asked.problem)
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return None
        return await self._ready(screen, asked.plan, pending, note)

    async def _chosen(self, screen: Screen[None]) -> PendingRun | None:
        from pup_tui.tui.dialogs.asked_run import AskedRunsScreen

        await self.look()
        if len(self.waiting) <= 1:
            return self.waiting[0] if self.waiting else None
        answer = await screen.app.push_screen_wait(AskedRunsScreen(self.waiting))
        if answer is None:
            return None
        return next((each for each in self.waiting if each.run == answer.answer), None)

    async def _decline(self, screen: Screen[None], pending: PendingRun, note: str) -> None:
        try:
            await aside(_decline, self._services, pending, note)
        except JournalError as error:
            told = f"It is not declined: {safe_text(str(error))}"
            screen.notify(told, severity="error", markup=False, timeout=ERROR_SECONDS)
            return
        screen.notify(safe_text(f"The run of {pending.runbook} is declined."), markup=False)

    async def _ready(
        self, screen: Screen[None], plan: BoundPlan, pending: PendingRun, note: str
    ) -> ReadyRun | None:
        """What it begins with: values that only the operator can give are asked for."""
        from pup_tui.catalog.inputs import resolve_inputs
        from pup_tui.drivers.launcher import ApprovedRun
        from pup_tui.drivers.source import source_of
        from pup_tui.tui.dialogs.dialog import ValuesAnswer
        from pup_tui.tui.dialogs.resume import ResumeValuesScreen

        runbook = plan.loaded.require()
        sources = self._services.sources().beside(source_of(plan.loaded).directory).remembering()
        resolved = await resolve_inputs(runbook, pending.given, sources)
        missing = {
            problem.name: runbook.vars[problem.name]
            for problem in resolved.problems
            if problem.name in runbook.vars
        }
        if missing:
            question = _question(pending, missing, resolved, source_of(plan.loaded).directory)
            answer = await screen.app.push_screen_wait(ResumeValuesScreen(question, sources))
            if not isinstance(answer, ValuesAnswer):
                return None
            given = {**pending.given, **answer.values}
            resolved = await resolve_inputs(runbook, given, sources)
        return ReadyRun(
            loaded=plan.loaded, resolved=resolved, approved=ApprovedRun(pending, note.strip())
        )


def _question(
    pending: PendingRun, missing: dict[str, Variable], resolved: Resolved, directory: str
) -> Question:
    from msgspec.structs import replace

    from pup_tui.core.actions import Question

    return Question(
        step="",
        title=f"What the run of {pending.runbook} needs besides",
        kind="input",
        message="Whoever asked for it cannot give it.",
        # Whether it is asked for has been judged.
        variables={name: replace(variable, when=None) for name, variable in missing.items()},
        names=resolved.values,
        secrets=resolved.secrets,
        directory=directory,
    )


def _waiting(state: Path) -> tuple[PendingRun, ...]:
    with read_journal(state) as journal:
        return () if journal is None else tuple(journal.pending_runs(time.time()))


def _decline(services: Services, pending: PendingRun, note: str) -> None:
    from pup_tui.journal.store import Journal

    with closing(Journal.open(services.state)) as journal:
        journal.decline_run(pending.run, by=services.operator, at=time.time(), note=note.strip())


def _planned_as_asked(services: Services, pending: PendingRun) -> AskedRun:
    """The plan of what was asked for, where that is still the same."""
    from pup_tui.bound_plan import NotPlanned, PlanChanged, plan_asked_for
    from pup_tui.catalog.catalog import UnknownRunbook

    if pending.profile != services.profile.name:
        wanted = f"the profile {pending.profile}" if pending.profile else "no profile"
        told = f"It was asked for with {wanted}: choose that before you approve it."
        return AskedRun(pending=pending, problem=told)
    try:
        entry = services.catalog.find(pending.runbook)
    except UnknownRunbook as error:
        return AskedRun(pending=pending, problem=f"It cannot begin: {error}.")
    if entry.broken or not entry.trusted:
        why = "is broken" if entry.broken else "is not trusted"
        return AskedRun(pending=pending, problem=f"It cannot begin: `{entry.id}` {why}.")
    try:
        plan = plan_asked_for(
            services.catalog.load(entry.path),
            pending,
            sources=services.sources(),
            operator=services.operator,
            hidden=services.hidden,
            refuses=services.catalog.pup.refuses,
        )
    except NotPlanned as error:
        return AskedRun(pending=pending, problem=f"It cannot begin: {error}.")
    except PlanChanged as error:
        told = f"What it would do has changed since it was asked for: {error}."
        return AskedRun(pending=pending, problem=f"{told} It has to be planned and asked for anew.")
    return AskedRun(pending=pending, plan=plan)
