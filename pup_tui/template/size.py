"""Amounts of data: `500`, `64 MiB`, `10 kB`."""

from __future__ import annotations

from pup_tui.late_pattern import late_pattern
from pup_tui.quoted import quoted

_SIZE = late_pattern(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\Z")
_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
MAX_SIZE = 2**40
"""Bytes; a larger amount is a slip of the pen."""


def parse_size(given: str | int) -> int:
    """The number of bytes; ValueError says in a sentence what is wrong."""
    found = _SIZE.match(str(given).strip())
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"{quoted(given)} is not an amount of data: write it as 64 MiB or 500 kB")
    size = int(float(found[1]) * unit)
    if not 0 < size <= MAX_SIZE:
        raise ValueError(f"an amount of data is over 0 and at most 1024 GiB, not {quoted(given)}")
    return size
