"""How often is tried what is tried at random: a few times among all tests, many times in `make faults`."""

from __future__ import annotations

import os

SECONDS = float(os.environ.get("PUP_TUI_FUZZ_SECONDS", "0"))
"""How long a search goes on; 0 where the number of tries decides."""


def often(usual: int, long: int) -> int:
    """The first among all tests, the second in `make faults`."""
    return long if SECONDS else usual
