"""What past runs say of steps, in words: how long they usually take, how often they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pup_tui.analysis.statistics.told import percent
from pup_tui.tui.texts import short_duration

if TYPE_CHECKING:
    from pup_tui.journal.figures import StepFigures
    from pup_tui.tui.run_times import RunTimes
    from pup_tui.tui.step_progress import StepProgress

SLOW_TIMES = 3
LEAST_SLOW = 1.0
"""How many times its usual time a step takes that is marked, and the seconds that it takes at least."""

BAR = 20
"""Columns of the bar that tells how much of its usual time a step has taken."""


def usually(figures: StepFigures | None) -> str:
    """`usually 40 s · fails 3 %`; nothing where too little is known."""
    if figures is None:
        return ""
    parts = []
    if figures.usual is not None:
        parts.append(f"usually {short_duration(figures.usual)}")
    if figures.fails:
        parts.append(f"fails {percent(figures.fails)}")
    return " · ".join(parts)


def usual_of(step: StepProgress, times: RunTimes, figures: StepFigures | None) -> str:
    """What past runs say of a step; of one that is at work, how far it has come by that."""
    seconds = times.running_for(step)
    if figures is None or figures.usual is None or seconds is None or step.status == "waiting":
        return usually(figures)
    return against_usual(seconds, figures.usual)


def is_slow(seconds: float, usual: float) -> bool:
    """Whether a step takes so many times its usual time that something may be wrong with it."""
    return seconds >= max(LEAST_SLOW, SLOW_TIMES * usual)


def against_usual(seconds: float, usual: float) -> str:
    """How far a step has come by its usual time, as a bar and in words."""
    told = f"{short_duration(seconds)} of usually {short_duration(usual)}"
    if is_slow(seconds, usual):
        return f"{'━' * BAR} ▲ {told}: more than {SLOW_TIMES} times as long"
    if seconds > usual:
        return f"{'━' * BAR} {told}: longer than usual"
    done = int(BAR * seconds / usual) if usual else BAR
    return f"{'━' * done}{'╌' * (BAR - done)} {told}"
