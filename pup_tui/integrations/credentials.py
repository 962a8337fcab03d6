"""Whether the credentials of an integration work: by what its settings are, and by its own `check`."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from pup_tui.catalog.inputs import Sources, resolve_call
from pup_tui.core.actions import ResolveValues
from pup_tui.integrations.calling import STEP, calling
from pup_tui.integrations.library import InstalledIntegration
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.remote import PATIENCE
from pup_tui.runbook.load import Loaded

State = Literal["ok", "missing", "refused", "unknown"]
"""Credentials that were taken, that are not there, that were refused, or of which nobody knows."""

_REFUSED: Final = frozenset({401, 403})
"""Statuses by which a server says that credentials are not good enough."""


class Ended(Struct, frozen=True, kw_only=True):
    """How a call of an action ended.

    `status_code` is that of the last answer, None where there was none or it was no HTTP.
    """

    ok: bool
    reason: str = ""
    status_code: int | None = None
    outputs: Mapping[str, Any] = {}
    printed: str = ""

    @property
    def is_refusal(self) -> bool:
        """Whether the system has answered, and that it refuses: by its status, or by what the answer says.

        Of a program that failed nobody knows why.
        """
        code = self.status_code
        return not self.ok and code is not None and (code in _REFUSED or 200 <= code < 300)


CallAction = Callable[[Loaded], Awaitable[Ended]]
"""Runs a runbook that calls one action; nothing is recorded."""


class Needed(Struct, frozen=True):
    """What the settings of an integration come to: all that its `check`, or else any action, asks for."""

    values: Mapping[str, Any]
    problems: tuple[str, ...]
    is_configured: bool
    """Whether somebody has set one of them: not all are defaults."""


async def probe_of(
    found: InstalledIntegration, sources: Sources, call: CallAction
) -> IntegrationProbe:
    """What proves the credentials of an integration, with its settings as far as they can be found."""
    assert found.said is not None
    proving = calling(found, found.said.check, {}) if found.said.check else None
    return IntegrationProbe(found, proving, await _needed(found, proving, sources), call)


async def _needed(found: InstalledIntegration, proving: Loaded | None, sources: Sources) -> Needed:
    assert found.said is not None
    settings = found.said.settings
    called = None if proving is None else proving.runbook
    if called is not None and (action := called.steps[0].action) is not None:
        settings = {name: settings[name] for name in action.settings}
    wanted = ResolveValues(
        step=STEP,
        variables=settings,
        given={},
        directory=str(found.place.path.parent.parent),
        integration=found.name,
        settings=tuple(settings),
        other_settings=tuple(name for name in found.said.settings if name not in settings),
    )
    resolved = await resolve_call(wanted, sources)
    origins = {resolved.sources.get(name) for name in found.said.settings}
    problems = tuple(str(problem) for problem in resolved.problems)
    return Needed(resolved.values, problems, bool(origins - {"default", None}))


class IntegrationProbe(Struct, frozen=True):
    """Proves the credentials of an integration by the action that it names for that.

    `proving` is the runbook that calls that action, None where it names none.
    """

    found: InstalledIntegration
    proving: Loaded | None
    needed: Needed
    call: CallAction

    def __repr__(self) -> str:
        """Without the values."""
        return f"IntegrationProbe({self.found.name!r})"

    @property
    def key(self) -> str:
        """By the beginning of a hash, which tells other settings and nothing of these."""
        known = msgspec.json.encode([self.found.name, dict(self.needed.values)], order="sorted")
        digest = hashlib.sha256(self.found.data + known).hexdigest()
        return f"integration {self.found.name} {digest[:16]}"

    @property
    def unlooked(self) -> ReadyCheck:
        return self._wrong(f"did not answer about the credentials within {PATIENCE:g} s", _NETWORK)

    async def look(self) -> ReadyCheck:
        state, detail = await self.state()
        if state == "ok":
            return ReadyCheck(what="credentials", subject=self._title, detail=detail)
        where = f"`pup-tui integrations {self.found.name}` tells where they come from"
        return self._wrong(detail, _NETWORK if state == "unknown" else where)

    async def state(self) -> tuple[State, str]:
        """How it is with the credentials, and that in words that go on from the name."""
        said = self.found.said
        assert said is not None
        if self.needed.problems:
            return "missing", f"gets no credentials: {'; '.join(self.needed.problems)}"
        if self.proving is None:
            return "unknown", "has no action that proves credentials"
        if self.proving.runbook is None:
            return "unknown", f"cannot be asked: {self.proving.errors[0]}"
        ended = await self.call(self.proving)
        if ended.ok:
            return "ok", "accepts the credentials" if said.settings else "answers"
        if ended.is_refusal:
            return "refused", f"does not accept the credentials: {ended.reason}"
        last = next((line for line in reversed(ended.printed.splitlines()) if line.strip()), "")
        told = ": ".join(filter(None, (ended.reason, "" if ended.status_code else last.strip())))
        return "unknown", f"could not be asked about the credentials: {told}"

    @property
    def _title(self) -> str:
        assert self.found.said is not None
        return self.found.said.title

    def _wrong(self, detail: str, hint: str) -> ReadyCheck:
        return ReadyCheck(
            what="credentials", subject=self._title, ok=False, detail=detail, hint=hint
        )


_NETWORK: Final = "check the network and the address"
