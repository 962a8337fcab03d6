"""Lengths of time as people read them."""

from __future__ import annotations

from pup_tui.template.duration import format_duration


def short_duration(seconds: float) -> str:
    """Seconds in at most seven characters: `0.4 s`, `12 s`, `2m 05s`, `1h 02m`, `3d 04h`."""
    return format_duration(seconds, compact=True)


def clock(seconds: float) -> str:
    """Seconds as a running clock: `00:02:41`."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"
