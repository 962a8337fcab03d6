"""What counts as a number in an answer."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from pup_tui.late_pattern import late_pattern

_NUMBER: Final = late_pattern(
    r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*", re.ASCII
)
_LONGEST: Final = 64


def number_of(value: Any) -> float | None:
    """A finite number, also one that is written as a text; None for anything else."""
    if isinstance(value, str):
        return _finite(value) if len(value) <= _LONGEST and _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _finite(value)


def _finite(value: str | float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
