"""What a schedule would run, what it would lack, and what became of its last times."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pup_tui.aside import run_loop
from pup_tui.cli.answers import check_answered
from pup_tui.cli.credentials import Credentials
from pup_tui.cli.failure import Failure, named, tell
from pup_tui.cli.runbooks import check_trusted, find_entry, load_valid
from pup_tui.cli.values import given_values, resolve_values
from pup_tui.cli.wiring import local_values, open_catalog

if TYPE_CHECKING:
    from pup_tui.core.events import Scheduled
    from pup_tui.core.program import Program
    from pup_tui.journal.fires import FireRecord
    from pup_tui.runbook.model import Runbook
    from pup_tui.schedules.schedule import Schedule
    from pup_tui.settings.settings import Settings


KNOWN = 10
"""Moments of each schedule of which it is told what became of them."""


class ScheduledRunbook(Struct, frozen=True):
    """What a schedule runs: what it is `named` there (an id, or a file's whole path), and its values."""

    named: str
    runbook: Runbook
    program: Program
    given: Mapping[str, object]
    directory: str


def checked_runbook(settings: Settings, schedule: Schedule) -> ScheduledRunbook:
    """The runbook of a schedule that is to be made. Raises Failure where it could never run."""
    from pup_tui.catalog.entries import Origin
    from pup_tui.core.events import NOTHING_LEFT_OUT
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.source import source_of

    catalog = open_catalog(settings)
    entry = find_entry(settings, catalog, schedule.runbook)
    check_trusted(settings, entry)
    loaded, runbook = load_valid(catalog, entry)
    program = compile_program(loaded.id, runbook)
    given = given_values(program, schedule.given, None)
    yes = bool(schedule.yes)
    check_answered(program, given.answers, yes=yes, left=NOTHING_LEFT_OUT, in_lists=True)
    _refuse_terminals(program)
    if schedule.notify:
        from pup_tui.cli.notice import notice_runbook

        wrong = [problem.message for problem in notice_runbook(schedule.notify).errors]
        if wrong:
            raise Failure(
                f"--notify: {wrong[0]}", "", "give it as `from` has it: env:NAME, file:PATH"
            )
    directory = source_of(loaded).directory
    # What only a person can give is asked for at no time of day.
    known = local_values(settings, settings.environ).beside(directory).at_rest()
    resolve_values(runbook, given.values, known, ask=False)
    # By its path, whatever folders of runbooks are named when it is due.
    named = str(entry.path.absolute()) if entry.origin is Origin.GIVEN else entry.id
    return ScheduledRunbook(named, runbook, program, given.values, directory)


def _refuse_terminals(program: Program) -> None:
    """Raise Failure for a step that surely wants the operator's terminal; say which others do."""
    from pup_tui.preflight.sure_steps import sure_steps
    from pup_tui.runbook.model import ShellStep

    wanting = [
        node
        for node in program.nodes
        if isinstance(node.step, ShellStep) and node.step.interactive and not node.step.optional
    ]
    having_turn = sure_steps(program, in_lists=True)
    sure = [f"`{node.id}`" for node in wanting if node.id in having_turn]
    if sure:
        told = f"at that time there is no terminal, which {named(sure)} would be handed"
        raise Failure(told, "", "give the script a terminal of its own with `tty: true`")
    if wanting:
        unsure = named(f"`{node.id}`" for node in wanting)
        tell(f"pup-tui: at that time there is no terminal, which {unsure} would be handed")


def tell_lacking(settings: Settings, found: ScheduledRunbook, notify: str) -> None:
    """Say what a scheduled run would not have that this call has, and whether the system would begin it."""
    from pup_tui.catalog.inputs import resolve_inputs
    from pup_tui.schedules.system import HostSystem, bare_environ

    system = HostSystem(settings.environ, settings.home)
    bare = bare_environ(settings.environ, by_cron=system.is_cron)
    sources = local_values(settings, bare).beside(found.directory).at_rest()
    resolved = run_loop(resolve_inputs(found.runbook, found.given, sources))
    for problem in resolved.problems:
        tell(
            f"pup-tui: at that time: {problem.message}: {problem.hint or 'the environment is bare'}"
        )
    if any(node.step.asks_datadog for node in found.program.nodes):
        there = run_loop(Credentials(replace(settings, environ=bare)).look())
        if there.missing:
            tell(f"pup-tui: at that time there are no credentials of Datadog: {there.missing}")
    if notify:
        _tell_unreachable(settings, notify, bare)
    tell_not_fired(settings)


def _tell_unreachable(settings: Settings, place: str, bare: Mapping[str, str]) -> None:
    """Say that nobody could be told, where the address would not be there."""
    from pup_tui.catalog.inputs import resolve_inputs
    from pup_tui.cli.notice import notice_runbook

    sources = local_values(settings, bare).at_rest()
    known = {"TITLE": "t", "TOLD": "t"}
    resolved = run_loop(resolve_inputs(notice_runbook(place).require(), known, sources))
    for problem in resolved.problems:
        told = problem.message.replace("`TO`", "what --notify names")
        tell(f"pup-tui: at that time nobody could be told: {told}: {problem.hint}")


def tell_not_fired(settings: Settings) -> None:
    """Say why the system would not begin what is scheduled, if it would not."""
    from pup_tui.schedules.system import HostSystem, why_not_fired

    why = why_not_fired(HostSystem(settings.environ, settings.home))
    if why is not None:
        tell(f"pup-tui: {why[0]}: {why[1]}")


class Fired(Struct, frozen=True):
    """What became of a moment: what is kept of it, and how its run stands, blank where it has none."""

    record: FireRecord
    status: str

    @property
    def told(self) -> str:
        record = self.record
        if record.run is None:
            return f"{record.outcome}: {record.why}"
        return f"{self.status or 'removed'}, run {record.run}"


def newest_fires(settings: Settings, planned: Mapping[str, Schedule]) -> dict[str, list[Fired]]:
    """What became of the moments of each schedule in the last days, newest first."""
    from pup_tui.cli.failure import journal_failures
    from pup_tui.journal.fires import known_fires
    from pup_tui.journal.reader import read_journal
    from pup_tui.schedules.due import LOOKS_BACK

    since = time.time() - LOOKS_BACK
    with journal_failures(), read_journal(settings.state_dir) as journal:
        if journal is None:
            return {name: [] for name in planned}

        def fired(record: FireRecord) -> Fired:
            row = journal.run(record.run) if record.run else None
            return Fired(record, row.status if row else "")

        def newest(name: str) -> list[Fired]:
            known = journal.read(partial(known_fires, schedule=name, since=since))
            return [fired(each) for each in known[:KNOWN]]

        return {name: newest(name) for name in planned}


def run_by_hand(settings: Settings, name: str, schedule: Schedule) -> int:
    """Run what a schedule runs, here and now; returns the exit code."""
    from pup_tui.core.events import Scheduled

    return run_scheduled(settings, schedule, Scheduled(name))


def run_scheduled(settings: Settings, schedule: Schedule, scheduled: Scheduled) -> int:
    """Run what a schedule runs, with its profile, in its folder; returns the exit code."""
    from pup_tui.cli.running import Manner, run_named

    own = _in_its_place(settings, schedule)
    manner = Manner(yes=bool(schedule.yes), scheduled=scheduled)
    return run_named(own, schedule.runbook, manner, schedule.given)


def _in_its_place(settings: Settings, schedule: Schedule) -> Settings:
    """The settings with the profile of a schedule, and in its folder. Raises Failure."""
    import os

    import click

    from pup_tui.cli.failure import refuse_problems
    from pup_tui.cli.options import read_for

    try:
        os.chdir(schedule.cwd)
    except OSError as error:
        told = f"the folder of the schedule cannot be used: {error.strerror}"
        raise Failure(
            told, schedule.cwd, "make it anew, or schedule the runbook from another"
        ) from error
    found = read_for(click.get_current_context(), schedule.profile)
    refuse_problems(found.problems, "the configuration", "fix what is told above")
    return found
