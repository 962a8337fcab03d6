"""Puts the concrete parts together from the settings: the only place that knows them all."""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pup_tui.cli.failure import Failure, tell_note

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.inputs import Sources
    from pup_tui.catalog.places import Folder
    from pup_tui.catalog.workflow_source import WorkflowSource
    from pup_tui.core.requests import StepRequest
    from pup_tui.datadog.client import OnWait
    from pup_tui.datadog.configuration import DatadogConfiguration, PupChoice
    from pup_tui.datadog.named import NamedThing
    from pup_tui.datadog.present import PresentState, PresentStates
    from pup_tui.datadog.workflow_list import WorkflowList
    from pup_tui.drivers.launcher import Launcher
    from pup_tui.drivers.values import Resolve
    from pup_tui.journal.writer import Recorder
    from pup_tui.runbook.model import Runbook
    from pup_tui.runbook.variables.sources import KeptChoices, RunCommand
    from pup_tui.settings.credentials import CredentialPlace
    from pup_tui.settings.settings import Settings
    from pup_tui.steps.executor import Executor
    from pup_tui.steps.leftovers import Leftovers
    from pup_tui.template.value_command import ValueCommand
    from pup_tui.tui.appearance import Appearance


UNNOTICED = 2.0
"""Seconds that looking for credentials may take before somebody wonders why nothing happens."""


def open_catalog(settings: Settings) -> Catalog:
    """The catalog of everything that is installed for this operator."""
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.catalog.places import folders
    from pup_tui.steps.pup_programs import pup_program

    named = settings.runbooks
    places = folders(
        given=named.given,
        environment=named.environment,
        configured=named.configured,
        pup=named.pup,
        cwd=settings.cwd,
    )
    return Catalog(
        [*places, *workflow_folders(settings)],
        lambda program: pup_program(program, settings.environ) is not None,
    )


def workflow_folders(settings: Settings, *, asks: bool = False) -> list[Folder]:
    """Where the Datadog Workflows of the account are kept; none where it is not known to have credentials.

    Each account has a folder of its own, named by a hash of what tells it from others. Stored credentials are
    not looked for: that the folder is there tells that there were some. With `asks` it is told in any case.
    """
    from pup_tui.catalog.entries import Origin
    from pup_tui.catalog.places import WORKFLOW, Folder
    from pup_tui.datadog.configuration import ConfigurationError, DatadogConfiguration

    try:
        account = DatadogConfiguration.from_environment(settings.environ)
    except ConfigurationError:
        return []
    in_keyring = bool(settings.profile and settings.profile.said.datadog.entries)
    named = (account.base_url, settings.profile_name, account.api_key)
    place = hashlib.sha256("\0".join(named).encode(errors="surrogateescape")).hexdigest()
    kept = settings.state_dir / "workflows" / place[:16]
    if not (asks or account.authenticated or in_keyring or os.path.isdir(kept)):
        return []
    return [Folder(kept, Origin.DATADOG, prefix=WORKFLOW)]


def workflow_source(
    parts: Parts, on_wait: OnWait | None = None, *, asks: bool = False
) -> WorkflowSource | None:
    """What fetches the workflows of the account; None where it is not known to have credentials.

    `on_wait` is told of each wait, as that of the client; `asks` is that of `workflow_folders`.
    """
    from pup_tui.catalog.workflow_source import WorkflowSource

    found = workflow_folders(parts.settings, asks=asks)
    if not found:
        return None

    async def fetch() -> WorkflowList:
        from importlib import import_module

        from pup_tui.aside import aside

        # It imports what speaks HTTP, which takes long enough to hold up a key.
        await aside(import_module, "pup_tui.datadog.client")
        from pup_tui.datadog.client import DatadogClient
        from pup_tui.datadog.errors import DatadogError
        from pup_tui.datadog.workflow_list import all_workflows

        try:
            configuration = parts.datadog
        except Failure as error:
            raise DatadogError(str(error)) from error
        async with DatadogClient(configuration, on_wait=on_wait) as client:
            return await all_workflows(client)

    return WorkflowSource(parts.settings.state_dir, found[0].path, fetch)


def local_values(
    settings: Settings,
    environ: Mapping[str, str],
    run: RunCommand | None = None,
    kept: KeptChoices | None = None,
) -> Sources:
    """Where the values of variables come from on this computer, with the profile that is chosen."""
    from pup_tui.catalog.value_sources import local_sources

    return local_sources(
        environ,
        settings.home,
        run,
        kept,
        profile=settings.profile_name,
        profile_values=settings.profile.said.vars if settings.profile else {},
    )


def account_of(settings: Settings, environ: Mapping[str, str]) -> DatadogConfiguration:
    """Which Datadog, and the credentials that an environment has for it. Raises Failure."""
    from pup_tui.datadog.configuration import (
        SITE_VARIABLE,
        ConfigurationError,
        DatadogConfiguration,
    )

    named = {SITE_VARIABLE: settings.site} if settings.site else {}
    try:
        return DatadogConfiguration.from_environment({**environ, **named})
    except ConfigurationError as error:
        raise Failure(str(error), "environment") from error


