"""Steps that a new runbook can begin with, ready to be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pup_tui.skeleton.from_integrations import action_offers
from pup_tui.skeleton.from_templates import template_offers
from pup_tui.skeleton.offer import StepOffer
from pup_tui.skeleton.usual import usual_offers

OfferSource = Callable[[Path, Sequence[Path]], list[StepOffer]]
"""Finds offers for a runbook in a folder; the others are all folders of the operator's own choice."""


_SOURCES: tuple[OfferSource, ...] = (template_offers, usual_offers, action_offers)
"""Where steps come from: whatever else has some is one more of these."""


def offered_steps(folder: Path, packs: Sequence[Path] = ()) -> tuple[StepOffer, ...]:
    """All steps that a new runbook in a folder can begin with; the first of a key counts."""
    found: dict[str, StepOffer] = {}
    for source in _SOURCES:
        for offer in source(folder, packs):
            found.setdefault(offer.key, offer)
    return tuple(found.values())
