"""`pup-tui schedule`: runbooks that run at set times."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from msgspec.structs import replace

from pup_tui.cli.failure import Failure, refuse_problems, tell
from pup_tui.cli.options import arg_option, json_option, pass_settings, profile_option
from pup_tui.cli.printing import columns, print_json
from pup_tui.cli.subcommands import Subcommands
from pup_tui.core.notices import rfc3339
from pup_tui.headless.exits import FAILED
from pup_tui.output.sanitize import safe_text
from pup_tui.schedules.moments import (
    InvalidTimes,
    check_cron,
    check_zone,
    moments_after,
    told_moment,
)
from pup_tui.schedules.schedule import (
    FILE,
    CatchUp,
    Overlap,
    Schedule,
    Schedules,
    changing,
    check_schedule_name,
    moment_text,
    read_schedules,
    write_schedules,
)

if TYPE_CHECKING:
    from pup_tui.cli.scheduling import Fired
    from pup_tui.schedules.system import SystemEntry
    from pup_tui.settings.settings import Settings

SHOWN = 3
"""Moments to come that are told of each schedule."""

_NO_NAME = re.compile(r"[^a-z0-9_-]+")


@click.group("schedule", cls=Subcommands)
def schedule_command() -> None:
    """Runbooks that run at set times."""


@schedule_command.command("add")
@click.argument("runbook")
@click.option("--cron", required=True, metavar="TIMES", help="When: five fields, as in a crontab.")
@click.option("--tz", required=True, metavar="ZONE", help="The zone of these times: Europe/Berlin.")
@click.option("--name", metavar="NAME", help="What it is called, instead of as the runbook.")
@arg_option("--arg", "--set")
@click.option(
    "--overlap",
    type=click.Choice(get_args(Overlap)),
    default="skip",
    show_default=True,
    help="What a time does that comes while the run before is under way.",
)
@click.option(
    "--catch-up",
    type=click.Choice(get_args(CatchUp)),
    default="none",
    show_default=True,
    help="Which of the times is made up for that came while the computer was off.",
)
@click.option("--yes", metavar="REASON", default="", help="Answer every question with yes: why.")
@click.option(
    "--notify",
    metavar="FROM",
    default="",
    help="Tell of what goes wrong: env:, file:, keyring: or command: that gives an Apprise URL.",
)
@profile_option
@pass_settings
def add_command(
    settings: Settings,
    runbook: str,
    cron: str,
    tz: str,
    name: str | None,
    args: Sequence[str],
    overlap: Overlap,
    catch_up: CatchUp,
    yes: str,
    notify: str,
) -> int:
    """Run RUNBOOK at set times, with these values and the profile that is chosen."""
    from pup_tui.cli.scheduling import checked_runbook, tell_lacking

    with _refused_times():
        schedule = Schedule(
            runbook=runbook,
            cron=check_cron(cron),
            tz=check_zone(tz),
            since=moment_text(time.time()),
            cwd=str(settings.cwd),
            args=_as_map(args),
            profile=settings.profile_name,
            overlap=overlap,
            catch_up=catch_up,
            yes=yes.strip(),
            notify=notify,
        )
    found = checked_runbook(settings, schedule)
    schedule = replace(schedule, runbook=found.named)
    own = (
        name
        if name is not None
        else _NO_NAME.sub("-", found.named.rsplit("/", 1)[-1].removesuffix(".yaml").lower())
    )
    with _refused_times():
        check_schedule_name(own)
    with _changed(settings) as planned:
        if own in planned:
            raise Failure(
                f"there is a schedule `{own}` already",
                str(settings.config_dir / FILE),
                f"give this one another --name, or `pup-tui schedule remove {own}` first",
            )
        planned[own] = schedule
    click.echo(safe_text(f"{own} runs {found.named}, next {_next(schedule, 1)[0]}"))
    tell_lacking(settings, found, notify)
    return 0


@schedule_command.command("list")
@json_option
@pass_settings
def list_command(settings: Settings, as_json: bool) -> int:
    """Each schedule, its next three times, and what became of its last one."""
    from pup_tui.cli.scheduling import newest_fires, tell_not_fired

    planned = read_planned(settings).by_name
    fires = newest_fires(settings, planned)
    if as_json:
        print_json([_as_json(name, each, fires[name]) for name, each in planned.items()])
        return 0
    if not planned:
        click.echo("no schedules: `pup-tui schedule add RUNBOOK --cron … --tz …`", err=True)
        return 0
    rows = []
    for name, each in planned.items():
        times = ["paused"] if each.paused else _next(each, SHOWN)
        last = _told_last(each, fires[name])
        rows += [(name, each.runbook, times[0], last), *(("", "", told, "") for told in times[1:])]
    columns(settings.terminal.columns, ("SCHEDULE", "RUNBOOK", "NEXT", "LAST"), rows)
    tell_not_fired(settings)
    return 0


@schedule_command.command("pause")
@click.argument("name")
@click.option("--off", is_flag=True, help="Go on, from now.")
@pass_settings
def pause_command(settings: Settings, name: str, off: bool) -> int:
    """Leave the times of the schedule NAME out, until it goes on with --off."""
    with _changed(settings) as planned:
        schedule = _find(settings, planned, name)
        if schedule.paused is not off:
            told = "is not paused" if off else "is paused already"
            click.echo(safe_text(f"{name} {told}"))
            return 0
        # What came while it was paused was not missed.
        since = moment_text(time.time()) if off else schedule.since
        planned[name] = replace(schedule, paused=not off, since=since)
    told = f"goes on, next {_next(planned[name], 1)[0]}" if off else "is paused"
    click.echo(safe_text(f"{name} {told}"))
    return 0


@schedule_command.command("remove")
@click.argument("name")
@pass_settings
def remove_command(settings: Settings, name: str) -> int:
    """Have the schedule NAME no more; its past runs stay in the history."""
    with _changed(settings) as planned:
        _find(settings, planned, name)
        del planned[name]
    click.echo(safe_text(f"{name} is no schedule any more"))
    return 0


@schedule_command.command("run-now")
@click.argument("name")
@pass_settings
def run_now_command(settings: Settings, name: str) -> int:
    """Run what the schedule NAME runs, here and now, as it would."""
    from pup_tui.cli.scheduling import run_by_hand

    return run_by_hand(settings, name, _find(settings, read_planned(settings).by_name, name))


@schedule_command.command("install")
@click.option("--cron", "wanted", flag_value="cron", help="A line in the crontab.")
@click.option("--systemd", "wanted", flag_value="systemd", help="A timer of the own systemd.")
@click.option("--print", "prints", is_flag=True, help="Print it, and change nothing.")
@pass_settings
def install_command(settings: Settings, wanted: str | None, prints: bool) -> int:
    """Have the system look each minute what is due: by a systemd user timer, or a crontab line."""
    from pup_tui.schedules.system import HostSystem

    system = HostSystem(settings.environ, settings.home)
    entry = system_entry(settings)
    if wanted is None and not prints:
        wanted = "systemd" if system.has_systemd else "cron" if system.has_crontab else None
    if prints or wanted is None:
        _print_entry(entry, wanted, system.units)
        if prints:
            return 0
        raise Failure(
            "there is neither a systemd of your own nor `crontab` here",
            "",
            "have what is printed above run each minute by whatever there is",
            code=FAILED,
        )
    try:
        if wanted == "systemd":
            written = system.install_timer(entry)
            click.echo(safe_text(f"begun: {', '.join(map(str, written))}"))
        else:
            system.install_line(entry)
            click.echo("the crontab has its line")
    except (OSError, ValueError) as error:
        todo = "`pup-tui schedule install --print` prints what it is, to be put in by hand"
        raise Failure(f"it was not installed: {error}", "", todo, code=FAILED) from error
    if wanted == "systemd" and not system.lingers:
        tell("pup-tui: it ends when you log out: `loginctl enable-linger` has it go on")
    return 0


@schedule_command.command("tick")
@pass_settings
def tick_command(settings: Settings) -> int:
    """Begin what is due now, and report what was missed; the system calls this each minute."""
    from pup_tui.cli.ticking import tick

    return tick(settings, read_planned(settings).by_name)


@schedule_command.command("fire", hidden=True)
@click.argument("name")
@click.argument("moment", type=float)
@pass_settings
def fire_command(settings: Settings, name: str, moment: float) -> int:
    """Run what is due of the schedule NAME for a MOMENT, if it has no run yet."""
    from pup_tui.cli.ticking import fire

    return fire(settings, name, _find(settings, read_planned(settings).by_name, name), moment)


def read_planned(settings: Settings) -> Schedules:
    """The schedules that there are. Raises Failure where the file is wrong."""
    found = read_schedules(settings.config_dir)
    refuse_problems(
        found.problems, "the file of schedules", "fix what is told above", str(found.path)
    )
    return found


def system_entry(settings: Settings) -> SystemEntry:
    """What the system is to run each minute."""
    from pup_tui.schedules.system import SystemEntry, entry_environ

    command = (sys.executable, "-P", "-m", "pup_tui", "schedule", "tick")
    environ = entry_environ(settings.environ)
    for name in ("PUP_TUI_CONFIG_DIR", "PUP_TUI_STATE_DIR", "PUP_TUI_RUNBOOKS"):
        if name in environ:
            # Whatever folder the system begins it in.
            parts = environ[name].split(os.pathsep)
            environ[name] = os.pathsep.join(str((settings.cwd / each).absolute()) for each in parts)
    return SystemEntry(command=command, environ=environ)


@contextmanager
def _changed(settings: Settings) -> Iterator[dict[str, Schedule]]:
    """The schedules, to be changed; written when nothing speaks against it."""
    from pup_tui.place_errors import place_error

    path = settings.config_dir / FILE
    try:
        with changing(settings.config_dir):
            planned = dict(read_planned(settings).by_name)
            before = dict(planned)
            yield planned
            if planned != before:
                write_schedules(settings.config_dir, planned)
    except OSError as error:
        found = place_error(error, path)
        raise Failure(found.message, str(found.path), found.hint, code=FAILED) from error


@contextmanager
def _refused_times() -> Iterator[None]:
    try:
        yield
    except InvalidTimes as error:
        raise Failure(str(error), "", error.hint) from error


def _find(settings: Settings, planned: dict[str, Schedule], name: str) -> Schedule:
    if name not in planned:
        from pup_tui.runbook.report import listed, suggestion

        hint = suggestion(name, planned) or (f"there are {listed(planned)}" if planned else "")
        todo = hint or "`pup-tui schedule add` makes one"
        raise Failure(f"there is no schedule `{name}`", str(settings.config_dir / FILE), todo)
    return planned[name]


def _as_map(args: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    """Arguments as the file has them, each name once; which names and values fit is told elsewhere."""
    from pup_tui.cli.values import name_and_value

    found: dict[str, tuple[str, ...]] = {}
    for name, value in map(name_and_value, args):
        found[name] = (*found.get(name, ()), value)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in found.items()}


def _next(schedule: Schedule, number: int) -> list[str]:
    return [told_moment(at, schedule.tz) for at in _moments(schedule, number)]


def _moments(schedule: Schedule, number: int) -> list[float]:
    return list(islice(moments_after(schedule.cron, schedule.tz, time.time()), number))


def _told_last(schedule: Schedule, fires: Sequence[Fired]) -> str:
    if not fires:
        return ""
    return f"{told_moment(fires[0].record.moment, schedule.tz)} {fires[0].told}"


def _as_json(name: str, schedule: Schedule, fires: Sequence[Fired]) -> dict[str, Any]:
    return {
        "schedule": name,
        "runbook": schedule.runbook,
        "cron": schedule.cron,
        "tz": schedule.tz,
        "args": schedule.args,
        "profile": schedule.profile,
        "overlap": schedule.overlap,
        "catch_up": schedule.catch_up,
        "yes": schedule.yes,
        "paused": schedule.paused,
        "next": [] if schedule.paused else [rfc3339(at) for at in _moments(schedule, SHOWN)],
        "last": [
            {
                "moment": rfc3339(each.record.moment),
                "run": each.record.run,
                "status": each.status or None,
                "outcome": each.record.outcome,
                "why": each.record.why,
            }
            for each in fires
        ],
    }


def _print_entry(entry: SystemEntry, wanted: str | None, units: Path) -> None:
    from pup_tui.schedules.system import UNIT

    if wanted != "cron":
        for kind, text in (("service", entry.service), ("timer", entry.timer)):
            click.echo(safe_text(f"# {units / UNIT}.{kind}\n{text}", multiline=True))
        click.echo(
            f"# systemctl --user daemon-reload; systemctl --user enable --now {UNIT}.timer\n"
        )
    if wanted != "systemd":
        click.echo(f"# crontab -e\n{safe_text(entry.crontab_line)}")
