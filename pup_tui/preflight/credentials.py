"""Whether credentials are accepted, each by a harmless read of the service that they are for.

A `NeededService` says which steps need them, and how they are looked at: Datadog's, and those of each
integration whose actions a run calls.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from pup_tui.core.program import Program
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.remote import PATIENCE, Probe
from pup_tui.preflight.sure_steps import but_for, sure_steps
from pup_tui.runbook.model import Step

if TYPE_CHECKING:
    from pup_tui.datadog.configuration import DatadogConfiguration


class Accounts(Struct, frozen=True):
    """Who finds the credentials of a service; it may ask the operator's keyring.

    `integration` gives what looks at those of the integration in a file.
    """

    datadog: Callable[[], Awaitable[DatadogConfiguration]]
    integration: Callable[[Path], Awaitable[Probe]]


class NeededService(Protocol):
    """A service that steps need credentials for."""

    def is_asked_by(self, step: Step) -> bool:
        """Whether a step needs them."""
        ...

    async def probe(self, accounts: Accounts) -> Probe:
        """What looks at them."""
        ...


class DatadogService:
    """Datadog itself; a step with an `env` of its own may bring its own credentials."""

    def is_asked_by(self, step: Step) -> bool:
        return step.asks_datadog and not step.env

    async def probe(self, accounts: Accounts) -> Probe:
        return DatadogProbe(await accounts.datadog())


class IntegrationService(Struct, frozen=True):
    """The system of an integration, by the file that says how it is asked."""

    file: str

    def is_asked_by(self, step: Step) -> bool:
        return step.action is not None and step.action.file == self.file

    async def probe(self, accounts: Accounts) -> Probe:
        return await accounts.integration(Path(self.file))


SERVICES: Sequence[NeededService] = (DatadogService(),)
"""Those that are always the same; integrations are found by the steps that call their actions."""


def services_of(program: Program, but: Collection[str] = ()) -> list[NeededService]:
    """The services that steps ask, but for those that are left out."""
    steps = [node.step for node in program.by_id.values() if but_for(but, node)]
    known = [each for each in SERVICES if any(map(each.is_asked_by, steps))]
    return [*known, *_integrations_of(program, but)]


def _integrations_of(program: Program, but: Collection[str]) -> list[NeededService]:
    """Those whose actions are surely called, as far as they say how their credentials are proved."""
    files = {
        id_: node.step.action.file
        for id_, node in program.by_id.items()
        if node.step.action is not None and node.step.action.check
    }
    if not files:
        return []
    sure = sure_steps(program, but)
    surely = dict.fromkeys(file for id_, file in files.items() if id_ in sure)
    return [IntegrationService(file) for file in surely]


class DatadogProbe(Struct, frozen=True):
    """Asks Datadog whose the credentials are."""

    account: DatadogConfiguration

    def __repr__(self) -> str:
        """Without the credentials."""
        return "DatadogProbe()"

    @property
    def key(self) -> str:
        """By the beginning of a hash, which tells other credentials and nothing of these."""
        known = "\0".join((self.account.base_url, *sorted(self.account.secrets())))
        return f"datadog {hashlib.sha256(known.encode(errors='replace')).hexdigest()[:16]}"

    @property
    def unlooked(self) -> ReadyCheck:
        told = f"did not answer about the credentials within {PATIENCE:g} s"
        return self._wrong(told, _NETWORK)

    async def look(self) -> ReadyCheck:
        from pup_tui.datadog.checkup import check

        if not self.account.authenticated:
            return self._wrong("gets no credentials", self.account.missing)
        checked = await check(self.account, time.time, patience=PATIENCE)
        if checked.works is None:
            told = f"could not be asked about the credentials: {checked.detail}"
            return self._wrong(told, _NETWORK)
        if not checked.works:
            hint = "`pup-tui auth status` tells where they come from"
            return self._wrong(f"does not accept the credentials: {checked.detail}", hint)
        whose = f" of {checked.who}" if checked.who else ""
        told = f"accepts the credentials{whose}"
        return ReadyCheck(what="credentials", subject="Datadog", detail=told)

    def _wrong(self, detail: str, hint: str) -> ReadyCheck:
        return ReadyCheck(what="credentials", subject="Datadog", ok=False, detail=detail, hint=hint)


_NETWORK = "check the network and the site"
