"""The account of Datadog that a call has, and the credentials for it, wherever they are."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from pup_tui.cli.failure import Failure, tell_note

if TYPE_CHECKING:
    from pup_tui.datadog.configuration import DatadogConfiguration
    from pup_tui.settings.credentials import CredentialPlace
    from pup_tui.settings.settings import Settings

UNNOTICED = 2.0
"""Seconds that looking for credentials may take before somebody wonders why nothing happens."""


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


class Credentials:
    """Two views of the account: what is said of it, at once, and what is found where that is looked for.

    `tell_note` tells the operator something by the way.
    """

    def __init__(self, settings: Settings, tell_note: Callable[[str], None] = tell_note) -> None:
        self.settings = settings
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
        found = {name: self._named(name, *entry) for name, entry in entries.items()}
        return {**self.settings.environ, **found}

    def _named(self, name: str, service: str, user: str) -> str:
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

        It may ask the keyring, which may ask the operator: beside an event loop by `look`. What it found
        stays until it ends. Raises Failure as `account` does.
        """
        return self._looked_for(again=False)

    @cached_property
    def _told_of_pup(self) -> DatadogConfiguration:
        """The account, which tells whether `pup` itself has credentials for another one."""
        from msgspec.structs import replace

        return replace(self.account, stored_elsewhere=self._is_stored_elsewhere())

    def _is_stored_elsewhere(self) -> bool:
        """Whether `pup` is led to another Datadog than that which the keys in its settings are for."""
        from pup_tui.datadog.configuration import (
            CREDENTIAL_VARIABLES,
            SITE_VARIABLE,
            URL_VARIABLE,
        )

        leads = (SITE_VARIABLE, URL_VARIABLE, *CREDENTIAL_VARIABLES)
        if not any(map(self.environ.get, leads)) or not self.settings.pup_dir.is_dir():
            return False
        from pup_tui.settings.credentials import elsewhere
        from pup_tui.settings.pup_store import PupStore

        said = PupStore(self.settings.pup_dir).settings()
        has_any = any((said.api_key, said.app_key, said.access_token))
        return has_any and bool(elsewhere(self.account, said.site))

    def _looked_for(self, *, again: bool) -> DatadogConfiguration:
        """The account as it was found. Where that had no credentials they may be looked for `again`."""
        account = self._told_of_pup
        if account.authenticated:
            return account
        with self._looking:
            known = self._found
            is_old = time.time() >= self._found_until
            if known is None or is_old or (again and not known.authenticated):
                from pup_tui.settings.credentials import with_credentials

                known, until = with_credentials(account, self.places())
                self._found, self._found_until = known, math.inf if until is None else until
            return known

    def places(self) -> Iterator[CredentialPlace]:
        """Places that may hold credentials in the order in which they count, each looked at in its turn."""
        from pup_tui.keyring_store import password_of
        from pup_tui.settings.credentials import places

        return places(self.settings, self.account, password_of, time.time())

    def survey(self) -> tuple[list[CredentialPlace], DatadogConfiguration]:
        """All of the places, and the account with the credentials of the first that counts."""
        from pup_tui.settings.credentials import with_credentials

        places = list(self.places())
        return places, with_credentials(self.account, places)[0]

    async def look(self, *, again: bool = False) -> DatadogConfiguration:
        """As `datadog`, in a thread. Where nothing was found before, it may be looked for `again`."""
        import asyncio

        from pup_tui.aside import aside

        looking = asyncio.ensure_future(aside(self._looked_for, again=again))
        try:
            await asyncio.wait((looking,), timeout=UNNOTICED)
            if not looking.done():
                self._tell_note("the keyring is asked for credentials: it may wait to be unlocked")
            return await looking
        finally:
            looking.cancel()

    async def stored_secrets(self) -> Sequence[str]:
        """Look for stored credentials, once more where there were none; what must never be seen of them."""
        return (await self.look(again=True)).secrets()
