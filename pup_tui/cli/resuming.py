"""`pup-tui resume`: goes on with a run that was interrupted, cancelled, failed or aborted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pup_tui.cli import asking
from pup_tui.cli.about_failed import Decided, about_failed
from pup_tui.cli.before_resuming import (
    agree_to_undone,
    hidden_captures,
    refuse_under_way,
    settle_left_running,
    working_where_it_did,
)
from pup_tui.cli.before_run import look_before, look_beside, unchecked_option
from pup_tui.cli.changed_text import require_text, tell_changes
from pup_tui.cli.failure import Failure, journal_failures, tell
from pup_tui.cli.options import (
    directory_option,
    json_option,
    pass_settings,
    profile_option,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.cli.running import Launch, Manner, break_lock_option, carry_out
from pup_tui.cli.shown import ShownRun
from pup_tui.cli.values import from_file, resolve_values
from pup_tui.cli.wiring import Parts, open_catalog
from pup_tui.core.program import Program, captures_of
from pup_tui.core.state import RunPhase, RunStatus
from pup_tui.headless.answers import UnknownAnswer
from pup_tui.headless.exits import ABORTED, LOCKED, UNDECIDED
from pup_tui.local_time import local_time

if TYPE_CHECKING:
    from pup_tui.catalog.inputs import Sources
    from pup_tui.core.standing import Standing
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.recorded import CurrentText
    from pup_tui.journal.reader import JournalReader
    from pup_tui.journal.records import RunRow
    from pup_tui.runbook.variables.file import FileValues
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.executor import Terminal

_RESUMABLE = (RunStatus.INTERRUPTED, RunStatus.CANCELLED, RunStatus.FAILED, RunStatus.ABORTED)


@click.command("resume")
@click.argument("run", required=False)
@click.option(
    "--unknown",
    type=click.Choice(["retry", "done", "skip"]),
    help="What becomes of a step that began and did not finish; of an undo: again, taken back, not.",
)
@click.option(
    "--arg-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Secrets, and captures of steps that nobody knows: captures: {STEP: {NAME: value}}.",
)
@click.option(
    "--with-current-file", is_flag=True, help="Go on with the file as it is today, by step ids."
)
@click.option(
    "--only-failed",
    is_flag=True,
    help="Of a foreach run only the items that failed, and none that had not begun.",
)
@click.option("--yes", is_flag=True, help="Answer every question with yes; a failure with abort.")
@click.option("--undo", is_flag=True, help="Take finished steps back if the run fails again.")
@unchecked_option
@break_lock_option
@directory_option
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def resume_command(
    settings: Settings,
    run: str | None,
    unknown: str | None,
    arg_file: Path | None,
    with_current_file: bool,
    only_failed: bool,
    yes: bool,
    undo: bool,
    unchecked: str | None,
    break_lock: str | None,
    directory: Path | None,
    as_json: bool,
) -> int:
    """Go on with RUN (the newest that did not succeed) where it stood."""
    from pup_tui.core.standing import standing as standing_of
    from pup_tui.preflight.going_on import need_nothing
    from pup_tui.recorded_text import text_today

    file = from_file(arg_file)
    can_ask = settings.terminal.can_ask and not yes
    past = past_run(settings, run, ask=can_ask)
    today = text_today(open_catalog(settings), past.record, past.state)
    current = require_text(today) if today is not None and with_current_file else None
    program = past.program if current is None else current.program
    standing = standing_of(program, past.state)
    _tell(past, standing)
    if only_failed or not can_ask:
        _tell_failed(past, program, standing, only_failed=only_failed)
    at_work = working_where_it_did(settings, past, directory)
    not_there = () if current is None else current.not_there
    for step in not_there:
        tell(
            f"  {step}: taken back or cleaned up, and not in the file any more: does not run again"
        )
    if today is not None:
        tell_changes(today, past.row.run, with_current=current is not None)
    # Of a step that the file no longer has something may live on as well.
    stood = standing_of(past.program, past.state)
    settle_left_running(settings.state_dir, past.row, stood, ask=can_ask)
    made = _made(program, standing, file)
    if not can_ask:
        _refuse_unknown(program, standing, unknown, made)
    hidden = hidden_captures(standing, file, ask=can_ask)
    agree_to_undone(standing, not_there, unknown, ask=settings.terminal.can_ask)
    if only_failed:
        _refuse_without_failed(past, standing)
        decided = Decided({}, {}, {}, only_failed=True)
    else:
        decided = about_failed(past, program, standing) if can_ask else Decided({}, {}, {})
    parts = Parts(at_work)
    but = need_nothing(
        program,
        past.state,
        again=hidden.again,
        decided=(*decided.skipped, *decided.edited),
        retries_unknown=unknown == "retry",
        read_only=settings.read_only,
    )
    unready = look_before(parts, program, but, unchecked)
    values = values_again(past, current, file.values, parts.sources, ask=can_ask)
    manner = Manner(
        yes=yes,
        undo=undo or past.state.undo,
        as_json=as_json,
        break_lock=break_lock,
        unknown=None if unknown is None else UnknownAnswer(unknown, made),
    )

    def launch(launcher: Launcher, terminal: Terminal | None) -> Launch:
        return partial(
            launcher.resume,
            past.record,
            current=current,
            secrets=values.secrets,
            made=values.made,
            captures=hidden.captures,
            again=hidden.again,
            skipped=decided.skipped,
            changed={**values.changed, **decided.changed},
            left_out=values.left_out,
            edited=decided.edited,
            only_failed=decided.only_failed,
            undo=undo,
            unchecked=unready,
            terminal=terminal,
        )

    return carry_out(parts, launch, manner, look_beside(parts, program, but))


def past_run(settings: Settings, run: str | None, *, ask: bool = False) -> ShownRun:
    """The run that is meant. Where none is named and another ended later, the operator is asked, if `ask`.

    Raises Failure where there is none, or nothing is left of it to do.
    """
    from pup_tui.drivers.launcher import check_version

    with recorded_runs(settings.state_dir) as runs:
        if run is None:
            past = None if runs.journal is None else _newest(runs.journal)
            if past is None:
                raise runs.none("there is no run to resume", "`pup-tui history` shows the runs")
            todo = "name it, if it is among those that `pup-tui history` shows"
            runs.refuse_incomplete("which run is the newest is not known: not all are", todo)
            assert runs.journal is not None
            past = _meant(runs.journal, past, ask=ask)
        else:
            journal, row = runs.find(run)
            _refuse_driven(row, _asked(), "wait until it ends", "look at it, and say so again")
            past = ShownRun(journal, row)
    _refuse_over(past)
    _refuse_other_profile(past.row, settings.profile_name)
    with journal_failures():
        check_version(past.record, settings.state_dir)
    return past


def _refuse_without_failed(past: ShownRun, standing: Standing) -> None:
    """Raise Failure for a run of which each item of a `foreach` that had begun ended well."""
    from pup_tui.core.standing import is_of_items

    # What became of a host is not known where its connection was lost: it counted as an error, too.
    if not any(map(is_of_items, (*standing.failed, *standing.begun, *standing.followed))):
        told = f"no item of a `foreach` has failed or broken off in run {past.row.run}"
        raise Failure(told, "", "leave --only-failed out")


def _refuse_other_profile(row: RunRow, chosen: str) -> None:
    """Raise Failure where a run would go on with the accounts of another profile than it was made with."""
    if row.profile == chosen:
        return
    made = f"with the profile {row.profile}" if row.profile else "without a profile"
    here = f"with {chosen}" if chosen else "without one"
    todo = f"--profile {row.profile}" if row.profile else '--profile ""'
    raise Failure(
        f"run {row.run} was made {made}, and would go on {here}", "", todo, code=UNDECIDED
    )


def _refuse_over(past: ShownRun) -> None:
    """Raise Failure for a run of which nothing is left to do."""
    from pup_tui.core.standing import can_resume

    row = past.row
    if not can_resume(past.state):
        begun = past.state.phase is not RunPhase.NEW
        why = f"has {row.status}: nothing is left to do" if begun else "broke off before it began"
        raise Failure(f"run {row.run} {why}", "", f"`pup-tui run {row.runbook}` begins another one")


def _newest(journal: JournalReader) -> ShownRun | None:
    """The newest run that was interrupted, else the newest that could go on.

    Where none could, one that broke off before it began: it is told why that one cannot. Raises Failure where
    another may have been meant that somebody else drives, or drove meanwhile.
    """
    from pup_tui.core.standing import can_resume

    rows = journal.runs()
    resumable = [row for row in rows if row.status in _RESUMABLE]
    resumable.sort(key=lambda row: row.status is not RunStatus.INTERRUPTED)
    runs = (ShownRun(journal, row) for row in resumable)
    going_on = next((past for past in runs if can_resume(past.state)), None)
    _refuse_while_meant(rows, None if going_on is None else going_on.row)
    return ShownRun(journal, resumable[0]) if going_on is None and resumable else going_on


def _meant(journal: JournalReader, found: ShownRun, *, ask: bool) -> ShownRun:
    """The run to go on with: the one `found`, or another that ended later and may have been seen last."""
    from pup_tui.core.standing import can_resume

    last = _last_heard_of(found)
    rows = [row for row in journal.runs(statuses=_RESUMABLE) if (row.ended_wall or 0.0) > last]
    rows.sort(key=lambda row: row.ended_wall or 0.0, reverse=True)
    runs = (ShownRun(journal, row) for row in rows if row.run != found.row.run)
    later = next((past for past in runs if can_resume(past.state)), None)
    if later is None:
        return found
    if not ask:
        tell(f"{_told(later)}: it ended later than the run that goes on")
        return found
    tell(_told(found))
    tell(f"{_told(later)}: it ended later")
    said = asking.choose(
        "Go on with the [f]irst, with the one that ended [l]ater, or [a]bort?",
        ("first", "later", "abort"),
    )
    if said == "abort":
        raise Failure("nothing was resumed", "", "name the RUN to resume", code=ABORTED)
    return later if said == "later" else found


def _told(past: ShownRun) -> str:
    row, last = past.row, local_time(_last_heard_of(past))
    return f"{row.runbook} · run {row.run} · {row.status} {last}"


def _last_heard_of(past: ShownRun) -> float:
    """When the run's last event was (seconds since 1970); of one that was killed nobody knows its end."""
    return past.events[-1].at.wall if past.events else past.row.started_at


