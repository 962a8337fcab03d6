"""Durations as people read them, for everyone who shows a run."""

from __future__ import annotations

from pup_tui.template.duration import format_duration

__all__ = ["format_duration"]
