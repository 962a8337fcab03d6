"""The packs that were imported, and whether the copies that run are what was trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pup_tui.cli.health.diagnosis import Diagnosis

if TYPE_CHECKING:
    from pup_tui.settings.settings import Settings

WHAT = "packs"


def packs(settings: Settings) -> Iterator[Diagnosis]:
    """Nothing where there is none, and nothing is trusted."""
    from pup_tui.packs.errors import PackError
    from pup_tui.packs.library import PackLibrary, whole_packs
    from pup_tui.packs.store import APPROVED, here_name

    library = PackLibrary(settings.state_dir, settings.config_dir)
    try:
        found, approvals = whole_packs(library), library.approvals()
    except PackError as error:
        yield Diagnosis(
            what=WHAT,
            subject="files",
            state="problem",
            detail=f"{error.message}: {error.where}",
            hint=error.hint,
        )
        return
    if found:
        counts = Counter(each.state for each in found)
        told = ", ".join(f"{number} {state}" for state, number in counts.items())
        yield Diagnosis(what=WHAT, subject="imported", detail=told)
    damaged = False
    for each in approvals:
        name = "/".join(part for part in (each.pack, each.runbook) if part)
        try:
            library.store.read(APPROVED, each.pack or here_name(each.source), each.tree)
        except PackError as error:
            damaged = True
            yield Diagnosis(
                what=WHAT,
                subject=name,
                state="problem",
                detail=f"the copy that was trusted cannot run: {error.message}: {error.where}",
                hint=f"`pup-tui trust {name}` keeps a new one",
            )
    if approvals and not damaged:
        told = "1 copy" if len(approvals) == 1 else f"{len(approvals)} copies"
        yield Diagnosis(what=WHAT, subject="trusted", detail=f"{told}, as they were approved")