def _refuse_while_meant(rows: Sequence[RunRow], found: RunRow | None) -> None:
    """Raise Failure where one of the `rows`, newest first, may be meant and somebody else drives or drove it.

    That is one that is under way, or has ended only since this call was made, if it began no earlier than the
    `found`, or was resumed and may have been interrupted before.
    """
    older = len(rows) if found is None else rows.index(found) + 1
    may_precede = found is not None and found.status is not RunStatus.INTERRUPTED
    example = "" if found is None else f", as {found.run}"
    todo = f"name the RUN to resume{example}"
    asked = _asked()
    for at, row in enumerate(rows):
        if at < older or (row.leg > 1 and may_precede):
            _refuse_driven(row, asked, todo, todo)


def _asked() -> float:
    """When this call was made: all of the hundredth of a second that is known of it lies before that."""
    from pup_tui.drivers.clock import program_began

    return program_began() + 0.01


def _refuse_driven(row: RunRow, asked: float, while_it_runs: str, since_it_ended: str) -> None:
    """Raise Failure for a run that a living process drives, or drove until after this call was `asked` for.

    Whoever made it did not know of that end.
    """
    if row.status is RunStatus.RUNNING:
        refuse_under_way(row, while_it_runs)
    if row.ended_wall is not None and asked < row.ended_wall <= time.time():
        told = f"run {row.run} has {row.status} since this was asked for"
        raise Failure(told, f"process {row.pid} on {row.host}", since_it_ended, code=LOCKED)


