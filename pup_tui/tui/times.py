"""Lengths of time as people read them."""

from __future__ import annotations


def short_duration(seconds: float) -> str:
    """Seconds in at most seven characters: `0.4 s`, `12 s`, `2m 05s`, `1h 02m`, `3d 04h`."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600:02}h"


def clock(seconds: float) -> str:
    """Seconds as a running clock: `00:02:41`."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"
