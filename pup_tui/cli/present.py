"""The state of what a runbook names at Datadog, for who looks at the runbook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pup_tui.cli.wiring import Parts
    from pup_tui.datadog.named import NamedThing
    from pup_tui.datadog.present import PresentState, PresentStates
    from pup_tui.runbook.model import Runbook


class Present:
    """Asks for it, and tells the same again for some seconds."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @cached_property
    def _states(self) -> PresentStates:
        from pup_tui.datadog.present import PresentStates

        return PresentStates()

    async def states(
        self, runbook: Runbook, given: Mapping[str, str]
    ) -> list[tuple[NamedThing, PresentState]]:
        """The state of each thing that is named with the values that are known without a run."""
        from pup_tui.catalog.inputs import resolve_inputs
        from pup_tui.catalog.named_things import named_things
        from pup_tui.datadog.client import DatadogClient
        from pup_tui.datadog.present import PATIENCE
        from pup_tui.datadog.retries import ONCE

        resolved = await resolve_inputs(runbook, given, self._parts.sources.at_rest())
        hidden = {*resolved.secrets, *resolved.left_out}
        values = {name: its for name, its in resolved.values.items() if name not in hidden}
        things = named_things(runbook, values)
        account = await self._parts.credentials.look()
        async with DatadogClient(account, retries=ONCE, call_timeout=PATIENCE) as client:
            states = await self._states.of(things, client)
        return list(zip(things, states, strict=True))