def resolver(sources: Sources) -> Resolve:
    """What finds the values of groups and runbooks that a run calls."""
    from pup_tui.catalog.inputs import resolve_call

    return partial(resolve_call, sources=sources)


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
        self._tell_note = tell_note
        self._looking = Lock()
        self._found: DatadogConfiguration | None = None
        self._found_until = 0.0

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment of processes, with the credentials that the profile names in the keyring.

        Raises Failure where one cannot be had.
        """
        profile = self.settings.profile
        entries = profile.said.datadog.entries if profile else {}
        found = {name: self._credential(name, *entry) for name, entry in entries.items()}
        return {**self.settings.environ, **found}

    def _credential(self, name: str, service: str, user: str) -> str:
        from pup_tui.keyring_store import NoKeyring, password_of

        where = f"the profile {self.settings.profile_name}"
        try:
            password = password_of(service, user)
        except NoKeyring as error:
            raise Failure(str(error), where, "it names credentials in the keyring") from error
        if not password:
            told = f"the keyring holds nothing for `{service}/{user}`"
            which = "--token" if name == "DD_ACCESS_TOKEN" else "--keys"
            todo = f"pup-tui auth login {which} --profile {self.settings.profile_name}"
            raise Failure(told, where, f"put it there: {todo}")
        return password

    @cached_property
    def account(self) -> DatadogConfiguration:
        """Which Datadog, and the credentials that environment or profile have for it; nothing is looked for.

        Raises Failure where the environment's are unusable.
        """
        return account_of(self.settings, self.environ)

    @property
    def datadog(self) -> DatadogConfiguration:
        """The account with the credentials that are stored for it, where environment and profile have none.

        It may ask the keyring, which may ask the operator: beside an event loop by `stored_secrets`. What it
        found stays until it ends. Raises Failure as `account` does.
        """
        return self._looked_for(again=False)

    def _looked_for(self, *, again: bool) -> DatadogConfiguration:
        """The account as it was found. Where that had no credentials they may be looked for `again`."""
        if self.account.authenticated:
            return self.account
        with self._looking:
            known = self._found
            is_old = time.time() >= self._found_until
            if known is None or is_old or (again and not known.authenticated):
                from pup_tui.settings.credentials import with_credentials

                known, until = with_credentials(self.account, self.credential_places)
                self._found, self._found_until = known, math.inf if until is None else until
            return known

    def credential_places(self) -> Iterator[CredentialPlace]:
        """The places that may hold credentials, in the order in which they count."""
        from pup_tui.keyring_store import password_of
        from pup_tui.settings.credentials import places

        return places(self.settings, self.account, password_of, time.time())

    async def stored_secrets(self) -> Sequence[str]:
        """Look for stored credentials, in a thread; what must never be seen of them."""
        import asyncio

        from pup_tui.aside import aside

        looking = asyncio.ensure_future(aside(self._looked_for, again=True))
        try:
            await asyncio.wait((looking,), timeout=UNNOTICED)
            if not looking.done():
                self._tell_note("the keyring is asked for credentials: it may wait to be unlocked")
            return (await looking).secrets()
        finally:
            looking.cancel()

    @cached_property
    def executors(self) -> Mapping[type[StepRequest], Executor]:
        """One executor for each kind of request. Raises Failure as `datadog` and `pup` do."""
        from pup_tui.steps.registry import executors

        return executors(self.account, lambda: self.datadog, pup=self.pup)

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

        # Another Datadog, or another folder, has other choices.
        place = f"{self.account.base_url}\0{self.settings.cwd}"
        kept = ChoiceCache(self.settings.state_dir / "choices", place) if self.journal else None
        return local_values(self.settings, self.environ, self._run_value_command, kept)

    async def _run_value_command(self, command: ValueCommand, seconds: float) -> str:
        """What a command prints. Asks for the executors only here: most runbooks have no such command.

        Raises ValueError where it fails, and where nothing may change and it is not known that it only looks.
        """
        from pup_tui.catalog.known_pup import KnownPup
        from pup_tui.drivers.values import run_value_command

        if self.settings.read_only and (
            not command.words or KnownPup().changes(command.words) is not False
        ):
            raise ValueError("refused: it may change something, and the run is read-only")

        try:
            executors = self.executors
        except Failure as error:
            raise ValueError(str(error)) from error
        secrets = [*self.account.secrets(), *(await self.stored_secrets() if command.words else ())]
        known = replace(command, hidden=(*command.hidden, *secrets))
        return await run_value_command(
            known, seconds, executors, self.environ, self.settings.cwd, self._tell_note
        )

    @cached_property
    def _states(self) -> PresentStates:
        from pup_tui.datadog.present import PresentStates

        return PresentStates()

    async def present_states(
        self, runbook: Runbook, given: Mapping[str, str]
    ) -> list[tuple[NamedThing, PresentState]]:
        """The state of what a runbook names at Datadog, with the values that are known without a run."""
        from pup_tui.catalog.inputs import resolve_inputs
        from pup_tui.catalog.named_things import named_things
        from pup_tui.datadog.client import DatadogClient
        from pup_tui.datadog.present import PATIENCE
        from pup_tui.datadog.retries import ONCE

        resolved = await resolve_inputs(runbook, given, self.sources.at_rest())
        hidden = {*resolved.secrets, *resolved.left_out}
        values = {name: its for name, its in resolved.values.items() if name not in hidden}
        things = named_things(runbook, values)
        async with DatadogClient(self.datadog, retries=ONCE, call_timeout=PATIENCE) as client:
            states = await self._states.of(things, client)
        return list(zip(things, states, strict=True))

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
                environ=self.environ,
                cwd=self.settings.cwd,
                operator=self.settings.operator,
                resolve=resolver(self.sources),
                hidden=tuple(self.account.secrets()),
                credentials=self.stored_secrets,
                profile=self.settings.profile_name,
                profile_text=self.settings.profile.text if self.settings.profile else b"",
                leftovers=leftovers,
                may_change=may_change,
                read_only=self.settings.read_only,
            )
        finally:
            await log.close()
