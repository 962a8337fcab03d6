"""How a step stands whose run broke off before the end."""

from __future__ import annotations

from typing import assert_never

from pup_tui.core.state import StepPhase, StepState, StepStatus

_IN_THE_MIDDLE = "the run was interrupted in the middle of it: look whether it was done"
_INSIDE = "the run was interrupted inside of it"
_BETWEEN = "the run was interrupted between two attempts, and the last one had ended"
_WAITING = "the run was interrupted while it waited"
_UNANSWERED = "the run was interrupted before it was answered"


def left_as(step: StepState) -> tuple[StepStatus, str] | None:
    """How a step stands that its run broke off before the end, and why; None where it had not begun.

    Only of an attempt that was under way nobody knows whether it was done.
    """
    if not step.attempts:
        return None
    match step.phase:
        case StepPhase.PENDING | StepPhase.ENDED:
            return None if step.status is None else (step.status, step.reason)
        case StepPhase.OPEN:
            return StepStatus.UNKNOWN, _INSIDE
        case StepPhase.STARTING | StepPhase.RUNNING | StepPhase.STOPPING | StepPhase.UNKNOWN:
            return StepStatus.UNKNOWN, _IN_THE_MIDDLE
        case StepPhase.FAILURE:
            return StepStatus.FAILED, step.failing or ""
        case StepPhase.ASKING:
            return StepStatus.CANCELLED, _UNANSWERED
        case StepPhase.LOOKING_UP | StepPhase.READY | StepPhase.PAUSED:
            is_between = step.poll is not None or step.tries > 0
            return StepStatus.CANCELLED, _BETWEEN if is_between else _WAITING
        case _ as never:
            assert_never(never)