def _tell_failed(
    past: ShownRun, program: Program, standing: Standing, *, only_failed: bool
) -> None:
    """Name the steps that failed and run again without anybody being asked, items with their hosts."""
    from pup_tui.core.titles import items_again

    called = {each.step: each.called for each in items_again(program, past.state, standing.failed)}
    for step in standing.failed:
        named = f" ({called[step]})" if called.get(step) else ""
        tell(f"  {step}{named}: failed: runs again")
    if only_failed:
        tell("  no other item of a foreach begins: those that had not wait for the next resume")


def _tell(past: ShownRun, standing: Standing) -> None:
    """Say where the run stands, and what will be done once more."""
    row = past.row
    done = f"steps done: {len(standing.finished)}"
    began = f"begun {local_time(row.started_at)}"
    tell(f"{row.runbook} · run {row.run} · {began} · it was {row.status}, {done}")
    for steps, told in (
        (standing.unknown, "began and did not finish"),
        (standing.followed, "began, and what it started goes on: it is waited for"),
        (standing.never_begun, "was about to begin, and did not: runs"),
        (standing.undone, "taken back: runs again"),
        (standing.behind, "is behind what was taken back: runs again"),
        (standing.half_undone, "its undo began and did not finish: it may be taken back or not"),
        (standing.half_behind, "is behind such a step: runs again if that was taken back"),
        (standing.repeated, "ran for the failure or at the end: runs again where it is due"),
        (standing.half_repeated, "its last attempt did not finish: look whether it was done"),
        (standing.to_come, "is still to come"),
    ):
        for step in steps:
            tell(f"  {step}: {told}")
    if past.state.undo:
        tell("  if it fails again, finished steps are taken back: --undo was said")


