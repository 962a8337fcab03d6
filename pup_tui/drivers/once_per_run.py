"""Settings of integrations in a run: found when the first action needs them, and the same from then on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pup_tui.core.actions import FoundValues, ResolveValues
    from pup_tui.drivers.values import Resolve


class OncePerRun:
    """Finds values as another does, and those of an integration's settings once."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._known: dict[tuple[str, str], dict[str, object]] = {}
        self._secrets: dict[tuple[str, str], set[str]] = {}

    async def __call__(self, action: ResolveValues, cwd: Path) -> FoundValues:
        # Another pack may have an integration of the same name, which gets nothing of this one.
        integration = action.directory, action.integration
        known = self._known.setdefault(integration, {})
        secrets = self._secrets.setdefault(integration, set())
        again = {name: known[name] for name in action.settings if name in known}
        asked = msgspec.structs.replace(
            action,
            given={**action.given, **again},
            secrets=(*action.secrets, *(name for name in again if name in secrets)),
        )
        found = await self._resolve(asked, cwd)
        if not found.problems:
            settled = {name: found.values[name] for name in action.settings if name in found.values}
            known.update(settled)
            secrets.update(name for name in found.secrets if name in settled)
        return found
