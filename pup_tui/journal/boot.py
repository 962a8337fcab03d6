"""Which start of the computer this is: the number of a process says nothing about one before it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def boot_id() -> str:
    """What the system calls the time since it was started; empty where it has no name for it (not Linux)."""
    try:
        return _BOOT_ID.read_bytes().decode().strip()
    except (OSError, ValueError):
        return ""


def is_of_another_boot(told: str) -> bool:
    """Whether what was noted with the boot id `told` (empty where there was none) is of an earlier start."""
    return bool(told) and bool(boot_id()) and told != boot_id()
