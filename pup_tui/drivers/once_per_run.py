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
        self._known: dict[str, dict[str, object]] = {}
        self._secrets: dict[str, set[str]] = {}

    async def __call__(self, action: ResolveValues, cwd: Path) -> FoundValues:
        known = self._known.setdefault(action.integration, {})
        secrets = self._secrets.setdefault(action.integration, set())
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
