"""`pup-tui approve`: a person sees what an agent has asked for, and lets it begin or not."""

from __future__ import annotations

import secrets
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import click

from pup_tui.cli import asking
from pup_tui.cli.before_run import unchecked_option
from pup_tui.cli.failure import Failure, journal_failures, tell
from pup_tui.cli.options import (
    json_option,
    pass_settings,
    profile_option,
    read_for,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.planning import print_steps
from pup_tui.cli.printing import print_json
from pup_tui.cli.recorded_runs import recorded_runs
from pup_tui.cli.runbooks import check_trusted, find_entry, load_valid
from pup_tui.cli.running import PastWhat, break_lock_option, run_approved
from pup_tui.cli.wiring import Parts, local_values, open_catalog
from pup_tui.core.notices import rfc3339
from pup_tui.core.told_alert import told_alert
from pup_tui.headless.exits import ABORTED, SUCCEEDED
from pup_tui.local_time import local_time
from pup_tui.output.sanitize import safe_text

if TYPE_CHECKING:
    from pup_tui.bound_plan import BoundPlan
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.journal.pending import PendingRun
    from pup_tui.runbook.load import Loaded
    from pup_tui.settings.settings import Settings

_CODE: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Characters that nobody mistakes for another."""

_CODE_LENGTH: Final = 6


@click.command("approve")
@click.argument("run", required=False)
@click.option("--no", "declines", is_flag=True, help="Decline it: it does not begin.")
@click.option("--note", metavar="TEXT", default="", help="A remark, which is recorded.")
@unchecked_option
@break_lock_option
@json_option
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def approve_command(
    settings: Settings,
    run: str | None,
    declines: bool,
    note: str,
    unchecked: str | None,
    break_lock: str | None,
    as_json: bool,
) -> int:
    """Show RUN, which an agent has asked for, and begin it if you approve.

    Who asks and the plan are shown, and a code is to be typed, on a terminal: nothing answers that in
    your place. It runs here, and its questions are asked here. Without RUN those that wait are listed.
    """
    if run is None:
        _list(settings, as_json=as_json)
        return SUCCEEDED
    if as_json:
        told = "--json tells of the runs that wait, and of none that is decided"
        raise Failure(told, "", "leave it, or RUN, out")
    pending = _find(settings, run)
    _refuse_decided(pending)
    if not (settings.terminal.can_ask and settings.terminal.output):
        told = "a run that an agent has asked for is decided on a terminal, by a person"
        raise Failure(told, "", "call it on a terminal, or look into the console", code=ABORTED)
    if declines:
        return _decline(settings, pending, note)
    past = PastWhat(unchecked=unchecked, break_lock=break_lock)
    return _approve(_with_profile(settings, pending), pending, note, past)


def _list(settings: Settings, *, as_json: bool) -> None:
    with recorded_runs(settings.state_dir) as runs:
        waiting = [] if runs.journal is None else runs.journal.pending_runs(time.time())
    if as_json:
        print_json([_as_json(each) for each in waiting])
        return
    if not waiting:
        click.echo("no run waits for approval", err=True)
    for each in waiting:
        told = f"{each.run}  {each.runbook}  asked for by {each.client_told}"
        click.echo(
            safe_text(f"{told} {local_time(each.asked_at)}, until {local_time(each.ends_at)}")
        )


def _as_json(pending: PendingRun) -> dict[str, Any]:
    told = ("run", "runbook", "profile", "vars", "client", "version", "reason", "digest")
    return {
        **{name: getattr(pending, name) for name in told},
        "asked_at": rfc3339(pending.asked_at),
        "expires_at": rfc3339(pending.ends_at),
    }


def _find(settings: Settings, run: str) -> PendingRun:
    with recorded_runs(settings.state_dir) as runs:
        pending = None if runs.journal is None else runs.journal.pending_run(run)
    if pending is None:
        told = f"there is no run `{run}` that an agent has asked for"
        raise Failure(told, "", "`pup-tui approve` lists those that wait")
    return pending


def _refuse_decided(pending: PendingRun) -> None:
    from pup_tui.journal.pending import PendingStatus

    standing = pending.status_at(time.time())
    if standing is not PendingStatus.PENDING:
        by = f" by {pending.decided_by}" if pending.decided_by else ""
        told = f"run {pending.run} waits for approval no more: it is {standing}{by}"
        raise Failure(told, "", "have it asked for anew", code=ABORTED)


def _with_profile(settings: Settings, pending: PendingRun) -> Settings:
    """The settings with the profile that the run was planned with. Raises Failure where another is chosen."""
    if settings.profile_name == pending.profile:
        return settings
    wanted = f"the profile {pending.profile}" if pending.profile else "no profile"
    if settings.profile_name:
        told = (
            f"run {pending.run} was asked for with {wanted}, and {settings.profile_name} is chosen"
        )
        raise Failure(told, "", f"give --profile '{pending.profile}'")
    chosen = read_for(click.get_current_context(), pending.profile)
    if chosen.problems:
        raise Failure(str(chosen.problems[0]), "", "it was asked for with this profile")
    return chosen


def _decline(settings: Settings, pending: PendingRun, note: str) -> int:
    from pup_tui.journal.store import Journal

    with journal_failures(), closing(Journal.open(settings.state_dir)) as journal:
        journal.decline_run(pending.run, by=settings.operator, at=time.time(), note=note)
    click.echo(safe_text(f"run {pending.run} of {pending.runbook} is declined"))
    return SUCCEEDED


def _approve(settings: Settings, pending: PendingRun, note: str, past: PastWhat) -> int:
    from pup_tui.drivers.launcher import ApprovedRun

    catalog = open_catalog(settings)
    entry = find_entry(settings, catalog, pending.runbook)
    check_trusted(settings, entry)
    loaded, model = load_valid(catalog, entry)
    past.check(model)
    plan = _planned_as_asked(settings, catalog, loaded, pending)
    _print(settings, pending, plan)
    code = "".join(secrets.choice(_CODE) for _ in range(_CODE_LENGTH))
    told = f"Type {code} to approve and begin it, anything else to leave it"
    typed = asking.prompt(told, default="", show_default=False)
    if str(typed).strip().upper() != code:
        tell(f"pup-tui: not approved: run {pending.run} waits on; --no declines it")
        return ABORTED
    # It may have been read for long.
    _planned_as_asked(settings, catalog, loaded, pending)
    return run_approved(settings, loaded, pending.given, ApprovedRun(pending, note.strip()), past)


def _planned_as_asked(
    settings: Settings, catalog: Catalog, loaded: Loaded, pending: PendingRun
) -> BoundPlan:
    """The plan that was asked for. Raises Failure where it is another one by now."""
    from pup_tui.bound_plan import NotPlanned, PlanChanged, plan_asked_for

    try:
        return plan_asked_for(
            loaded,
            pending,
            sources=local_values(settings, settings.environ),
            operator=settings.operator,
            hidden=Parts(settings).credentials.account.secrets(),
            refuses=catalog.pup.refuses,
        )
    except (NotPlanned, PlanChanged) as error:
        told = "what it would do has changed since it was asked for"
        raise Failure(
            f"run {pending.run} cannot be approved: {told}",
            str(error),
            "have it planned and asked for anew",
        ) from error


def _print(settings: Settings, pending: PendingRun, plan: BoundPlan) -> None:
    client = safe_text(pending.client_told)
    when = f"{local_time(pending.asked_at)}, until {local_time(pending.ends_at)}"
    click.echo(
        f"{client}, as it calls itself, asks for a run of {safe_text(pending.runbook)} ({when}):"
    )
    for line in pending.reason.splitlines():
        click.echo(f"  {safe_text(line)}")
    if pending.alert:
        click.echo(f"It is about the alert: {safe_text(told_alert(pending.alert))}")
    click.echo(f"It would run in {safe_text(str(settings.cwd))}, as you.")
    click.echo()
    variables = plan.program.runbook.vars
    unknown = {name: variables[name].places_in_words for name in plan.unknown}
    print_steps(plan.program, pending.profile, plan.vars, unknown, plan.steps)
    click.echo()
