"""What is looked at elsewhere: together, and for some seconds at most. It stops no run, and delays none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from pup_tui.preflight.check import ReadyCheck

PATIENCE = 5.0
"""Seconds for all of it together."""


class Probe(Protocol):
    """Looks at one thing elsewhere without changing anything.

    `unlooked` is what is told where there was no time for it; its subject and kind are those of `look`.
    `key` is the same for the same thing only, and holds no secret.
    """

    @property
    def unlooked(self) -> ReadyCheck: ...

    @property
    def key(self) -> str: ...

    async def look(self) -> ReadyCheck:
        """What is found; whatever goes wrong is a finding too."""
        ...


class KeptFindings(Protocol):
    """What was found in order a short while ago, by the key of its probe."""

    def get(self, key: str) -> ReadyCheck | None: ...

    def put(self, key: str, check: ReadyCheck) -> None: ...


async def remote_checks(
    probes: Sequence[Probe],
    kept: KeptFindings,
    tell: Callable[[ReadyCheck], None] = lambda check: None,
) -> list[ReadyCheck]:
    """What all of the probes find; each finding is told at once.

    What was found in order a short while ago is not looked at again, what was not is.
    """
    found: dict[str, ReadyCheck] = {}
    tasks: dict[asyncio.Task[ReadyCheck], Probe] = {}
    for probe in probes:
        known = kept.get(probe.key)
        if known is not None:
            found[probe.key] = known
            tell(known)
        else:
            tasks[asyncio.create_task(probe.look())] = probe

    def take(task: asyncio.Task[ReadyCheck]) -> None:
        if task.cancelled() or task.exception() is not None:
            return
        check = found[tasks[task].key] = task.result()
        if check.ok:
            kept.put(tasks[task].key, check)
        tell(check)

    try:
        for task in tasks:
            task.add_done_callback(take)
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)
    finally:
        for task in tasks:
            task.remove_done_callback(take)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for probe in probes:
        if probe.key not in found:
            found[probe.key] = probe.unlooked
            tell(probe.unlooked)
    return [found[key] for key in dict.fromkeys(probe.key for probe in probes)]
