"""A past run again: its recorded events through the machine give the same state and the same notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import Struct

from pup_tui.core.actions import Tell, ends_in
from pup_tui.core.events import AnyEvent, AttemptStarted, Resumed, with_values
from pup_tui.core.machine import Machine
from pup_tui.core.notices import AnyNotice, RunFinished
from pup_tui.core.program import Program
from pup_tui.core.state import RunPhase, RunState, RunStatus, StepState
from pup_tui.template.values import HIDDEN

NONE_LATER: Mapping[int, Program] = MappingProxyType({})


class LegEnd(NamedTuple):
    """How a leg ended, and why: the reason without the status, empty where nobody gave one."""

    status: RunStatus
    why: str


class Replayed(Struct, frozen=True):
    """What a run was: its state as it stood at the last event, and all that watchers were told.

    Of a run that was resumed the end of an earlier leg is not among the `notices`, since the run went on;
    `ends` has how each of those legs ended.
    """

    state: RunState
    notices: list[AnyNotice]
    ends: list[LegEnd]


def replay(
    program: Program, events: Iterable[AnyEvent], later: Mapping[int, Program] = NONE_LATER
) -> Replayed:
    """Hand recorded events to a new machine.

    `later` are the programs with which legs of the run went on, by the number of the leg.
    Values that were secret are hidden in it; what the run decided by them is recorded with the events.
    """
    machine = Machine(program)
    notices: list[AnyNotice] = []
    ends: list[LegEnd] = []
    for event in events:
        if isinstance(event, Resumed):
            program = machine.program = later.get(machine.state.leg + 1, program)
            notices = [notice for notice in notices if not isinstance(notice, RunFinished)]
            ends.append(_end_of(machine.state))
        actions = machine.handle(with_hidden(event))
        notices += (action.notice for action in actions if isinstance(action, Tell))
    # Of a run that broke off before its first event nothing is known: its steps are pending.
    for step in program.instances(""):
        machine.state.steps.setdefault(step, StepState())
    return Replayed(machine.state, notices, ends)


def _end_of(state: RunState) -> LegEnd:
    if state.phase is not RunPhase.ENDED:
        return LegEnd(RunStatus.INTERRUPTED, "the program ended while the run was under way")
    return LegEnd(state.status, state.reason.removeprefix(f"{state.status}: "))


def first_difference(
    program: Program, events: Iterable[AnyEvent], later: Mapping[int, Program] = NONE_LATER
) -> str | None:
    """How the machine goes about a recorded run otherwise than it went, or None where it does not.

    Every attempt that is asked for is recorded next, unless the program ended before; how steps and the run
    ended is recorded with the event that ended them.
    """
    machine = Machine(program)
    wanted: list[str] = []
    for event in events:
        if isinstance(event, Resumed):
            machine.program = later.get(machine.state.leg + 1, machine.program)
            wanted = []
        elif wanted and not isinstance(event, AttemptStarted):
            return f"the attempt {wanted[0]} would have been made"
        actions = machine.handle(with_hidden(event))
        wanted += machine.begun
        if isinstance(event, AttemptStarted):
            if event.attempt not in wanted:
                return f"the attempt {event.attempt} would not have been made"
            wanted.remove(event.attempt)
        if event.ended is not None and (told := _other_end(event.ended, ends_in(actions))):
            return told
    return None


def _other_end(recorded: Mapping[str, str], ends: Mapping[str, str]) -> str:
    """The first end that is not as it was recorded; empty where all are."""
    for step in {**recorded, **ends}:
        was, is_ = (each.get(step, "under way") for each in (recorded, ends))
        if was != is_:
            what = f"`{step}`" if step else "the run"
            return f"{what} would have been {is_} where it was {was}"
    return ""


def with_hidden(event: AnyEvent) -> AnyEvent:
    """The event with marks where the journal has nothing: so texts that use a secret keep a meaning."""
    return with_values(event, _marked)


def _marked(values: dict[str, Any], secrets: Collection[str]) -> dict[str, Any]:
    return {k: HIDDEN if v is None and k in secrets else v for k, v in values.items()}
