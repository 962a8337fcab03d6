"""Waiting in a test for what others bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds within which something has to come about, on a busy computer too."""


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds that is about to; AssertionError where it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
