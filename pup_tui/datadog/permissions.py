"""Which permission a subcommand needs, and whether the credentials have it."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from pup_tui import late
from pup_tui.datadog.checkup import ONCE, PATIENCE
from pup_tui.datadog.client import DatadogClient
from pup_tui.datadog.commands import execute, resolve
from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.table import read_data

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pup_tui.datadog.configuration import DatadogConfiguration

Granted = Literal["yes", "no", "unknown"]

AT_ONCE = 4
"""Probes that are under way at the same time."""


class Permission(Struct, frozen=True, forbid_unknown_fields=True):
    """A permission by Datadog's name; without a `probe` only its use shows whether one has it."""

    name: str
    commands: list[str]
    probe: str = ""


@cache
def permissions() -> list[Permission]:
    """All of `permissions.yaml`, read on first use."""
    return read_data("permissions.yaml", list[Permission])


def permission_for(command: str) -> str:
    """The permission that a subcommand (its name, without arguments) needs; empty where nobody knows."""
    fitting = [
        (len(beginning), each.name)
        for each in permissions()
        for beginning in each.commands
        if f"{command} ".startswith(f"{beginning} ")
    ]
    return max(fitting)[1] if fitting else ""


def told_refusal(error: DatadogError, command: str) -> str:
    """What an error of a subcommand says, and which permission that needs where it was refused for one."""
    needed = permission_for(command) if error.status == 403 else ""
    return f"{error}; it needs the permission {needed}" if needed else str(error)


async def granted(
    account: DatadogConfiguration, now: Callable[[], float], *, patience: float = PATIENCE
) -> Mapping[str, Granted]:
    """By its name for each permission that can be asked about whether the credentials have it.

    Each is asked about once, by a request that changes nothing; all of it ends within `patience` seconds.
    """
    found: dict[str, Granted] = {each.name: "unknown" for each in permissions() if each.probe}
    few = asyncio.Semaphore(AT_ONCE)

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
        # A 2xx is an error to a subcommand where the answer says that a query failed.
        return "yes" if error.status in range(200, 300) else "unknown"
    return "yes"
