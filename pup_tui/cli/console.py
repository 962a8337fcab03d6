"""`pup-tui [RUNBOOK]`: the console."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from pup_tui.cli.failure import Failure, journal_failures, refuse_problems, tell
from pup_tui.cli.options import (
    pass_settings,
    profile_option,
    read_for,
    read_only_option,
    runbooks_option,
)
from pup_tui.cli.present import Present
from pup_tui.cli.wiring import Parts, open_catalog
from pup_tui.cli.workflows import workflow_source
from pup_tui.headless.exits import FAILED, SUCCEEDED

if TYPE_CHECKING:
    from pathlib import Path

    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.entries import Entry
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.local import LocalRun
    from pup_tui.packs.library import PackLibrary
    from pup_tui.runbook.model import Runbook
    from pup_tui.settings.profiles import ProfileFile
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.leftovers import Leftovers
    from pup_tui.tui.services import (
        FiringAlert,
        NamedState,
        ProfileOffer,
        ReplayWanted,
        Services,
    )


class _ProgramContext(click.Context):
    """Where the console is meant, which has no name of its own: usage and errors name the program."""

    @property
    def command_path(self) -> str:
        return super().command_path if self.parent is None else self.parent.command_path


class _Console(click.Command):
    context_class = _ProgramContext


# What else stands on the line is judged after the word, which may be a command's that was misspelt.
@click.command(
    "console",
    cls=_Console,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.argument("runbook", required=False)
@profile_option
@read_only_option
@runbooks_option
@pass_settings
def console_command(settings: Settings, runbook: str | None = None) -> int:
    """The console, opened at RUNBOOK."""
    ctx = click.get_current_context()
    catalog = open_catalog(settings)
    open_at = None if runbook is None else _named(ctx, catalog, runbook)
    for extra in ctx.args:
        if extra.startswith("-"):
            raise click.NoSuchOption(extra, ctx=ctx)
        raise click.UsageError(f"Got unexpected extra argument ({extra})", ctx)
    return show_console(settings, catalog, open_at=open_at)


def show_console(
    settings: Settings,
    catalog: Catalog,
    *,
    open_at: Entry | None = None,
    replay: ReplayWanted | None = None,
) -> int:
    """Show the console until the operator leaves it; returns the exit code. Raises Failure.

    It begins at a runbook, or plays a run again.
    """
    ctx = click.get_current_context()
    if not settings.terminal.can_show:
        raise Failure(
            "the console needs a terminal", "", "without one use `pup-tui run RUNBOOK` or --help"
        )
    if settings.terminal.kind in ("dumb", "unknown"):
        raise Failure(
            f"this terminal cannot show the console, since TERM is `{settings.terminal.kind}`",
            "",
            "say what it is, as TERM=xterm-256color, or use `pup-tui run RUNBOOK`",
        )

    def opened(profile: str | None, leftovers: Leftovers) -> AbstractAsyncContextManager[Services]:
        if profile is None:
            return console_services(settings, catalog, leftovers, open_at=open_at, replay=replay)
        chosen = read_for(ctx, profile)
        return console_services(chosen, open_catalog(chosen), leftovers, open_at=open_at)

    return open_console(opened)


_AS_OPTIONS = ("help", "version")
"""Words that are commands of other programs, and options of this one."""


def _named(ctx: click.Context, catalog: Catalog, word: str) -> Entry:
    """The runbook that the program's first word means, which is none of its commands."""
    from pup_tui.catalog.catalog import UnknownRunbook

    group = ctx.find_root().command
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    try:
        return catalog.find(word, commands)
    except UnknownRunbook as error:
        hint = f"say `pup-tui --{word}`" if word in _AS_OPTIONS else error.hint
        raise Failure(f"there is no command or runbook `{word}`", "", hint) from error


SETTLED = 2.0
"""Seconds after which what has been loaded is what stays."""


