"""The programs that installed runbooks require and begin with, and their versions."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from pup_tui.aside import run_loop
from pup_tui.cli.failure import named
from pup_tui.cli.health.diagnosis import Diagnosis, diagnosis_of
from pup_tui.cli.wiring import Parts

if TYPE_CHECKING:
    from pup_tui.cli.health.installed import Installed
    from pup_tui.core.program import Program
    from pup_tui.preflight.check import ReadyCheck
    from pup_tui.preflight.preflight import Preflight
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
    programs = [(each.entry.id, each.program) for each in found if each.program is not None]
    looked = [preflight.tools(program) for _, program in programs]
    asked = run_loop(_versions(preflight, [program for _, program in programs], looked))
    for (id_, program), tools_there, versions in zip(programs, looked, asked, strict=True):
        there.update(check.subject for check in tools_there if check.ok)
        told = {check.subject for check in versions}
        names = program.runbook.requires.keys() - told
        missing = [check for check in tools_there if check.subject in names]
        for check in [*versions, *missing]:
            known = required.setdefault((check.subject, check.detail), (check, []))
            known[1].append(id_)
    for check, runbooks in required.values():
        # That a runbook cannot run is not a fault of all.
        finding = replace(diagnosis_of(check, what=WHAT), state="ok" if check.ok else "warning")
        yield replace(finding, detail=f"{check.detail} (for {named(runbooks)})")
    if not there:
        return
    number = "1 program" if len(there) == 1 else f"{len(there)} programs"
    told_there = f"{number} that runbooks begin with: {named(sorted(there))}"
    yield Diagnosis(what=WHAT, subject="there", detail=told_there)


async def _versions(
    preflight: Preflight, programs: Sequence[Program], known: Sequence[list[ReadyCheck]]
) -> list[list[ReadyCheck]]:
    """Of each program of a runbook, the versions of what it requires; no tool is asked twice."""
    from msgspec.structs import replace

    from pup_tui.preflight.versions import asked_once

    asking = replace(preflight, printed_by=asked_once(preflight.printed_by))
    asked = (asking.versions(*each) for each in zip(programs, known, strict=True))
    return list(await asyncio.gather(*asked))
