"""What the work of a runbook takes by hand, as whoever looks after it says."""

from __future__ import annotations

from pup_tui.template.duration import DurationError, parse_duration


def seconds_by_hand(stated: str | int | float | None) -> float | None:
    """A `manual_time` in seconds; None without one, or where it is none, which judging the file tells."""
    try:
        return None if stated is None else parse_duration(stated)
    except DurationError:
        return None
