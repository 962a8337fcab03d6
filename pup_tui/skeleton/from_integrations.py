"""Actions of integrations as steps of a new runbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pup_tui.catalog.entries import Origin
from pup_tui.integrations.calling import name_of_call
from pup_tui.integrations.library import (
    InstalledIntegration,
    IntegrationPlace,
    read_integration,
)
from pup_tui.runbook.files import INTEGRATIONS, PackFiles
from pup_tui.runbook.integration import IntegrationAction
from pup_tui.skeleton.offer import StepOffer
from pup_tui.spelling import SPELLED


def action_offers(folder: Path, packs: Sequence[Path]) -> list[StepOffer]:
    """The actions of the integrations that a runbook in a folder finds. Broken files are left out."""
    offers: list[StepOffer] = []
    for found in _integrations(folder, packs):
        if found.said is not None:
            offers += [_offer(found.name, *each) for each in found.said.actions.items()]
    return offers


def _integrations(folder: Path, packs: Sequence[Path]) -> Iterable[InstalledIntegration]:
    """The first of each name."""
    seen: set[str] = set()
    for place in dict.fromkeys((folder, *packs)):
        for file in PackFiles(place).integrations():
            name = file.rsplit(".", 1)[0]
            if name not in seen:
                seen.add(name)
                path = place / INTEGRATIONS / file
                yield read_integration(IntegrationPlace(name=name, path=path, origin=Origin.GIVEN))


def _offer(integration: str, name: str, action: IntegrationAction) -> StepOffer:
    needed = {key: variable for key, variable in action.params.items() if variable.needed}
    keys: dict[str, Any] = {"template": f"{integration}/{name}"}
    if needed:
        keys["with"] = {key: f"{{{{ {key} }}}}" for key in needed}
    return StepOffer(
        key=f"{integration}/{name}",
        title=name_of_call(action),
        keys=keys,
        vars={
            key: msgspec.to_builtins(variable, builtin_types=SPELLED)
            for key, variable in needed.items()
        },
        asks_before=action.effect != "read",
    )
