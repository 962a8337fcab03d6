"""Whether the credentials of an integration work: by what its settings are, and by its own `check`."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from pup_tui.catalog.inputs import Sources, resolve_call
from pup_tui.integrations.calling import STEP, calling
from pup_tui.integrations.library import InstalledIntegration
from pup_tui.preflight.check import ReadyCheck
from pup_tui.preflight.remote import PATIENCE
from pup_tui.runbook.load import Loaded
from pup_tui.runbook.variables.resolve import Resolved

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


async def settings_of(found: InstalledIntegration, sources: Sources) -> Needed:
    """What the settings are, as far as they can be found."""
    assert found.said is not None
    said = found.said
    resolved: Resolved = await resolve_call(_Wanted(found), sources)
    origins = {resolved.sources.get(name) for name in said.settings}
    problems = tuple(str(problem) for problem in resolved.problems)
    return Needed(resolved.values, problems, bool(origins - {"default", None}))


class _Wanted:
    """The settings that the `check` needs, or all of them where there is none, as a call asks for them."""

    def __init__(self, found: InstalledIntegration) -> None:
        assert found.said is not None
        self.variables = found.said.settings
        if found.said.check:
            loaded = calling(found, found.said.check, {})
            if loaded.runbook is not None and (action := loaded.runbook.steps[0].action):
                self.variables = {name: self.variables[name] for name in action.settings}
        self.given: Mapping[str, Any] = {}
        self.secrets: tuple[str, ...] = ()
        self.directory = str(found.place.path.parent.parent)
        self.integration = found.name
        self.settings = tuple(self.variables)


class IntegrationProbe(Struct, frozen=True):
    """Proves the credentials of an integration by the action that it names for that."""

    found: InstalledIntegration
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
        hint = _NETWORK if state == "unknown" else f"`pup-tui integrations {self.found.name}`"
        return self._wrong(detail, f"{hint} tells where they come from" if hint[0] == "`" else hint)

    async def state(self) -> tuple[State, str]:
        """How it is with the credentials, and that in words that go on from the name."""
        said = self.found.said
        assert said is not None
        if self.needed.problems:
            return "missing", f"gets no credentials: {'; '.join(self.needed.problems)}"
        if not said.check:
            return "unknown", "has no action that proves credentials"
        loaded = calling(self.found, said.check, {})
        if loaded.runbook is None:
            return "unknown", f"cannot be asked: {loaded.errors[0]}"
        ended = await self.call(loaded)
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
        told = {"what": "credentials", "subject": self._title, "detail": detail, "hint": hint}
        return msgspec.convert({**told, "ok": False}, ReadyCheck)


_NETWORK: Final = "check the network and the address"

__all__ = ["STEP", "CallAction", "Ended", "IntegrationProbe", "Needed", "State", "settings_of"]