def _spare_what_stays() -> None:
    """Keep the collector from walking over modules and widgets again and again while output floods.

    A frame makes thousands of objects, and those of a row that has gone only the collector finds. Looking
    seldom, it finds them young, and needs not look through all that there is, which holds up a key.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


def open_console(
    opened: Callable[[str | None, Leftovers], AbstractAsyncContextManager[Services]],
    *,
    is_kept: bool = True,
) -> int:
    """Show the console until the operator leaves it; returns the exit code.

    `opened` gives what it works with: as the call says at first, then with each profile that is chosen. What
    it recorded `is_kept` behind it, unless that is said.
    """

    from pup_tui.aside import check_room, run_loop

    async def show() -> int:
        from pup_tui.steps.leftovers import Leftovers
        from pup_tui.tui.app import PupTuiApp

        profile: str | None = None
        incomplete = False
        left: list[LocalRun] = []
        with Leftovers() as leftovers:
            while True:
                async with opened(profile, leftovers) as services:
                    app = PupTuiApp(services)
                    settling = asyncio.get_running_loop().call_later(SETTLED, _spare_what_stays)
                    try:
                        profile = await app.run_async()
                    finally:
                        settling.cancel()
                    incomplete = incomplete or app.runs.incomplete
                    left += app.runs.left
                if profile is None:
                    # Where it was made to end there may be no terminal any more that could be told.
                    _tell_left(left if is_kept and not app.return_code else ())
                    return app.return_code or (FAILED if incomplete else SUCCEEDED)

    # Until the console stands there is next to nothing to collect, and looking for it would delay the first
    # frame.
    gc.disable()
    try:
        check_room()
        with journal_failures("free it, or set PUP_TUI_STATE_DIR"):
            return run_loop(show())
    finally:
        gc.enable()


def _tell_left(runs: Iterable[LocalRun]) -> None:
    """Say how the runs go on that were left for later."""
    from pup_tui.core.state import RunStatus

    for run in dict.fromkeys(runs):
        if run.state.status is RunStatus.INTERRUPTED:
            tell(f"{run.program.id} stands where it was left: `pup-tui resume {run.run}` goes on")


@asynccontextmanager
async def console_services(
    settings: Settings,
    catalog: Catalog,
    leftovers: Leftovers | None = None,
    *,
    site: str | None = None,
    suggestions: Mapping[str, str] | None = None,
    open_at: Entry | None = None,
    alert: FiringAlert | None = None,
    replay: ReplayWanted | None = None,
    looked: Callable[[], None] = lambda: None,
) -> AsyncIterator[Services]:
    """What the console works with; all that takes time to import comes when it is used.

    `site` says in a word where runs act; without it that is told from the settings. `leftovers` outlive it.
    """
    from pup_tui.cli.console_integrations import ConsoleIntegrations
    from pup_tui.tui.services import ProfileOffer, Services

    refuse_problems(settings.problems, "the profile", "fix what is told above")
    listeners: list[Callable[[str], None]] = []

    def tell_note(note: str) -> None:
        for listener in listeners:
            listener(note)

    parts = Parts(settings, tell_note=tell_note)
    profile = settings.profile
    async with AsyncExitStack() as opened:
        opening = asyncio.Lock()
        launchers: list[Launcher] = []

        async def launcher() -> Launcher:
            async with opening:
                if not launchers:
                    making = parts.launcher(settings.state_dir, leftovers)
                    launchers.append(await opened.enter_async_context(making))
            return launchers[0]

        yield Services(
            catalog=catalog,
            launcher=launcher,
            operator=settings.operator,
            hidden=tuple(parts.credentials.account.secrets()),
            state=settings.state_dir,
            environ=parts.credentials.environ,
            home=settings.home,
            pager=settings.pager,
            editor=settings.editor,
            notify=settings.notify,
            sources=lambda: parts.sources,
            listen=listeners.append,
            site=site or parts.credentials.account.place,
            suggestions=suggestions or {},
            open_at=open_at,
            alert=alert,
            profile=ProfileOffer(name="") if profile is None else _offer(profile),
            read_only=settings.read_only,
            profiles=partial(_profiles, settings),
            present=partial(_present, Present(parts)),
            appearance=parts.appearance,
            keys=settings.keys,
            workflows=workflow_source(parts.credentials),
            packs=partial(_library, settings),
            report=partial(_report, settings.state_dir, settings.home),
            preflight=lambda: parts.preflight,
            integrations=ConsoleIntegrations(parts, catalog),
            replay=replay,
            looked=looked,
        )


def _report(state: Path, home: Path, run: str, target: Path) -> str:
    from pup_tui.cli.reporting import report_for

    return report_for(state, home, run, target)


def _library(settings: Settings) -> PackLibrary:
    from pup_tui.cli.trusting import open_library

    return open_library(settings)


async def _present(
    present: Present, runbook: Runbook, given: Mapping[str, str]
) -> list[NamedState]:
    from pup_tui.tui.services import NamedState

    return [
        NamedState(
            kind=thing.kind,
            name=thing.id,
            state=each.state,
            told=each.told,
            since=each.since,
            problem=each.problem,
        )
        for thing, each in await present.states(runbook, given)
    ]


def _profiles(settings: Settings) -> list[ProfileOffer]:
    from pup_tui.packs.trusted import trusted_packs
    from pup_tui.settings.profiles import profile_names, read_profile, read_profile_of_pack

    folder = settings.config_dir
    own = [_offer(read_profile(folder, name)) for name in profile_names(folder)]
    packs = trusted_packs(settings.state_dir, folder)
    return own + [
        _offer(read_profile_of_pack(place, name, f"{pack}/{name}"))
        for pack, place in packs.items()
        for name in profile_names(place)
    ]


def _offer(profile: ProfileFile) -> ProfileOffer:
    from pup_tui.tui.services import ProfileOffer

    said = profile.said
    problem = str(profile.problems[0].message) if profile.problems else ""
    return ProfileOffer(
        name=profile.name, description=said.description, danger=said.danger, problem=problem
    )
