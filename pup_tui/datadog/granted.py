"""Whether credentials have the permissions that subcommands need, by requests that change nothing."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Literal

from pup_tui import late
from pup_tui.answers.things import at
from pup_tui.datadog.checkup import PATIENCE
from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.commands import execute, resolve
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.permissions import Permission, permissions
from pup_tui.datadog.retries import ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pup_tui.datadog.configuration import DatadogConfiguration

Granted = Literal["yes", "no", "unknown"]

_AT_ONCE = 4
"""Probes that are under way at the same time."""


async def granted(
    account: DatadogConfiguration, now: Callable[[], float], *, patience: float = PATIENCE
) -> Mapping[str, Granted]:
    """By its name for each permission that can be asked about whether the credentials have it.

    Each is asked about once, by a request that changes nothing; all of it ends within `patience` seconds.
    """
    found: dict[str, Granted] = {each.name: "unknown" for each in permissions() if each.probe}
    few = asyncio.Semaphore(_AT_ONCE)

    async def ask(client: DatadogClient, permission: Permission) -> None:
        async with few:
            found[permission.name] = await _asked(client, permission.probe.split(), now)

    async with DatadogClient(account, retries=ONCE, call_timeout=patience) as client:
        asking = [asyncio.create_task(ask(client, each)) for each in permissions() if each.probe]
        try:
            async with late.timeout(patience):
                await asyncio.wait(asking)
        except TimeoutError:
            pass  # what was not answered in time stays unknown
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
    return found


async def _asked(client: DatadogClient, words: Sequence[str], now: Callable[[], float]) -> Granted:
    try:
        await execute(resolve(words), client, now)
    except DatadogError as error:
        if error.status in {401, 403}:
            return "no"
        return "yes" if _is_failed_query(error) else "unknown"
    return "yes"


def _is_failed_query(error: DatadogError) -> bool:
    """Whether Datadog has looked at a query, and has found fault with that alone."""
    if error.status not in range(200, 300):
        return False
    try:
        return bool(at(json.loads(error.body), "status") == "error")
    except (ValueError, RecursionError):
        return False
