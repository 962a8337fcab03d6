"""Which permission a subcommand needs."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from pup_tui.datadog.errors import DatadogError
from pup_tui.datadog.table import read_data


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
