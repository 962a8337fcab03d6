"""Which of a run's time was spent waiting for somebody's word, and not working.

The run itself stands still while a question is open and no step is under way; so do the blocks around it.
"""

from __future__ import annotations

from pup_tui.core.ids import UNDO, holders
from pup_tui.core.state import RunPhase, RunState, StepPhase, StepState

ASKS = (StepPhase.ASKING, StepPhase.FAILURE, StepPhase.UNKNOWN)
_RESTS = (StepPhase.PENDING, StepPhase.OPEN, StepPhase.ENDED, *ASKS)


def pass_time(state: RunState, now: float) -> None:
    """Count the time since the run's newest event as waiting, for what did nothing else."""
    seconds = max(0.0, now - state.clock)
    if state.asked and seconds:
        waited = set(state.asked)
        if state.stands:
            waited.update(holder for step in state.asked for holder in holders(step))
            state.waited += seconds
            state.held += seconds
        for step_id in waited:
            if (step := state.steps.get(step_id)) is not None:
                _hold(step, seconds)
    state.clock = max(state.clock, now)


def _hold(step: StepState, seconds: float) -> None:
    step.waited += seconds
    if step.since is not None:
        step.held += seconds


def note_asked(state: RunState) -> None:
    """See which questions are open after an event, and whether the run stands still because of them."""
    state.asked = [step for step in state.asked if _is_open(state, step)]
    state.stands = bool(state.asked) and all(step.phase in _RESTS for step in state.steps.values())


def _is_open(state: RunState, step_id: str) -> bool:
    if step_id == UNDO:
        return state.phase is RunPhase.UNDOING and UNDO not in state.blocks
    step = state.steps.get(step_id)
    return step is not None and step.phase in ASKS
