"""Puts the concrete parts together from the settings: the only place that knows them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from pup_tui.cli.credentials import Credentials
from pup_tui.cli.failure import Failure, tell_note
from pup_tui.cli.workflows import workflow_folders

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.inputs import Sources
    from pup_tui.cli.trying import OpenLauncher
    from pup_tui.core.actions import ListItems
    from pup_tui.core.render import Remote
    from pup_tui.core.requests import StepRequest
    from pup_tui.datadog.configuration import PupChoice
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.values import Listing, Resolve
    from pup_tui.integrations.credentials import Ended, IntegrationProbe
    from pup_tui.integrations.library import InstalledIntegration, IntegrationLibrary
    from pup_tui.journal.writer import Recorder
    from pup_tui.preflight.preflight import Preflight
    from pup_tui.runbook.load import Loaded
    from pup_tui.runbook.model import Step
    from pup_tui.runbook.variables.sources import KeptChoices, RunCommand
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.executor import Executor
    from pup_tui.steps.leftovers import Leftovers
    from pup_tui.template.value_command import ValueCommand
    from pup_tui.tui.appearance import Appearance


def open_catalog(settings: Settings) -> Catalog:
    """The catalog of everything that is installed for this operator."""
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.places import folders
    from pup_tui.datadog.configuration import URL_VARIABLE
    from pup_tui.packs.places import PackFolders
    from pup_tui.steps.pup_programs import pup_program

    named = settings.runbooks
    places = folders(
        given=named.given,
        environment=named.environment,
        configured=named.configured,
        pup=named.pup,
        cwd=settings.cwd,
    )
    found = [*places, *workflow_folders(settings)]
    return Catalog(
        PackFolders(found, settings.state_dir, settings.config_dir),
        lambda program: pup_program(program, settings.environ) is not None,
        settings.environ.get(URL_VARIABLE, ""),
        settings.site,
    )


def local_values(
    settings: Settings,
    environ: Mapping[str, str],
    run: RunCommand | None = None,
    kept: KeptChoices | None = None,
) -> Sources:
    """Where the values of variables come from on this computer, with the profile that is chosen."""
    from pup_tui.catalog.value_sources import local_sources

    said = settings.profile.said if settings.profile else None
    return local_sources(
        environ,
        settings.home,
        run,
        kept,
        profile=settings.profile_name,
        profile_values=said.vars if said else {},
        accounts=said.integrations if said else {},
    ).working_in(settings.cwd)


def resolver(sources: Sources) -> Resolve:
    """What finds the values of groups and runbooks that a run calls."""
    from pup_tui.catalog.inputs import resolve_call

    return lambda call, cwd: resolve_call(call, sources.working_in(cwd))


def lister(sources: Sources) -> Listing:
    """What asks the inventories that runs go over."""

    async def ask(wanted: ListItems, cwd: Path) -> Sequence[Any]:
        from pup_tui.inventories.asking import listed

        return await listed(wanted, sources.working_in(cwd))

    return ask


class Parts:
    """What runs need, each part made (and imported) when it is first asked for.

    Without a `journal` nothing is kept of the runs. `tell_note` tells the operator something by the way.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        journal: bool = True,
        tell_note: Callable[[str], None] = tell_note,
    ) -> None:
        self.settings = settings
        self.journal = journal
        self.credentials = Credentials(settings, tell_note)
        self._tell_note = tell_note

    @cached_property
    def executors(self) -> Mapping[type[StepRequest], Executor]:
        """One executor for each kind of request. Raises Failure as `Credentials.account` and `pup` do."""
        from pup_tui.steps.registry import executors

        return executors(self.credentials.account, lambda: self.credentials.datadog, pup=self.pup)

    @cached_property
    def pup(self) -> PupChoice:
        """Who runs `pup` subcommands. Raises Failure where the environment names nobody."""
        from pup_tui.datadog.configuration import ConfigurationError, pup_choice

        try:
            return pup_choice(self.settings.pup)
        except ConfigurationError as error:
            raise Failure(str(error), "PUP_TUI_PUP") from error

    @cached_property
    def appearance(self) -> Appearance:
        """How the console looks. Raises Failure where the environment says what there is not."""
        from pup_tui.datadog.configuration import ConfigurationError
        from pup_tui.settings.colours import colour_choice, theme_choice
        from pup_tui.tui.appearance import Appearance, Depth

        facts = self.settings.terminal
        where = "PUP_TUI_COLORS"
        try:
            depth = Depth(colour_choice(facts.depth))
            where = "PUP_TUI_THEME"
            return Appearance(
                theme=theme_choice(facts.theme),
                dark=facts.dark,
                depth=depth,
                asks_depth=not facts.colors_are_set,
                terminal=facts.kind,
            )
        except ConfigurationError as error:
            raise Failure(str(error), where) from error

    @cached_property
    def sources(self) -> Sources:
        """Where the values of variables come from."""
        from pup_tui.catalog.value_sources import ChoiceCache

        # Another Datadog has other choices; in which folder a command runs, its key tells.
        place = self.credentials.account.base_url
        kept = ChoiceCache(self.settings.state_dir / "choices", place) if self.journal else None
        return local_values(self.settings, self.credentials.environ, self._run_value_command, kept)

    def _unrecorded(self) -> OpenLauncher:
        """What opens launchers of runs of which nothing is kept."""
        return Parts(self.settings, journal=False, tell_note=self._tell_note).launcher

    @cached_property
    def integrations(self) -> IntegrationLibrary:
        """The integrations that runbooks find, in the order in which they are found."""
        from pup_tui.integrations.library import IntegrationLibrary

        return IntegrationLibrary(open_catalog(self.settings).places)

    async def integration_probe(self, found: InstalledIntegration) -> IntegrationProbe:
        """What looks at the credentials of an integration."""
        from pup_tui.integrations.credentials import probe_of

        return await probe_of(found, self.sources, self.call_action)

    async def _probe_of_file(self, path: Path) -> IntegrationProbe:
        from pup_tui.catalog.entries import Origin
        from pup_tui.integrations.library import IntegrationPlace, read_integration

        place = IntegrationPlace(name=path.stem, path=path, origin=Origin.GIVEN)
        return await self.integration_probe(read_integration(place))

    async def call_action(self, loaded: Loaded) -> Ended:
        """Carry out what calls one action (`integrations.calling`), where nothing may be changed."""
        from pup_tui.cli.trying import call_action

        return await call_action(self._unrecorded(), loaded)

    @cached_property
    def preflight(self) -> Preflight:
        """What looks at what runs need, before they begin."""
        from pup_tui.journal.places import locks_dir
        from pup_tui.preflight.credentials import Accounts
        from pup_tui.preflight.kept import FindingsInFile, NothingKept
        from pup_tui.preflight.preflight import Preflight

        state = self.settings.state_dir
        return Preflight(
            environ=self.settings.environ,
            cwd=self.settings.cwd,
            state=state if self.journal else None,
            locks=locks_dir(state),
            missing=self._missing_program,
            printed_by=self._printed_by,
            printed_there=self._printed_there,
            read_only=self.settings.read_only,
            accounts=Accounts(datadog=self.credentials.look, integration=self._probe_of_file),
            kept=FindingsInFile(state) if self.journal else NothingKept(),
        )

    def _missing_program(self, step: Step) -> str:
        """The installed `pup`, or the extension of it, that a step needs and that there is not."""
        from pup_tui.catalog.effects import program_needed, subcommand_of
        from pup_tui.steps.pup_programs import PUP, pup_program

        if not subcommand_of(step):
            return ""
        needed = program_needed(step) or (PUP if self.pup == "installed" else "")
        may_be_used = self.pup != "builtin"
        there_is = may_be_used and pup_program(needed, self.settings.environ) is not None
        return "" if there_is else needed

    async def _printed_by(self, script: str, seconds: float) -> tuple[str, str]:
        """What a script prints that tells a version: it gets no credentials but those of the environment."""
        from pup_tui.drivers.values import run_value_command
        from pup_tui.template.value_command import ValueCommand

        hidden = tuple(self.credentials.account.secrets())
        command = ValueCommand(script=script, hidden=hidden)
        printed = await run_value_command(
            command,
            seconds,
            self.executors,
            self._environ_to_look,
            self.settings.cwd,
            self._tell_note,
        )
        return printed.both()

    async def _printed_there(self, remote: Remote, script: str, seconds: float) -> tuple[str, str]:
        """What a script prints on another computer: nothing is handed to it but itself."""
        from pup_tui.core.requests import ShellRequest
        from pup_tui.drivers.tools import printed_there

        executor, environ = self.executors[ShellRequest], self._environ_to_look
        return await printed_there(remote, script, seconds, executor, environ, self.settings.cwd)

    @property
    def _environ_to_look(self) -> Mapping[str, str]:
        """What processes get that look at what there is before a run."""
        from pup_tui.steps.executor import without_changes

        environ = self.settings.environ
        return without_changes(environ) if self.settings.read_only else environ

    async def _run_value_command(self, command: ValueCommand, seconds: float) -> str:
        """What a command prints. Asks for the executors only here: most runbooks have no such command.

        Raises ValueError where it fails, and where nothing may change and it is not known that it only looks.
        """
        from pup_tui.catalog.known_pup import KnownPup
        from pup_tui.core.requests import BARRED
        from pup_tui.drivers.values import run_value_command

        if self.settings.read_only and (
            not command.words or KnownPup().changes(command.words) is not False
        ):
            raise ValueError(BARRED)

        try:
            executors = self.executors
        except Failure as error:
            raise ValueError(str(error)) from error
        secrets = self.credentials.account.secrets()
        if command.words:
            secrets += await self.credentials.stored_secrets()
        known = replace(command, hidden=(*command.hidden, *secrets))
        cwd = known.cwd or self.settings.cwd
        printed = await run_value_command(
            known, seconds, executors, self.credentials.environ, cwd, self._tell_note
        )
        return printed.text()

    @contextmanager
    def state(self) -> Iterator[Path]:
        """The folder for journal and outputs; without a journal one that is gone afterwards."""
        from pup_tui.journal.places import make_state_dir

        if self.journal:
            make_state_dir(self.settings.state_dir)
            yield self.settings.state_dir
            return
        import tempfile

        with tempfile.TemporaryDirectory(prefix="pup-tui-") as folder:
            yield Path(folder)

    @asynccontextmanager
    async def launcher(
        self, state: Path, leftovers: Leftovers | None = None
    ) -> AsyncIterator[Launcher]:
        """A launcher whose runs are recorded in the folder `state`; `leftovers` outlive them."""
        from pup_tui.catalog.effects import may_change
        from pup_tui.drivers.launcher import Launcher
        from pup_tui.journal.places import locks_dir
        from pup_tui.journal.writer import JournalWriter, MemoryJournal

        executors = self.executors
        log: Recorder = await JournalWriter.open(state) if self.journal else MemoryJournal()
        try:
            yield Launcher(
                log=log,
                state=state,
                # Runs without a journal keep apart from those with one as well.
                locks=locks_dir(self.settings.state_dir),
                executors=executors,
                environ=self.credentials.environ,
                cwd=self.settings.cwd,
                operator=self.settings.operator,
                resolve=resolver(self.sources),
                list_items=lister(self.sources),
                hidden=tuple(self.credentials.account.secrets()),
                credentials=self.credentials.stored_secrets,
                profile=self.settings.profile_name,
                profile_text=self.settings.profile.text if self.settings.profile else b"",
                leftovers=leftovers,
                may_change=may_change,
                read_only=self.settings.read_only,
            )
        finally:
            await log.close()
