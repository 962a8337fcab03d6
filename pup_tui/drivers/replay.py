"""A past run again: its recorded events through the machine give the same state and the same notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pup_tui.core.actions import Tell
from pup_tui.core.events import AnyEvent
from pup_tui.core.machine import Machine
from pup_tui.core.notices import AnyNotice
from pup_tui.core.program import Program
from pup_tui.core.state import RunState, StepState


@dataclass(frozen=True)
class Replayed:
    """What a run was: its state as it stood at the last event, and all that watchers were told."""

    state: RunState
    notices: list[AnyNotice]


def replay(program: Program, events: Iterable[AnyEvent]) -> Replayed:
    """Hand recorded events to a new machine. Values that were secret are missing in it."""
    machine = Machine(program)
    notices: list[AnyNotice] = []
    for event in events:
        actions = machine.handle(event)
        notices += (action.notice for action in actions if isinstance(action, Tell))
    # Of a run that broke off before its first event nothing is known: its steps are pending.
    for step in program.instances(""):
        machine.state.steps.setdefault(step, StepState())
    return Replayed(machine.state, notices)
