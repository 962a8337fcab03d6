"""The programs that installed runbooks require and begin with, and their versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from pup_tui.aside import run_loop
from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis, diagnosis_of
from pup_tui.cli.wiring import Parts

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed
    from pup_tui.preflight.check import ReadyCheck
    from pup_tui.settings.settings import Settings

WHAT = "tools"


def tools(settings: Settings, found: Collection[Installed]) -> Iterator[Diagnosis]:
    """What `requires` names, each with its version, and how many other programs are there.

    What scripts begin with and is missing stands with the runbooks.
    """
    from msgspec.structs import replace

    preflight = Parts(settings).preflight
    required: dict[tuple[str, str], tuple[ReadyCheck, list[str]]] = {}
    there: set[str] = set()
    for each in found:
        if each.program is None:
            continue
        names = {name for runbook in [each.program.runbook] for name in runbook.requires}
        looked = preflight.tools(each.program)
        there.update(check.subject for check in looked if check.ok)
        versions = run_loop(preflight.versions(each.program, looked))
        told = {check.subject for check in versions}
        missing = [c for c in looked if c.subject in names and c.subject not in told]
        for check in [*versions, *missing]:
            known = required.setdefault((check.subject, check.detail), (check, []))
            known[1].append(each.entry.id)
    for check, runbooks in required.values():
        # That a runbook cannot run is not a fault of all.
        finding = replace(diagnosis_of(check, what=WHAT), state="ok" if check.ok else "warning")
        yield replace(finding, detail=f"{check.detail} (for {named(runbooks)})")
    if not there:
        return
    number = "1 program" if len(there) == 1 else f"{len(there)} programs"
    told_there = f"{number} that runbooks begin with: {named(sorted(there))}"
    yield Diagnosis(what=WHAT, subject="there", detail=told_there)
