"""The steps of a run that was played again, as all its legs and the end of its program left them."""

from __future__ import annotations

from collections.abc import Mapping

from pup_tui.core.broken_off import left_as
from pup_tui.core.program import Node, Program
from pup_tui.core.standing import known_step
from pup_tui.core.state import RunState, StepState, StepStatus


class StepsLeft:
    """The steps of a run that stands at `state`; `programs` are those of its legs, by their numbers.

    `is_over` tells that nobody drives the run any more, so that what had not ended was left as it was.
    """

    def __init__(self, programs: Mapping[int, Program], state: RunState, *, is_over: bool) -> None:
        self._newest_first = [programs[number] for number in sorted(programs, reverse=True)]
        self._is_over = is_over
        self.known: Mapping[str, StepState] = {
            **{id_: known_step(state, id_) for id_ in state.steps},
            **state.gone,
        }
        self.ids = [*self._newest_first[0].in_order(state.steps), *state.gone]
        """All of them in the order of the file, items of a foreach one by one, undo steps last.

        Behind them those that only an earlier text of the runbook had.
        """

    def node(self, id_: str) -> Node:
        """The step as the newest text has it that does."""
        return next(program for program in self._newest_first if program.has(id_)).node(id_)

    def left_as(self, id_: str) -> tuple[StepStatus, str] | None:
        """How the end of the program left a step that had begun and not ended, and why."""
        step = self.known[id_]
        return left_as(step) if self._is_over and step.status is None else None
