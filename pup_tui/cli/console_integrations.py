"""What the console does with integrations, by the parts that the command line has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pup_tui.catalog.catalog import Catalog
    from pup_tui.cli.wiring import Parts
    from pup_tui.integrations.credentials import Ended, State
    from pup_tui.integrations.library import InstalledIntegration


class ConsoleIntegrations:
    """Finds integrations, asks whether their credentials work, and carries out what only looks."""

    def __init__(self, parts: Parts, catalog: Catalog) -> None:
        self._parts = parts
        self._catalog = catalog

    def installed(self) -> Sequence[InstalledIntegration]:
        from pup_tui.integrations.library import IntegrationLibrary

        found = IntegrationLibrary(self._catalog.places).installed()
        return [each for each in found if not each.place.shadowed]

    async def credentials(self, found: InstalledIntegration) -> tuple[State, str]:
        from pup_tui.cli.integrating import credentials_of

        (state,) = await credentials_of(self._parts, [found], offline=False, all_of_them=False)
        return state

    async def call(
        self, found: InstalledIntegration, action: str, given: Mapping[str, Any]
    ) -> Ended:
        from pup_tui.integrations.calling import calling
        from pup_tui.integrations.credentials import Ended

        loaded = calling(found, action, given)
        if loaded.runbook is None:
            return Ended(ok=False, reason=str(loaded.errors[0]))
        return await self._parts.call_action(loaded)
