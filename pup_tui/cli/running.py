"""`pup-tui run`: runs a runbook without the console."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from msgspec import Struct, field
from msgspec.structs import replace

from pup_tui.aside import run_loop
from pup_tui.cli.answers import check_answered
from pup_tui.cli.before_run import BesideRun, look_before, look_beside, unchecked_option
from pup_tui.cli.failure import Failure, journal_failures, lock_failures, named, tell
from pup_tui.cli.options import (
    alert_option,
    json_option,
    pass_settings,
    profile_option,
    read_only_option,
    runbooks_option,
    values_options,
)
from pup_tui.cli.run_streams import outlets, told_lost
from pup_tui.cli.runbooks import check_trusted, find_entry, load_valid
from pup_tui.cli.selection import (
    ALL_STEPS,
    Leaving,
    StepChoice,
    ask_for_lacking,
    leave_out,
    selection_options,
)
from pup_tui.cli.values import given_values, resolve_values
from pup_tui.cli.wiring import Parts, open_catalog

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Resolved, Sources
    from pup_tui.core.events import BegunUnchecked, Scheduled
    from pup_tui.core.program import Program
    from pup_tui.drivers.launcher import ApprovedRun, Launcher
    from pup_tui.drivers.local import LocalRun
    from pup_tui.drivers.watcher import Watcher
    from pup_tui.headless.answers import Answers, GivenAnswers, Undone, UnknownAnswer
    from pup_tui.headless.handover import PlainTerminal
    from pup_tui.headless.stream import Outlet
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Runbook
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.executor import Terminal


Launch: TypeAlias = Callable[..., "Awaitable[LocalRun]"]
"""Begins or resumes a run; `breaking` says whose lock is to be broken."""

Launching: TypeAlias = "Callable[[Launcher, Terminal | None], Launch]"
"""Gives what begins or resumes a run by a launcher, for a terminal where there is one."""


class Manner(Struct, frozen=True, kw_only=True):
    """How a run is to go: what `--yes`, `--undo`, `--json` and `--break-lock` (its reason) say, and what is
    answered before it begins. `unknown` is what becomes of attempts that did not finish, where that is said,
    `undone` what a run goes on to take back, where it does only for that. The exit code of a run that failed
    is that of the step that it `stands_for`. A case of it is written to the file `record`; it is about an
    `alert` and `scheduled`, if there is such, and is what somebody has asked for, if it was `approved`.
    """

    yes: bool
    undo: bool = False
    as_json: bool = False
    break_lock: str | None = None
    answers: GivenAnswers = field(default_factory=dict)
    unknown: UnknownAnswer | None = None
    undone: Undone | None = None
    stands_for: str = ""
    record: Path | None = None
    alert: dict[str, Any] = field(default_factory=dict)
    approved: ApprovedRun | None = None
    scheduled: Scheduled | None = None

    @property
    def is_told_how_to_go_on(self) -> bool:
        """Whether a run that did not succeed is one that somebody would resume, and a person reads of it."""
        return not (self.as_json or self.undone or self.stands_for)


break_lock_option = click.option(
    "--break-lock", metavar="REASON", help="Take the lock from the run that holds it."
)


class PastWhat(Struct, frozen=True, kw_only=True):
    """The reasons for which a run begins past what would keep it from that, as the options give them."""

    unchecked: str | None = None
    break_lock: str | None = None

    def check(self, runbook: Runbook) -> None:
        """Raise Failure where there is no lock to break, or no reason for it."""
        if self.break_lock is None:
            return
        if not self.break_lock.strip():
            raise Failure("--break-lock needs a reason, which is recorded", "", "say why")
        if runbook.lock is None:
            told = "the runbook has no `lock` to break"
            raise Failure(told, "--break-lock", "leave the option out")


@click.command("run")
@click.argument("runbook")
@values_options
@click.option("--yes", is_flag=True, help="Answer every question with yes; a failure with abort.")
@click.option(
    "--undo", is_flag=True, help="Take finished steps back if the run fails or is aborted."
)
@alert_option
@selection_options
@click.option("--dry-run", is_flag=True, help="Show what would be run, and run nothing.")
@click.option("--no-journal", is_flag=True, help="Keep no record of the run.")
@unchecked_option
@break_lock_option
@click.option(
    "--record",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the run gets as a case to FILE, with which it can be rehearsed.",
)
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def run_command(
    settings: Settings,
    runbook: str,
    args: Sequence[str],
    arg_file: Path | None,
    yes: bool,
    undo: bool,
    dry_run: bool,
    no_journal: bool,
    unchecked: str | None,
    break_lock: str | None,
    record: Path | None,
    alert: str | None,
    as_json: bool,
    choice: StepChoice,
) -> int:
    """Run RUNBOOK (an id or a file) and stream what its steps print."""
    if dry_run:
        from pup_tui.cli.planning import print_plan

        print_plan(settings, runbook, args, arg_file, choice, alert=alert, as_json=as_json)
        return 0
    manner = Manner(yes=yes, undo=undo, as_json=as_json, break_lock=break_lock, record=record)
    return run_named(
        settings,
        runbook,
        manner,
        args,
        arg_file,
        choice,
        alert=alert,
        unchecked=unchecked,
        journal=not no_journal,
    )


def run_named(
    settings: Settings,
    runbook: str,
    manner: Manner,
    args: Sequence[str],
    arg_file: Path | None = None,
    choice: StepChoice = ALL_STEPS,
    *,
    alert: str | None = None,
    unchecked: str | None = None,
    journal: bool = True,
) -> int:
    """Find, judge and run a runbook (its id or file), with the values that are given; returns the exit code.

    `unchecked` is the reason why it is begun past what it needs. Raises Failure where it cannot begin.
    """
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.source import source_of

    catalog = open_catalog(settings)
    entry = find_entry(settings, catalog, runbook)
    check_trusted(settings, entry)
    loaded, model = load_valid(catalog, entry)
    PastWhat(break_lock=manner.break_lock).check(model)
    if manner.record is not None:
        from pup_tui.cli.recording import check_record

        check_record(manner.record, choice)
    parts = Parts(settings, journal=journal)
    can_ask = settings.terminal.can_ask and not manner.yes
    program = compile_program(loaded.id, model)
    given = given_values(program, args, arg_file)
    left = leave_out(program, choice, given)
    barred = _barred(settings, loaded, program, tells=not manner.as_json)
    past = look_before(parts, program, {*left.skipped, *barred}, unchecked)
    if not can_ask:
        check_answered(program, given.answers, yes=manner.yes, left=left.out, barred=barred)
    if can_ask:
        _tell_lacking_account(parts, program, left)
    ask_for_lacking(left, ask=can_ask)
    about = None
    if alert is not None:
        from pup_tui.cli.alert import given_alert

        about = given_alert(settings, model, alert)
    sources = parts.sources.beside(source_of(loaded).directory)
    if about is not None:
        sources = sources.about(about.filled.values)
    resolved = resolve_values(model, given.values, sources, ask=can_ask)
    manner = replace(manner, answers=given.answers, alert={} if about is None else about.alert)
    return run_loaded(parts, loaded, program, resolved, manner, left, past)


def run_approved(
    settings: Settings,
    loaded: Loaded,
    values: Mapping[str, object],
    approved: ApprovedRun,
    past: PastWhat,
) -> int:
    """Run what somebody has asked for and the operator has approved, asking them here; the exit code."""
    from pup_tui.core.program import compile_program
    from pup_tui.drivers.source import source_of

    runbook = loaded.require()
    program = compile_program(loaded.id, runbook)
    parts = Parts(settings)
    barred = _barred(settings, loaded, program)
    begun_past = look_before(parts, program, barred, past.unchecked)
    _tell_lacking_account(parts, program, Leaving())
    sources = parts.sources.beside(source_of(loaded).directory)
    resolved = resolve_values(runbook, values, sources, ask=True)
    manner = Manner(
        yes=False, break_lock=past.break_lock, alert=approved.pending.alert, approved=approved
    )
    return run_loaded(parts, loaded, program, resolved, manner, None, begun_past)


def _barred(
    settings: Settings, loaded: Loaded, program: Program, *, tells: bool = True
) -> Sequence[str]:
    """The steps that do not begin where nothing may be changed; told where somebody is there to read it."""
    from pup_tui.catalog.effects import may_change

    if not settings.read_only:
        return ()
    barred = may_change(program, is_believed=loaded.is_believed)
    if barred and settings.terminal.can_ask and tells:
        tell(f"pup-tui: read-only: refused when its turn comes is {named(barred)}")
    return barred


def _tell_lacking_account(parts: Parts, program: Program, left: Leaving) -> None:
    """Say that there are no credentials of Datadog, before anything is asked for what will need them."""
    asking = next(
        (
            node
            for node in program.nodes
            if node.step.asks_datadog and not node.step.env and node.id not in left.skipped
        ),
        None,
    )
    if asking is not None and (missing := run_loop(parts.credentials.look()).missing):
        tell(f"pup-tui: no credentials of Datadog were found, and `{asking.id}` asks it: {missing}")


def run_loaded(
    parts: Parts,
    loaded: Loaded,
    program: Program,
    resolved: Resolved,
    manner: Manner,
    left: Leaving | None = None,
    past: BegunUnchecked | None = None,
) -> int:
    """Run what is loaded and compiled, but for what is `left` out; returns the exit code.

    `past` is what it is begun past.
    """
    from pup_tui.core.events import NOTHING_LEFT_OUT
    from pup_tui.drivers.source import source_of

    def launch(launcher: Launcher, terminal: Terminal | None) -> Launch:
        return partial(
            launcher.launch,
            program,
            source=source_of(loaded),
            files=loaded.files,
            **resolved.for_run,
            without=NOTHING_LEFT_OUT if left is None else left.out,
            undo=manner.undo,
            is_believed=loaded.is_believed,
            unchecked=past,
            terminal=terminal,
            alert=manner.alert,
            approved=manner.approved,
            scheduled=manner.scheduled,
        )

    beside = look_beside(parts, program, () if left is None else left.skipped)
    way_out = "" if manner.approved else "; --no-journal keeps no record"
    return carry_out(parts, launch, manner, beside, way_out=way_out)


def carry_out(
    parts: Parts,
    launching: Launching,
    manner: Manner,
    beside: BesideRun | None = None,
    *,
    way_out: str = "",
) -> int:
    """Begin or resume a run, and carry it to its end, with what goes on `beside` it; returns the exit code.

    Raises Failure where it cannot be recorded, for which `way_out` tells of another way out, or has no lock.
    """
    with journal_failures("free it, or set PUP_TUI_STATE_DIR", way_out), lock_failures():
        return run_loop(_drive(parts, launching, manner, beside))


async def _drive(
    parts: Parts, launching: Launching, manner: Manner, beside: BesideRun | None
) -> int:
    from asyncio import ensure_future

    from pup_tui.headless.handover import PlainTerminal
    from pup_tui.headless.runner import run_headless
    from pup_tui.headless.stream import Pump
    from pup_tui.output.sanitize import safe_text
    from pup_tui.steps.leftovers import Leftovers

    facts = parts.settings.terminal
    with parts.state() as state, Leftovers() as leftovers:
        async with parts.launcher(state, leftovers) as launcher:
            pump = Pump()
            terminal = PlainTerminal(pump) if facts.can_ask else None
            out, err = outlets(facts, pump)
            launcher.log.tell_busy(lambda told: err.write(f"▲ {safe_text(told)}\n"))
            recorder = None
            if manner.record is not None:
                from pup_tui.cli.recording import CaseWriter

                recorder = CaseWriter(manner.record, err)
                launcher = recorder.heard(launcher)
            run = await _launched(launching(launcher, terminal), manner.break_lock)
            _tell_broken(run, err)
            face = _face(run, out, err, manner, tells_values=facts.can_ask, is_kept=parts.journal)
            answers = _answers(launcher.operator, err, parts.sources, terminal, manner)
            judge = None if manner.undone is None else manner.undone.judge
            looking = [] if beside is None else [ensure_future(beside(partial(_tell_beside, err)))]
            if recorder is not None:
                run.watch(recorder.recording)
            try:
                code = await run_headless(run, face, answers, judge, manner.stands_for)
                if code and parts.journal and manner.is_told_how_to_go_on:
                    _tell_way_on(run, err)
                if not code and manner.undone is not None and not manner.as_json:
                    _tell_taken_back(run, manner.undone, err)
                if recorder is not None:
                    await recorder.write(run)
            finally:
                for each in looking:
                    each.cancel()
                await pump.drain()
            whole = f"`pup-tui show {run.run}` has all of it" if parts.journal else ""
            return told_lost(code, out, err, whole)


async def _launched(launch: Launch, break_lock: str | None) -> LocalRun:
    """A run that has its lock: where it is held and may be broken, taken from who is found to hold it.

    Whoever broke it had decided by the time the program was started.
    """
    from pup_tui.drivers.clock import program_began
    from pup_tui.drivers.locks import Breaking, LockHeld

    try:
        return await launch()
    except LockHeld as held:
        if break_lock is None:
            raise
        breaking = Breaking(held.holder, break_lock.strip(), asked=program_began())
    return await launch(breaking=breaking)


def _tell_beside(err: Outlet, told: str) -> None:
    from pup_tui.output.sanitize import safe_text

    err.write(f"▲ {safe_text(told)}\n")


def _tell_broken(run: LocalRun, err: Outlet) -> None:
    from pup_tui.output.sanitize import safe_text

    lock = run.lock
    if lock is not None and lock.broken:
        told = f"the lock {lock.value} was taken from {lock.broken}: {lock.reason}"
        err.write(f"▲ {safe_text(told)}\n")


def _tell_way_on(run: LocalRun, err: Outlet) -> None:
    from pup_tui.core.standing import can_resume
    from pup_tui.core.undoing import offers_later

    if not can_resume(run.state):
        return
    stays = ", read-only as it was" * run.state.read_only
    err.write(f"`pup-tui resume {run.run}` goes on from there{stays}\n")
    err.write("  with the text that ran now; --with-current-file takes the file as it is then\n")
    if any(not offer.doubtful for offer in offers_later(run.program, run.state)):
        err.write(f"`pup-tui undo {run.run}` takes back what it did\n")


def _tell_taken_back(run: LocalRun, undone: Undone, err: Outlet) -> None:
    """A run that all was taken back of ends as it did before, which would read as if the undo had failed."""
    number = len(undone.steps)
    told = "1 step was" if number == 1 else f"all {number} steps were"
    err.write(f"✔ {told} taken back; the run itself stays {run.state.status}\n")


def _face(
    run: LocalRun, out: Outlet, err: Outlet, manner: Manner, *, tells_values: bool, is_kept: bool
) -> Watcher:
    if manner.as_json:
        from pup_tui.headless.jsonlines import JsonFace

        return JsonFace(out, err, run.run, run.clock)
    from pup_tui.headless.text import TextFace

    return TextFace(
        out, err, run.program, run.outputs.path, tells_values=tells_values, is_kept=is_kept
    )


def _answers(
    operator: str, err: Outlet, sources: Sources, terminal: PlainTerminal | None, manner: Manner
) -> Answers:
    """Who answers the run's questions."""
    from pup_tui.headless.answers import AboutUnknown, Undoing, UndoneBefore

    answers = _asking(operator, err, sources, terminal, manner)
    if manner.unknown is not None:
        answers = AboutUnknown(answers, manner.unknown)
    if manner.undone is not None:
        return UndoneBefore(answers, manner.undone, operator)
    return Undoing(answers, err, undo=manner.undo)


def _asking(
    operator: str, err: Outlet, sources: Sources, terminal: PlainTerminal | None, manner: Manner
) -> Answers:
    from pup_tui.headless.answers import GivenBefore, Nobody, SayYes

    if terminal is not None and not manner.yes:
        from pup_tui.headless.terminal import TerminalAsker

        return TerminalAsker(operator, err, sources, terminal.turn, manner.answers)
    others = SayYes(sources) if manner.yes else Nobody()
    return GivenBefore(others, manner.answers, sources)