def _made(program: Program, standing: Standing, file: FileValues) -> dict[str, dict[str, object]]:
    """What a file says that steps captured of which nobody knows whether they were done."""
    captures = {
        step: captures_of(program.node(step).step)
        for step in (*standing.unknown, *standing.followed)
    }
    return {step: file.captured(step, names) for step, names in captures.items()}


def _refuse_unknown(
    program: Program,
    standing: Standing,
    unknown: str | None,
    captures: Mapping[str, Mapping[str, object]],
) -> None:
    """Raise Failure for attempts that did not finish, where nobody says what became of them."""
    from pup_tui.core.named import named_captures

    if standing.unknown and unknown is None:
        told = ", ".join(f"`{step}`" for step in standing.unknown)
        raise Failure(
            f"nobody knows whether {told} was done, and nobody can be asked here",
            "",
            "look, and say --unknown=retry, --unknown=done or --unknown=skip",
            code=UNDECIDED,
        )
    if standing.half_undone and unknown is None:
        told = ", ".join(f"`{step}`" for step in standing.half_undone)
        raise Failure(
            f"nobody knows whether {told} was taken back, and nobody can be asked here",
            "",
            "look, and say --unknown=skip if it was not (it stays done), or else resume on a terminal",
            code=UNDECIDED,
        )
    if unknown != "done":
        return
    for step in standing.unknown:
        named = named_captures(program, program.node(step))
        missing = [name for name in named if name not in captures[step]]
        if missing:
            raise Failure(
                f"`{step}` would have captured {', '.join(missing)}",
                "",
                f"give --arg-file a file with captures: {{{step}: {{{missing[0]}: …}}}}",
                code=UNDECIDED,
            )


class ValuesAgain(NamedTuple):
    """The secret variables of a run once more, and what is known of variables that it did not have."""

    secrets: dict[str, Any]
    changed: dict[str, Any]
    left_out: list[str]
    made: tuple[Any, ...] = ()


def values_again(
    past: ShownRun,
    current: CurrentText | None,
    given: Mapping[str, object],
    sources: Sources,
    *,
    ask: bool,
) -> ValuesAgain:
    """The values that are not in the record. Raises Failure where one is missing."""
    from msgspec.structs import replace

    from pup_tui.core.scope import standing_for
    from pup_tui.core.standing import first_frame, open_values

    frame = first_frame(past.program, past.state)
    hidden = set(frame.secrets)
    runbook = past.program.runbook if current is None else current.program.runbook
    known = open_values(frame)
    if current is None:
        variables = {name: v for name, v in runbook.vars.items() if name in hidden}
        taken = {name: value for name, value in given.items() if name in variables}
    else:
        variables = runbook.vars
        taken = {**given, **{name: v for name, v in known.items() if name in variables}}
    if not variables:
        return ValuesAgain({}, {}, [])
    resolved = resolve_values(
        replace(runbook, vars=variables),
        taken,
        sources,
        ask=ask,
        names={**standing_for(frame.left_out), **known},
    )
    secrets = {n: v for n, v in resolved.values.items() if n in hidden or n in resolved.secrets}
    others = resolved.values.keys() - secrets.keys() - known.keys()
    return ValuesAgain(
        secrets,
        {name: resolved.values[name] for name in others},
        [name for name in resolved.left_out if name not in frame.left_out],
        resolved.made,
    )
